// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "selftest/answer.hpp"

namespace ptychopatch::app {

void add_groups(const Context& context, std::vector<KnownAnswer>& answers) {
  constexpr std::int64_t count = 500;
  constexpr std::int64_t k = 7;
  constexpr std::int64_t members = 4;
  Numbers numbers(3);
  std::vector<double> points(2 * count);
  for (double& one : points) one = numbers.between(0, 100);
  const auto squared = [&](std::int64_t a, std::int64_t b) {
    const double* p = points.data();
    return std::pow(p[2 * a] - p[2 * b], 2) + std::pow(p[2 * a + 1] - p[2 * b + 1], 2);
  };
  ppatch_group_options options = group_options(2, k);
  options.seed = 5;
  GroupPlan plan = GroupPlan::borrow(context, array(points.data(), {count, 2}), options);

  std::vector<std::int32_t> found(count * k);
  plan.neighbours(array(found.data(), {count, k}));
  std::vector<std::int32_t> nearest;
  for (std::int64_t i = 0; i < count; ++i) {
    std::vector<std::int32_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    all.erase(all.begin() + i);
    std::sort(all.begin(), all.end(),
              [&](std::int32_t a, std::int32_t b) { return squared(i, a) < squared(i, b); });
    nearest.insert(nearest.end(), all.begin(), all.begin() + k);
  }
  answers.push_back(Answer("neighbours", 0).gave(found).expect(found == nearest ? 0.0 : 1.0).get());

  const std::int64_t groups = plan.info().group_count;
  std::vector<std::int32_t> drawn(static_cast<std::size_t>(groups * members));
  std::vector<std::int32_t> centres(static_cast<std::size_t>(groups));
  std::vector<double> offsets(static_cast<std::size_t>(2 * groups));
  std::vector<double> relative(static_cast<std::size_t>(2 * groups * members));
  const Array of_drawn = array(drawn.data(), {groups, members});
  const Array of_centres = array(centres.data(), {groups});
  const Array of_offsets = array(offsets.data(), {groups, 2});
  const Array of_relative = array(relative.data(), {groups, members, 2});
  plan.draw(0, of_drawn, &of_centres);
  plan.coordinates(of_drawn, &of_offsets, &of_relative);
  Answer draw("draw", 0);
  Answer coordinates("coordinates", 1e-12);
  draw.gave(drawn).gave(centres);
  coordinates.gave(offsets).gave(relative);
  for (std::int64_t g = 0; g < groups; ++g) {
    const auto* first = drawn.data() + g * members;
    const auto* near =
        found.data() + static_cast<std::int64_t>(centres[static_cast<std::size_t>(g)]) * k;
    double mean[2] = {0, 0};
    for (std::int64_t j = 0; j < members; ++j) {
      const bool is_near = std::find(near, near + k, first[j]) != near + k;
      const bool is_twice = std::count(first, first + members, first[j]) != 1;
      draw.expect(is_near && !is_twice ? 0 : 1);
      for (int axis = 0; axis < 2; ++axis)
        mean[axis] +=
            points[2 * static_cast<std::size_t>(first[j]) + static_cast<std::size_t>(axis)] /
            members;
    }
    for (int axis = 0; axis < 2; ++axis) {
      coordinates.expect(std::abs(offsets[static_cast<std::size_t>(2 * g + axis)] - mean[axis]) /
                         100);
    }
  }
  answers.push_back(draw.get());
  answers.push_back(coordinates.get());
}

}  // namespace ptychopatch::app
