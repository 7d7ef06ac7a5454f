// SPDX-License-Identifier: Apache-2.0
#include "suite/groups/group_case.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "suite/measure.hpp"

namespace ptychopatch::bench {
namespace {

constexpr std::uint64_t seed = 3;

std::vector<double> random_points(std::int64_t count) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, std::sqrt(static_cast<double>(count)));
  std::vector<double> points(static_cast<std::size_t>(2 * count));
  for (double& each : points) each = uniform(random);
  return points;
}

}  // namespace

std::string GroupCase::name() const {
  return "groups/neighbours/f64/K" + std::to_string(neighbours) + "/points" +
         std::to_string(points) + "/threads" + std::to_string(threads);
}

std::vector<GroupCase> group_cases(int threads, ppatch_backend backend, bool small) {
  std::vector<GroupCase> cases;
  const auto add = [&](std::int64_t points) { cases.push_back({points, 7, threads}); };
  if (small) {
    add(1000);
  } else {
    add(1'000'000);
    if (backend == PPATCH_BACKEND_CUDA) add(10'000'000);
  }
  return cases;
}

Record measure_groups(const GroupCase& one, const Device& device, double min_seconds,
                      benchmark::State& state) {
  const Gpu* const gpu = device.gpu();
  const std::vector<double> places = random_points(one.points);
  const auto point_bytes = static_cast<std::int64_t>(places.size() * sizeof(double));
  require_memory(point_bytes + one.bytes(), gpu);
  Buffer points(point_bytes, 0, gpu);
  points.fill_from(places.data(), point_bytes);
  Buffer indices(one.bytes(), 0, gpu);
  indices.poison();

  const Context context = device.context(one.threads, 0);
  const Array from = points.view(PPATCH_F64, {one.points, 2});
  const Array to = indices.view(PPATCH_I32, {one.points, one.neighbours});
  GroupPlan plan = GroupPlan::borrow(context, from, group_options(1, one.neighbours));
  if (gpu) plan.set_stream(gpu->stream());
  const auto work = [&] {
    plan.borrow_points(from);
    plan.neighbours(to);
    if (!gpu) context.synchronize();
  };
  work();
  context.synchronize();

  Record record;
  record.name = one.name();
  record.set = "groups";
  record.operation = "neighbours";
  record.backend = device.backend_name();
  record.dtype = "f64";
  record.order = "random";
  record.patches_shape = {one.points, one.neighbours};
  record.threads = one.threads;
  record.bytes = one.bytes();
  record.plan_bytes = plan.info().bytes;
  // The limit's loop on the host runs over whole blocks.
  const Buffer stand_in(gpu ? 0 : std::max(one.bytes(), 2 * limit_block));
  time_beside({gpu ? BandwidthLimit::device_memset : BandwidthLimit::memset,
               {gpu ? &indices : &stand_in},
               one.threads},
              work, gpu ? Work::enqueued : Work::done, min_seconds, state, record);
  return record;
}

}  // namespace ptychopatch::bench
