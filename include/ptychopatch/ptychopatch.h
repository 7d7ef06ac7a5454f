/* SPDX-License-Identifier: Apache-2.0
 *
 * libptychopatch: patches of images, groups of their positions, and the shifts between images, for
 * ptychography and camera RAW.
 *
 * This is the C API's common part: status, arrays, context. It includes the operators, patches.h,
 * groups.h, registration.h, motion.h, pairs.h and scan.h. It is C99, needs <stdint.h> alone and has
 * no build switches: the same text serves every backend.
 *
 * Conventions
 *   - Pixel centres are integers; arrays are described row-major, (y, x) order. There is no
 *     half-pixel offset anywhere.
 *   - Sizes, strides and indices are 64-bit. Strides count elements, not bytes, and may be negative
 *     or, for inputs, zero.
 *   - Every function that can fail returns a ppatch_status; ppatch_last_error() then holds one
 *     sentence that names the argument, what was expected and what came. The library never prints,
 *     never aborts and never changes global state.
 *   - Options structs start with struct_size. Set it (the *_INIT macros do), leave the rest zero,
 *     and every zero means the documented default. Nothing is ever inferred from data.
 *   - A plan copies what it is given, unless the function's name says that it borrows. Memory that
 *     is borrowed stays as it is until the plan borrows other memory in its place or is destroyed.
 *   - Results do not depend on the number of threads, the memory budget, the size of a batch, the
 *     SIMD target or the caller's floating-point environment, bit for bit.
 *
 * Arithmetic: every call rounds to the nearest, computes with subnormal numbers and traps on
 * nothing, whatever the caller's floating-point environment is, which is as it was on return.
 * Callbacks run in the call's.
 *
 * Callbacks may call the library, on other plans than the one that called them. One that throws a
 * C++ exception ends the call, with OUT_OF_MEMORY for std::bad_alloc and INTERNAL for others, and
 * leaves the plan usable; deallocate does not throw. None leaves by longjmp().
 *
 * Threads: a context may be shared between threads. Different plans may run at the same time; one
 * plan belongs to one thread at a time. ppatch_last_error() is per thread. The library stays in
 * memory after dlclose(), for its threads' sake. A child that fork() makes may call it at any time:
 * with one thread, as ppatch_context_get_info says, where the process had made a context before;
 * plans that another thread was using then are of no use to it.
 */
#ifndef PTYCHOPATCH_PTYCHOPATCH_H_
#define PTYCHOPATCH_PTYCHOPATCH_H_

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Version ------------------------------------------------------------------------------ */

#define PPATCH_VERSION_MAJOR 0
#define PPATCH_VERSION_MINOR 1
#define PPATCH_VERSION_PATCH 0

/* Version of the loaded library as 10000 * major + 100 * minor + patch. */
int32_t ppatch_version(void);

/* The same as text, "0.1.0". Static storage. */
const char *ppatch_version_string(void);

/* ABI major number of the loaded library, the number in its SONAME. */
int32_t ppatch_abi_version(void);

/* ---- Status ------------------------------------------------------------------------------- */

/* Values are never reused. */
typedef int32_t ppatch_status;
enum {
  PPATCH_OK = 0,
  PPATCH_ERROR_INVALID_ARGUMENT = 1, /* the call's arguments are wrong; nothing was written */
  PPATCH_ERROR_OUT_OF_MEMORY = 2,    /* an allocation failed, or the memory budget is too small */
  PPATCH_ERROR_UNSUPPORTED = 3,      /* legal, but this backend cannot do it */
  PPATCH_ERROR_CANCELLED = 4,        /* the progress callback asked to stop; outputs are partial */
  PPATCH_ERROR_NOT_BUILT = 5,        /* the backend is not part of this installation */
  PPATCH_ERROR_NO_DEVICE = 6,        /* the backend is there, a device or driver is not */
  PPATCH_ERROR_DEVICE = 7,           /* the device failed */
  PPATCH_ERROR_IO = 8,               /* a file could not be read or written */
  PPATCH_ERROR_INTERNAL = 9          /* a fault of the library: please report it */
};

/* Short name of a status, "invalid argument". Static storage; never NULL, whatever the value. */
const char *ppatch_status_string(ppatch_status status);

/* What went wrong in the last call of this thread that failed; "" if none did. At most 1023
 * characters. Valid until the thread's next failing call. */
const char *ppatch_last_error(void);

/* ---- Arrays ------------------------------------------------------------------------------- */

typedef int32_t ppatch_dtype;
enum {
  PPATCH_F32 = 1,
  PPATCH_F64 = 2,
  PPATCH_C64 = 3,  /* two float32: real, imaginary */
  PPATCH_C128 = 4, /* two float64: real, imaginary */
  PPATCH_I32 = 5,
  PPATCH_I64 = 6,
  PPATCH_U16 = 7, /* pixels of a camera, or of pictures */
  PPATCH_U8 = 8,  /* masks; pixels of pictures */
  PPATCH_I16 = 9  /* pixels of some detectors */
};

