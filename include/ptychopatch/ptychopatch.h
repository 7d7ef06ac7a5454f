/* SPDX-License-Identifier: Apache-2.0
 *
 * libptychopatch: sub-pixel patches cut out of images at scan positions, and put back, exactly.
 *
 * This is the whole C API, with registration.h, which it includes. It is C99, needs <stdint.h>
 * alone and has no build switches: the same text serves every backend.
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
 *   - Results do not depend on the number of threads, the memory budget, the size of a batch or the
 *     SIMD level, bit for bit.
 *
 * Threads: a context may be shared between threads. Different plans may run at the same time; one
 * plan belongs to one thread at a time. ppatch_last_error() is per thread.
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
  PPATCH_U16 = 7, /* pixels of a camera */
  PPATCH_U8 = 8   /* masks */
};

/* Bytes of one element, 0 for a value that is no dtype. */
int64_t ppatch_dtype_size(ppatch_dtype dtype);

/* Where an array lives; the numbers are DLPack's. */
typedef int32_t ppatch_device_type;
enum { PPATCH_HOST = 1, PPATCH_CUDA = 2, PPATCH_CUDA_HOST = 3 };

#define PPATCH_MAX_NDIM 8

/* A view of memory that the caller owns. The layout is frozen. Inputs are never written. Outputs
 * are written in place. They may not overlap themselves: sorted by size, each stride must exceed
 * the span of the axes with smaller ones. Nor may they share a byte range with an input or another
 * output. Either is INVALID_ARGUMENT. An array with a zero in its shape may have NULL data. */
typedef struct ppatch_array {
  void *data;
  ppatch_dtype dtype;
  int32_t ndim;                     /* 1 to PPATCH_MAX_NDIM */
  int64_t shape[PPATCH_MAX_NDIM];   /* the first ndim count */
  int64_t strides[PPATCH_MAX_NDIM]; /* in elements */
  ppatch_device_type device_type;
  int32_t device_id;
} ppatch_array;

/* A host array with the given strides (in elements), or C-contiguous ones where strides is NULL. */
static inline ppatch_array ppatch_array_strided(const void *data, ppatch_dtype dtype, int32_t ndim,
                                                const int64_t *shape, const int64_t *strides) {
  ppatch_array array;
  int64_t step = 1;
  int32_t d;
  array.data = (void *)data;
  array.dtype = dtype;
  array.ndim = ndim;
  array.device_type = PPATCH_HOST;
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

/* ---- Backends ----------------------------------------------------------------------------- */

typedef int32_t ppatch_backend;
enum {
  PPATCH_BACKEND_AUTO = 0, /* CUDA where there is a device, else the CPU */
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
enum { PPATCH_LOG_DEBUG = 1, PPATCH_LOG_INFO = 2, PPATCH_LOG_WARNING = 3 };

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
  int32_t device;              /* ordinal within the backend */
  int32_t num_threads;         /* CPU threads; 0: as many as the process may use */
  uint64_t memory_budget;      /* bytes of scratch a plan may hold; 0: 1 GiB */
  ppatch_log_level log_level;  /* least level that reaches log; 0: INFO */
  int32_t reserved;            /* 0 */
  ppatch_allocate_fn allocate; /* both or neither; NULL: the library's own, 64-byte aligned */
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
 * "scalar", "sse4", "avx2", "avx3") forces a SIMD level, for tests.
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
  ppatch_backend backend;
  int32_t device;
  int32_t num_threads;
  uint64_t memory_budget;
  char device_name[64]; /* "CPU", or the card's name */
  char simd[16];        /* SIMD level in use, "avx3"; "" on a device */
} ppatch_context_info;

#define PPATCH_CONTEXT_INFO_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_context_info) }

/* Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_context_get_info(const ppatch_context *context, ppatch_context_info *info);

/* ---- Patches ----------------------------------------------------------------------------------
 *
 * Image I (H, W); K positions p_k = (y_k, x_k); patches of (h, w); anchor a. The patch is
 *
 *     P[k, r, q] = sum over taps t of  w_t(frac) * I~(y_k + r - a_y, x_k + q - a_x)
 *
 * where I~ is I extended by the boundary mode, every tap on its own. The weights are separable and
 * depend only on the fractional part, so they are constant over a patch; they are computed in
 * double precision. An axis on which a position is an integer is copied exactly.
 *
 * Shapes, with B groups of c = group_size positions, k = b * c + j:
 *     image      (H, W), or (M, H, W) for M images
 *     positions  (K, 2), or (B, c, 2)
 *     patches    flat (K, h, w); channel-last (B, h, w, c); channel-first (B, c, h, w)
 *     probe      (modes, h, w) for all positions, or (K, modes, h, w)
 *     waves      flat (K, modes, h, w); channel-last (B, modes, h, w, c);
 *                channel-first (B, c, modes, h, w)
 * With M images and no image index, every position is cut from every image, and patches and waves
 * have M as an additional first axis; per-position results too. With an image index (see
 * ppatch_patch_plan_set_image_index), position k belongs to image index[k] and no axis is added.
 *
 * Image, patches, waves and probe have one dtype: F32, F64, C64 or C128. Sums are accumulated in
 * that precision or better.
 */

typedef int32_t ppatch_interpolation;
enum {
  PPATCH_BILINEAR = 0,
  PPATCH_NEAREST = 1, /* floor(p + 1/2) */
  PPATCH_BICUBIC = 2, /* Keys' cubic convolution, a = -1/2 */
  PPATCH_LANCZOS3 = 3 /* six taps, weights normalised to sum to one */
};

typedef int32_t ppatch_boundary; /* SciPy's name for the same */
enum {
  PPATCH_ZERO = 0,     /* grid-constant, cval = 0 */
  PPATCH_CONSTANT = 1, /* grid-constant */
  PPATCH_EDGE = 2,     /* nearest */
  PPATCH_REFLECT = 3,  /* mirror: the edge sample is not repeated */
  PPATCH_WRAP = 4      /* grid-wrap */
};

typedef int32_t ppatch_anchor; /* the place in the patch that the position names */
enum {
  PPATCH_CORNER = 0, /* a = 0 */
  PPATCH_HALF = 1,   /* a = N div 2: PtychoPINN, ptypy, ptychodus */
  PPATCH_CENTRE = 2  /* a = (N - 1) / 2: pty-chi's Fourier path, OpenCV */
};

typedef int32_t
    ppatch_axes; /* order of the two columns of positions, and of per-position results */
enum { PPATCH_YX = 0, PPATCH_XY = 1 };

typedef int32_t ppatch_sign;
enum {
  PPATCH_WINDOW = 0, /* positions move the window, as above */
  PPATCH_CONTENT = 1 /* positions move the content: -p is used (CXI's sample motion) */
};

typedef int32_t ppatch_layout;
enum { PPATCH_FLAT = 0, PPATCH_CHANNEL_LAST = 1, PPATCH_CHANNEL_FIRST = 2 };

typedef int32_t ppatch_algorithm;
enum {
  PPATCH_ALGORITHM_AUTO = 0,    /* what the environment variable PPATCH_ALGORITHM says ("batched" or
                                   "iterative"), else batched */
  PPATCH_ALGORITHM_BATCHED = 1, /* all patches in one sweep, all threads */
  PPATCH_ALGORITHM_ITERATIVE = 2 /* patch by patch, pixel by pixel, one thread; equal bits */
};

typedef int32_t ppatch_local_offsets;
enum {
  PPATCH_LOCAL_OFFSETS_AS_GIVEN = 0,
  /* As PtychoPINN's get_image_patches has it with its local_offset_sign = -1: each group of c
   * positions is mirrored about its mean before use, 2 mean - p, the mean taken in double precision
   * and the sum of mean and mirrored local offset rounded once to float32. Only there for agreement
   * with that program. */
  PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN = 1
};

