// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/shifted_engine.hpp"

#include <algorithm>

#include "core/dtype_dispatch.hpp"
#include "cpu/patches/batched_engine.hpp"
#include "cpu/patches/probe_pixels.hpp"
#include "cpu/patches/probe_shifter.hpp"
#include "cpu/patches/shifted_plan.hpp"

namespace ppatch {
namespace {

// The part of a view that begins `scalars` later.
template <class S, class View>
View moved(View view, std::int64_t scalars) {
  view.data = static_cast<S*>(view.data) + scalars;
  return view;
}

// Waves of shifted probes; what has no probe is the batched engine's.
class ShiftedEngine final : public BatchedEngine {
 public:
  ShiftedEngine(ShiftedPlan plan, const ShiftMachine& machine)
      : BatchedEngine(plan.settings, plan.patches, machine.backend, machine.arena, machine.loops),
        transforms_(std::move(plan.transforms)),
        plan_(plan.shift),
        slots_(*machine.backend.allocator, plan_.slots * plan_.slot_bytes()),
        kept_(*machine.backend.allocator, plan_.kept_modes * plan_.plane_bytes),
        chunk_(*machine.backend.allocator, plan_.chunk_bytes) {}

  std::uint64_t scratch_bytes() const override {
    return BatchedEngine::scratch_bytes() + plan_.total_bytes();
  }

  void extract(const ImageView& image, const ProbeView& probe, const PatchView& out) override {
    if (!probe.data) return BatchedEngine::extract(image, probe, out);
    with_pixel(image.dtype, [&](auto pixel) { extract_waves<decltype(pixel)>(image, probe, out); });
  }

  void adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
               const ImageView& coverage, Accumulation mode) override {
    if (!probe.data) return BatchedEngine::adjoint(in, probe, image, coverage, mode);
    with_pixel(image.dtype, [&](auto pixel) {
      sum_waves<decltype(pixel)>(in, probe, image, coverage, mode == Accumulation::overwrite);
    });
  }

