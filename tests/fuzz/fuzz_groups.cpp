// SPDX-License-Identifier: Apache-2.0
//
// Groups and neighbours of points of any bits, with nearly legal options, against all pairs.
#include <vector>

#include "fuzz_context.hpp"

namespace {

// Whether a is nearer to q than b, as the header orders neighbours.
bool nearer(const std::vector<double>& p, std::int64_t q, std::int64_t a, std::int64_t b) {
  const auto square = [&](std::int64_t i) {
    const double x = p[2 * i] - p[2 * q];
    const double y = p[2 * i + 1] - p[2 * q + 1];
    return x * x + y * y;
  };
  return square(a) < square(b) || (square(a) == square(b) && a < b);
}

void check_neighbours(const std::vector<double>& points, ppatch_group_plan* plan, std::int64_t n,
                      std::int64_t k) {
  std::vector<std::int64_t> near(n * k, -1);
  const std::int64_t shape[2] = {n, k};
  const ppatch_array out = ppatch_array_c(near.data(), PPATCH_I64, 2, shape);
  const ppatch_status status = ppatch_group_plan_neighbours(plan, nullptr, &out, nullptr);
  require(status == (k < n || n == 0 ? PPATCH_OK : PPATCH_ERROR_INVALID_ARGUMENT));
  if (status != PPATCH_OK) return;
  for (std::int64_t q = 0; q < n; ++q) {
    const std::int64_t* found = near.data() + q * k;
    for (std::int64_t j = 0; j + 1 < k; ++j) require(nearer(points, q, found[j], found[j + 1]));
    std::int64_t before = 0;
    for (std::int64_t i = 0; i < n; ++i) before += i != q && nearer(points, q, i, found[k - 1]);
    require(before == k - 1 && found[k - 1] != q);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  ppatch_group_options o{};
  o.struct_size = sizeof o;
  o.gridsize = static_cast<std::int32_t>(input.small(0, 4));
  o.neighbours = input.small(0, 12);
  o.group_count = input.small(0, 200);
  o.seed = input.take<std::uint16_t>();
  o.members = static_cast<std::int32_t>(input.small(0, 1));
  o.order = static_cast<std::int32_t>(input.small(0, 2));
  o.sampling = static_cast<std::int32_t>(input.small(0, 1));
  o.oversample = static_cast<std::int32_t>(input.small(0, 1));
  o.axes = static_cast<std::int32_t>(input.small(0, 1));
  const std::int64_t n = input.small(0, 250);
  const bool any_bits = input.small(0, 1) != 0;
  std::vector<double> points(2 * n);
  for (double& v : points) {
    v = any_bits ? input.take<double>() : static_cast<double>(input.take<std::int8_t>());
  }
  o.point_capacity = n > 0 ? n : 1;
  const std::int64_t shape[2] = {n, 2};
  const ppatch_array given = ppatch_array_c(points.data(), PPATCH_F64, 2, shape);
  ppatch_group_plan* plan = nullptr;
  const ppatch_status made = ppatch_group_plan_create(&plan, context(), &o);
  require(made == PPATCH_OK || made == PPATCH_ERROR_INVALID_ARGUMENT);
  if (made != PPATCH_OK) return 0;
  const ppatch_status borrowed = ppatch_group_plan_borrow_points(plan, &given);
  require(borrowed == PPATCH_OK || borrowed == PPATCH_ERROR_INVALID_ARGUMENT);
  if (borrowed != PPATCH_OK) {
    ppatch_group_plan_destroy(plan);
    return 0;
  }
  ppatch_group_plan_info info{};
  info.struct_size = sizeof info;
  require(ppatch_group_plan_get_info(plan, &info) == PPATCH_OK);
  check_neighbours(points, plan, n, info.neighbours);
  const std::int64_t c = info.group_size;
  std::vector<std::int32_t> members(info.group_count * c, -1);
  const std::int64_t groups[2] = {info.group_count, c};
  const ppatch_array out = ppatch_array_c(members.data(), PPATCH_I32, 2, groups);
  const ppatch_status drawn = ppatch_group_plan_draw(plan, 0, &out, nullptr, nullptr, nullptr);
  require(drawn == PPATCH_OK || drawn == PPATCH_ERROR_INVALID_ARGUMENT);
  for (std::size_t i = 0; i < members.size(); ++i) {
    require(drawn == PPATCH_OK ? members[i] >= 0 && members[i] < n : members[i] == -1);
    const std::size_t first = i / static_cast<std::size_t>(c) * static_cast<std::size_t>(c);
    for (std::size_t j = first; j < i && drawn == PPATCH_OK; ++j) require(members[j] != members[i]);
  }
  ppatch_group_plan_destroy(plan);
  return 0;
}