typedef struct ppatch_patch_options {
  uint32_t struct_size;
  ppatch_interpolation interpolation;
  int64_t patch_height; /* h >= 1, required */
  int64_t patch_width;  /* w >= 1, required */
  ppatch_boundary boundary;
  ppatch_anchor anchor;
  ppatch_axes axes;
  ppatch_sign sign;
  ppatch_layout layout;
  ppatch_algorithm algorithm;
  int64_t group_size; /* c; 0: 1. K must be a multiple of it */
  ppatch_local_offsets local_offsets;
  int32_t reserved;          /* 0 */
  double constant_real;      /* the value outside the image for PPATCH_CONSTANT */
  double constant_imag;      /* used for complex images */
  double jitter_sigma;       /* px; position k is moved by N(0, sigma) on each axis; 0: none */
  uint64_t jitter_seed;      /* the draw depends on (jitter_seed, k) alone */
  int64_t position_capacity; /* most positions the plan will ever hold; 0: those of create */
} ppatch_patch_options;

#define PPATCH_PATCH_OPTIONS_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_patch_options) }

/* A set of positions ready to be worked on. */
typedef struct ppatch_patch_plan ppatch_patch_plan;

/* Bytes of scratch that a plan for position_count positions would hold, within the context's
 * budget. Errors: INVALID_ARGUMENT; OUT_OF_MEMORY, with the least budget that would do in the text.
 */
ppatch_status ppatch_patch_plan_bytes(const ppatch_context *context, int64_t position_count,
                                      const ppatch_patch_options *options, uint64_t *bytes);

/* Makes a plan and takes all its memory. *plan is set to NULL first.
 * positions: as for ppatch_patch_plan_set_positions, or NULL: the plan has no position until
 * one of the set_positions functions is called (options->position_capacity is then required).
 * Errors: INVALID_ARGUMENT, OUT_OF_MEMORY, UNSUPPORTED. */
ppatch_status ppatch_patch_plan_create(ppatch_patch_plan **plan, ppatch_context *context,
                                       const ppatch_array *positions,
                                       const ppatch_patch_options *options);

/* NULL is fine. */
void ppatch_patch_plan_destroy(ppatch_patch_plan *plan);

/* New positions for a living plan: (K, 2) or (B, c, 2), F32 or F64, in pixels, K <= capacity, each
 * within +-1e9. The plan copies them. On an error the plan keeps its old positions. Drops the image
 * index where K changes.
 * Errors: INVALID_ARGUMENT (a NaN, an infinity or one out of range is named by its index). */
ppatch_status ppatch_patch_plan_set_positions(ppatch_patch_plan *plan,
                                              const ppatch_array *positions);

/* The same as integer part, I32, plus fraction, F32 or F64, both (K, 2) or (B, c, 2). The fraction
 * may have any finite value; it need not be in [0, 1). float32 positions resolve only 5e-4 px at
 * 4096 px: this form has no such limit. Errors: as above. */
ppatch_status ppatch_patch_plan_set_positions_split(ppatch_patch_plan *plan,
                                                    const ppatch_array *integer,
                                                    const ppatch_array *fraction);

/* Position k belongs to image index[k] of the (M, H, W) batch: (K,), I32 or I64, each >= 0; NULL
 * takes the index away. That each is < M is checked when an image comes. Errors: INVALID_ARGUMENT.
 */
ppatch_status ppatch_patch_plan_set_image_index(ppatch_patch_plan *plan, const ppatch_array *index);

/* The stream (a cudaStream_t) on which later calls of this plan are enqueued; the CPU takes only
 * NULL. Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_patch_plan_set_stream(ppatch_patch_plan *plan, void *stream);

/* The positions in use, (K, 2) F64, host: after mirroring and jitter, in the caller's axes and
 * sign. Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_patch_plan_get_positions(const ppatch_patch_plan *plan,
                                              const ppatch_array *positions);

typedef struct ppatch_patch_plan_info {
  uint32_t struct_size;
  ppatch_algorithm algorithm; /* the one that runs: batched or iterative */
  int64_t position_count;
  int64_t position_capacity;
  uint64_t bytes; /* scratch held now */
} ppatch_patch_plan_info;

