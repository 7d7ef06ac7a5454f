/* SPDX-License-Identifier: Apache-2.0
 *
 * Registration: the shift between a reference image and many moving images, camera RAW mosaics
 * included. A part of ptychopatch.h, which includes it.
 *
 *     ppatch_scene_options options = PPATCH_SCENE_OPTIONS_INIT;
 *     options.height = 4000; options.width = 6000;
 *     ppatch_cfa_parse("RGGB", &options.cfa);
 *     ppatch_scene_plan_create(&plan, context, &options);
 *     ppatch_scene_plan_borrow_reference(plan, &reference);
 *     ppatch_scene_plan_align(plan, n, images, results);
 */
#ifndef PTYCHOPATCH_REGISTRATION_H_
#define PTYCHOPATCH_REGISTRATION_H_

#include "ptychopatch/ptychopatch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Images of a scene ------------------------------------------------------------------------
 *
 * The shift d = (dy, dx) registers the moving image M onto the reference R: moved by d, M lies on
 * R, so R[y, x] ~ M[y - dy, x - dx]. This is scikit-image's sign; PPATCH_SHIFT_SIGN_DISPLACEMENT
 * gives -d, OpenCV's. Shifts are in pixels of the arrays as given: sensor pixels for a mosaic.
 */

/* Colour filter array: which colour the pixel at (y, x) of the array has,
 * colour[(y mod height) * width + x mod width]. 0 x 0 (or 1 x 1): no mosaic. The layout is frozen.
 */
typedef struct ppatch_cfa {
  int32_t height;     /* 0, 1, 2 (Bayer) or 6 (X-Trans) */
  int32_t width;      /* the same */
  uint8_t colour[36]; /* row-major; 0 red, 1 green, 2 blue, 3 second green */
  uint8_t reserved[4];
} ppatch_cfa;

/* No mosaic: one colour throughout. */
static inline ppatch_cfa ppatch_cfa_none(void) {
  ppatch_cfa cfa;
  int32_t i;
  cfa.height = cfa.width = 0;
  for (i = 0; i < 36; ++i) cfa.colour[i] = 0;
  for (i = 0; i < 4; ++i) cfa.reserved[i] = 0;
  return cfa;
}

/* The array for a text of 4 (2 x 2) or 36 (6 x 6) letters R, G, B, row by row, as "RGGB". On an
 * error *cfa stays as it was.
 * Errors: INVALID_ARGUMENT (any other text, "" and NULL too; no mosaic is ppatch_cfa_none). */
ppatch_status ppatch_cfa_parse(const char *letters, ppatch_cfa *cfa);

/* The side b of the blocks of b x b pixels, the first at pixel (0, 0), that hold every colour: 1
 * without a mosaic, 2 for Bayer, 3 for X-Trans. ppatch_mosaic_bin averages over them.
 * Errors: INVALID_ARGUMENT (also for a cfa whose blocks lack a colour). */
ppatch_status ppatch_cfa_block(const ppatch_cfa *cfa, int64_t *block);

/* One image: frozen. pixels is (H, W), U8, U16, I16, F32 or F64, with any
 * strides. */
typedef struct ppatch_scene_image {
  ppatch_array pixels;
  ppatch_array mask;  /* (H, W) U8: 0 leaves the pixel out. data NULL: all pixels are in */
  double black[4];    /* level that stands for no light, by colour; [0] where there is no mosaic */
  double white;       /* a pixel at or above it is clipped; 0: none is */
  int32_t own_levels; /* 0: black and white are the plan's and those above are 0; 1: those above */
  int32_t reserved;   /* 0 */
} ppatch_scene_image;

/* An image with the plan's levels and no mask. */
static inline ppatch_scene_image ppatch_scene_image_of(ppatch_array pixels) {
  ppatch_scene_image image;
  const int64_t nothing[2] = {0, 0};
  int32_t c;
  image.pixels = pixels;
  image.mask = ppatch_array_c((const void *)0, PPATCH_U8, 2, nothing);
  for (c = 0; c < 4; ++c) image.black[c] = 0.0;
  image.white = 0.0;
  image.own_levels = 0;
  image.reserved = 0;
  return image;
}