/* Bytes of one element, 0 for a value that is no dtype. */
int64_t ppatch_dtype_size(ppatch_dtype dtype);

/* Where an array lives; the numbers are DLPack's. */
typedef int32_t ppatch_device_type;
enum { PPATCH_DEVICE_HOST = 1, PPATCH_DEVICE_CUDA = 2, PPATCH_DEVICE_CUDA_HOST = 3 };

#define PPATCH_MAX_NDIM 8

/* A view of memory that the caller owns. The layout is frozen. Inputs are never written. Outputs
 * are written in place. They may not overlap themselves: sorted by size, each stride must exceed
 * the span of the axes with smaller ones. Nor may they share a byte range with an input or another
 * output. Either is INVALID_ARGUMENT, as is data, or any other pointer, where no number of its type
 * may begin: a multiple of 8 for C128, whose parts are F64, of 1 for U8. An array with a zero in
 * its shape may have NULL data. */
typedef struct ppatch_array {
  void *data;
  ppatch_dtype dtype;
  int32_t ndim;                     /* 1 to PPATCH_MAX_NDIM */
  int64_t shape[PPATCH_MAX_NDIM];   /* the first ndim count */
  int64_t strides[PPATCH_MAX_NDIM]; /* in elements */
  ppatch_device_type device_type;
  int32_t device_id;
} ppatch_array;

/* A context on the CPU takes host arrays. One on CUDA takes those of its own device as they are,
 * and one that follows the arrays (PPATCH_BACKEND_AUTO) those of any device, in a call those of
 * one. Host arrays of a call on a device are copied through pinned buffers: patches and rows of
 * groups piece by piece, an image, a probe or points whole, within the memory budget. Outputs on
 * the host are complete on return; those on a device follow the plan's stream. What registration
 * leaves to the CPU, see registration.h, it does on host arrays alone.
 */

/* A host array with the given strides (in elements), or C-contiguous ones where strides is NULL. */
static inline ppatch_array ppatch_array_strided(const void *data, ppatch_dtype dtype, int32_t ndim,
                                                const int64_t *shape, const int64_t *strides) {
  ppatch_array array;
  int64_t step = 1;
  int32_t d;
  array.data = (void *)data;
  array.dtype = dtype;
  array.ndim = ndim;
  array.device_type = PPATCH_DEVICE_HOST;
  array.device_id = 0;
  for (d = PPATCH_MAX_NDIM - 1; d >= 0; --d) {
    array.shape[d] = d < ndim ? shape[d] : 0;
    array.strides[d] = d < ndim ? (strides ? strides[d] : step) : 0;
    if (d < ndim) step *= shape[d];
  }
  return array;
}

/* A C-contiguous host array. */
static inline ppatch_array ppatch_array_c(const void *data, ppatch_dtype dtype, int32_t ndim,
                                          const int64_t *shape) {
  return ppatch_array_strided(data, dtype, ndim, shape, (const int64_t *)0);
}

/* ---- What several families have in common --------------------------------------------------- */

/* The order of the two columns of positions or points, and of results that are given for each. */
typedef int32_t ppatch_axes;
enum { PPATCH_AXES_YX = 0, PPATCH_AXES_XY = 1 };

typedef int32_t ppatch_interpolation;
enum {
  PPATCH_INTERPOLATION_BILINEAR = 0,
  PPATCH_INTERPOLATION_NEAREST = 1, /* floor(p + 1/2) */
  PPATCH_INTERPOLATION_BICUBIC = 2, /* Keys' cubic convolution, a = -1/2 */
  PPATCH_INTERPOLATION_LANCZOS3 = 3 /* six taps, weights normalised to sum to one */
};

/* What lies outside of an image; beside each, SciPy's name for the same. */
typedef int32_t ppatch_boundary;
enum {
  PPATCH_BOUNDARY_ZERO = 0,     /* grid-constant, cval = 0 */
  PPATCH_BOUNDARY_CONSTANT = 1, /* grid-constant */
  PPATCH_BOUNDARY_EDGE = 2,     /* nearest */
  PPATCH_BOUNDARY_REFLECT = 3,  /* mirror: the edge sample is not repeated */
  PPATCH_BOUNDARY_WRAP = 4      /* grid-wrap */
};

/* ---- Backends ----------------------------------------------------------------------------- */

/* AUTO: a call of patches, groups or pairs runs where its arrays lie, on the CPU or on any card,
 * and what a card needs for it is made when its first array comes. Scene plans use the context's
 * card for arrays of the host as well, since their work outweighs the copies. Without a card, AUTO
 * is the CPU. CUDA: all runs on the context's card, and arrays of the host are copied there and
 * back. */