#define PPATCH_PATCH_PLAN_INFO_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_patch_plan_info) }

/* Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_patch_plan_get_info(const ppatch_patch_plan *plan,
                                         ppatch_patch_plan_info *info);

/* Cuts all patches: patches = A image.
 * Errors of this and all functions below: INVALID_ARGUMENT, OUT_OF_MEMORY, CANCELLED, DEVICE. */
ppatch_status ppatch_patch_extract(ppatch_patch_plan *plan, const ppatch_array *image,
                                   const ppatch_array *patches);

/* Flags of the adjoints. */
enum { PPATCH_OVERWRITE = 0, PPATCH_ACCUMULATE = 1 };

/* Overlap-add: image = A* patches, the conjugate transpose of extract (for PPATCH_CONSTANT, of its
 * linear part, which is that of PPATCH_ZERO). coverage, unless NULL: the real image-shaped sum of
 * the weights, A* applied to patches of ones (F32 for C64, F64 for C128). With PPATCH_ACCUMULATE
 * both are added to what the arrays hold. Each pixel sums its patches in order of k: the result is
 * the same bits however the work is split. */
ppatch_status ppatch_patch_adjoint(ppatch_patch_plan *plan, const ppatch_array *patches,
                                   const ppatch_array *image, const ppatch_array *coverage,
                                   uint32_t flags);

/* Puts patches back together: image = A* patches / max(coverage, eps), with coverage (required,
 * written too) as above. eps > 0; pixels that no patch reaches become 0. */
ppatch_status ppatch_patch_assemble(ppatch_patch_plan *plan, const ppatch_array *patches,
                                    const ppatch_array *image, const ppatch_array *coverage,
                                    double eps);

/* Gradient by position: for cotangents G shaped as the patches,
 *     gradient[k]  = Re <G_k, dP_k/dp_k>,  <a, b> = sum conj(a) b,
 *     curvature[k] = |dP_k/dp_k|^2,  the sum over the patch, each axis on its own,
 * both (K, 2) or (M, K, 2), F32 or F64 as the image's real type, columns in the plan's axes. The
 * derivative is that of the interpolant itself, from the right at its kinks (in window
 * coordinates), and by the position in the caller's sign; it is 0 for PPATCH_NEAREST. curvature may
 * be NULL. */
ppatch_status ppatch_patch_position_gradient(ppatch_patch_plan *plan, const ppatch_array *image,
                                             const ppatch_array *cotangent,
                                             const ppatch_array *gradient,
                                             const ppatch_array *curvature);

/* Exit waves: waves[k, m] = probe[m or (k, m)] * P[k], in one pass. */
ppatch_status ppatch_patch_probe_extract(ppatch_patch_plan *plan, const ppatch_array *image,
                                         const ppatch_array *probe, const ppatch_array *waves);

/* Its adjoint by the image: image = A* sum_m conj(probe_m) waves_m. coverage, unless NULL: A*
 * applied to sum_m |probe_m|^2. flags as for ppatch_patch_adjoint. */
ppatch_status ppatch_patch_probe_adjoint_image(ppatch_patch_plan *plan, const ppatch_array *waves,
                                               const ppatch_array *probe, const ppatch_array *image,
                                               const ppatch_array *coverage, uint32_t flags);

/* Its adjoint by the probe: probe[m or (k, m)] = conj(P[k]) waves[k, m], summed over every axis
 * that the probe does not have: over k for a shared probe, and over the images where every position
 * is cut from every image. flags as for ppatch_patch_adjoint. */
ppatch_status ppatch_patch_probe_adjoint_probe(ppatch_patch_plan *plan, const ppatch_array *image,
                                               const ppatch_array *waves, const ppatch_array *probe,
                                               uint32_t flags);

#ifdef __cplusplus
} /* extern "C" */
#endif

#include "ptychopatch/registration.h"

#endif /* PTYCHOPATCH_PTYCHOPATCH_H_ */
