// SPDX-License-Identifier: Apache-2.0
#include "core/dtype_dispatch.hpp"
#include "cuda/patches/device_patches.hpp"
#include "cuda/patches/kernels/gradient_block.hpp"
#include "cuda/patches/kernels/normal_block.hpp"

namespace ppatch {

void DevicePatches::position_gradient(const ImageView& image, const PatchView& cotangent,
                                      const PositionResultView& gradient,
                                      const PositionResultView& curvature) {
  DeviceCall call("ptychopatch position gradient", machine_, memory_, stream_);
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    using T = typename P::Storage;
    constexpr int C = P::components;
    const ImageView from = call.array(image_of<T, C>("image", image), Access::read);
    Chunks chunks(call, count_, settings_.group_size);
    const auto result = [&](const char* name, const PositionResultView& view) {
      return chunks.array(array_of(name, view, count_, cotangent.images, 2, sizeof(T)),
                          Access::write);
    };
    const auto by_patch = chunks.array(patches_of<T, C>(cotangent), Access::read);
    const auto gradients = result("gradient", gradient);
    const auto curvatures = result("curvature", curvature);
    chunks.run(max_rows(), [&](const Chunk& chunk) {
      const auto job = gradient_job<P>(settings_, problem(chunk), from, by_patch(chunk),
                                       gradients(chunk), curvatures(chunk));
      with_taps(settings_.interpolation, [&](auto taps) {
        constexpr int n = decltype(taps)::value;
        if (GradientBlock<P, n, true>::fits(job.cotangent)) {
          call.run(GradientBlock<P, n, true>(job));
        } else {
          call.run(GradientBlock<P, n, false>(job));
        }
      });
    });
  });
}

void DevicePatches::position_normal(const ImageView& image, const ProbeView& probe,
                                    const PatchView& cotangent, const PositionResultView& gradient,
                                    const PositionResultView& normal) {
  DeviceCall call("ptychopatch position normal", machine_, memory_, stream_);
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    using T = typename P::Storage;
    constexpr int C = P::components;
    const ImageView from = call.array(image_of<T, C>("image", image), Access::read);
    Chunks chunks(call, count_, settings_.group_size);
    const auto result = [&](const char* name, const PositionResultView& view,
                            std::int64_t columns) {
      return chunks.array(array_of(name, view, count_, cotangent.images, columns, sizeof(T)),
                          Access::write);
    };
    const auto through = probe_in<T, C>(chunks, call, probe);
    const auto by_wave = chunks.array(patches_of<T, C>(cotangent), Access::read);
    const auto gradients = result("gradient", gradient, 2);
    const auto normals = result("normal", normal, 3);
    const auto job_of = [&](const Chunk& chunk) {
      return normal_job<P>(settings_, problem(chunk), from, through(chunk), by_wave(chunk),
                           gradients(chunk), normals(chunk));
    };
    if (!shifts(probe)) {
      chunks.run(max_rows(),
                 [&](const Chunk& chunk) { call.run(NormalBlock<P, false>(job_of(chunk))); });
      return;
    }
    const ProbeShifts<P> shift = shifts_of<P>(call, probe, 2);
    if (probe.shared) shift.transform(through({}));
    chunks.run(std::min(max_rows(), shift.positions()), [&](const Chunk& chunk) {
      const PatchProblem part = problem(chunk);
      shift.begin(part);
      shift.shifted(part, through(chunk), ShiftBy::derivative_y, 0);
      shift.shifted(part, through(chunk), ShiftBy::derivative_x, 1);
      NormalBlock<P, true> kernel(job_of(chunk));
      kernel.by_y = shift.planes(0);
      kernel.by_x = shift.planes(1);
      call.run(kernel);
    });
  });
}

}  // namespace ppatch
