! SPDX-License-Identifier: Apache-2.0

!> What all operators share: ptychopatch.h.
module ptychopatch_base
  use, intrinsic :: iso_c_binding
  implicit none
  public

  integer(c_int32_t), parameter :: PPATCH_OK = 0
  integer(c_int32_t), parameter :: PPATCH_ERROR_INVALID_ARGUMENT = 1
  integer(c_int32_t), parameter :: PPATCH_ERROR_OUT_OF_MEMORY = 2
  integer(c_int32_t), parameter :: PPATCH_ERROR_UNSUPPORTED = 3
  integer(c_int32_t), parameter :: PPATCH_ERROR_CANCELLED = 4
  integer(c_int32_t), parameter :: PPATCH_ERROR_NOT_BUILT = 5
  integer(c_int32_t), parameter :: PPATCH_ERROR_NO_DEVICE = 6
  integer(c_int32_t), parameter :: PPATCH_ERROR_DEVICE = 7
  integer(c_int32_t), parameter :: PPATCH_ERROR_IO = 8
  integer(c_int32_t), parameter :: PPATCH_ERROR_INTERNAL = 9

  integer(c_int32_t), parameter :: PPATCH_F32 = 1
  integer(c_int32_t), parameter :: PPATCH_F64 = 2
  integer(c_int32_t), parameter :: PPATCH_C64 = 3
  integer(c_int32_t), parameter :: PPATCH_C128 = 4
  integer(c_int32_t), parameter :: PPATCH_I32 = 5
  integer(c_int32_t), parameter :: PPATCH_I64 = 6
  integer(c_int32_t), parameter :: PPATCH_U16 = 7
  integer(c_int32_t), parameter :: PPATCH_U8 = 8
  integer(c_int32_t), parameter :: PPATCH_I16 = 9

  integer(c_int32_t), parameter :: PPATCH_DEVICE_HOST = 1
  integer(c_int32_t), parameter :: PPATCH_DEVICE_CUDA = 2
  integer(c_int32_t), parameter :: PPATCH_DEVICE_CUDA_HOST = 3

  integer(c_int32_t), parameter :: PPATCH_BACKEND_AUTO = 0
  integer(c_int32_t), parameter :: PPATCH_BACKEND_CPU = 1
  integer(c_int32_t), parameter :: PPATCH_BACKEND_CUDA = 2

  integer(c_int32_t), parameter :: PPATCH_LOG_LEVEL_DEBUG = 1
  integer(c_int32_t), parameter :: PPATCH_LOG_LEVEL_INFO = 2
  integer(c_int32_t), parameter :: PPATCH_LOG_LEVEL_WARNING = 3

  integer, parameter :: PPATCH_MAX_NDIM = 8

  type, bind(c) :: ppatch_array
    type(c_ptr) :: data = c_null_ptr
    integer(c_int32_t) :: dtype = 0
    integer(c_int32_t) :: ndim = 0
    integer(c_int64_t) :: shape(PPATCH_MAX_NDIM) = 0
    integer(c_int64_t) :: strides(PPATCH_MAX_NDIM) = 0
    integer(c_int32_t) :: device_type = PPATCH_DEVICE_HOST
    integer(c_int32_t) :: device_id = 0
  end type ppatch_array

  type, bind(c) :: ppatch_context_options
    integer(c_int32_t) :: struct_size = 88
    integer(c_int32_t) :: backend = 0
    integer(c_int32_t) :: device = 0
    integer(c_int32_t) :: num_threads = 0
    integer(c_int64_t) :: memory_budget = 0
    integer(c_int32_t) :: log_level = 0
    integer(c_int32_t) :: reserved = 0
    type(c_funptr) :: allocate = c_null_funptr
    type(c_funptr) :: deallocate = c_null_funptr
    type(c_ptr) :: allocator_user = c_null_ptr
    type(c_funptr) :: log = c_null_funptr
    type(c_ptr) :: log_user = c_null_ptr
    type(c_funptr) :: progress = c_null_funptr
    type(c_ptr) :: progress_user = c_null_ptr
  end type ppatch_context_options

  type, bind(c) :: ppatch_context_info
    integer(c_int32_t) :: struct_size = 104
    integer(c_int32_t) :: backend = 0
    integer(c_int32_t) :: device = 0
    integer(c_int32_t) :: num_threads = 0
    integer(c_int64_t) :: memory_budget = 0
    character(kind=c_char) :: device_name(64) = c_null_char
    character(kind=c_char) :: simd(16) = c_null_char
  end type ppatch_context_info

  interface
    function ppatch_version() bind(c) result(version)
      import
      integer(c_int32_t) :: version
    end function
    function ppatch_version_string() bind(c) result(text)
      import
      type(c_ptr) :: text
    end function
    function ppatch_abi_version() bind(c) result(version)
      import
      integer(c_int32_t) :: version
    end function
    function ppatch_status_string(status) bind(c) result(text)
      import
      integer(c_int32_t), value :: status
      type(c_ptr) :: text
    end function
    function ppatch_last_error() bind(c) result(text)
      import
      type(c_ptr) :: text
    end function
    function ppatch_dtype_size(dtype) bind(c) result(bytes)
      import
      integer(c_int32_t), value :: dtype
      integer(c_int64_t) :: bytes
    end function
    function ppatch_backend_probe(backend, device_count) bind(c) result(status)
      import
      integer(c_int32_t), value :: backend
      integer(c_int32_t), intent(out) :: device_count
      integer(c_int32_t) :: status
    end function
    function ppatch_context_create(context, options) bind(c) result(status)
      import
      type(c_ptr), intent(out) :: context
      type(ppatch_context_options), intent(in), optional :: options
      integer(c_int32_t) :: status
    end function
    subroutine ppatch_context_destroy(context) bind(c)
      import
      type(c_ptr), value :: context
    end subroutine
    function ppatch_context_synchronize(context) bind(c) result(status)
      import
      type(c_ptr), value :: context
      integer(c_int32_t) :: status
    end function
    function ppatch_context_get_info(context, info) bind(c) result(status)
      import
      type(c_ptr), value :: context
      type(ppatch_context_info), intent(inout) :: info
      integer(c_int32_t) :: status
    end function
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

  !> A text that the library gives.
  function ppatch_text_of(from) result(text)
    type(c_ptr), intent(in) :: from
    character(:), allocatable :: text
    character(kind=c_char), pointer :: letters(:)
    integer :: i
    call c_f_pointer(from, letters, [ppatch_c_strlen(from)])
    allocate (character(size(letters)) :: text)
    do i = 1, size(letters)
      text(i:i) = letters(i)
    end do
  end function ppatch_text_of

end module ptychopatch_base
