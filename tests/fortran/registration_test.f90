! SPDX-License-Identifier: Apache-2.0

!> A scene through the Fortran modules: a mosaic against itself, cropped at a known place.
program registration_test
  use support
  implicit none

  integer, parameter :: n = 256, dy = 6, dx = -4
  integer(c_int16_t), target :: scene(n + 16, n + 16)
  type(c_ptr) :: context, plan
  type(ppatch_scene_options) :: options
  type(ppatch_scene_image) :: images(2)
  type(ppatch_shift) :: shifts(2)
  type(ppatch_scene_motion) :: motions(2)
  type(ppatch_tile_shift) :: tiles(4)
  type(ppatch_cfa) :: cfa
  integer(c_int64_t) :: lattice(2)
  real(double), target :: field(n + 16, n + 16)
  integer :: pass

  call random_seed()
  call random_number(field)
  do pass = 1, 6
    field = (field + cshift(field, 1, 1) + cshift(field, 1, 2)) / 3
  end do
  field = (field - minval(field)) / (maxval(field) - minval(field))
  scene = int(1000 + 20000 * field, c_int16_t)

  call expect_ok(ppatch_context_create(context), 'a context')
  options%height = n
  options%width = n
  call expect_ok(ppatch_cfa_parse_text('RGGB', options%cfa), 'a text')
  options%max_shift = 20
  call expect(options%cfa%height == 2 .and. all(options%cfa%colour(:4) == [0, 1, 1, 2]), 'the CFA')
  call expect_ok(ppatch_scene_plan_create(plan, context, options), 'a plan')
  call expect_ok(ppatch_scene_plan_borrow_reference( &
                 plan, ppatch_scene_image_of(scene(9:n + 8, 9:n + 8))), 'a reference')
  images(1) = ppatch_scene_image_of(scene(9:n + 8, 9:n + 8))
  images(2) = ppatch_scene_image_of(scene(9 + dx:n + 8 + dx, 9 + dy:n + 8 + dy))
  call expect_ok(ppatch_scene_plan_align(plan, 2_c_int64_t, images, shifts), 'align')
  call expect(all(shifts%status == PPATCH_SHIFT_STATUS_OK), &
              'the shifts: ' // ppatch_shift_status_text(maxval(shifts%status)))
  call expect(all(abs(shifts(1)%shift) < 0.01_double), 'the image itself')
  call expect(all(abs(shifts(2)%shift - [dy, dx]) < 0.01_double), 'the shift (dy, dx)')
  call expect(all(shifts(2)%lattice_shift == [dy, dx]), 'the shift that keeps colours')
  call ppatch_scene_plan_destroy(plan)

  options%motion = PPATCH_MOTION_MODEL_AFFINE
  call expect_ok(ppatch_scene_plan_create(plan, context, options), 'a plan of motion')
  call expect_ok(ppatch_scene_plan_borrow_reference( &
                 plan, ppatch_scene_image_of(scene(9:n + 8, 9:n + 8))), 'a reference')
  call expect_ok(ppatch_scene_plan_measure_motion( &
                 plan, 2_c_int64_t, images, shifts, motions, 2_c_int64_t, tiles), 'motion')
  call expect(all(motions%status == PPATCH_SHIFT_STATUS_OK), 'motions')
  call expect(all(abs(motions(2)%shift - [dy, dx]) < 0.01_double), 'the shift at the centre')
  call expect(all(abs(motions(2)%matrix - [1, 0, 0, 1]) < 1e-3_double), 'the linear map')
  call expect(motions(1)%tile_count > 4, 'tiles')
  call expect(all(abs(tiles(3)%shift - [dy, dx]) < 0.05_double), 'a tile of the second image')
  call ppatch_scene_plan_destroy(plan)

  call expect(ppatch_cfa_parse_text('RGGX', cfa) == PPATCH_ERROR_INVALID_ARGUMENT, 'a refusal')
  call expect_ok(ppatch_cfa_parse_text('GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG', cfa), 'X-Trans')
  call expect_ok(ppatch_cfa_block(cfa, lattice(1)), 'block')
  call expect(lattice(1) == 3, 'the block of X-Trans')
  call expect_ok(ppatch_cfa_round(cfa, [2.6_double, 0.4_double], lattice), 'round')
  call expect(all(mod(lattice, 3_c_int64_t) == 0) .and. &
              mod(sum(lattice) / 3, 2_c_int64_t) == 0, 'the lattice of X-Trans')
  call ppatch_context_destroy(context)
  print '(a)', 'all passed'
end program registration_test
