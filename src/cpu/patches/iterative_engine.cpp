// SPDX-License-Identifier: Apache-2.0
#include "cpu/simd_targets.hpp"
// Compiled for each SIMD target, as the loops are: below them multiply_add is a call.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "cpu/patches/iterative_engine.cpp"
#include "hwy/foreach_target.h"
// After foreach_target.h.
#include <vector>

#include "core/dtype_dispatch.hpp"
#include "cpu/patches/patch_state.hpp"
#include "hwy/highway.h"
#include "kernels/patches/adjoint.hpp"
#include "kernels/patches/extract.hpp"
#include "kernels/patches/probe_adjoint.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {
namespace {

template <class P>
void clear(const ImageView& image) {
  constexpr typename P::Real zero[P::components] = {};
  for (std::int64_t m = 0; m < image.count; ++m) {
    for (std::int64_t y = 0; y < image.height; ++y) {
      for (std::int64_t x = 0; x < image.width; ++x) {
        P::store(zero, image.at<typename P::Storage>(m, y, x));
      }
    }
  }
}

template <class P>
void add(const typename P::Real* value, const ImageView& image, std::int64_t m, std::int64_t y,
         std::int64_t x) {
  auto* const to = image.at<typename P::Storage>(m, y, x);
  for (int c = 0; c < P::components; ++c) to[c] = P::store(P::load(to[c]) + value[c]);
}

// Patch by patch, pixel by pixel, on the calling thread: the kernels as they stand.
class IterativeEngine final : public PatchState {
 public:
  using PatchState::PatchState;

