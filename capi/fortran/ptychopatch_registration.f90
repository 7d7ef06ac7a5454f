! SPDX-License-Identifier: Apache-2.0

!> Registration: registration.h. Shifts are (dy, dx) as there.
module ptychopatch_registration
  use, intrinsic :: iso_c_binding
  use ptychopatch_base
  implicit none
  public

  integer(c_int32_t), parameter :: PPATCH_METHOD_ML = 0
  integer(c_int32_t), parameter :: PPATCH_METHOD_PHASE = 1
  integer(c_int32_t), parameter :: PPATCH_METHOD_CROSS = 2
  integer(c_int32_t), parameter :: PPATCH_METHOD_PER_PLANE = 3

  integer(c_int32_t), parameter :: PPATCH_SHIFT_SIGN_REGISTER = 0
  integer(c_int32_t), parameter :: PPATCH_SHIFT_SIGN_DISPLACEMENT = 1

  integer(c_int32_t), parameter :: PPATCH_EXTENT_LINEAR = 0
  integer(c_int32_t), parameter :: PPATCH_EXTENT_CIRCULAR = 1

  integer(c_int32_t), parameter :: PPATCH_SWITCH_AUTO = 0
  integer(c_int32_t), parameter :: PPATCH_SWITCH_ON = 1
  integer(c_int32_t), parameter :: PPATCH_SWITCH_OFF = 2

  integer(c_int32_t), parameter :: PPATCH_PLANE_AVERAGE_MEDIAN = 0
  integer(c_int32_t), parameter :: PPATCH_PLANE_AVERAGE_MEAN = 1

  integer(c_int32_t), parameter :: PPATCH_SHIFT_STATUS_OK = 0
  integer(c_int32_t), parameter :: PPATCH_SHIFT_STATUS_FLAT = 1
  integer(c_int32_t), parameter :: PPATCH_SHIFT_STATUS_SATURATED = 2
  integer(c_int32_t), parameter :: PPATCH_SHIFT_STATUS_NOT_FINITE = 3
  integer(c_int32_t), parameter :: PPATCH_SHIFT_STATUS_TOO_SMALL = 4
  integer(c_int32_t), parameter :: PPATCH_SHIFT_STATUS_UNRELATED = 5
  integer(c_int32_t), parameter :: PPATCH_SHIFT_STATUS_NOT_CONVERGED = 6
  integer(c_int32_t), parameter :: PPATCH_SHIFT_STATUS_REFERENCE = 7

  integer(c_int32_t), parameter :: PPATCH_SHIFT_FLAG_ZERO_LAG = 1
  integer(c_int32_t), parameter :: PPATCH_SHIFT_FLAG_FIXED_ROWS = 2
  integer(c_int32_t), parameter :: PPATCH_SHIFT_FLAG_FIXED_COLUMNS = 4

  type, bind(c) :: ppatch_cfa
    integer(c_int32_t) :: height = 0
    integer(c_int32_t) :: width = 0
    integer(c_int8_t) :: colour(36) = 0
    integer(c_int8_t) :: reserved(4) = 0
  end type ppatch_cfa

  type, bind(c) :: ppatch_scene_image
    type(ppatch_array) :: pixels
    type(ppatch_array) :: mask = ppatch_array(dtype=PPATCH_U8, ndim=2)
    real(c_double) :: black(4) = 0
    real(c_double) :: white = 0
    integer(c_int32_t) :: own_levels = 0
    integer(c_int32_t) :: reserved = 0
  end type ppatch_scene_image

  type, bind(c) :: ppatch_scene_options
    integer(c_int32_t) :: struct_size = 176
    integer(c_int32_t) :: method = 0
    integer(c_int64_t) :: height = 0
    integer(c_int64_t) :: width = 0
    type(ppatch_cfa) :: cfa
    real(c_double) :: black(4) = 0
    real(c_double) :: white = 0
    integer(c_int64_t) :: max_shift(2) = 0
    integer(c_int32_t) :: sign = 0
    integer(c_int32_t) :: extent = 0
    integer(c_int32_t) :: hot_pixels = 0
    integer(c_int32_t) :: fixed_pattern = 0
    integer(c_int32_t) :: plane_average = 0
    integer(c_int32_t) :: upsample = 0
    real(c_double) :: overlap_ratio = 0
    real(c_double) :: reserved(2) = 0
  end type ppatch_scene_options

  type, bind(c) :: ppatch_shift
    real(c_double) :: shift(2) = 0
    real(c_double) :: covariance(3) = 0
    integer(c_int64_t) :: lattice_shift(2) = 0
    real(c_double) :: lattice_residual(2) = 0
    real(c_double) :: peak = 0
    real(c_double) :: second_peak_ratio = 0
    real(c_double) :: coherence = 0
    real(c_double) :: residual = 0
    real(c_double) :: gain = 0
    integer(c_int64_t) :: common_height = 0
    integer(c_int64_t) :: common_width = 0
    integer(c_int32_t) :: status = 0
    integer(c_int32_t) :: flags = 0
    integer(c_int32_t) :: iterations = 0
    integer(c_int32_t) :: backend = 0
    real(c_double) :: reserved(6) = 0
  end type ppatch_shift

  type, bind(c) :: ppatch_scene_plan_info
    integer(c_int32_t) :: struct_size = 16
    integer(c_int32_t) :: method = 0
    integer(c_int64_t) :: bytes = 0
  end type ppatch_scene_plan_info

  type, bind(c) :: ppatch_common_area
    integer(c_int64_t) :: reference_y = 0
    integer(c_int64_t) :: reference_x = 0
    integer(c_int64_t) :: moving_y = 0
    integer(c_int64_t) :: moving_x = 0
    integer(c_int64_t) :: height = 0
    integer(c_int64_t) :: width = 0
  end type ppatch_common_area

  type, bind(c) :: ppatch_resample_options
    integer(c_int32_t) :: struct_size = 32
    integer(c_int32_t) :: interpolation = 0
    integer(c_int32_t) :: boundary = 0
    integer(c_int32_t) :: period = 0
    real(c_double) :: gain = 0
    real(c_double) :: constant = 0
  end type ppatch_resample_options

  type, bind(c) :: ppatch_mask_options
    integer(c_int32_t) :: struct_size = 40
    integer(c_int32_t) :: reserved = 0
    real(c_double) :: gain = 0
    real(c_double) :: clip_bound = 0
    real(c_double) :: threshold = 0
    real(c_double) :: quantile = 0
  end type ppatch_mask_options

  interface
    function ppatch_shift_status_string(shift_status) bind(c) result(text)
      import
      integer(c_int32_t), value :: shift_status
      type(c_ptr) :: text
    end function
    function ppatch_scene_plan_bytes(context, options, bytes) bind(c) result(status)
      import
      type(c_ptr), value :: context
      type(ppatch_scene_options), intent(in) :: options
      integer(c_int64_t), intent(out) :: bytes
      integer(c_int32_t) :: status
    end function
    function ppatch_scene_plan_create(plan, context, options) bind(c) result(status)
      import
      type(c_ptr), intent(out) :: plan
      type(c_ptr), value :: context
      type(ppatch_scene_options), intent(in) :: options
      integer(c_int32_t) :: status
    end function
    subroutine ppatch_scene_plan_destroy(plan) bind(c)
      import
      type(c_ptr), value :: plan
    end subroutine
    function ppatch_scene_plan_borrow_reference(plan, reference) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_scene_image), intent(in) :: reference
      integer(c_int32_t) :: status
    end function
    function ppatch_scene_plan_align(plan, count, images, results) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      integer(c_int64_t), value :: count
      type(ppatch_scene_image), intent(in) :: images(*)
      type(ppatch_shift), intent(inout) :: results(*)
      integer(c_int32_t) :: status
    end function
    function ppatch_scene_plan_get_info(plan, info) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_scene_plan_info), intent(inout) :: info
      integer(c_int32_t) :: status
    end function
    function ppatch_cfa_parse(letters, cfa) bind(c) result(status)
      import
      character(kind=c_char), intent(in) :: letters(*)
      type(ppatch_cfa), intent(inout) :: cfa
      integer(c_int32_t) :: status
    end function
    function ppatch_cfa_round(cfa, shift, lattice) bind(c) result(status)
      import
      type(ppatch_cfa), intent(in) :: cfa
      real(c_double), intent(in) :: shift(2)
      integer(c_int64_t), intent(out) :: lattice(2)
      integer(c_int32_t) :: status
    end function
    function ppatch_common_area_of(reference_shape, moving_shape, shift, area) bind(c) &
      result(status)
      import
      integer(c_int64_t), intent(in) :: reference_shape(2), moving_shape(2), shift(2)
      type(ppatch_common_area), intent(out) :: area
      integer(c_int32_t) :: status
    end function
    function ppatch_image_shift(context, image, shift, options, out) bind(c) result(status)
      import
      type(c_ptr), value :: context
      type(ppatch_array), intent(in) :: image
      real(c_double), intent(in) :: shift(2)
      type(ppatch_resample_options), intent(in), optional :: options
      type(ppatch_array), intent(in) :: out
      integer(c_int32_t) :: status
    end function
    function ppatch_mosaic_normalise(context, cfa, image, out) bind(c) result(status)
      import
      type(c_ptr), value :: context
      type(ppatch_cfa), intent(in) :: cfa
      type(ppatch_scene_image), intent(in) :: image
      type(ppatch_array), intent(in) :: out
      integer(c_int32_t) :: status
    end function
    function ppatch_mosaic_bin(context, cfa, image, out) bind(c) result(status)
      import
      type(c_ptr), value :: context
      type(ppatch_cfa), intent(in) :: cfa
      type(ppatch_scene_image), intent(in) :: image
      type(ppatch_array), intent(in) :: out
      integer(c_int32_t) :: status
    end function
    function ppatch_pair_gain(context, anchor, target_image, gain) bind(c) result(status)
      import
      type(c_ptr), value :: context
      type(ppatch_array), intent(in) :: anchor, target_image
      real(c_double), intent(out) :: gain
      integer(c_int32_t) :: status
    end function
    function ppatch_pair_loss(context, anchor, target_image, gain, loss) bind(c) result(status)
      import
      type(c_ptr), value :: context
      type(ppatch_array), intent(in) :: anchor, target_image
      real(c_double), value :: gain
      real(c_double), intent(out) :: loss
      integer(c_int32_t) :: status
    end function
    function ppatch_pair_mask(context, anchor, target_image, options, mask, mask_mean) bind(c) &
      result(status)
      import
      type(c_ptr), value :: context
      type(ppatch_array), intent(in) :: anchor, target_image
      type(ppatch_mask_options), intent(in), optional :: options
      type(ppatch_array), intent(in) :: mask
      real(c_double), intent(out), optional :: mask_mean
      integer(c_int32_t) :: status
    end function
  end interface

contains

  !> The array for a text of 4 (2 x 2) or 36 (6 x 6) letters R, G, B, row by row, as 'RGGB'.
  function ppatch_cfa_parse_text(letters, cfa) result(status)
    character(*), intent(in) :: letters
    type(ppatch_cfa), intent(inout) :: cfa
    integer(c_int32_t) :: status
    status = ppatch_cfa_parse(letters // c_null_char, cfa)
  end function ppatch_cfa_parse_text

  !> An image with the plan's levels and no mask.
  function ppatch_scene_image_of(pixels) result(image)
    type(*), dimension(..), intent(in), target :: pixels
    type(ppatch_scene_image) :: image
    image%pixels = ppatch_array_of(pixels)
  end function ppatch_scene_image_of

  !> The word for what became of a moving image.
  function ppatch_shift_status_text(shift_status) result(text)
    integer(c_int32_t), intent(in) :: shift_status
    character(:), allocatable :: text
    text = ppatch_text_of(ppatch_shift_status_string(shift_status))
  end function ppatch_shift_status_text

end module ptychopatch_registration
