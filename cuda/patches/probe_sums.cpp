// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "core/dtype_dispatch.hpp"
#include "cuda/patches/device_patches.hpp"
#include "cuda/patches/kernels/probe_adjoint_block.hpp"

namespace ppatch {
namespace {

// Of a shared probe's adjoint at a time: enough to keep a card busy.
constexpr std::int64_t max_segments = 256;

}  // namespace

void DevicePatches::probe_adjoint(const ImageView& image, const PatchView& waves,
                                  const ProbeView& probe, Accumulation mode) {
  DeviceCall call("ptychopatch probe adjoint", machine_, memory_, stream_);
  const bool from_zero = mode == Accumulation::overwrite;
  const Access access = from_zero ? Access::write : Access::update;
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    using T = typename P::Storage;
    constexpr int C = P::components;
    if (shifts(probe)) return shifted_probe_adjoint_in<P>(call, image, waves, probe, mode);
    const ImageView from = call.array(image_of<T, C>("image", image), Access::read);
    if (probe.shared) {
      const ProbeView to = call.array(probe_of<T, C>(probe), access);
      shared_probe_adjoint_in<P>(call, from, waves, to, from_zero);
      return;
    }
    Chunks chunks(call, count_, settings_.group_size);
    const auto in = chunks.array(patches_of<T, C>(waves), Access::read);
    const auto to = chunks.array(probe_of<T, C>(probe), access);
    chunks.run(max_rows(), [&](const Chunk& chunk) {
      with_taps(settings_.interpolation, [&](auto taps) {
        ProbeAdjointBlock<P, decltype(taps)::value> kernel(
            {problem(chunk), from, in(chunk), to(chunk)});
        kernel.from_zero = from_zero;
        call.run(kernel);
      });
    });
  });
  call.finish();
}

template <class P>
void DevicePatches::shared_probe_adjoint_in(DeviceCall& call, const ImageView& image,
                                            const PatchView& waves, const ProbeView& probe,
                                            bool from_zero) {
  using T = typename P::Storage;
  constexpr int C = P::components;
  const std::int64_t pixels = probe.modes * waves.height * waves.width;
  const std::int64_t slots = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(call.memory().left() / 4) /
          std::max<std::int64_t>(1, pixels * static_cast<std::int64_t>(sizeof(ProbeSum<P>))),
      1, std::min(max_segments, blocks_over(std::max<std::int64_t>(1, count_), probe_segment)));
  auto* const partial = call.scratch<ProbeSum<P>>(slots * pixels);
  ProbeTotals<P> totals{probe, waves.height, waves.width, 0, 0, slots, partial, from_zero};
  if (from_zero && (waves.images == 0 || count_ == 0)) call.run_each(totals, totals.count());
  // A shared probe sums the waves of one image after those of the other.
  for (std::int64_t m = 0; m < waves.images; ++m) {
    PatchView slice = waves;
    slice.images = 1;
    if (slice.data) slice.data = static_cast<T*>(waves.data) + m * waves.stride_image;
    ImageView sampled = image;
    if (!has_index_ && image.data) {
      sampled.data = static_cast<T*>(image.data) + m * image.stride_image;
    }
    Chunks chunks(call, count_, settings_.group_size);
    const auto in = chunks.array(patches_of<T, C>(slice), Access::read);
    chunks.run(max_rows(), [&](const Chunk& chunk) {
      const ProbeAdjointPixel<P> job{problem(chunk), sampled, in(chunk), probe};
      const std::int64_t last = blocks_over(chunk.last, probe_segment);
      for (std::int64_t s = chunk.first / probe_segment; s < last; s += slots) {
        const std::int64_t end = std::min(last, s + slots);
        with_taps(settings_.interpolation, [&](auto taps) {
          ProbeAdjointBlock<P, decltype(taps)::value> kernel(job);
          kernel.first = chunk.first;
          kernel.first_segment = s;
          kernel.segments = end - s;
          kernel.slots = slots;
          kernel.partial = partial;
          call.run(kernel);
        });
        // One that the next chunk goes on with is added then.
        const bool all_there = chunk.last == count_ || chunk.last % probe_segment == 0;
        totals.first_segment = s;
        totals.segments = (end < last || all_there ? end : end - 1) - s;
        if (totals.segments == 0) continue;
        call.run_each(totals, totals.count());
        totals.from_zero = false;
      }
    });
  }
}

// Waves times the patches' conjugates are transformed, and shifted back there.
template <class P>
void DevicePatches::shifted_probe_adjoint_in(DeviceCall& call, const ImageView& image,
                                             const PatchView& waves, const ProbeView& probe,
                                             Accumulation mode) {
  using T = typename P::Storage;
  constexpr int C = P::components;
  const bool from_zero = mode == Accumulation::overwrite;
  const Access access = from_zero ? Access::write : Access::update;
  const ImageView from = call.array(image_of<T, C>("image", image), Access::read);
  Chunks chunks(call, count_, settings_.group_size);
  ProbeView shared;
  std::function<ProbeView(const Chunk&)> each;
  if (probe.shared) {
    shared = call.array(probe_of<T, C>(probe), access);
  } else {
    each = chunks.array(probe_of<T, C>(probe), access);
  }
  const ProbeShifts<P> shift = shifts_of<P>(call, probe, 1);
  const std::int64_t numbers = 2 * probe.modes * waves.height * waves.width;
  double* sums = nullptr;
  if (probe.shared) {
    sums = call.scratch<double>(numbers);
    call.run_each(ClearScalars<double>{sums}, numbers);
  }
  const auto in = chunks.array(patches_of<T, C>(waves), Access::read);
  chunks.run(std::min(max_rows(), shift.positions()), [&](const Chunk& chunk) {
    const PatchProblem part = problem(chunk);
    shift.begin(part);
    with_taps(settings_.interpolation, [&](auto taps) {
      ProbeAdjointBlock<P, decltype(taps)::value> kernel(
          {part, from, in(chunk), shift.cleared(part, 0)});
      kernel.from_zero = true;
      call.run(kernel);
    });
    if (probe.shared) {
      shift.add_back(part, 0, sums);
    } else {
      shift.store_back(part, 0, each(chunk), from_zero);
    }
  });
  if (probe.shared) shift.store_sums(sums, shared, from_zero);
}

}  // namespace ppatch
