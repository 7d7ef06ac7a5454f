/* SPDX-License-Identifier: Apache-2.0
 *
 * Patches: sub-pixel patches extracted from images at scan positions, and put back, exactly. A part
 * of ptychopatch.h, which includes it.
 */
#ifndef PTYCHOPATCH_PATCHES_H_
#define PTYCHOPATCH_PATCHES_H_

#include "ptychopatch/ptychopatch.h"

#ifdef __cplusplus
extern "C" {
#endif

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
 *     probe      (modes, h, w) for all positions, or (K, modes, h, w); (h, w): one mode for all
 *     waves      flat (K, modes, h, w); channel-last (B, modes, h, w, c);
 *                channel-first (B, c, modes, h, w); of a probe (h, w), shaped as the patches
 * A probe of three axes is always (modes, h, w): one of a single mode for each position is
 * (K, 1, h, w).
 * With M images and no image index, every patch is extracted from every image, and patches and
 * waves have M as an additional first axis; per-position results too. With an image index (see
 * ppatch_patch_plan_set_image_index), position k belongs to image index[k] and no axis is added.
 *
 * Image, patches, waves and probe have one dtype: F32, F64, C64 or C128. Sums are accumulated in
 * that precision or better.
 */

/* The place in the patch that the position names. */
typedef int32_t ppatch_anchor;
enum {
  PPATCH_ANCHOR_CORNER = 0, /* a = 0 */
  PPATCH_ANCHOR_HALF = 1,   /* a = N div 2: PtychoPINN, ptypy, ptychodus */
  PPATCH_ANCHOR_CENTRE = 2  /* a = (N - 1) / 2: pty-chi's Fourier path, OpenCV */
};

typedef int32_t ppatch_sign;
enum {
  PPATCH_SIGN_WINDOW = 0, /* positions move the window, as above */
  PPATCH_SIGN_CONTENT = 1 /* positions move the content: -p is used (CXI's sample motion) */
};

typedef int32_t ppatch_layout;
enum { PPATCH_LAYOUT_FLAT = 0, PPATCH_LAYOUT_CHANNEL_LAST = 1, PPATCH_LAYOUT_CHANNEL_FIRST = 2 };

typedef int32_t ppatch_algorithm;
enum {
  /* What the environment variable PPATCH_ALGORITHM says, "batched" or "iterative"; else batched. */
  PPATCH_ALGORITHM_AUTO = 0,
  PPATCH_ALGORITHM_BATCHED = 1,  /* all patches in one sweep, all threads */
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

/* What is sampled between pixels where waves are made of patches and a probe. */
typedef int32_t ppatch_subpixel;
enum {
  PPATCH_SUBPIXEL_OBJECT = 0, /* the image: patches are interpolated, the probe stays */
  /* The probe: patches are taken at whole pixels, and what is left of the position shifts the probe
   * in Fourier space, as most reconstruction programs have it; see "Waves with a shifted probe".
   * The interpolation is not used: patches are those of PPATCH_INTERPOLATION_NEAREST. */
  PPATCH_SUBPIXEL_PROBE = 1
};

/* Which way PPATCH_INTERPOLATION_NEAREST and PPATCH_SUBPIXEL_PROBE round what lies half-way. */
typedef int32_t ppatch_halves;
enum {
  PPATCH_HALVES_UP = 0, /* floor(p + 1/2) */
  /* To the even pixel, as NumPy's round: of the position in window coordinates, before the anchor
   * is taken off; with PPATCH_ANCHOR_CENTRE after it, as programs that mean the middle have it. */
  PPATCH_HALVES_EVEN = 1
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
  double constant_real;      /* the value outside the image for PPATCH_BOUNDARY_CONSTANT */
  double constant_imag;      /* used for complex images */
  double jitter_sigma;       /* px; position k is moved by N(0, sigma) on each axis; 0: none */
  uint64_t jitter_seed;      /* the draw depends on (jitter_seed, k) alone */
  int64_t position_capacity; /* most positions the plan will ever hold; 0: those of create */
  ppatch_subpixel subpixel;
  ppatch_halves halves;
} ppatch_patch_options;

#define PPATCH_PATCH_OPTIONS_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_patch_options) }

/* A set of positions ready to be worked on. */
typedef struct ppatch_patch_plan ppatch_patch_plan;

/* Bytes of scratch that a plan for position_count positions would hold, within the context's
 * budget.
 * Errors: INVALID_ARGUMENT; OUT_OF_MEMORY, with the least budget that would do in the text. */
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

/* New positions for a living plan: (K, 2) or (B, c, 2), F32, F64, I32 or I64, in pixels,
 * K <= capacity, each within +-1e9. On an error the plan keeps its old
 * positions. Drops the image index where K changes. Errors: INVALID_ARGUMENT (a NaN, an infinity or
 * one out of range is named by its index). */
ppatch_status ppatch_patch_plan_set_positions(ppatch_patch_plan *plan,
                                              const ppatch_array *positions);

/* The same as integer part, I32, plus fraction, F32 or F64, both (K, 2) or (B, c, 2). The fraction
 * may have any finite value; it need not be in [0, 1). float32 positions resolve only 5e-4 px at
 * 4096 px: this form has no such limit. Errors: as above. */
ppatch_status ppatch_patch_plan_set_positions_split(ppatch_patch_plan *plan,
                                                    const ppatch_array *integer,
                                                    const ppatch_array *fraction);

/* Position k belongs to image index[k] of the (M, H, W) batch: (K,), I32 or I64, host, each >= 0;
 * NULL takes the index away. That each is < M is checked when an image comes.
 * Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_patch_plan_set_image_index(ppatch_patch_plan *plan, const ppatch_array *index);

/* The stream (a cudaStream_t) on which later calls of this plan are enqueued, after its earlier
 * ones. NULL: the plan's own; the CPU takes only NULL. The stream may go once the calls that it was
 * set for have returned. Calls on device arrays can be captured into a graph when each has run once
 * before; a replay takes the positions that are set then, as many as were captured.
 * Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_patch_plan_set_stream(ppatch_patch_plan *plan, void *stream);

/* The positions in use, (K, 2) F64, host: after mirroring and jitter, in the caller's axes and
 * sign; with PPATCH_HALVES_EVEN and PPATCH_INTERPOLATION_NEAREST, after rounding.
 * Errors: INVALID_ARGUMENT. */
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

/* Extracts all patches: patches = A image.
 * Errors of this and all functions below: INVALID_ARGUMENT, OUT_OF_MEMORY, CANCELLED, DEVICE; with
 * a shifted probe UNSUPPORTED where the backend has no transforms for it (cuFFT is not there). */
ppatch_status ppatch_patch_extract(ppatch_patch_plan *plan, const ppatch_array *image,
                                   const ppatch_array *patches);

typedef uint32_t ppatch_adjoint_flags;
enum { PPATCH_ADJOINT_OVERWRITE = 0, PPATCH_ADJOINT_ACCUMULATE = 1 };

/* Overlap-add: image = A* patches, the conjugate transpose of extract (for
 * PPATCH_BOUNDARY_CONSTANT, of its linear part, which is that of PPATCH_BOUNDARY_ZERO). coverage,
 * unless NULL: the real image-shaped sum of the weights, A* applied to patches of ones (F32 for
 * C64, F64 for C128). With PPATCH_ADJOINT_ACCUMULATE both are added to what the arrays hold. Each
 * pixel sums its patches in order of k: the result is the same bits however the work is split. */
ppatch_status ppatch_patch_adjoint(ppatch_patch_plan *plan, const ppatch_array *patches,
                                   const ppatch_array *image, const ppatch_array *coverage,
                                   ppatch_adjoint_flags flags);

/* Puts patches back together: image = A* patches / max(coverage, eps), with coverage (required,
 * written too) as above. eps > 0; pixels that no patch reaches become 0. */
ppatch_status ppatch_patch_assemble(ppatch_patch_plan *plan, const ppatch_array *patches,
                                    const ppatch_array *image, const ppatch_array *coverage,
                                    double eps);

/* How a least-squares assembly goes on and ends. */
typedef struct ppatch_patch_solve_options {
  uint32_t struct_size;
  int32_t max_iterations; /* 0: 100 */
  double tolerance;       /* of the residual, below 1; 0: 1e-10 */
  double lambda;          /* >= 0: what keeps pixels near where they began */
} ppatch_patch_solve_options;

#define PPATCH_PATCH_SOLVE_OPTIONS_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_patch_solve_options) }

typedef struct ppatch_patch_solve_info {
  uint32_t struct_size;
  int32_t reserved;   /* 0 */
  int64_t iterations; /* made; of several images, the most */
  double residual;    /* where they ended; of several images, the largest */
} ppatch_patch_solve_info;

#define PPATCH_PATCH_SOLVE_INFO_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_patch_solve_info) }

/* Puts patches back together exactly, where assemble's mean of overlapping patches blurs what was
 * interpolated: the image x that makes
 *
 *     sum_k weights[k] |A_k x - patches[k]|^2 + lambda |x - x0|^2
 *
 * least, A_k being the extraction of patch k. weights: (K,), F32 or F64, each >= 0; NULL: all 1.
 * coverage, unless NULL: the real image-shaped sum of the weights, A* W applied to patches of ones.
 * The image begins as x0 = A* W patches / coverage, or 0 where the coverage is below 1e-3 of its
 * largest value in that image. Pixels that no patch reaches stay 0. options may be NULL: defaults.
 * info may be NULL.
 *
 * Conjugate gradients on the normal equations (A* W A + lambda) x = A* W patches + lambda x0, with
 * the diagonal as preconditioner, in double precision; for F32 and C64 the iterations themselves
 * run in single precision, and every 16 of them the residual is computed anew in double. They end
 * where |(A* W A + lambda) x - b| <= tolerance |b|, b being the right side (info's residual is that
 * quotient), after max_iterations, or where patches tell the next direction less than rounding
 * does: x stays as it began along it. A* W A is a stencil whose coefficients depend on positions
 * and weights alone: patches are read once, and an iteration costs no patch.
 *
 * Where a pixel is reached by several patches with different fractions, x is what they were
 * extracted from, to rounding. At the rim of a scan, where one patch alone reaches, there are more
 * pixels than numbers: what is found there is the answer nearest x0 so far, whatever the coverage.
 * More iterations carry exactness outwards, and a lambda > 0 keeps noise from growing there.
 *
 * Takes memory in proportion to one image, all of it during the call and within the context's
 * budget: see ppatch_patch_solve_bytes. Results are the same bits for any number of threads and
 * budget.
 * Errors: besides those above UNSUPPORTED: on a device, for now. */
ppatch_status ppatch_patch_solve(ppatch_patch_plan *plan, const ppatch_array *patches,
                                 const ppatch_array *weights, const ppatch_array *image,
                                 const ppatch_array *coverage,
                                 const ppatch_patch_solve_options *options,
                                 ppatch_patch_solve_info *info);

/* The least memory budget for ppatch_patch_solve with images of this dtype and shape, the plan's
 * own scratch included. Nothing is written to the image.
 * Errors: INVALID_ARGUMENT, UNSUPPORTED. */
ppatch_status ppatch_patch_solve_bytes(ppatch_patch_plan *plan, const ppatch_array *image,
                                       uint64_t *bytes);

/* Gradient by position: for cotangents G shaped as the patches,
 *     gradient[k]  = Re <G_k, dP_k/dp_k>,  <a, b> = sum conj(a) b,
 *     curvature[k] = |dP_k/dp_k|^2,  the sum over the patch, each axis on its own,
 * both (K, 2) or (M, K, 2), F32 or F64 as the image's real type, columns in the plan's axes. The
 * derivative is that of the interpolant itself, from the right at its kinks (in window
 * coordinates), and by the position in the caller's sign; it is 0 for PPATCH_INTERPOLATION_NEAREST
 * and for PPATCH_SUBPIXEL_PROBE.
 * curvature may be NULL. */
ppatch_status ppatch_patch_position_gradient(ppatch_patch_plan *plan, const ppatch_array *image,
                                             const ppatch_array *cotangent,
                                             const ppatch_array *gradient,
                                             const ppatch_array *curvature);

/* Waves with a shifted probe. With PPATCH_SUBPIXEL_PROBE, and c_k the place in the image where the
 * patch's first pixel falls (the position, with sign and anchor applied), on each axis
 *
 *     n_k = floor(c_k + 1/2),  delta_k = c_k - n_k,  P[k] = I~ at n_k, whole pixels,
 *     waves[k, m] = (S_delta_k probe_m) . P[k],
 *     S_delta a = F^-1 (e^{-2 pi i (f_y delta_y + f_x delta_x)} F a),
 *
 * halves rounded as the option says, F the discrete Fourier transform of (h, w) and f its
 * frequencies as NumPy's fftfreq orders them: the line h / 2 of an even h counts as -1/2, so S is
 * unitary, and S_-delta is its adjoint and its inverse. The shift is circular: a probe that has not
 * fallen off at the window's edge comes in on the other side. For real dtypes it is the real part
 * of S_delta a. Where delta is 0 on both axes the probe is taken as it is.
 *
 * The three functions below then compute this model: with S_delta_k probe_m for probe_m, the
 * adjoint by the probe being sum_k S_-delta_k (conj(P[k]) waves[k, m]), summed in Fourier space in
 * segments of 16 positions and these in their order. A plan keeps the transforms of up to 16 modes
 * of a probe for the time of a call, as many as its budget allows; those of others, and of a probe
 * for each position, are made for each position. The result is the same bits for any budget.
 *
 * An object that differs much over a pixel is sampled better by a shifted probe; where the probe is
 * larger than the window, as in the near field, an interpolated object is the right model. */

/* Exit waves: waves[k, m] = probe[m or (k, m)] * P[k], in one pass. */
ppatch_status ppatch_patch_probe_extract(ppatch_patch_plan *plan, const ppatch_array *image,
                                         const ppatch_array *probe, const ppatch_array *waves);

/* Its adjoint by the image: image = A* sum_m conj(probe_m) waves_m. coverage, unless NULL: A*
 * applied to sum_m |probe_m|^2. flags as for ppatch_patch_adjoint. */
ppatch_status ppatch_patch_probe_adjoint_image(ppatch_patch_plan *plan, const ppatch_array *waves,
                                               const ppatch_array *probe, const ppatch_array *image,
                                               const ppatch_array *coverage,
                                               ppatch_adjoint_flags flags);

/* Its adjoint by the probe: probe[m or (k, m)] = conj(P[k]) waves[k, m], summed over every axis
 * that the probe does not have: over k for a shared probe, and over the images where every position
 * is on every image. flags as for ppatch_patch_adjoint. */
ppatch_status ppatch_patch_probe_adjoint_probe(ppatch_patch_plan *plan, const ppatch_array *image,
                                               const ppatch_array *waves, const ppatch_array *probe,
                                               ppatch_adjoint_flags flags);

/* Gradient and normal matrix of each position through the waves, of either model: for cotangents G
 * shaped as the waves,
 *     gradient[k] = sum_m Re <G[k, m], d waves[k, m] / dp_k>,
 *     normal[k]   = sum_m (|d_0|^2, Re <d_0, d_1>, |d_1|^2),  d_a = d waves[k, m] / dp_k[a],
 * each summed over the pixels; a the columns of the positions. gradient is (K, 2) or (M, K, 2),
 * normal (K, 3) or (M, K, 3), F32 or F64 as the image's real type. With the residual of the waves
 * as cotangent, -normal^-1 gradient is the Gauss-Newton step of a position. probe NULL: waves are
 * the patches, and gradient is that of ppatch_patch_position_gradient. The derivative is by the
 * position in the caller's sign: with PPATCH_SUBPIXEL_OBJECT that of the interpolant, from the
 * right at its kinks (in window coordinates); with PPATCH_SUBPIXEL_PROBE that of S_delta, the
 * transform multiplied by -2 pi i f, and 0 without a probe. Nothing of the waves' size is held.
 * normal may be NULL. */
ppatch_status ppatch_patch_position_normal(ppatch_patch_plan *plan, const ppatch_array *image,
                                           const ppatch_array *probe, const ppatch_array *cotangent,
                                           const ppatch_array *gradient,
                                           const ppatch_array *normal);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PTYCHOPATCH_PATCHES_H_ */
