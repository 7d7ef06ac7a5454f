// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/patch_engine.hpp"

#include <algorithm>

#include "core/dtype_dispatch.hpp"
#include "cuda/patches/device_patches.hpp"
#include "cuda/patches/kernels/adjoint_block.hpp"
#include "cuda/patches/kernels/extract_block.hpp"
#include "kernels/patches/assemble.hpp"

namespace ppatch {

DevicePatches::DevicePatches(const PatchSettings& settings, const Machine& machine)
    : DeviceEngine(machine),
      settings_(settings),
      plan_(PatchMemoryPlan::within(settings, machine.settings.memory_budget)),
      origins_(machine.allocator, plan_.capacity),
      image_index_(machine.allocator, plan_.capacity),
      lists_(machine.allocator, plan_.entries),
      memory_(machine, plan_.piece_bytes, plan_.left) {}

void DevicePatches::set_positions(std::span<const PatchOrigin> origins) {
  const bool listed = lists_.hold_all(count_);
  upload(origins, origins_);
  count_ = static_cast<std::int64_t>(origins.size());
  if (listed) list_again();
}

void DevicePatches::set_image_index(std::span<const std::int32_t> index) {
  const bool listed = lists_.hold_all(count_) && has_index_ == !index.empty();
  upload(index, image_index_);
  has_index_ = !index.empty();
  if (listed) list_again();
}

template <class T>
void DevicePatches::upload(std::span<const T> from, DeviceBuffer<T>& to) {
  const device::Selection selected(machine_.settings.device);
  const StreamUse stream(stream_);
  lists_.invalidate();
  const auto array = contiguous(from.data(), static_cast<std::int64_t>(from.size()));
  memory_.uploads.upload(array, to.data(), stream.get());
}

// At once: a graph that has captured an adjoint reads the lists where they lie.
void DevicePatches::list_again() {
  const TilePlane plane = lists_.plane();
  if (TileLists::entries_a_patch(problem(), plane) * count_ > lists_.capacity()) return;
  const device::Selection selected(machine_.settings.device);
  const StreamUse stream(stream_);
  lists_.build(problem(), 0, plane, stream.get());
}

void DevicePatches::extract(const ImageView& image, const ProbeView& probe, const PatchView& out) {
  DeviceCall call("ptychopatch extract", machine_, memory_, stream_);
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    with_taps(settings_.interpolation,
              [&](auto taps) { extract_in<P, decltype(taps)::value>(call, image, probe, out); });
  });
}

template <class P, int Taps>
void DevicePatches::extract_in(DeviceCall& call, const ImageView& image, const ProbeView& probe,
                               const PatchView& out) {
  using T = typename P::Storage;
  constexpr int C = P::components;
  const ImageView from = call.array(image_of<T, C>("image", image), Access::read);
  Chunks chunks(call, count_, settings_.group_size);
  const CallProbe<P> with(*this, chunks, call, probe);
  const auto to = chunks.array(patches_of<T, C>(out), Access::write);
  chunks.run(with.rows(max_rows()), [&](const Chunk& chunk) {
    const ExtractPixel<P> job{problem(chunk), from, with(chunk), to(chunk)};
    if (out.height > 0 && out.width > 0) call.run(ExtractBlock<P, Taps>(job));
  });
}

// image and coverage are on the device.
template <class P>
void DevicePatches::adjoint_in(DeviceCall& call, const PatchView& in, const ProbeView& probe,
                               const ImageView& image, const ImageView& coverage, bool from_zero) {
  using T = typename P::Storage;
  constexpr int C = P::components;
  const TilePlane plane = tile_plane<P>(image, has_index_);
  Chunks chunks(call, count_, settings_.group_size);
  const CallProbe<P> with(*this, chunks, call, probe);
  const auto from = chunks.array(patches_of<T, C>(in), Access::read);
  const std::int64_t entries = TileLists::entries_a_patch(problem(), plane);
  const std::int64_t max_listed = entries > 0 ? lists_.capacity() / entries : INT64_MAX;
  chunks.run(with.rows(std::min(max_rows(), max_listed)), [&](const Chunk& chunk) {
    lists_.build(problem(chunk), chunk.first, plane, call.stream());
    const AdjointPixel<P> job{problem(chunk), from(chunk), with(chunk)};
    const auto run = [&](auto kernel) {
      kernel.patches = lists_.patches();
      kernel.begins = lists_.begins();
      kernel.from_zero = from_zero;
      call.run(kernel);
    };
    with_taps(settings_.interpolation, [&](auto taps) {
      constexpr int n = decltype(taps)::value;
      if (job.probe.data) {
        run(AdjointBlock<P, n, true>(job, image, coverage, plane));
      } else {
        run(AdjointBlock<P, n, false>(job, image, coverage, plane));
      }
    });
    from_zero = false;
  });
}

// The adjoint, divided by the coverage where eps is given.
void DevicePatches::sum_patches(const PatchView& in, const ProbeView& probe, const ImageView& image,
                                const ImageView& coverage, Accumulation mode, const double* eps) {
  DeviceCall call("ptychopatch adjoint", machine_, memory_, stream_);
  const bool from_zero = mode == Accumulation::overwrite;
  const Access access = from_zero ? Access::write : Access::update;
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    using T = typename P::Storage;
    constexpr int C = P::components;
    const ImageView sum = call.array(image_of<T, C>("image", image), access);
    const ImageView cover = call.array(image_of<T, 1>("coverage", coverage), access);
    adjoint_in<P>(call, in, probe, sum, cover, from_zero);
    if (eps) {
      const AssemblePixel<P> divide(sum, cover, *eps);
      call.run_each(divide, divide.count());
    }
  });
  call.finish();
}

std::uint64_t patch_engine_bytes(const PatchSettings& settings, const Machine& machine) {
  return PatchMemoryPlan::within(settings, machine.settings.memory_budget).total_bytes();
}

std::unique_ptr<PatchEngine> make_patch_engine(const PatchSettings& settings,
                                               const Machine& machine) {
  return std::make_unique<DevicePatches>(settings, machine);
}

}  // namespace ppatch
