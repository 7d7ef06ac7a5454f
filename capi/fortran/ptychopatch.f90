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
  use ptychopatch_base
  use ptychopatch_groups
  use ptychopatch_patches
  use ptychopatch_registration
  implicit none
  public
end module ptychopatch
