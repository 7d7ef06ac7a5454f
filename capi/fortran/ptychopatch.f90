! SPDX-License-Identifier: Apache-2.0

!> libptychopatch from Fortran: all of the C API, whose headers are the reference.
!>
!> Arrays are passed as ppatch_array_of(x) describes them: any type that has a dtype, any rank up to
!> PPATCH_MAX_NDIM, any section; nothing is copied. Axes count in reverse: an image of H rows and W
!> columns is image(W, H), positions (y, x) are positions(2, K), patches are patches(w, h, K). Shifts
!> stay shift(1) = dy, shift(2) = dx. Variables that the library writes to or keeps should be
!> `target`s; x must be a variable, not an expression, whose value would be gone after the call.
!>
!>     type(ppatch_patch_options) :: options
!>     options%patch_height = 64; options%patch_width = 64
!>     status = ppatch_context_create(context)
!>     status = ppatch_patch_plan_create(plan, context, ppatch_array_of(positions), options)
!>     status = ppatch_patch_extract(plan, ppatch_array_of(image), ppatch_array_of(patches))
!>     if (status /= PPATCH_OK) print *, ppatch_error_text()
module ptychopatch
  use ptychopatch_capi
  implicit none
  public

  interface
    subroutine ppatch_fortran_describe(x, array) bind(c)
      import
      type(*), dimension(..), intent(in) :: x
      type(ppatch_array), intent(out) :: array
    end subroutine
    function ppatch_c_strlen(text) bind(c, name="strlen") result(length)
      import
      type(c_ptr), value :: text
      integer(c_size_t) :: length
    end function
  end interface
  private :: ppatch_c_strlen

contains

  !> x, in place: real and complex numbers of 4 or 8 bytes a part, integers of 4 or 8, of 2 (unsigned
  !> pixels) or 1 (masks). Another type, or more than PPATCH_MAX_NDIM axes, is refused by whatever
  !> the array is given to.
  function ppatch_array_of(x) result(array)
    type(*), dimension(..), intent(in), target :: x
    type(ppatch_array) :: array
    call ppatch_fortran_describe(x, array)
  end function ppatch_array_of

  !> An image with the plan's levels and no mask.
  function ppatch_scene_image_of(pixels) result(image)
    type(*), dimension(..), intent(in), target :: pixels
    type(ppatch_scene_image) :: image
    image%pixels = ppatch_array_of(pixels)
  end function ppatch_scene_image_of

  !> The array for a text of 4 (2 x 2) or 36 (6 x 6) letters R, G, B, row by row, as 'RGGB'.
  function ppatch_cfa_parse_text(letters, cfa) result(status)
    character(*), intent(in) :: letters
    type(ppatch_cfa), intent(inout) :: cfa
    integer(c_int32_t) :: status
    status = ppatch_cfa_parse(letters // c_null_char, cfa)
  end function ppatch_cfa_parse_text

  !> What went wrong in the last call of this thread that failed.
  function ppatch_error_text() result(text)
    character(:), allocatable :: text
    text = ppatch_text_of(ppatch_last_error())
  end function ppatch_error_text

  !> The short name of a status.
  function ppatch_status_text(status) result(text)
    integer(c_int32_t), intent(in) :: status
    character(:), allocatable :: text
    text = ppatch_text_of(ppatch_status_string(status))
  end function ppatch_status_text

  !> The word for what became of a moving image.
  function ppatch_shift_status_text(shift_status) result(text)
    integer(c_int32_t), intent(in) :: shift_status
    character(:), allocatable :: text
    text = ppatch_text_of(ppatch_shift_status_string(shift_status))
  end function ppatch_shift_status_text

  !> A text that the library gives.
  function ppatch_text_of(from) result(text)
    type(c_ptr), intent(in) :: from
    character(:), allocatable :: text
    character(kind=c_char), pointer :: letters(:)
    integer :: i, failed
    call c_f_pointer(from, letters, [ppatch_c_strlen(from)])
    ! Without stat the compiler stores where this file lies.
    allocate (character(size(letters)) :: text, stat=failed)
    if (failed /= 0) error stop "memory ran out"
    do i = 1, size(letters)
      text(i:i) = letters(i)
    end do
  end function ppatch_text_of

end module ptychopatch
