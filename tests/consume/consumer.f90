! SPDX-License-Identifier: Apache-2.0

! Extracts one patch through an installed package.
program consumer
  use ptychopatch
  implicit none
  complex(c_float_complex), target :: image(8, 8), patches(3, 3, 1)
  real(c_float), target :: positions(2, 1)
  type(ppatch_patch_options) :: options
  type(c_ptr) :: context, plan
  integer(c_int32_t) :: status

  image = 0
  image(5, 3) = (1.0, -2.0)
  positions(:, 1) = [2.0, 3.0]
  options%patch_height = 3
  options%patch_width = 3
  status = ppatch_context_create(context)
  if (status == PPATCH_OK) then
    status = ppatch_patch_plan_create(plan, context, ppatch_array_of(positions), options)
  end if
  if (status == PPATCH_OK) then
    status = ppatch_patch_extract(plan, ppatch_array_of(image), ppatch_array_of(patches))
  end if
  if (status /= PPATCH_OK) then
    print '(3a)', ppatch_status_text(status), ': ', ppatch_error_text()
    error stop 1
  end if
  call ppatch_patch_plan_destroy(plan)
  call ppatch_context_destroy(context)
  if (patches(2, 1, 1) /= (1.0, -2.0)) error stop 'the pixel is not where it belongs'
end program consumer
