// SPDX-License-Identifier: Apache-2.0
#include "suite/measure.hpp"

#include <algorithm>
#include <stdexcept>

#include "suite/arrays.hpp"
#include "suite/pairs.hpp"
#include "suite/thread_team.hpp"
#include "suite/workload.hpp"

namespace ptychopatch::bench {
namespace {

void require_memory(std::int64_t bytes) {
  // What a machine that also runs something else can spare.
  if (bytes > available_memory() / 4 * 3) {
    throw std::runtime_error("needs " + std::to_string(bytes >> 20) +
                             " MiB, of which too few are free");
  }
}

double speed(std::int64_t bytes, double seconds) {
  return static_cast<double>(bytes) / seconds / 1e9;
}

Record describe(const Case& one) {
  Record record;
  record.name = one.name();
  record.set = one.set;
  record.operation = name(one.operation);
  record.dtype = dtype_name(one.dtype);
  record.interpolation = interpolation_name(one.interpolation);
  record.boundary = boundary_name(one.boundary);
  record.order = name(one.order);
  record.image_shape = {one.image_side(), one.image_side()};
  record.patches_shape = {one.patches, one.size, one.size};
  if (one.has_probe()) record.patches_shape.insert(record.patches_shape.begin() + 1, one.modes);
  record.threads = one.threads;
  record.bytes = one.bytes();
  record.roof = name(roof_of(one));
  return record;
}

}  // namespace

Record measure_case(const Case& one, const Device& device, double least_seconds,
                    benchmark::State& state) {
  require_memory(one.total_bytes());
  Arrays arrays(one);
  const Context context = device.context(one.threads, one.memory_budget);
  Workload workload(one, context, arrays);
  arrays.poison_outputs();
  workload.run();
  if (!arrays.outputs_look_finite()) throw std::runtime_error("outputs were not written");

  ThreadTeam team(one.threads);
  // set_positions has no pixels; the roof then reads as many bytes as the positions have.
  Buffer stand_in;
  if (one.operation == Operation::kSetPositions)
    stand_in = Buffer(std::max(one.bytes(), 2 * kRoofBlock));
  RoofRunner roof(roof_of(one), stand_in.data() ? stand_in : arrays.largest(), team);
  PairTimer timer([&roof] { roof.run(); }, [&workload] { workload.run(); }, least_seconds);
  int pairs = 0;
  while (state.KeepRunning()) {
    state.SetIterationTime(timer.time_pair());
    ++pairs;
  }

  // The roof is made of whole blocks.
  const double whole = static_cast<double>(one.bytes()) / static_cast<double>(roof.bytes());
  Record record = describe(one);
  record.backend = device.backend_name();
  record.repetitions = pairs;
  record.seconds = timer.work_seconds();
  record.gigabytes_per_second = speed(record.bytes, record.seconds);
  record.roof_seconds = timer.roof_seconds() * whole;
  record.roof_fraction = timer.ratio(0.5) * whole;
  record.roof_fraction_low = timer.ratio(0.25) * whole;
  record.roof_fraction_high = timer.ratio(0.75) * whole;
  record.plan_bytes = workload.plan().info().bytes;
  return record;
}

RoofRecord measure_roof(Roof roof, std::int64_t bytes, int threads, double least_seconds,
                        benchmark::State& state) {
  require_memory(bytes);
  const Buffer buffer(bytes);
  ThreadTeam team(threads);
  RoofRunner runner(roof, buffer, team);
  PairTimer timer([] {}, [&runner] { runner.run(); }, least_seconds);
  while (state.KeepRunning()) state.SetIterationTime(timer.time_pair());
  const double seconds = timer.work_seconds();
  // Named by the bytes that were asked for; the roof is made of whole blocks.
  return {name(roof), bytes, threads, seconds, speed(runner.bytes(), seconds)};
}

}  // namespace ptychopatch::bench
