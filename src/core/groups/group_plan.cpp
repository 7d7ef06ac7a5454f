// SPDX-License-Identifier: Apache-2.0
#include "core/groups/group_plan.hpp"

#include <utility>

#include "core/groups/group_arrays.hpp"

namespace ppatch {
namespace {

PointView view_of(const CheckedArray& points) {
  return {points.data(), points.dtype(), points.shape(0), points.stride(0), points.stride(1)};
}

}  // namespace

GroupPlan::GroupPlan(std::shared_ptr<Context> context, const ppatch_group_options* options)
    : context_(std::move(context)),
      settings_(read_group_settings(options, 0)),
      totals_(read_group_totals(options)),
      engines_(
          *context_, [&](Backend& backend) { return backend.make_group_engine(settings_); },
          [](GroupEngine&) {}) {
  if (settings_.capacity == 0) invalid("options.point_capacity: expected above 0, got 0");
  engines_.begin();
  context_->callbacks().log(PPATCH_LOG_LEVEL_INFO, "group plan: groups of ", settings_.members,
                            " of ", settings_.neighbours, " neighbours, capacity ",
                            settings_.capacity, " points, ", engines_.scratch_bytes(),
                            " bytes of scratch on ", context_->backend().info().device_name);
}

std::uint64_t GroupPlan::bytes(const Context& context, std::int64_t count,
                               const ppatch_group_options* options) {
  if (count < 0) invalid("point_count: expected at least 0, got ", count);
  return context.backend().group_engine_bytes(read_group_settings(options, count));
}

ppatch_array GroupPlan::no_points() {
  const std::int64_t shape[2] = {0, 2};
  return ppatch_array_c(nullptr, PPATCH_F64, 2, shape);
}

CheckedArray GroupPlan::read_points(const ppatch_array* given) const {
  CheckedArray array("points", given, *context_);
  array.expect_dtype({DType::f32, DType::f64});
  if (array.ndim() != 2 || array.shape(1) != 2) {
    invalid("points: expected shape (n, 2), got ",
            text_of_shape(given->shape, static_cast<std::size_t>(given->ndim)));
  }
  if (array.shape(0) > settings_.capacity) {
    invalid("points: expected at most the plan's capacity of ", settings_.capacity, " points, got ",
            array.shape(0));
  }
  return array;
}

void GroupPlan::borrow_points(const ppatch_array* points) {
  const CheckedArray array = read_points(points);
  GroupEngine& engine = engines_.at(array.card());
  try {
    engine.set_points(view_of(array));
  } catch (const Error& error) {
    if (error.status() != PPATCH_ERROR_INVALID_ARGUMENT) points_ = no_points();
    throw;
  }
  points_ = *points;
  with_points_ = &engine;
}

GroupEngine& GroupPlan::engine(const GroupArrays& read) {
  GroupEngine& engine = engines_.at(read.card());
  if (&engine != with_points_ && point_count() > 0) {
    with_points_ = nullptr;
    engine.set_points(view_of(read_points(&points_)));
    with_points_ = &engine;
  }
  return engine;
}

void GroupPlan::get_info(ppatch_group_plan_info* info) const {
  info->group_size = static_cast<std::int32_t>(settings_.members);
  info->neighbours = settings_.neighbours;
  info->group_count = totals_.groups(point_count());
  info->point_count = point_count();
  info->point_capacity = settings_.capacity;
  info->bytes = engines_.scratch_bytes();
}

void GroupPlan::draw(std::int64_t first, const ppatch_array* indices, const ppatch_array* centres,
                     const ppatch_array* offsets, const ppatch_array* relative) {
  check_groups(settings_, totals_, point_count());
  GroupArrays read(*context_, points_);
  GroupRequest request;
  request.first = first;
  request.total = totals_.groups(point_count());
  request.indices = read.indices("indices", indices, -1, settings_.members);
  read.mark_output();
  const std::int64_t count = request.indices.count;
  if (first < 0 || first > request.total || count > request.total - first) {
    invalid("first: expected ", count, " groups within the plan's ", request.total,
            " groups, got groups from ", first, " on");
  }
  if (centres) {
    request.centres = read.indices("centres", centres, count, 1, true);
    read.mark_output();
  }
  if (offsets) {
    request.offsets = read.result("offsets", offsets, {DType::f32, DType::f64}, {count, 2});
    read.mark_output();
  }
  if (relative) {
    request.relative =
        read.result("relative", relative, {DType::f32, DType::f64}, {count, settings_.members, 2});
    read.mark_output();
  }
  read.check_outputs();
  context_->callbacks().log(PPATCH_LOG_LEVEL_DEBUG, "draw: groups ", first, " to ", first + count,
                            " of ", request.total);
  if (count > 0) engine(read).draw(request);
}

void GroupPlan::coordinates(const ppatch_array* indices, const ppatch_array* offsets,
                            const ppatch_array* relative) {
  GroupArrays read(*context_, points_);
  const IndexView groups = read.indices("indices", indices, -1, -1);
  const CheckedArray& given = read.last_read();
  CoordinateResultView means;
  CoordinateResultView from_means;
  if (offsets) {
    means = read.result("offsets", offsets, {DType::f32, DType::f64}, {groups.count, 2});
    read.mark_output();
  }
  if (relative) {
    from_means =
        read.result("relative", relative, {DType::f32, DType::f64}, {groups.count, groups.size, 2});
    read.mark_output();
  }
  read.check_outputs();
  read.expect_points(groups, given, engine(read));
  context_->callbacks().log(PPATCH_LOG_LEVEL_DEBUG, "coordinates: ", groups.count, " groups of ",
                            groups.size);
  if (groups.count > 0) engine(read).coordinates(groups, means, from_means);
}

void GroupPlan::neighbours(const ppatch_array* queries, const ppatch_array* indices,
                           const ppatch_array* squared_distances) {
  const std::int64_t points = point_count();
  const std::int64_t k = settings_.neighbours;
  GroupArrays read(*context_, points_);
  IndexView from;
  if (queries) from = read.indices("queries", queries, -1, 1, true);
  const CheckedArray& given = read.last_read();
  const std::int64_t count = queries ? from.count : points;
  const IndexView to = read.indices("indices", indices, count, k);
  read.mark_output();
  CoordinateResultView distances;
  if (squared_distances) {
    distances = read.result("squared_distances", squared_distances, {DType::f64}, {count, k});
    read.mark_output();
  }
  read.check_outputs();
  if (queries) read.expect_points(from, given, engine(read));
  context_->callbacks().log(PPATCH_LOG_LEVEL_DEBUG, "neighbours: ", k, " of ", count, " points");
  if (count == 0) return;
  if (k >= points) {
    invalid("options.neighbours: expected K below the number of points, ", points, ", got K = ", k);
  }
  engine(read).neighbours(from, to, distances);
}

}  // namespace ppatch
