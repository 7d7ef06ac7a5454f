// SPDX-License-Identifier: Apache-2.0
#include "suite/measure.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <memory>
#include <stdexcept>

#include "choices.hpp"
#include "suite/patches/arrays.hpp"
#include "suite/patches/workload.hpp"
#include "suite/thread_team.hpp"

namespace ptychopatch::bench {
namespace {

double speed(std::int64_t bytes, double seconds) {
  return static_cast<double>(bytes) / seconds / 1e9;
}

Record describe(const Case& one, const Gpu* gpu) {
  Record record;
  record.name = one.name();
  record.set = one.set;
  record.operation = name(one.operation);
  record.dtype = dtype_name(one.dtype);
  record.interpolation = name_of(interpolation_choices, one.interpolation);
  record.boundary = name_of(boundary_choices, one.boundary);
  record.order = name(one.order);
  record.image_shape = {one.image_side(), one.image_side()};
  record.patches_shape = {one.patches, one.size, one.size};
  if (one.has_probe()) record.patches_shape.insert(record.patches_shape.begin() + 1, one.modes);
  record.threads = one.threads;
  record.bytes = gpu && !one.on_host ? one.moved_bytes() : one.bytes();
  return record;
}

// On a card so many sets in turn that its cache holds none until it is used again.
std::vector<Arrays> make_sets(const Case& one, const Gpu* gpu) {
  constexpr std::int64_t caches = 4, max_sets = 128;
  std::int64_t count = 1;
  if (gpu) {
    const GpuFacts facts = gpu->facts();
    const std::int64_t wanted = caches * facts.l2_bytes / std::max<std::int64_t>(one.bytes(), 1);
    const std::int64_t room = facts.free_bytes / 2 / std::max<std::int64_t>(one.total_bytes(), 1);
    count = std::clamp<std::int64_t>(std::min(wanted + 1, room), 1, max_sets);
  }
  std::vector<Arrays> sets;
  for (std::int64_t i = 0; i < count; ++i) {
    sets.emplace_back(one, gpu);
    sets.back().poison_outputs();
  }
  return sets;
}

std::vector<const Buffer*> largest_of(const std::vector<Arrays>& sets) {
  std::vector<const Buffer*> buffers;
  buffers.reserve(sets.size());
  for (const Arrays& arrays : sets) buffers.push_back(&arrays.largest());
  return buffers;
}

// The clock of what is enqueued on a card, or of the host.
CallTimer timer_of(const Gpu* gpu) {
  if (!gpu) return &host_seconds;
  return [gpu](const std::function<void()>& call, int calls) { return gpu->seconds(call, calls); };
}

}  // namespace

void require_memory(std::int64_t bytes, const Gpu* gpu) {
  const std::int64_t there = gpu ? gpu->facts().free_bytes : available_memory();
  if (bytes > there / 4 * 3) {
    throw std::runtime_error("needs " + std::to_string(bytes >> 20) +
                             " MiB, of which too few are free");
  }
}

void time_beside(const LimitBeside& beside, const std::function<void()>& work, Work how,
                 double min_seconds, benchmark::State& state, Record& record) {
  const Gpu* const gpu = beside.buffers.front()->gpu();
  std::unique_ptr<ThreadTeam> team;
  std::unique_ptr<LimitRunner> on_host;
  std::unique_ptr<DeviceLimitRunner> on_card;
  std::function<void()> limit;
  if (gpu) {
    on_card = std::make_unique<DeviceLimitRunner>(beside.limit, beside.buffers, beside.from);
    limit = [&on_card, gpu, how] {
      on_card->run();
      if (how == Work::done) gpu->wait();
    };
  } else {
    team = std::make_unique<ThreadTeam>(beside.threads);
    on_host = std::make_unique<LimitRunner>(beside.limit, *beside.buffers.front(), *team);
    limit = [&on_host] { on_host->run(); };
  }
  PairTimer timer(limit, work, min_seconds, timer_of(how == Work::enqueued ? gpu : nullptr));
  while (state.KeepRunning()) {
    state.SetIterationTime(timer.time_pair());
    ++record.repetitions;
  }
  // The limit's loop on the host runs over whole blocks.
  const std::int64_t moved = gpu ? on_card->bytes() : on_host->bytes();
  const double blocks_ratio = static_cast<double>(record.bytes) / static_cast<double>(moved);
  record.limit = name(beside.limit);
  record.seconds = timer.work_seconds();
  record.gigabytes_per_second = speed(record.bytes, record.seconds);
  record.limit_seconds = timer.limit_seconds() * blocks_ratio;
  record.share_of_limit = timer.ratio(0.5) * blocks_ratio;
  record.share_of_limit_low = timer.ratio(0.25) * blocks_ratio;
  record.share_of_limit_high = timer.ratio(0.75) * blocks_ratio;
}

namespace {

// The kernel that is compared with computes the adjoint, to the rounding of sums in any order.
void check_atomic_adjoint(const Case& one, const Arrays& arrays, const Context& context,
                          const Gpu* gpu) {
  Case plain = one;
  plain.operation = Operation::adjoint;
  std::vector<Arrays> sets;
  sets.emplace_back(plain, gpu);
  Workload(plain, context, sets, gpu).run();
  context.synchronize();
  gpu->wait();
  const std::vector<std::byte> found = arrays.image_pixels().downloaded();
  const std::vector<std::byte> wanted = sets.front().image_pixels().downloaded();
  const auto* const a = reinterpret_cast<const float*>(found.data());
  const auto* const b = reinterpret_cast<const float*>(wanted.data());
  float difference = 0;
  float largest = 0;
  for (std::size_t i = 0; i < wanted.size() / sizeof(float); ++i) {
    difference = std::max(difference, std::abs(a[i] - b[i]));
    largest = std::max(largest, std::abs(b[i]));
  }
  if (!(difference <= 1e-4F * largest)) {
    throw std::runtime_error("the kernel to compare with is wrong by " +
                             std::to_string(difference) + " of " + std::to_string(largest));
  }
}

}  // namespace

Record measure_case(const Case& one, const Device& device, double min_seconds,
                    benchmark::State& state) {
  const Gpu* const gpu = device.gpu();
  // Of arrays that lie on the card.
  const Gpu* const arrays_gpu = one.on_host ? nullptr : gpu;
  require_memory(one.total_bytes(), arrays_gpu);
  std::vector<Arrays> sets = make_sets(one, arrays_gpu);
  const Context context = device.context(one.threads, one.memory_budget);
  Workload workload(one, context, sets, arrays_gpu);
  workload.run();
  context.synchronize();
  if (arrays_gpu) arrays_gpu->wait();
  if (!sets.front().outputs_look_finite()) throw std::runtime_error("outputs were not written");
  if (one.operation == Operation::atomic_adjoint) {
    check_atomic_adjoint(one, sets.front(), context, gpu);
  }

  // Where the case's arrays are none that the limit could move, it moves as many bytes of its own.
  Buffer stand_in;
  if (one.has_no_pixels() || (gpu && one.on_host)) {
    stand_in = Buffer(std::max(one.bytes(), 2 * limit_block), 0, gpu);
  }
  const PinnedBuffer from(gpu && one.on_host ? stand_in.bytes() : 0, gpu);
  Record record = describe(one, gpu);
  record.backend = device.backend_name();
  record.plan_bytes = workload.plan().info().bytes;
  std::function<void()> work = [&workload] { workload.run(); };
  if (one.replayed) {
    for (std::size_t i = 1; i < sets.size(); ++i) workload.run();  // the first set is next
    void* const graph = gpu->record([&workload] { workload.run(); });
    work = [gpu, graph] { gpu->replay(graph); };
  }
  // What waits for the card, or works before it, is timed by the host's clock.
  const bool waits = one.has_no_pixels() || one.operation == Operation::moved_adjoint;
  if (arrays_gpu && waits) {
    work = [run = work, arrays_gpu] {
      run();
      arrays_gpu->wait();
    };
  }
  time_beside({limit_of(one, gpu),
               stand_in.data() ? std::vector<const Buffer*>{&stand_in} : largest_of(sets),
               one.threads, from.data()},
              work, arrays_gpu && !waits ? Work::enqueued : Work::done, min_seconds, state, record);
  return record;
}

LimitRecord measure_limit(BandwidthLimit limit, std::int64_t bytes, int threads, const Gpu* gpu,
                          double min_seconds, benchmark::State& state) {
  require_memory(bytes, gpu);
  const Buffer buffer(bytes, 0, gpu);
  std::unique_ptr<ThreadTeam> team;
  std::unique_ptr<LimitRunner> on_host;
  std::unique_ptr<DeviceLimitRunner> on_card;
  const PinnedBuffer from(limit == BandwidthLimit::host_to_device ? bytes : 0, gpu);
  std::function<void()> run;
  if (gpu) {
    on_card = std::make_unique<DeviceLimitRunner>(limit, std::vector<const Buffer*>{&buffer},
                                                  from.data());
    run = [&on_card] { on_card->run(); };
  } else {
    team = std::make_unique<ThreadTeam>(threads);
    on_host = std::make_unique<LimitRunner>(limit, buffer, *team);
    run = [&on_host] { on_host->run(); };
  }
  PairTimer timer([] {}, run, min_seconds, timer_of(gpu));
  while (state.KeepRunning()) state.SetIterationTime(timer.time_pair());
  const double seconds = timer.work_seconds();
  // Named by the bytes that were asked for; the limit's loop on the host runs over whole blocks.
  const std::int64_t moved = gpu ? on_card->bytes() : on_host->bytes();
  return {name(limit), bytes, threads, seconds, speed(moved, seconds)};
}

}  // namespace ptychopatch::bench
