/* SPDX-License-Identifier: Apache-2.0
 *
 * Registration beyond one shift: tiles, and models of how they move. A part of ptychopatch.h, which
 * includes it.
 *
 *     options.motion = PPATCH_MOTION_MODEL_AFFINE;
 *     ppatch_scene_plan_create(&plan, context, &options);
 *     ppatch_scene_plan_borrow_reference(plan, &reference);
 *     ppatch_scene_plan_measure_motion(plan, n, images, results, motions, 0, NULL);
 */
#ifndef PTYCHOPATCH_MOTION_H_
#define PTYCHOPATCH_MOTION_H_

#include "ptychopatch/registration.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Motion beyond one shift ------------------------------------------------------------------
 *
 * A plan whose options name a motion model measures, after an image's shift, tiles of both
 * band-limited images: 192 samples a side, half overlapping, smaller where an image is less than
 * five of them wide or high, down to 32 (a sample is a pixel; of Bayer mosaics 2, of X-Trans 3),
 * and larger again, up to 192, where noise leaves most of them an error above 0.15 samples. Each
 * has a shift with a covariance of its own. It is looked for up to a quarter of a tile from the
 * image's shift, then again where a first fit says that the tile is, the moving image resampled
 * there by that fit's linear map. Rotations to about one degree and scales to 1 % are found.
 *
 * With options.motion_search = PPATCH_MOTION_SEARCH_ROTATION any rotation is found with scales of
 * 1/2 to 2, of images that show the same scene about their centres. The magnitudes of both coarsest
 * scales' spectra, over 512 angles and the logarithm of frequency, are correlated; the best
 * rotations and scales, each with its half turn, and none at all, are tried by phase. The moving
 * image is resampled by the best map, tiles of that measure what is left, and so on until no corner
 * moves by 0.1 samples; the answer is both maps' together. Tiles lie where the moving image has
 * content. A map that tiles see without a search is measured as without one. Then:
 *   - ppatch_shift.shift is the motion's, at the centre c, with its covariance; MOVING and
 *     contradiction tell what the model does not explain; peak, second_peak_ratio, coherence,
 *     residual and gain are of the coarsest scale;
 *   - false_alarm counts all rotations and scales that are searched, ambiguity another one of them;
 *   - both statuses are one: an image is OK where it and its tiles are, and has no motion
 * otherwise. Only an AMBIGUOUS one still has a shift. Of large rotations mind the definition of
 * matrix: content at x is at c - shift + (2 - matrix) (x - c) of the moving image, and with
 * PPATCH_SHIFT_SIGN_DISPLACEMENT at c + shift + matrix (x - c).
 *
 * Models are fitted by generalised least squares with the tiles' covariances, what overlapping
 * tiles have in common, and Huber's weights. Tiles that contradict the affine model beyond 4.5
 * standard deviations are left out of every fit and have the flag MOVING. With x a place in the
 * reference and c the centre of the common area, the shift at x is
 *     d(x) = shift + (matrix - 1) (x - c),    R[x] ~ M[x - d(x)].
 */

/* What the tiles of one image tell. The layout is frozen. Where status is not OK, shift, matrix and
 * covariance are NaN. */
typedef struct ppatch_scene_motion {
  ppatch_motion_model model;  /* the plan's; of FIELD, what follows is the affine model's */
  ppatch_shift_status status; /* the image's own; UNRELATED: too few tiles agree; TOO_SMALL: too
                                 little is in common for three tiles of 32 samples along each
                                 axis */
  double centre[2];           /* c = (y, x), px of the reference */
  double shift[2];            /* at c, px, in the plan's sign */
  double matrix[4];           /* yy, yx, xy, xx: (y, x) to (y, x) */
  double covariance[36];      /* of shift_y, shift_x, yy, yx, xy, xx; 6 x 6; what the model does not
                                 have is 0. As large as the residuals of the tiles that fit say */
  double chi_square[3];       /* per degree of freedom, of translation, similarity and affine, of
                                 the tiles that fit the affine model; NaN: too few tiles */
  double contradiction;       /* the same of the image's one shift and of all tiles measured, each
                                 counting 100 at the most; above 3 it is MOVING */
  int64_t tile_count;         /* tiles that were laid */
  int64_t tiles_used, tiles_rejected; /* fit the model; were measured and do not */
  int64_t tile_size;                  /* px a side */
  /* From the reference to the moving image, of the model's map: degrees by which content turns,
     counterclockwise as an image is seen whose rows go down, -180 to 180; and how much it grows */
  double rotation, scale;
  double reserved[6];
} ppatch_scene_motion;

/* One tile. The layout is frozen. */
typedef struct ppatch_tile_shift {
  double centre[2];           /* (y, x), px of the reference */
  double shift[2];            /* px, in the plan's sign; NaN where status is not OK */
  double covariance[3];       /* yy, yx, xx, px^2 */
  double residual[2];         /* shift less the model's */
  double coherence;           /* 0 to 1 */
  ppatch_shift_status status; /* OK; UNRELATED: it shows noise or nothing; or another */
  ppatch_shift_flags flags;   /* BLIND, MOVING */
  double reserved[2];
} ppatch_tile_shift;

/* Aligns as ppatch_scene_plan_align does, and writes motions[j] for each image. Of its tiles, row
 * by row, the first tile_capacity, at most motions[j].tile_count, are written to
 * tiles[j * tile_capacity]; tiles may be NULL where tile_capacity is 0. tile_capacity: at most
 * ppatch_scene_plan_info.max_tiles are ever laid.
 * Errors: as of ppatch_scene_plan_align; INVALID_ARGUMENT (also for a plan whose motion model is
 * NONE). */
ppatch_status ppatch_scene_plan_measure_motion(ppatch_scene_plan *plan, int64_t count,
                                               const ppatch_scene_image *images,
                                               ppatch_shift *results, ppatch_scene_motion *motions,
                                               int64_t tile_capacity, ppatch_tile_shift *tiles);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PTYCHOPATCH_MOTION_H_ */
