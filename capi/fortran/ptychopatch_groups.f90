! SPDX-License-Identifier: Apache-2.0

!> Groups: groups.h.
module ptychopatch_groups
  use, intrinsic :: iso_c_binding
  use ptychopatch_base
  implicit none
  public

  integer(c_int32_t), parameter :: PPATCH_GROUP_MEMBERS_NEIGHBOURS = 0
  integer(c_int32_t), parameter :: PPATCH_GROUP_MEMBERS_WITH_CENTRE = 1

  integer(c_int32_t), parameter :: PPATCH_GROUP_ORDER_AS_DRAWN = 0
  integer(c_int32_t), parameter :: PPATCH_GROUP_ORDER_BY_DISTANCE = 1
  integer(c_int32_t), parameter :: PPATCH_GROUP_ORDER_BY_POSITION = 2

  integer(c_int32_t), parameter :: PPATCH_GROUP_SAMPLING_RANDOM = 0
  integer(c_int32_t), parameter :: PPATCH_GROUP_SAMPLING_SEQUENTIAL = 1

  integer(c_int32_t), parameter :: PPATCH_RELATIVE_SIGN_FROM_OFFSET = 0
  integer(c_int32_t), parameter :: PPATCH_RELATIVE_SIGN_TO_OFFSET = 1

  type, bind(c) :: ppatch_group_options
    integer(c_int32_t) :: struct_size = 64
    integer(c_int32_t) :: gridsize = 0
    integer(c_int64_t) :: neighbours = 0
    integer(c_int64_t) :: group_count = 0
    integer(c_int64_t) :: seed = 0
    integer(c_int32_t) :: members = 0
    integer(c_int32_t) :: order = 0
    integer(c_int32_t) :: sampling = 0
    integer(c_int32_t) :: oversample = 0
    integer(c_int32_t) :: axes = 0
    integer(c_int32_t) :: relative_sign = 0
    integer(c_int64_t) :: point_capacity = 0
  end type ppatch_group_options

  type, bind(c) :: ppatch_group_plan_info
    integer(c_int32_t) :: struct_size = 48
    integer(c_int32_t) :: group_size = 0
    integer(c_int64_t) :: neighbours = 0
    integer(c_int64_t) :: group_count = 0
    integer(c_int64_t) :: point_count = 0
    integer(c_int64_t) :: point_capacity = 0
    integer(c_int64_t) :: bytes = 0
  end type ppatch_group_plan_info

  interface
    function ppatch_group_plan_bytes(context, point_count, options, bytes) bind(c) result(status)
      import
      type(c_ptr), value :: context
      integer(c_int64_t), value :: point_count
      type(ppatch_group_options), intent(in), optional :: options
      integer(c_int64_t), intent(out) :: bytes
      integer(c_int32_t) :: status
    end function
    function ppatch_group_plan_create(plan, context, options) bind(c) result(status)
      import
      type(c_ptr), intent(out) :: plan
      type(c_ptr), value :: context
      type(ppatch_group_options), intent(in) :: options
      integer(c_int32_t) :: status
    end function
    subroutine ppatch_group_plan_destroy(plan) bind(c)
      import
      type(c_ptr), value :: plan
    end subroutine
    function ppatch_group_plan_borrow_points(plan, points) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: points
      integer(c_int32_t) :: status
    end function
    function ppatch_group_plan_set_stream(plan, stream) bind(c) result(status)
      import
      type(c_ptr), value :: plan, stream
      integer(c_int32_t) :: status
    end function
    function ppatch_group_plan_draw(plan, first, indices, centres, offsets, relative) bind(c) &
      result(status)
      import
      type(c_ptr), value :: plan
      integer(c_int64_t), value :: first
      type(ppatch_array), intent(in) :: indices
      type(ppatch_array), intent(in), optional :: centres, offsets, relative
      integer(c_int32_t) :: status
    end function
    function ppatch_group_plan_coordinates(plan, indices, offsets, relative) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in) :: indices
      type(ppatch_array), intent(in), optional :: offsets, relative
      integer(c_int32_t) :: status
    end function
    function ppatch_group_plan_neighbours(plan, queries, indices, squared_distances) bind(c) &
      result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_array), intent(in), optional :: queries
      type(ppatch_array), intent(in) :: indices
      type(ppatch_array), intent(in), optional :: squared_distances
      integer(c_int32_t) :: status
    end function
    function ppatch_group_plan_get_info(plan, info) bind(c) result(status)
      import
      type(c_ptr), value :: plan
      type(ppatch_group_plan_info), intent(inout) :: info
      integer(c_int32_t) :: status
    end function
  end interface

end module ptychopatch_groups