/* ---- Scene plan -------------------------------------------------------------------------------
 *
 * PPATCH_METHOD_ML, the default, is the maximum-likelihood estimate for two noisy images of one
 * scene; with X = conj(R^) M^ the cross-spectrum, it maximises
 *     c(D) = sum over f of  W(|f|) Re(X(f) e^{+2 pi i f.D}),   D = -d,
 * with Hannan and Thomson's weight W = g / ((1 - g) S), S and the coherence g being measured from
 * the pair itself on rings of |f|.
 *   1. Conditioning: black subtracted, each CFA position divided by its own mean over unclipped
 *      pixels (gain and white balance cancel), the cubic surface that fits best removed; clipped
 *      pixels of the reference count as just clipped; isolated hot and dead pixels are replaced by
 *      the median of their eight nearest neighbours of the same colour; rows and columns that
 *      repeat from image to image (fixed pattern) are detected and left out, which a flag says.
 *   2. The baseband of the mosaic, |fy| and |fx| below 1/4 cycle per pixel (Bayer) or 1/6
 *      (X-Trans), which holds luminance alone; all of the spectrum of other images.
 *   3. A coarse peak within max_shift, then rounds of weights and Newton's iteration on windows
 *      that extract the same scene from both. Where the band's upper frequencies contradict its
 *      lower ones, as aliased ones do, they are left out.
 *
 * Nothing is demosaiced or interpolated. On mosaics it is unbiased where methods by colour planes
 * are drawn to the lattice of the CFA.
 *
 * The other methods are there to compare with other programs:
 *   - PHASE and CROSS: scikit-image's phase_cross_correlation with normalization "phase" or None,
 *     up to 1/upsample px. With a mask in either image: its masked normalised cross-correlation
 *     (Padfield), whole pixels, overlap_ratio. No conditioning beyond black, unless asked for.
 *   - PER_PLANE: phase correlation of each CFA position's own grid (4 of Bayer, 36 of X-Trans), up
 *     to 1/upsample grid px; the median or mean of them, in pixels of the mosaic.
 *
 * On a context on CUDA, ML works on the device, on as many images at a time as the memory budget
 * holds; its shifts are the CPU's but for rounding, far below their sigma, and its bits depend on
 * no batch. Where the device has no memory for a single image, or there is no cuFFT, it goes on on
 * the CPU, as the other methods always do: the log says why, ppatch_shift.backend what did the
 * work. A plan with a motion_search is the CPU's, too.
 */
typedef int32_t ppatch_method;
enum {
  PPATCH_METHOD_ML = 0,
  PPATCH_METHOD_PHASE = 1,
  PPATCH_METHOD_CROSS = 2,
  PPATCH_METHOD_PER_PLANE = 3
};

typedef int32_t ppatch_shift_sign;
enum {
  PPATCH_SHIFT_SIGN_REGISTER = 0,    /* d: what to move the moving image by */
  PPATCH_SHIFT_SIGN_DISPLACEMENT = 1 /* -d: where the reference's content is in the moving image */
};

/* What lies beyond an image. */
typedef int32_t ppatch_extent;
enum {
  PPATCH_EXTENT_LINEAR = 0,  /* nothing: windows are tapered, padded where max_shift exceeds half */
  PPATCH_EXTENT_CIRCULAR = 1 /* the image again; shifts are found within +-half of its size */
};

typedef int32_t ppatch_switch;
enum { PPATCH_SWITCH_AUTO = 0, PPATCH_SWITCH_ON = 1, PPATCH_SWITCH_OFF = 2 };

typedef int32_t ppatch_plane_average;
enum { PPATCH_PLANE_AVERAGE_MEDIAN = 0, PPATCH_PLANE_AVERAGE_MEAN = 1 };

/* How content moves from the reference to a moving image, see ppatch_scene_motion. */
typedef int32_t ppatch_motion_model;
enum {
  PPATCH_MOTION_MODEL_NONE = 0,        /* nothing is measured beyond one shift */
  PPATCH_MOTION_MODEL_TRANSLATION = 1, /* one shift */
  PPATCH_MOTION_MODEL_SIMILARITY = 2,  /* a shift, a rotation and a scale */
  PPATCH_MOTION_MODEL_AFFINE = 3,      /* a shift and a linear map */
  PPATCH_MOTION_MODEL_FIELD = 4        /* the tiles' shifts themselves */
};

/* What is looked for before tiles are measured, see ppatch_scene_motion. */
typedef int32_t ppatch_motion_search;
enum {
  PPATCH_MOTION_SEARCH_NONE = 0, /* a shift: the tiles see rotations to 1 degree, scales to 1 % */
  PPATCH_MOTION_SEARCH_ROTATION = 1 /* any rotation with any scale of 1/2 to 2 */
};

