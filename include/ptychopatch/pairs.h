/* SPDX-License-Identifier: Apache-2.0
 *
 * What is done with a shift: colours kept, images moved, mosaics and aligned pairs measured. A part
 * of ptychopatch.h, which includes it.
 */
#ifndef PTYCHOPATCH_PAIRS_H_
#define PTYCHOPATCH_PAIRS_H_

#include "ptychopatch/motion.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Shifts that keep colours -----------------------------------------------------------------*/

/* The shift nearest to `shift` (finite, |.| <= 1e9) that moves every colour of the array onto the
 * same colour: both even for Bayer; for X-Trans (3a, 3b) with a + b even; whole pixels where there
 * is no mosaic; greens are one colour; of equally near ones, the smaller in dy, then dx. Errors:
 * INVALID_ARGUMENT. */
ppatch_status ppatch_cfa_round(const ppatch_cfa *cfa, const double shift[2], int64_t lattice[2]);

/* Where reference and moving image overlap once the moving image is moved by an integer shift d. */
typedef struct ppatch_common_area {
  int64_t reference_y, reference_x; /* its first pixel in the reference */
  int64_t moving_y, moving_x;       /* and in the moving image: that less d */
  int64_t height, width;            /* 0, 0 where they do not overlap */
} ppatch_common_area;

/* Both crops keep their colours where d is a lattice shift: take them by strides. Errors:
 * INVALID_ARGUMENT (a negative size, |shift| > 2^40, NULL). */
ppatch_status ppatch_common_area_of(const int64_t reference_shape[2], const int64_t moving_shape[2],
                                    const int64_t shift[2], ppatch_common_area *area);

/* ---- Images of several channels ------------------------------------------------------------- */

/* One channel of several, to register: out[y, x] = sum over c of w_c image[y, x, c], w being the
 * weights over their sum, added in the order of c in F64. A pixel with a channel at or above
 * `white` becomes white, so that a scene plan of the same white level takes it as clipped; 0: none
 * does. image: (H, W, C) with C from 1 to 16, U8, U16, I16, F32 or F64, and any strides, so planes
 * one after another, too. weights: C numbers, none below 0, not all 0; NULL: of three channels,
 * red, green and blue, the luminance of Rec. 709 (0.2126, 0.7152, 0.0722), else INVALID_ARGUMENT.
 * They apply to values as they are stored, linear or not. The shift of a scene of one colour that
 * is found in out is the most exact where w_c is s_c / v_c, s_c being the channel's share of the
 * contrast and v_c the variance of its noise. Alpha is no channel: leave it out by strides, and
 * make it the mask of ppatch_scene_image. out: (H, W) F32 or F64. Errors: INVALID_ARGUMENT,
 * OUT_OF_MEMORY. */
ppatch_status ppatch_image_luminance(ppatch_context *context, const ppatch_array *image,
                                     const double *weights, double white, const ppatch_array *out);

/* ---- Applying a shift or a motion -------------------------------------------------------------
 */

typedef struct ppatch_resample_options {
  uint32_t struct_size;
  ppatch_interpolation interpolation; /* as for patches: PPATCH_INTERPOLATION_BILINEAR, ... */
  ppatch_boundary boundary;
  int32_t period;  /* taps lie this many pixels apart, so that a mosaic keeps its colours: 2 for
                      Bayer, 6 for X-Trans; 0: 1 */
  double gain;     /* 0: 1 */
  double constant; /* the value outside for PPATCH_BOUNDARY_CONSTANT, before the gain */
  ppatch_shift_sign sign; /* of the shift or the motion that is given */
  int32_t reserved;       /* 0 */
} ppatch_resample_options;

#define PPATCH_RESAMPLE_OPTIONS_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_resample_options) }

/* Moves an image by d = shift (less it, of the sign DISPLACEMENT): out[y, x] = gain * image~(y -
 * dy, x - dx), with the taps and boundaries of patches. image and out: (H, W) or (C, H, W), one
 * dtype, U8, U16, I16, F32 or F64; out may have another H and W. Integers are rounded to the
 * nearest and clamped. options may be NULL: bilinear, zero outside. Errors: INVALID_ARGUMENT,
 * OUT_OF_MEMORY. */
ppatch_status ppatch_image_shift(ppatch_context *context, const ppatch_array *image,
                                 const double shift[2], const ppatch_resample_options *options,
                                 const ppatch_array *out);

/* Lays a moving image onto the reference, as a motion says that content has moved:
 *     out[x] = gain * image~(x - d(x)),    d(x) = shift + (matrix - 1) (x - centre),
 * x = (y, x) being a pixel of the reference, out's first one its first, and d's parts those of the
 * motion. Where the matrix is 1, this is ppatch_image_shift with the bits of it. Interpolation,
 * boundary, arrays and rounding are those of ppatch_image_shift; with a period, taps lie on the
 * lattice of out's own pixel, so that a mosaic stays one.
 *
 * motion: as ppatch_scene_plan_measure_motion writes it, or made by hand: its model (not NONE),
 * status (OK), centre, shift and matrix are read, within +-1e9 and the matrix within +-1000.
 * tiles: of a motion of the model FIELD all tile_count tiles that were measured, else NULL and 0.
 * The field adds to d(x) the r(x) that the tiles have beyond it. With x_t the centre of a tile
 * whose status is OK and that has no flag, and r_t its shift less the above d(x_t), r is the
 * bicubic B-spline on an even lattice of about as many points as there are tiles, from the least
 * x_t to the largest, that minimises sum over t |r(x_t) - r_t|^2 + 1e-5 sum of squared differences
 * of neighbouring coefficients: it goes through the tiles, and is as flat as it can be where there
 * is none. Beyond the outermost x_t it is what it is at the nearest place between them. Where no
 * tile is sound, r is 0. Errors: INVALID_ARGUMENT, OUT_OF_MEMORY. */
