/* SPDX-License-Identifier: Apache-2.0
 *
 * Scans: how refined positions lie to nominal ones. A part of ptychopatch.h, which includes it.
 */
#ifndef PTYCHOPATCH_SCAN_H_
#define PTYCHOPATCH_SCAN_H_

#include "ptychopatch/ptychopatch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Scan fit ---------------------------------------------------------------------------------
 *
 * A stage that turns, stretches or shears moves all positions of a scan by one affine map; what is
 * left over is each position's own. With q_k the nominal positions, p_k the refined ones and r_k
 * the residuals,
 *
 *     p_k = centre + shift + matrix (q_k - centre) + r_k,    centre = mean of q_k,
 *
 * are fitted by least squares: sum_k w_k r_k^T H_k r_k / sigma^2 is least. H_k is the information
 * that position k has, as the normal matrices of a position's refinement are; 1 on both axes where
 * there is none. w_k are Huber's weights: 1 up to 2.45 expected errors, beyond which 5 % of normal
 * ones lie, and falling as one over the error then.
 *
 * The matrix is a rotation times a stretched and sheared grid,
 *     matrix = R(rotation) [[scale_y, shear], [0, scale_x]],   R(a) = [[cos a, -sin a],
 *                                                                      [sin a,  cos a]],
 * in (y, x): a positive rotation turns the y axis towards x. scale_x is negative where the map
 * mirrors.
 */

typedef int32_t ppatch_scan_fit_status;
enum {
  PPATCH_SCAN_FIT_STATUS_OK = 0,
  PPATCH_SCAN_FIT_STATUS_FEW = 1, /* fewer than three positions have information */
  PPATCH_SCAN_FIT_STATUS_LINE = 2 /* nominal positions lie on one line, or information along one
                                     line alone: a matrix is not determined */
};

typedef struct ppatch_scan_fit_options {
  uint32_t struct_size;
  ppatch_axes axes; /* the columns of all arrays */
  /* What error is expected on an axis where H is 1, in px: 1 where H_k are inverse covariances. 0:
   * found from the residuals. */
  double sigma;
} ppatch_scan_fit_options;

#define PPATCH_SCAN_FIT_OPTIONS_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_scan_fit_options) }

/* Numbers by axis are (y, x), whatever the axes of arrays. Where status is not OK, the shift is
 * that of matrix 1 and all that needs a matrix is NaN; so is sigma where nothing tells it, and the
 * shift where no position has information. */
typedef struct ppatch_scan_fit_info {
  uint32_t struct_size;
  ppatch_scan_fit_status status;
  double centre[2];      /* px */
  double shift[2];       /* px */
  double matrix[4];      /* [yy, yx, xy, xx]: yx is what x does to y */
  double covariance[36]; /* of shift and matrix in this order, 6 x 6 */
  double rotation;       /* radians */
  double scale[2];
  double shear;
  double rotation_sigma; /* standard errors, from the covariance */
  double scale_sigma[2];
  double shear_sigma;
  double sigma;        /* as given, or found: of errors that are normal but for outliers */
  double chi2_per_dof; /* sum r^T H r / sigma^2 over the degrees of freedom; NaN without any */
  int64_t degrees_of_freedom; /* numbers that information is on, less 6 */
} ppatch_scan_fit_info;

#define PPATCH_SCAN_FIT_INFO_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_scan_fit_info) }

/* nominal, refined: (K, 2), F32 or F64, px. information: (K, 3), F32 or F64, the columns (H_00,
 * H_01, H_11) in the axes of positions, each H_k with no negative eigenvalue; NULL: 1 and 0.
 * residual: (K, 2) F64, written, or NULL. All on the host. options may be NULL.
 * Errors: INVALID_ARGUMENT (what is not finite is named by its index), OUT_OF_MEMORY. */
ppatch_status ppatch_scan_fit(const ppatch_array *nominal, const ppatch_array *refined,
                              const ppatch_array *information,
                              const ppatch_scan_fit_options *options, const ppatch_array *residual,
                              ppatch_scan_fit_info *fit);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PTYCHOPATCH_SCAN_H_ */