typedef struct ppatch_scene_options {
  uint32_t struct_size;
  ppatch_method method;
  int64_t height; /* of the largest image, required. Smaller ones are welcome: the common */
  int64_t width;  /* top-left area of reference and moving image is aligned */
  ppatch_cfa cfa;
  double black[4];      /* levels of images without own_levels */
  double white;         /* 0: no pixel is clipped */
  int64_t max_shift[2]; /* largest |dy| and |dx| to look for, px; 0: unlimited, that is the size
                           less a quarter of it, and less 8 px at the least */
  ppatch_shift_sign sign;
  ppatch_extent extent;
  ppatch_switch hot_pixels;    /* repair; AUTO: for ML and PER_PLANE on integer pixels */
  ppatch_switch fixed_pattern; /* detection and removal; AUTO: for ML */
  ppatch_plane_average plane_average;
  int32_t upsample;         /* PHASE, CROSS, PER_PLANE: grids of 1/upsample px, to 1000; 0: 1 */
  double overlap_ratio;     /* masked correlation: least overlap over the largest; 0: 0.3 */
  double false_alarm_limit; /* ML: an answer whose false_alarm is above it is UNRELATED; above 1e-18
                               of it where nothing else says that both images are alike: they tell
                               one direction alone, or overlap too little; 0: 1e-4; 1: no
                               false_alarm is */
  double ambiguity_limit;   /* ML: one whose ambiguity is above it is AMBIGUOUS; 0: 1e-4; 1: none */
  ppatch_motion_model motion; /* ML on a LINEAR extent: what tiles of an image are measured for */
  ppatch_motion_search motion_search; /* with motion SIMILARITY, AFFINE or FIELD; the CPU's */
} ppatch_scene_options;

#define PPATCH_SCENE_OPTIONS_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_scene_options) }

/* What became of one moving image. */
typedef int32_t ppatch_shift_status;
enum {
  PPATCH_SHIFT_STATUS_OK = 0,
  PPATCH_SHIFT_STATUS_FLAT = 1, /* no structure: one value throughout, black, or all left out */
  PPATCH_SHIFT_STATUS_SATURATED = 2,  /* less than a tenth of the pixels is below the white level */
  PPATCH_SHIFT_STATUS_NOT_FINITE = 3, /* a NaN or an infinity */
  PPATCH_SHIFT_STATUS_TOO_SMALL = 4,  /* too few pixels in common to tell a shift */
  /* Not the same scene: noise alone has peaks like this one, or the pair tells nothing along any
   * direction, or all frequencies together tell no more at the shift than chance would. */
  PPATCH_SHIFT_STATUS_UNRELATED = 5,
  /* The fine pass left the neighbourhood of the coarse peak. */
  PPATCH_SHIFT_STATUS_NOT_CONVERGED = 6,
  PPATCH_SHIFT_STATUS_REFERENCE = 7, /* the reference itself is flat, saturated or not finite */
  /* Another shift is about as likely: the scene repeats itself, or has edges in one direction
   * alone. Or most of the scene does not agree with the shift, and a part of it, not a little one,
   * agrees with another: something moves. Which of both is the camera's nothing tells. */
  PPATCH_SHIFT_STATUS_AMBIGUOUS = 8
};

/* One word for it, "ok", "flat", "saturated", "not-finite", "too-small", "unrelated",
 * "not-converged", "reference", "ambiguous". Static storage; never NULL, whatever the value. */
const char *ppatch_shift_status_string(ppatch_shift_status status);

typedef uint32_t ppatch_shift_flags;
enum {
  /* Within half a pixel of zero on both axes: what a pattern that stays with the sensor would give
   * as well. */
  PPATCH_SHIFT_FLAG_ZERO_LAG = 1,
  PPATCH_SHIFT_FLAG_FIXED_ROWS = 2,    /* row pattern found; lines of the spectrum were left out */
  PPATCH_SHIFT_FLAG_FIXED_COLUMNS = 4, /* column pattern, the same */
  /* Along one direction, or any, the pair tells nothing, as along a horizon: the standard deviation
   * there is the largest shift that was looked for; infinite for images of one row or column. */
  PPATCH_SHIFT_FLAG_BLIND = 8,
  /* Of an image whose tiles were measured: they contradict this one shift. The covariance has the
   * scatter of the tiles' shifts in it. Of a tile: it contradicts the model. */
  PPATCH_SHIFT_FLAG_MOVING = 16
};

/* The answer for one moving image. The layout is frozen. Where status is FLAT, SATURATED,
 * NOT_FINITE, TOO_SMALL or REFERENCE, or UNRELATED and there is no peak at all, shift and all that
 * is measured at it are NaN, lattice_shift is 0. NOT_CONVERGED has no covariance, peak, residual
 * and gain: they are NaN. */
