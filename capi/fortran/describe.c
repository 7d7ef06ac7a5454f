/* SPDX-License-Identifier: Apache-2.0 */
#include <ISO_Fortran_binding.h>

#include "ptychopatch/ptychopatch.h"

/* Fortran has no unsigned numbers: 16-bit ones stand for pixels, 8-bit ones for masks. */
static ppatch_dtype dtype_of(CFI_type_t type) {
  if (type == CFI_type_float) return PPATCH_F32;
  if (type == CFI_type_double) return PPATCH_F64;
  if (type == CFI_type_float_Complex) return PPATCH_C64;
  if (type == CFI_type_double_Complex) return PPATCH_C128;
  if (type == CFI_type_int32_t) return PPATCH_I32;
  if (type == CFI_type_int64_t) return PPATCH_I64;
  if (type == CFI_type_int16_t) return PPATCH_U16;
  if (type == CFI_type_int8_t) return PPATCH_U8;
  return 0;
}

void ppatch_fortran_describe(const CFI_cdesc_t *from, ppatch_array *to);

/* The axes in reverse: Fortran's first is the fastest, C's last. What no ppatch_array can describe
 * (a type without a dtype, more than PPATCH_MAX_NDIM axes, steps that are no whole elements) gets
 * the dtype or ndim 0, which every function refuses. */
void ppatch_fortran_describe(const CFI_cdesc_t *from, ppatch_array *to) {
  int64_t shape[PPATCH_MAX_NDIM] = {0};
  int64_t strides[PPATCH_MAX_NDIM] = {0};
  const CFI_index_t size = (CFI_index_t)from->elem_len;
  ppatch_dtype dtype = dtype_of(from->type);
  const int rank = from->rank <= PPATCH_MAX_NDIM ? from->rank : 0;
  int d;
  for (d = 0; d < rank; ++d) {
    const CFI_dim_t *dim = &from->dim[rank - 1 - d];
    shape[d] = dim->extent;
    strides[d] = size > 0 ? dim->sm / size : 0;
    if (size > 0 && dim->sm % size != 0) dtype = 0;
  }
  *to = ppatch_array_strided(from->base_addr, dtype, rank, shape, strides);
}