  void probe_adjoint(const ImageView& image, const PatchView& waves, const ProbeView& probe,
                     Accumulation mode) override {
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      const ProbeAdjointPixel<P> job{problem(), image, waves, probe};
      const bool from_zero = mode == Accumulation::overwrite;
      probe.shared ? sum_probe(job, from_zero) : sum_probes(job, from_zero);
    });
  }

  void position_normal(const ImageView& image, const ProbeView& probe, const PatchView& cotangent,
                       const PositionResultView& gradient,
                       const PositionResultView& normal) override {
    if (!probe.data) {
      return BatchedEngine::position_normal(image, probe, cotangent, gradient, normal);
    }
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      add_normals<P>(image, probe, cotangent, normal_result<P>(settings(), gradient, normal));
    });
  }

 private:
  std::int64_t height() const { return settings().patch_height; }
  std::int64_t width() const { return settings().patch_width; }

  template <class P>
  ProbeShifter<P> shifter(int slot) {
    return {loops().of<P>().shift, transforms_.of<typename P::Real>(), height(), width(),
            ShiftSlot(plan_, slots_.data() + slot * plan_.slot_bytes())};
  }

  template <class P>
  typename P::Real* kept(std::int64_t mode) {
    return reinterpret_cast<typename P::Real*>(kept_.data() + mode * plan_.plane_bytes);
  }
  bool keeps(const ProbeView& probe, std::int64_t mode) const {
    return probe.shared && mode < plan_.kept_modes;
  }

  template <class P>
  void transform_mode(const ProbeView& probe, std::int64_t k, std::int64_t mode,
                      const ProbeShifter<P>& shifter, typename P::Real* spectrum) const {
    using T = typename P::Real;
    auto* const rows = reinterpret_cast<T*>(shifter.slot().pixels[1]);
    copy_mode<P>(probe, k, mode, height(), width(), rows);
    shifter.transform(rows, spectrum);
  }

  // Before the first of a call's spectra is asked for.
  template <class P>
  void keep_spectra(const ProbeView& probe) {
    callbacks().progress(0.0);
    const std::int64_t modes = probe.shared ? std::min(probe.modes, plan_.kept_modes) : 0;
    arena().parallel_for(modes, [&](std::int64_t mode, int slot) {
      transform_mode<P>(probe, 0, mode, shifter<P>(slot), kept<P>(mode));
    });
  }

  template <class P>
  const typename P::Real* spectrum(const ProbeView& probe, std::int64_t k, std::int64_t mode,
                                   const ProbeShifter<P>& shifter) {
    if (keeps(probe, mode)) return kept<P>(mode);
    auto* const made = reinterpret_cast<typename P::Real*>(shifter.slot().sum);
    transform_mode<P>(probe, k, mode, shifter, made);
    return made;
  }

  // A mode shifted for position k, as the shifter is set.
  template <class P>
  typename P::Storage* shifted(const ProbeView& probe, std::int64_t k, std::int64_t mode,
                               const ProbeShifter<P>& shifter) {
    auto* const rows = reinterpret_cast<typename P::Storage*>(shifter.slot().pixels[0]);
    if (shift_of(problem().origins[k]).none()) {
      copy_mode<P>(probe, k, mode, height(), width(), rows);
    } else {
      shifter.shifted(spectrum<P>(probe, k, mode, shifter), ShiftDerivative::none, rows);
    }
    return rows;
  }

  // body(k, slot) for [first, last), on all threads.
  template <class Body>
  void each_position(std::int64_t first, std::int64_t last, Body&& body) {
    arena().parallel_for(last - first, [&](std::int64_t n, int slot) { body(first + n, slot); });
  }

  // The same for all positions, with progress.
  template <class Body>
  void all_positions(Body&& body) {
    const std::int64_t count = position_count();
    const std::int64_t chunk = callbacks().between_reports(count, 16 * arena().num_threads());
    for (std::int64_t first = 0; first < count; first += chunk) {
      const std::int64_t last = std::min(count, first + chunk);
      each_position(first, last, body);
      callbacks().progress(static_cast<double>(last) / static_cast<double>(count));
    }
  }

  template <class P>
  void extract_waves(const ImageView& image, const ProbeView& probe, const PatchView& out) {
    using S = typename P::Storage;
    const auto loop = loops().of<P>().extract;
    keep_spectra<P>(probe);
    all_positions([&](std::int64_t k, int slot) {
      const SlotScratch memory = scratch().slot(slot);
      auto shift = shifter<P>(slot);
      shift.set(shift_of(problem().origins[k]), false);
      for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
        PatchView wave = moved<S>(out, mode * out.stride_mode);
        wave.modes = 1;
        const ExtractPixel<P> job{
            problem(), image, rows_as_probe<P>(shifted<P>(probe, k, mode, shift), width()), wave};
        for (std::int64_t m = 0; m < out.images; ++m) {
          const PatchNumber number{m, k};
          loop(job, {&number, 1}, Store::cached, memory);
        }
      }
    });
  }

  // The bins know nothing of whose patches they held.
  struct BinsForgotten {
    ShiftedEngine& engine;
    explicit BinsForgotten(ShiftedEngine& of) : engine(of) { engine.forget_bins(); }
    ~BinsForgotten() { engine.forget_bins(); }
    BinsForgotten(const BinsForgotten&) = delete;
    BinsForgotten& operator=(const BinsForgotten&) = delete;
  };

  // A chunk's patches: their cotangents, all modes in one, and their weights.
  template <class P>
  void sum_waves(const PatchView& in, const ProbeView& probe, const ImageView& image,
                 const ImageView& coverage, bool from_zero) {
    using S = typename P::Storage;
    constexpr int C = P::components;
    const std::int64_t area = height() * width();
    const std::int64_t count = position_count();
    const std::int64_t in_chunk =
        plan_.chunk_bytes / (area * static_cast<std::int64_t>((C + 1) * sizeof(S)));
    auto* const cotangents = reinterpret_cast<S*>(chunk_.data());
    auto* const weights = coverage.data ? cotangents + in_chunk * area * C : nullptr;
    const auto add_cotangent = loops().of<P>().shift.add_cotangent;
    const PatchView one{nullptr, in.dtype, 1,        1, 1,        1,           height(),
                        width(), 0,        area * C, 0, area * C, width() * C, C};
    PatchView weight = one;
    weight.dtype = coverage.dtype;
    weight.stride_group = area;
    weight.stride_y = width();
    weight.stride_x = 1;

    keep_spectra<P>(probe);
    for (std::int64_t m = 0; m < in.images; ++m) {
      const auto slice = [&](const ImageView& all) {
        ImageView view = all;
        // Positions that each have an image of theirs go to all of them.
        if (in.images != image.count || !all.data) return view;
        view = moved<S>(all, m * all.stride_image);
        view.count = 1;
        return view;
      };
      bool overwrite = from_zero;
      std::int64_t first = 0;
      do {
        const std::int64_t last = std::min(count, first + in_chunk);
        each_position(first, last, [&](std::int64_t k, int slot) {
          auto shift = shifter<P>(slot);
          shift.set(shift_of(problem().origins[k]), false);
          const std::int64_t at = (k - first) * area;
          for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
            add_cotangent(in, m, k, mode, shifted<P>(probe, k, mode, shift), cotangents + at * C,
                          weights ? weights + at : nullptr);
          }
        });
        const auto part_of = [&](std::int64_t k) {
          const double part = count > 0 ? static_cast<double>(k) / static_cast<double>(count) : 1.0;
          return (static_cast<double>(m) + part) / static_cast<double>(in.images);
        };
        const double done = part_of(first);
        const double end = part_of(last);
        const double half = weights ? (done + end) / 2.0 : end;
        const BinsForgotten forgotten(*this);
        const auto add = [&](PatchView patches, S* data, const ImageView& to, const Share& part) {
          patches.data = data;
          patches.count = last - first;
          sum_patches(problem_from(first, last), patches, ProbeView{}, to, ImageView{}, overwrite,
                      part);
        };
        add(one, cotangents, slice(image), {done, half - done});
        if (weights) add(weight, weights, slice(coverage), {half, end - half});
        overwrite = false;
        first = last;
      } while (first < count);
    }
  }

  PatchProblem problem_from(std::int64_t first, std::int64_t last) const {
    PatchProblem part = problem();
    part.origins += first;
    if (part.image_index) part.image_index += first;
    part.count = last - first;
    return part;
  }

  // conj(P[k]) waves[k, mode], rows of pixels.
  template <class P>
  typename P::Real* weighed_wave(const ProbeAdjointPixel<P>& job, std::int64_t m, std::int64_t k,
                                 std::int64_t mode, const ProbeShifter<P>& shifter, int slot) {
    using T = typename P::Real;
    auto* const rows = reinterpret_cast<T*>(shifter.slot().pixels[0]);
    std::fill_n(rows, height() * width() * P::components, T(0));
    loops().of<P>().probe_adjoint(job, m, k, mode, 0, height(), rows, scratch().slot(slot));
    return rows;
  }

  // A mode after the other: segments side by side, each summed by one thread, and then in order.
  template <class P>
  void sum_probe(const ProbeAdjointPixel<P>& job, bool from_zero) {
    using T = typename P::Real;
    const std::int64_t count = position_count();
    const std::int64_t segments = (count + probe_segment - 1) / probe_segment;  // of an image
    const std::int64_t all = job.waves.images * segments;
    const std::int64_t scalars = shifter<P>(0).spectrum_scalars();
    const std::int64_t in_chunk =
        plan_.chunk_bytes / (scalars * static_cast<std::int64_t>(sizeof(T))) - 1;
    auto* const total = reinterpret_cast<T*>(chunk_.data());
    constexpr std::int64_t piece = 4096;
    callbacks().progress(0.0);
    for (std::int64_t mode = 0; mode < job.probe.modes; ++mode) {
      std::fill_n(total, scalars, T(0));
      for (std::int64_t first = 0; first < all; first += in_chunk) {
        const std::int64_t here = std::min(in_chunk, all - first);
        arena().parallel_for(here, [&](std::int64_t n, int slot) {
          T* const sum = total + (1 + n) * scalars;
          std::fill_n(sum, scalars, T(0));
          auto shift = shifter<P>(slot);
          const std::int64_t m = (first + n) / segments;
          const std::int64_t begin = (first + n) % segments * probe_segment;
          for (std::int64_t k = begin; k < std::min(count, begin + probe_segment); ++k) {
            shift.set(shift_of(job.problem.origins[k]), false);
            shift.add_back(weighed_wave(job, m, k, mode, shift, slot), sum);
          }
        });
        arena().parallel_for((scalars + piece - 1) / piece, [&](std::int64_t block, int) {
          const std::int64_t end = std::min(scalars, (block + 1) * piece);
          for (std::int64_t n = 1; n <= here; ++n) {
            const T* const sum = total + n * scalars;
            for (std::int64_t i = block * piece; i < end; ++i) total[i] += sum[i];
          }
        });
        callbacks().progress((static_cast<double>(mode) +
                              static_cast<double>(first + here) / static_cast<double>(all)) /
                             static_cast<double>(job.probe.modes));
      }
      store_sum<P>(total, job.probe, 0, mode, from_zero, shifter<P>(0));
    }
  }

  // Of a probe for each position: over the images.
  template <class P>
  void sum_probes(const ProbeAdjointPixel<P>& job, bool from_zero) {
    using T = typename P::Real;
    callbacks().progress(0.0);
    all_positions([&](std::int64_t k, int slot) {
      auto shift = shifter<P>(slot);
      auto* const sum = reinterpret_cast<T*>(shift.slot().sum);
      for (std::int64_t mode = 0; mode < job.probe.modes; ++mode) {
        std::fill_n(sum, shift.spectrum_scalars(), T(0));
        shift.set(shift_of(job.problem.origins[k]), false);
        for (std::int64_t m = 0; m < job.waves.images; ++m) {
          shift.add_back(weighed_wave(job, m, k, mode, shift, slot), sum);
        }
        store_sum<P>(sum, job.probe, k, mode, from_zero, shift);
      }
    });
  }

  // The sum has the transforms' factor: it is transformed back without one.
  template <class P>
  void store_sum(const typename P::Real* sum, const ProbeView& probe, std::int64_t k,
                 std::int64_t mode, bool from_zero, ProbeShifter<P> shifter) const {
    auto* const rows = reinterpret_cast<typename P::Storage*>(shifter.slot().pixels[0]);
    shifter.set_unscaled();
    shifter.shifted(sum, ShiftDerivative::none, rows);
    store_mode<P>(rows, probe, k, mode, height(), width(), from_zero);
  }

  template <class P>
  void add_normals(const ImageView& image, const ProbeView& probe, const PatchView& cotangent,
                   const NormalResult<P>& result) {
    using S = typename P::Storage;
    const auto add = loops().of<P>().shift.add_normal;
    keep_spectra<P>(probe);
    all_positions([&](std::int64_t k, int slot) {
      const SlotScratch memory = scratch().slot(slot);
      auto shift = shifter<P>(slot);
      shift.set(shift_of(problem().origins[k]), true);
      auto* const by_y = reinterpret_cast<S*>(shift.slot().pixels[0]);
      auto* const by_x = reinterpret_cast<S*>(shift.slot().pixels[1]);
      for (std::int64_t m = 0; m < cotangent.images; ++m) {
        NormalSums<typename P::Real, P::components> sums;
        for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
          const auto* const transform = spectrum<P>(probe, k, mode, shift);
          shift.shifted(transform, ShiftDerivative::y, by_y);
          shift.shifted(transform, ShiftDerivative::x, by_x);
          add(problem(), image, cotangent, m, k, mode, by_y, by_x, sums, memory);
        }
        result.write(m, k, sums);
      }
    });
  }

  ShiftTransforms transforms_;
  ShiftMemoryPlan plan_;
  Buffer<unsigned char> slots_;
  Buffer<unsigned char> kept_;
  Buffer<unsigned char> chunk_;
};

}  // namespace

std::uint64_t shifted_engine_bytes(const PatchSettings& settings, const ShiftMachine& machine) {
  return ShiftedPlan::within(settings, machine).total_bytes();
}

std::unique_ptr<PatchEngine> make_shifted_engine(const PatchSettings& settings,
                                                 const ShiftMachine& machine) {
  return std::make_unique<ShiftedEngine>(ShiftedPlan::within(settings, machine), machine);
}

}  // namespace ppatch