typedef struct ppatch_shift {
  double shift[2];            /* (dy, dx), px, in the plan's sign */
  double covariance[3];       /* of shift: yy, yx, xx, px^2. ML only, else NaN */
  int64_t lattice_shift[2];   /* nearest shift that keeps colours, see ppatch_cfa_round */
  double lattice_residual[2]; /* shift - lattice_shift */
  double peak; /* normalised correlation of the two images at the shift, 0 to 1, in the band used */
  double second_peak_ratio; /* of the phase correlation, within max_shift: the largest value
                               elsewhere over the peak. Of ML: bins weighted by their signal, beyond
                               the peak's own slopes, of values that are no noise, as if images
                               overlapped there altogether; 0: there is none. Else: more than 8 px
                               from the peak */
  double coherence;         /* mean over the frequencies that are used, 0 to 1; ML only, else NaN */
  double residual;          /* |R - gain M|/|R| at the shift, in the band, 0 to 1 */
  double gain;              /* of the conditioned images, by least squares, in the band */
  int64_t common_height, common_width; /* the top-left area that was aligned */
  ppatch_shift_status status;
  ppatch_shift_flags flags;
  int32_t iterations;     /* Newton steps of the last round; ML only */
  ppatch_backend backend; /* that did the work: a device short of memory leaves it to the CPU */
  double false_alarm;     /* how probable it is that the highest of all peaks of noise, within
                             max_shift, is as high as this one; no less than ambiguity where the
                             second highest is noise; ML only, else NaN */
  double ambiguity; /* likelihood of the second best shift over that of the best, 0 to 1; 1 where
                       parts of the scene contradict each other; ML only, else NaN */
  double reserved[4];
} ppatch_shift;

/* Reference, conditioned, and the memory to align one image after another onto it. */
typedef struct ppatch_scene_plan ppatch_scene_plan;

/* Bytes of scratch that a plan would hold, within the context's budget. Of ML, for large images, up
 * to 6 a pixel of a mosaic and about 20 a pixel of other images, whose spectra are as large as they
 * are; a smaller budget costs time down to about 5 and 20. The least is what aligning one image
 * takes: a budget below it is refused. On a device: what a batch of images takes, several times as
 * much an image. Errors: INVALID_ARGUMENT; OUT_OF_MEMORY, with the least budget in the text. */
ppatch_status ppatch_scene_plan_bytes(const ppatch_context *context,
                                      const ppatch_scene_options *options, uint64_t *bytes);

/* Makes a plan and takes all its memory. *plan is set to NULL first. Errors: INVALID_ARGUMENT,
 * OUT_OF_MEMORY, UNSUPPORTED. */
ppatch_status ppatch_scene_plan_create(ppatch_scene_plan **plan, ppatch_context *context,
                                       const ppatch_scene_options *options);

/* NULL is fine. */
void ppatch_scene_plan_destroy(ppatch_scene_plan *plan);

/* The reference. The plan borrows its pixels and mask: they stay as they are until another
 * reference is borrowed or the plan is destroyed. A reference without structure is no error: every
 * result then has the status REFERENCE. Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_scene_plan_borrow_reference(ppatch_scene_plan *plan,
                                                 const ppatch_scene_image *reference);

/* Aligns images[0] to images[count - 1] onto the reference; results[j] is written for each. An
 * image's content never fails the call: it has a status of its own. Progress is told after each
 * image, on a device when its batch is done; a cancelled call has written the results of the images
 * before.
 * Errors: INVALID_ARGUMENT (no reference; an array whose description is wrong; then nothing is
 * written), OUT_OF_MEMORY, CANCELLED, DEVICE. */
ppatch_status ppatch_scene_plan_align(ppatch_scene_plan *plan, int64_t count,
                                      const ppatch_scene_image *images, ppatch_shift *results);

typedef struct ppatch_scene_plan_info {
  uint32_t struct_size;
  ppatch_method method;
  uint64_t bytes;    /* scratch held now */
  int64_t max_tiles; /* of an image; 0 where no motion model is asked for */
} ppatch_scene_plan_info;

#define PPATCH_SCENE_PLAN_INFO_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_scene_plan_info) }

/* The stream (a cudaStream_t) in whose order later calls of this plan read arrays on a device,
 * after its earlier calls. NULL: the plan's own, which follows the default stream; a plan on the
 * CPU takes only NULL. The stream may go once the calls that it was used for have returned. Errors:
 * INVALID_ARGUMENT, DEVICE. */
ppatch_status ppatch_scene_plan_set_stream(ppatch_scene_plan *plan, void *stream);

/* Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_scene_plan_get_info(const ppatch_scene_plan *plan,
                                         ppatch_scene_plan_info *info);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PTYCHOPATCH_REGISTRATION_H_ */
