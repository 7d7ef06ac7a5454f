! SPDX-License-Identifier: Apache-2.0

!> What the Fortran tests share.
module support
  use ptychopatch
  implicit none

  integer, parameter :: single = c_float, double = c_double

contains

  subroutine expect(holds, what)
    logical, intent(in) :: holds
    character(*), intent(in) :: what
    if (holds) return
    print '(2a)', 'failed: ', what
    print '(2a)', 'the last error: ', ppatch_error_text()
    error stop 1
  end subroutine expect

  subroutine expect_ok(status, what)
    integer(c_int32_t), intent(in) :: status
    character(*), intent(in) :: what
    call expect(status == PPATCH_OK, what // ': ' // ppatch_status_text(status))
  end subroutine expect_ok

  !> The plain sum of four taps that a bilinear patch's pixel is; zero outside.
  function bilinear(image, y, x) result(value)
    complex(double), intent(in) :: image(:, :)
    real(double), intent(in) :: y, x
    complex(double) :: value
    integer :: i, j, column, row
    real(double) :: weight_x, weight_y
    value = 0
    do j = 0, 1
      do i = 0, 1
        column = floor(x) + i
        row = floor(y) + j
        weight_x = merge(x - floor(x), 1 - (x - floor(x)), i == 1)
        weight_y = merge(y - floor(y), 1 - (y - floor(y)), j == 1)
        if (column < 0 .or. column >= size(image, 1)) cycle
        if (row < 0 .or. row >= size(image, 2)) cycle
        value = value + weight_x * weight_y * image(column + 1, row + 1)
      end do
    end do
  end function bilinear

end module support