  void extract(const ImageView& image, const ProbeView& probe, const PatchView& out) override {
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      const ExtractPixel<P> job{problem(), image, probe, out};
      each_patch(out.images, [&](std::int64_t m, std::int64_t k) {
        const auto sampler = patch_sampler<P>(job.problem, image, m, k);
        each_pixel([&](std::int64_t r, std::int64_t q) { job(sampler, m, k, r, q); });
      });
    });
  }

  void adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
               const ImageView& coverage, Accumulation mode) override {
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      const AdjointPixel<P> job{problem(), in, probe};
      if (mode == Accumulation::overwrite) {
        clear<P>(image);
        if (coverage.data) clear<typename P::Scalar>(coverage);
      }
      each_patch(in.images, [&](std::int64_t m, std::int64_t k) {
        const auto taps = job.taps(k);
        const std::int64_t slice = job.problem.image_of(m, k);
        for (std::int64_t ey = 0; ey < in.height + taps.y.count - 1; ++ey) {
          const std::int64_t y =
              extended_index(job.problem.boundary, taps.y.start + ey, image.height);
          for (std::int64_t ex = 0; ex < in.width + taps.x.count - 1 && y >= 0; ++ex) {
            const std::int64_t x =
                extended_index(job.problem.boundary, taps.x.start + ex, image.width);
            if (x < 0) continue;
            typename P::Real value[P::components] = {};
            job.contribution(taps, m, k, ey, ex, value);
            add<P>(value, image, slice, y, x);
            if (!coverage.data) continue;
            const auto weight = job.coverage(taps, k, ey, ex);
            add<typename P::Scalar>(&weight, coverage, slice, y, x);
          }
        }
      });
    });
  }

  void position_gradient(const ImageView& image, const PatchView& cotangent,
                         const PositionResultView& gradient,
                         const PositionResultView& curvature) override {
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      const auto job =
          gradient_job<P>(settings(), problem(), image, cotangent, gradient, curvature);
      each_patch(cotangent.images, job);
    });
  }

  void position_normal(const ImageView& image, const ProbeView& probe, const PatchView& cotangent,
                       const PositionResultView& gradient,
                       const PositionResultView& normal) override {
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      const auto job =
          normal_job<P>(settings(), problem(), image, probe, cotangent, gradient, normal);
      each_patch(cotangent.images, job);
    });
  }

  void probe_adjoint(const ImageView& image, const PatchView& waves, const ProbeView& probe,
                     Accumulation mode) override {
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      const ProbeAdjointPixel<P> job{problem(), image, waves, probe};
      const std::int64_t probes = probe.shared ? 1 : position_count();
      for (std::int64_t k = 0; k < probes && mode == Accumulation::overwrite; ++k) {
        for (std::int64_t n = 0; n < probe.modes; ++n) {
          each_pixel([&](std::int64_t r, std::int64_t q) {
            constexpr typename P::Real zero[P::components] = {};
            P::store(zero,
                     probe.at<typename P::Storage>(k, n) + r * probe.stride_y + q * probe.stride_x);
          });
        }
      }
      if (probe.shared) return add_segments(job);
      each_patch(waves.images, [&](std::int64_t m, std::int64_t k) {
        const auto sampler = patch_sampler<P>(job.problem, image, m, k);
        each_pixel([&](std::int64_t r, std::int64_t q) { job(sampler, m, k, r, q); });
      });
    });
  }

 private:
  // What waves give to a shared probe, segment by segment.
  template <class P>
  void add_segments(const ProbeAdjointPixel<P>& job) const {
    using T = typename P::Real;
    std::vector<Sampler<P>> samplers;
    samplers.reserve(static_cast<std::size_t>(probe_segment));
    const auto add_segment = [&](std::int64_t m, std::int64_t first) {
      for (std::int64_t n = 0; n < job.probe.modes; ++n) {
        each_pixel([&](std::int64_t r, std::int64_t q) {
          T sum[P::components] = {};
          for (std::size_t i = 0; i < samplers.size(); ++i) {
            job.add(samplers[i], m, first + static_cast<std::int64_t>(i), n, r, q, sum);
          }
          auto* const to = job.probe.template at<typename P::Storage>(0, n) +
                           r * job.probe.stride_y + q * job.probe.stride_x;
          for (int c = 0; c < P::components; ++c) to[c] = P::store(P::load(to[c]) + sum[c]);
        });
      }
      samplers.clear();
    };
    each_patch(job.waves.images, [&](std::int64_t m, std::int64_t k) {
      samplers.push_back(patch_sampler<P>(job.problem, job.image, m, k));
      if ((k + 1) % probe_segment == 0 || k + 1 == position_count()) {
        add_segment(m, k / probe_segment * probe_segment);
      }
    });
  }

  // Calls body(m, k) for every patch of every image, with progress.
  template <class Body>
  void each_patch(std::int64_t images, Body&& body) const {
    const std::int64_t all = images * position_count();
    callbacks().progress(0.0);
    for (std::int64_t n = 0; n < all; ++n) {
      body(n / position_count(), n % position_count());
      callbacks().progress(static_cast<double>(n + 1) / static_cast<double>(all));
    }
  }

  template <class Body>
  void each_pixel(Body&& body) const {
    for (std::int64_t r = 0; r < settings().patch_height; ++r) {
      for (std::int64_t q = 0; q < settings().patch_width; ++q) body(r, q);
    }
  }
};

}  // namespace

PatchEngine* new_iterative_engine(const PatchSettings& settings, const PatchMemoryPlan& plan,
                                  const BackendSettings& backend, const SolveMachine& solver) {
  return std::make_unique<IterativeEngine>(settings, plan, backend, solver).release();
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace ppatch {

HWY_EXPORT(new_iterative_engine);

std::unique_ptr<PatchEngine> make_iterative_engine(const PatchSettings& settings,
                                                   const PatchMemoryPlan& plan,
                                                   const BackendSettings& backend,
                                                   const SolveMachine& solver) {
  return std::unique_ptr<PatchEngine>(
      HWY_DYNAMIC_DISPATCH(new_iterative_engine)(settings, plan, backend, solver));
}

}  // namespace ppatch
#endif