typedef int32_t ppatch_backend;
enum {
  PPATCH_BACKEND_AUTO = 0, /* where the arrays lie */
  PPATCH_BACKEND_CPU = 1,
  PPATCH_BACKEND_CUDA = 2
};

/* Number of devices that a backend offers here (the CPU: 1). A backend that cannot be used answers
 * NOT_BUILT or NO_DEVICE with *device_count = 0 and the reason in ppatch_last_error(). A backend
 * other than the CPU is a module, looked for in the folder that the environment variable
 * PPATCH_BACKEND_DIR names, else in the folder ptychopatch beside the library.
 * Errors: INVALID_ARGUMENT (unknown backend, NULL), NOT_BUILT, NO_DEVICE. */
ppatch_status ppatch_backend_probe(ppatch_backend backend, int32_t *device_count);

/* ---- Context ------------------------------------------------------------------------------ */

/* What plans share: a backend on a device, its threads, a memory budget, and the caller's
 * callbacks. A plan keeps its context alive; destroying the context first is fine. */
typedef struct ppatch_context ppatch_context;

typedef int32_t ppatch_log_level;
enum { PPATCH_LOG_LEVEL_DEBUG = 1, PPATCH_LOG_LEVEL_INFO = 2, PPATCH_LOG_LEVEL_WARNING = 3 };

/* Allocators: return memory aligned to `alignment` (a power of two) or NULL. */
typedef void *(*ppatch_allocate_fn)(void *user, uint64_t bytes, uint64_t alignment);
typedef void (*ppatch_deallocate_fn)(void *user, void *memory, uint64_t bytes);

/* The message lives for the call only. Called from the thread that called the library. */
typedef void (*ppatch_log_fn)(void *user, ppatch_log_level level, const char *message);

/* fraction grows from 0 to 1 within one execute call. Return non-zero to cancel: the call then ends
 * with CANCELLED. Called from the thread that called the library, between chunks of work. */
typedef int32_t (*ppatch_progress_fn)(void *user, double fraction);

typedef struct ppatch_context_options {
  uint32_t struct_size;
  ppatch_backend backend;
  int32_t device;             /* ordinal of the card; 0 for the CPU */
  int32_t num_threads;        /* CPU threads; 0: as many as the process may use */
  uint64_t memory_budget;     /* bytes of scratch a plan may hold on a device; 0: 1 GiB */
  ppatch_log_level log_level; /* least level that reaches log; 0: INFO */
  int32_t reserved;           /* 0 */
  /* Both or neither; NULL: the library's own, 64-byte aligned. They give host memory; where backend
   * is PPATCH_BACKEND_CUDA, the device's. With them, PPATCH_BACKEND_AUTO is the CPU. */
  ppatch_allocate_fn allocate;
  ppatch_deallocate_fn deallocate;
  void *allocator_user;
  ppatch_log_fn log; /* NULL: no log */
  void *log_user;
  ppatch_progress_fn progress; /* NULL: none */
  void *progress_user;
} ppatch_context_options;

#define PPATCH_CONTEXT_OPTIONS_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_context_options) }

/* Makes a context. *context is set to NULL first. options may be NULL: all defaults.
 * The environment variable PPATCH_SIMD (one of the names that ppatch_context_get_info gives, or
 * "scalar", "avx2", "avx3") forces a SIMD target, for tests.
 * Errors: INVALID_ARGUMENT, NOT_BUILT, NO_DEVICE, OUT_OF_MEMORY. */
ppatch_status ppatch_context_create(ppatch_context **context,
                                    const ppatch_context_options *options);

/* NULL is fine. */
void ppatch_context_destroy(ppatch_context *context);

/* Waits for all work of the context and reports late errors. On the CPU all calls are complete when
 * they return.  Errors: INVALID_ARGUMENT (NULL), DEVICE. */
ppatch_status ppatch_context_synchronize(ppatch_context *context);

typedef struct ppatch_context_info {
  uint32_t struct_size;
  ppatch_backend backend; /* AUTO where the context follows the arrays */
  int32_t device;
  int32_t num_threads;
  uint64_t memory_budget;
  char device_name[64]; /* "CPU", or the card's name */
  char simd[16];        /* SIMD target in use, "avx3"; "" on a device */
} ppatch_context_info;

#define PPATCH_CONTEXT_INFO_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_context_info) }

/* Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_context_get_info(const ppatch_context *context, ppatch_context_info *info);

#ifdef __cplusplus
} /* extern "C" */
#endif

#include "ptychopatch/groups.h"
#include "ptychopatch/motion.h"
#include "ptychopatch/pairs.h"
#include "ptychopatch/patches.h"
#include "ptychopatch/registration.h"
#include "ptychopatch/scan.h"

#endif /* PTYCHOPATCH_PTYCHOPATCH_H_ */
