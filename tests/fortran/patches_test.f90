! SPDX-License-Identifier: Apache-2.0

!> Patches through the Fortran modules, against sums written out here.
program patches_test
  use support
  implicit none

  integer, parameter :: width = 23, height = 17, n = 6, count = 5
  type(c_ptr) :: context
  real(double), target :: positions(2, count)

  call random_seed()
  call random_number(positions)
  positions(1, :) = positions(1, :) * (height + 4) - 4
  positions(2, :) = positions(2, :) * (width + 4) - 4
  call expect_ok(ppatch_context_create(context), 'a context with all defaults')
  call test_double()
  call test_single_in_sections()
  call test_sum_of_patches()
  call test_scan_fit()
  call test_errors()
  call ppatch_context_destroy(context)
  print '(a)', 'all passed'

contains

  subroutine random_image(image)
    complex(double), intent(out) :: image(:, :)
    real(double) :: parts(2, size(image, 1), size(image, 2))
    call random_number(parts)
    image = cmplx(parts(1, :, :), parts(2, :, :), double)
  end subroutine random_image

  function plan_of(where_at) result(plan)
    real(double), intent(in), target :: where_at(:, :)
    type(c_ptr) :: plan
    type(ppatch_patch_options) :: options
    options%patch_height = n
    options%patch_width = n
    call expect_ok(ppatch_patch_plan_create(plan, context, ppatch_array_of(where_at), options), &
                   'a plan')
  end function plan_of

  function farthest(image, patches) result(far)
    complex(double), intent(in) :: image(:, :), patches(:, :, :)
    real(double) :: far
    integer :: k, q, r
    far = 0
    do k = 1, size(patches, 3)
      do r = 1, size(patches, 2)
        do q = 1, size(patches, 1)
          far = max(far, abs(patches(q, r, k) - bilinear(image, positions(1, k) + r - 1, &
                                                         positions(2, k) + q - 1)))
        end do
      end do
    end do
  end function farthest

  subroutine test_double()
    complex(double), target :: image(width, height), patches(n, n, count)
    type(ppatch_patch_plan_info) :: info
    type(c_ptr) :: plan
    call random_image(image)
    patches = huge(1.0_double)
    plan = plan_of(positions)
    call expect_ok(ppatch_patch_extract(plan, ppatch_array_of(image), ppatch_array_of(patches)), &
                   'extract')
    call expect(farthest(image, patches) < 1e-12_double, 'patches of double precision')
    call expect_ok(ppatch_patch_plan_get_info(plan, info), 'info')
    call expect(info%position_count == count, 'the number of positions')
    call ppatch_patch_plan_destroy(plan)
  end subroutine test_double

  !> Sections are read and written where they lie; what is between them stays.
  subroutine test_single_in_sections()
    complex(double) :: exact(width, height)
    complex(single), target :: image(2 * width, 3, height), patches(n + 1, n, 2 * count)
    type(c_ptr) :: plan
    call random_image(exact)
    image = huge(1.0_single)
    image(2 * width:1:-2, 2, :) = cmplx(exact, kind=single)
    patches = (7, -7)
    plan = plan_of(positions)
    call expect_ok(ppatch_patch_extract(plan, ppatch_array_of(image(2 * width:1:-2, 2, :)), &
                                        ppatch_array_of(patches(2:, :, 1::2))), 'extract')
    call expect(farthest(exact, cmplx(patches(2:, :, 1::2), kind=double)) < 1e-5_double, &
                'patches of single precision')
    call expect(all(patches(1, :, :) == (7, -7)) .and. all(patches(:, :, 2::2) == (7, -7)), &
                'what is beside the section')
    call ppatch_patch_plan_destroy(plan)
  end subroutine test_single_in_sections

  !> <A x, y> = <x, A* y>, and the coverage beside it.
  subroutine test_sum_of_patches()
    complex(double), target :: image(width, height), patches(n, n, count), back(width, height)
    complex(double), target :: cotangent(n, n, count)
    real(double), target :: coverage(width, height)
    complex(double) :: forward, backward
    type(ppatch_patch_solve_options) :: how
    type(ppatch_patch_solve_info) :: info
    integer(c_int64_t) :: bytes
    type(c_ptr) :: plan
    integer :: k
    call random_image(image)
    do k = 1, count
      call random_image(cotangent(:, :, k))
    end do
    back = huge(1.0_double)
    coverage = huge(1.0_double)
    plan = plan_of(positions)
    call expect_ok(ppatch_patch_extract(plan, ppatch_array_of(image), ppatch_array_of(patches)), &
                   'extract')
    call expect_ok(ppatch_patch_adjoint(plan, ppatch_array_of(cotangent), ppatch_array_of(back), &
                                        ppatch_array_of(coverage), PPATCH_ADJOINT_OVERWRITE), 'adjoint')
    forward = sum(conjg(patches) * cotangent)
    backward = sum(conjg(image) * back)
    call expect(abs(forward - backward) < 1e-10_double * (1 + abs(forward)), 'the dot products')
    call expect(minval(coverage) >= 0 .and. maxval(coverage) > 0.5_double, 'the coverage')
    ! Absent outputs are NULL.
    call expect_ok(ppatch_patch_adjoint(plan, ppatch_array_of(cotangent), ppatch_array_of(back), &
                                        flags=PPATCH_ADJOINT_ACCUMULATE), 'adjoint, without coverage')
    call expect(abs(sum(conjg(image) * back) - 2 * backward) < 1e-9_double * (1 + abs(forward)), &
                'the sum of two')
    ! Least squares: what was extracted is extracted again from what is found.
    how%max_iterations = 2000
    how%tolerance = 1e-13_double
    call expect_ok(ppatch_patch_solve(plan, ppatch_array_of(patches), image=ppatch_array_of(back), &
                                      coverage=ppatch_array_of(coverage), options=how, info=info), 'solve')
    call expect(info%iterations > 0 .and. info%residual < 1e-6_double, 'the answer of least squares')
    call expect_ok(ppatch_patch_extract(plan, ppatch_array_of(back), ppatch_array_of(cotangent)), &
                   'extract again')
    call expect(maxval(abs(cotangent - patches)) < 1e-3_double, 'patches of the solution')
    call expect_ok(ppatch_patch_solve_bytes(plan, ppatch_array_of(back), bytes), 'bytes of least squares')
    call expect(bytes > 0, 'the number of bytes')
    call ppatch_patch_plan_destroy(plan)
  end subroutine test_sum_of_patches

  !> Twice as large about the mean, and moved by (1, 2).
  subroutine test_scan_fit()
    real(double), target :: refined(2, count), residual(2, count)
    type(ppatch_scan_fit_options) :: how
    type(ppatch_scan_fit_info) :: fit
    integer :: k
    do k = 1, count
      refined(:, k) = 2 * positions(:, k) - sum(positions, 2) / count + [1.0_double, 2.0_double]
    end do
    how%sigma = 1
    call expect_ok(ppatch_scan_fit(ppatch_array_of(positions), ppatch_array_of(refined), options=how, &
                                   residual=ppatch_array_of(residual), fit=fit), 'a fit of the scan')
    call expect(fit%status == PPATCH_SCAN_FIT_STATUS_OK, 'the status of the fit')
    call expect(maxval(abs(fit%matrix - [2, 0, 0, 2])) < 1e-9_double, 'the matrix')
    call expect(maxval(abs(fit%shift - [1, 2])) < 1e-9_double, 'the shift')
    call expect(maxval(abs(residual)) < 1e-9_double, 'what is left')
  end subroutine test_scan_fit

  subroutine test_errors()
    complex(double), target :: image(width, height), patches(n, n, count - 1)
    logical, target :: flags(n, n, count)
    integer(c_int32_t) :: status
    type(c_ptr) :: plan
    plan = plan_of(positions)
    image = 0
    status = ppatch_patch_extract(plan, ppatch_array_of(image), ppatch_array_of(patches))
    call expect(status == PPATCH_ERROR_INVALID_ARGUMENT, 'too few patches')
    call expect(index(ppatch_error_text(), 'patches') > 0, 'the argument in the text')
    call expect(ppatch_status_text(status) == 'invalid argument', 'the name of the status')
    status = ppatch_patch_extract(plan, ppatch_array_of(image), ppatch_array_of(flags))
    call expect(status == PPATCH_ERROR_INVALID_ARGUMENT, 'an array of logicals')
    call ppatch_patch_plan_destroy(plan)
    call ppatch_patch_plan_destroy(c_null_ptr)
  end subroutine test_errors

end program patches_test
