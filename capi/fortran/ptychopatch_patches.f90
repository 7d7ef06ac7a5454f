! SPDX-License-Identifier: Apache-2.0

!> Patches: patches.h.
module ptychopatch_patches
  use, intrinsic :: iso_c_binding
  use ptychopatch_base
  implicit none
  public

  integer(c_int32_t), parameter :: PPATCH_INTERPOLATION_BILINEAR = 0
  integer(c_int32_t), parameter :: PPATCH_INTERPOLATION_NEAREST = 1
  integer(c_int32_t), parameter :: PPATCH_INTERPOLATION_BICUBIC = 2
  integer(c_int32_t), parameter :: PPATCH_INTERPOLATION_LANCZOS3 = 3

  integer(c_int32_t), parameter :: PPATCH_BOUNDARY_ZERO = 0
  integer(c_int32_t), parameter :: PPATCH_BOUNDARY_CONSTANT = 1
  integer(c_int32_t), parameter :: PPATCH_BOUNDARY_EDGE = 2
  integer(c_int32_t), parameter :: PPATCH_BOUNDARY_REFLECT = 3
  integer(c_int32_t), parameter :: PPATCH_BOUNDARY_WRAP = 4

  integer(c_int32_t), parameter :: PPATCH_ANCHOR_CORNER = 0
  integer(c_int32_t), parameter :: PPATCH_ANCHOR_HALF = 1
  integer(c_int32_t), parameter :: PPATCH_ANCHOR_CENTRE = 2

  integer(c_int32_t), parameter :: PPATCH_AXES_YX = 0
  integer(c_int32_t), parameter :: PPATCH_AXES_XY = 1

  integer(c_int32_t), parameter :: PPATCH_SIGN_WINDOW = 0
  integer(c_int32_t), parameter :: PPATCH_SIGN_CONTENT = 1

  integer(c_int32_t), parameter :: PPATCH_LAYOUT_FLAT = 0
  integer(c_int32_t), parameter :: PPATCH_LAYOUT_CHANNEL_LAST = 1
  integer(c_int32_t), parameter :: PPATCH_LAYOUT_CHANNEL_FIRST = 2

  integer(c_int32_t), parameter :: PPATCH_ALGORITHM_AUTO = 0
  integer(c_int32_t), parameter :: PPATCH_ALGORITHM_BATCHED = 1
  integer(c_int32_t), parameter :: PPATCH_ALGORITHM_ITERATIVE = 2

  integer(c_int32_t), parameter :: PPATCH_LOCAL_OFFSETS_AS_GIVEN = 0
  integer(c_int32_t), parameter :: PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN = 1

  integer(c_int32_t), parameter :: PPATCH_ADJOINT_OVERWRITE = 0
  integer(c_int32_t), parameter :: PPATCH_ADJOINT_ACCUMULATE = 1

  type, bind(c) :: ppatch_patch_options
    integer(c_int32_t) :: struct_size = 104
    integer(c_int32_t) :: interpolation = 0
    integer(c_int64_t) :: patch_height = 0
    integer(c_int64_t) :: patch_width = 0
    integer(c_int32_t) :: boundary = 0
    integer(c_int32_t) :: anchor = 0
    integer(c_int32_t) :: axes = 0
    integer(c_int32_t) :: sign = 0
    integer(c_int32_t) :: layout = 0
    integer(c_int32_t) :: algorithm = 0
    integer(c_int64_t) :: group_size = 0
    integer(c_int32_t) :: local_offsets = 0
    integer(c_int32_t) :: reserved = 0
    real(c_double) :: constant_real = 0
    real(c_double) :: constant_imag = 0
    real(c_double) :: jitter_sigma = 0
    integer(c_int64_t) :: jitter_seed = 0
    integer(c_int64_t) :: position_capacity = 0
  end type ppatch_patch_options

  type, bind(c) :: ppatch_patch_plan_info
    integer(c_int32_t) :: struct_size = 32
    integer(c_int32_t) :: algorithm = 0
    integer(c_int64_t) :: position_count = 0
    integer(c_int64_t) :: position_capacity = 0
    integer(c_int64_t) :: bytes = 0
  end type ppatch_patch_plan_info

  interface
    function ppatch_patch_plan_bytes(context, position_count, options, bytes) bind(c) result(status)
      import
      type(c_ptr), value :: context
      integer(c_int64_t), value :: position_count
      type(ppatch_patch_options), intent(in) :: options
      integer(c_int64_t), intent(out) :: bytes
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_plan_create(plan, context, positions, options) bind(c) result(status)
      import
      type(c_ptr), intent(out) :: plan
      type(c_ptr), value :: context
      type(ppatch_array), intent(in), optional :: positions
      type(ppatch_patch_options), intent(in) :: options
      integer(c_int32_t) :: status
    end function
    subroutine ppatch_patch_plan_destroy(plan) bind(c)
      import
      type(c_ptr), value :: plan
    end subroutine
    function ppatch_patch_plan_set_positions(plan, positions) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: positions
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_plan_set_positions_split(plan, integer_part, fraction) bind(c) &
      result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: integer_part, fraction
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_plan_set_image_index(plan, index) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in), optional :: index
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_plan_set_stream(plan, stream) bind(c) result(status)
      import
      type(c_ptr), value :: plan, stream
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_plan_get_positions(plan, positions) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: positions
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_plan_get_info(plan, info) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_patch_plan_info), intent(inout) :: info
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_extract(plan, image, patches) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: image, patches
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_adjoint(plan, patches, image, coverage, flags) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: patches, image
      type(ppatch_array), intent(in), optional :: coverage
      integer(c_int32_t), value :: flags
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_assemble(plan, patches, image, coverage, eps) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: patches, image, coverage
      real(c_double), value :: eps
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_position_gradient(plan, image, cotangent, gradient, curvature) bind(c) &
      result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: image, cotangent, gradient
      type(ppatch_array), intent(in), optional :: curvature
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_probe_extract(plan, image, probe, waves) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: image, probe, waves
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_probe_adjoint_image(plan, waves, probe, image, coverage, flags) bind(c) &
      result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: waves, probe, image
      type(ppatch_array), intent(in), optional :: coverage
      integer(c_int32_t), value :: flags
      integer(c_int32_t) :: status
    end function
    function ppatch_patch_probe_adjoint_probe(plan, image, waves, probe, flags) bind(c) &
      result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: image, waves, probe
      integer(c_int32_t), value :: flags
      integer(c_int32_t) :: status
    end function
  end interface

end module ptychopatch_patches