ppatch_status ppatch_image_warp(ppatch_context *context, const ppatch_array *image,
                                const ppatch_scene_motion *motion, int64_t tile_count,
                                const ppatch_tile_shift *tiles,
                                const ppatch_resample_options *options, const ppatch_array *out);

/* ---- Mosaics and pairs ------------------------------------------------------------------------
 *
 * What the tools of the RawNIND data set measure on an aligned pair: crop both to their common area
 * (by strides). ppatch_pair_measure does it all at once. */

/* out = (v - black) / (white - black), black by the pixel's colour; (H, W) F32 or F64. Needs
 * image->own_levels with white above each black; its mask is not used. Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_mosaic_normalise(ppatch_context *context, const ppatch_cfa *cfa,
                                      const ppatch_scene_image *image, const ppatch_array *out);

/* The same, averaged by colour over blocks of b x b pixels, b being that of ppatch_cfa_block: out
 * is (3, H div b, W div b), red, green, blue, F32 or F64.
 * Errors: INVALID_ARGUMENT (also for a cfa whose blocks lack a colour). */
ppatch_status ppatch_mosaic_bin(ppatch_context *context, const ppatch_cfa *cfa,
                                const ppatch_scene_image *image, const ppatch_array *out);

/* gain = mean(anchor) / mean(target). Both (H, W) or (C, H, W), of one shape, F32 or F64. NaN where
 * the target's mean is 0 or the arrays are empty. Sums are in F64. Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_pair_gain(ppatch_context *context, const ppatch_array *anchor,
                               const ppatch_array *target, double *gain);

/* loss = mean |anchor - gain target|; gain 0: that of ppatch_pair_gain. Errors: INVALID_ARGUMENT.
 */
ppatch_status ppatch_pair_loss(ppatch_context *context, const ppatch_array *anchor,
                               const ppatch_array *target, double gain, double *loss);

typedef struct ppatch_mask_options {
  uint32_t struct_size;
  int32_t reserved;  /* 0 */
  double gain;       /* of the target; 0: that of ppatch_pair_gain */
  double clip_bound; /* pixels of the anchor at or above it in any channel are masked; 0: none */
  double threshold;  /* 0: 0.4 */
  double quantile;   /* 0: 0.9999 */
} ppatch_mask_options;

#define PPATCH_MASK_OPTIONS_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_mask_options) }

/* Which pixels of an aligned pair agree. With G(v) = v^(1/2.2) for v > 0, else v, and
 *     difference = sum over channels |G(anchor) - G(gain target)|,
 * a pixel is kept (1) where difference <= min(threshold, its own quantile); the kept set is then
 * opened with a 3 x 3 cross (outside counts as rejected, as SciPy's binary_opening has it), and
 * clipped pixels are taken out. mask is (H, W) U8; *mask_mean, unless NULL, its mean. The quantile
 * is NumPy's, interpolated linearly. Differences of two F32 arrays are in single precision, of
 * others in double, rounded to single. options may be NULL. Errors: INVALID_ARGUMENT,
 * OUT_OF_MEMORY.
 */
ppatch_status ppatch_pair_mask(ppatch_context *context, const ppatch_array *anchor,
                               const ppatch_array *target, const ppatch_mask_options *options,
                               const ppatch_array *mask, double *mask_mean);

/* The layout is frozen. NaN is what cannot be measured. */
typedef struct ppatch_pair_measures {
  double raw_gain;  /* ppatch_pair_gain of the normalised images */
  double rgb_gain;  /* the same of the binned ones; NaN where there is no mosaic */
  double loss;      /* ppatch_pair_loss of the binned images, without a mosaic of the normalised */
  double mask_mean; /* what ppatch_pair_mask of these answers */
  double reserved[4];
} ppatch_pair_measures;

/* What ppatch_mosaic_normalise and ppatch_mosaic_bin to F32, ppatch_pair_gain, ppatch_pair_loss and
 * ppatch_pair_mask give one after the other, without an image in between: on the CPU it takes some
 * rows and 512 KiB a thread, and a byte for each place of the mask. Both of one size and pattern,
 * with levels as for ppatch_mosaic_normalise. options: as for ppatch_pair_mask; a gain of 0 is
 * rgb_gain, without a mosaic raw_gain. Where the gain is 0 or not finite, loss and mask_mean are
 * NaN and the mask is 0. mask: (H div b, W div b) U8, b being that of ppatch_cfa_block; NULL: none
 * is written. Errors: INVALID_ARGUMENT, OUT_OF_MEMORY. */
ppatch_status ppatch_pair_measure(ppatch_context *context, const ppatch_cfa *cfa,
                                  const ppatch_scene_image *anchor,
                                  const ppatch_scene_image *target,
                                  const ppatch_mask_options *options, const ppatch_array *mask,
                                  ppatch_pair_measures *measures);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PTYCHOPATCH_PAIRS_H_ */
