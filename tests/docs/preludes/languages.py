FRAGMENT = """
program example
  use ptychopatch
  implicit none
  complex(c_float_complex), target :: image(256, 256), patches(64, 64, 3)
  real(c_float), target :: positions(2, 3)
  type(ppatch_patch_options) :: options
  type(c_ptr) :: context, plan
  integer(c_int32_t) :: status
  image = (1.0, 0.0)
  positions = 20.0
  options%patch_height = 64
  options%patch_width = 64
...
  if (status /= PPATCH_OK) stop 1
end program example
"""
