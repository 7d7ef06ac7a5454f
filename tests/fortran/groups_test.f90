! SPDX-License-Identifier: Apache-2.0

!> Groups of a raster's points through the Fortran modules.
program groups_test
  use support
  implicit none

  integer, parameter :: side = 12, n = side * side, count = 40
  real(double), target :: points(2, n), offsets(2, count), relative(2, 4, count), squares(5, n)
  integer(c_int32_t), target :: members(4, count), near(5, n)
  integer(c_int64_t), target :: centres(count)
  type(c_ptr) :: context, plan
  type(ppatch_group_options) :: options
  type(ppatch_group_plan_info) :: info
  real(double) :: mean(2)
  integer :: i, j

  do i = 1, n
    points(:, i) = [real((i - 1) / side, double), real(mod(i - 1, side), double)]
  end do
  options%gridsize = 2
  options%neighbours = 5
  options%group_count = count
  options%seed = 7
  options%point_capacity = n
  call expect_ok(ppatch_context_create(context), 'a context')
  call expect_ok(ppatch_group_plan_create(plan, context, options), 'a plan')
  call expect_ok(ppatch_group_plan_borrow_points(plan, ppatch_array_of(points)), 'its points')
  call expect_ok(ppatch_group_plan_get_info(plan, info), 'the info')
  call expect(info%group_size == 4 .and. info%group_count == count .and. info%point_count == n, &
              'the numbers')

  call expect_ok(ppatch_group_plan_neighbours(plan, indices=ppatch_array_of(near), &
                                              squared_distances=ppatch_array_of(squares)), 'near')
  ! A corner's neighbours: the ties are told apart by the number, which counts from 0.
  call expect(all(near(:, 1) == [1, side, side + 1, 2, 2 * side]), 'the neighbours of a corner')
  call expect(all(squares(:, 1) == [1, 1, 2, 4, 4]), 'their squared distances')

  members = -1
  call expect_ok(ppatch_group_plan_draw(plan, 0_c_int64_t, ppatch_array_of(members), &
                                        ppatch_array_of(centres), ppatch_array_of(offsets), &
                                        ppatch_array_of(relative)), 'draw')
  do i = 1, count
    mean = sum(points(:, members(:, i) + 1), 2) / 4
    call expect(all(abs(offsets(:, i) - mean) < 1e-12_double), 'the mean')
    do j = 1, 4
      call expect(any(near(:, centres(i) + 1) == members(j, i)), 'a neighbour of the centre')
      call expect(all(abs(relative(:, j, i) - points(:, members(j, i) + 1) + mean) < 1e-12_double), &
                  'the relative coordinates')
    end do
  end do
  relative = -1
  call expect_ok(ppatch_group_plan_coordinates(plan, ppatch_array_of(members), &
                                               relative=ppatch_array_of(relative)), 'coordinates')
  call expect(all(abs(sum(relative, 2)) < 1e-12_double), 'coordinates about the mean')
  call ppatch_group_plan_destroy(plan)

  options%neighbours = 2
  call expect(ppatch_group_plan_create(plan, context, options) == &
              PPATCH_ERROR_INVALID_ARGUMENT, 'a refusal')
  call expect(index(ppatch_error_text(), 'K = 2') > 0, 'its numbers: ' // ppatch_error_text())
  call ppatch_context_destroy(context)
  print '(a)', 'all passed'
end program groups_test
