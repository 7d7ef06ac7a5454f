// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/patch_engine.hpp"

#include <algorithm>
#include <span>

#include "core/dtype_dispatch.hpp"
#include "core/patches/patch_jobs.hpp"
#include "cuda/patches/kernels/extract_block.hpp"
#include "cuda/patches/kernels/gradient_block.hpp"
#include "cuda/patches/kernels/probe_adjoint_block.hpp"
#include "cuda/patches/patch_memory_plan.hpp"
#include "cuda/patches/tile_lists.hpp"
#include "cuda/patches/tile_plane.hpp"
#include "cuda/runtime/chunks.hpp"
#include "cuda/runtime/device_engine.hpp"
#include "kernels/patches/assemble.hpp"

namespace ppatch {
namespace {

template <class T, int C>
ViewedArray<ImageView> image_of(const char* name, const ImageView& view) {
  return array_of(name, view, sizeof(T), C);
}

template <class T, int C>
ViewedArray<PatchView> patches_of(const PatchView& view) {
  return array_of("patches", view, sizeof(T), C);
}

// Calls with the taps of an axis as kernels are made for them; nearest has fewer than its kernel's.
template <class Call>
void with_taps(Interpolation kind, Call&& call) {
  static_assert(max_taps == 6);
  switch (tap_count(kind)) {
    case 6:
      return call(std::integral_constant<int, 6>());
    case 4:
      return call(std::integral_constant<int, 4>());
    default:
      return call(std::integral_constant<int, 2>());
  }
}

// Of a shared probe's adjoint at a time: enough to keep a card busy.
constexpr std::int64_t max_segments = 256;

[[noreturn]] void no_solve() {
  fail(PPATCH_ERROR_UNSUPPORTED,
       "least-squares assembly runs on the CPU alone: give host arrays to a context of "
       "PPATCH_BACKEND_CPU, or of PPATCH_BACKEND_AUTO");
}

// The operators of one patch plan on a device. Arrays on the device are used where they lie; host
// arrays are copied, patches a chunk at a time. Neither chunks nor tiles change the order of any
// sum.
class CudaPatchEngine final : public DeviceEngine<PatchEngine> {
 public:
  CudaPatchEngine(const PatchSettings& settings, const Machine& machine)
      : DeviceEngine(machine),
        settings_(settings),
        plan_(PatchMemoryPlan::within(settings, machine.settings.memory_budget)),
        origins_(machine.allocator, plan_.capacity),
        image_index_(machine.allocator, plan_.capacity),
        lists_(machine.allocator, plan_.entries),
        memory_(machine, plan_.piece_bytes, plan_.left) {}

  ~CudaPatchEngine() override { stream_.drain(machine_.settings.device); }

  void set_positions(std::span<const PatchOrigin> origins) override {
    const bool listed = lists_.hold_all(count_);
    upload(origins, origins_);
    count_ = static_cast<std::int64_t>(origins.size());
    if (listed) list_again();
  }

  void set_image_index(std::span<const std::int32_t> index) override {
    const bool listed = lists_.hold_all(count_) && has_index_ == !index.empty();
    upload(index, image_index_);
    has_index_ = !index.empty();
    if (listed) list_again();
  }

  std::uint64_t scratch_bytes() const override { return plan_.total_bytes() + memory_.bytes(); }

  void extract(const ImageView& image, const ProbeView& probe, const PatchView& out) override {
    DeviceCall call("ptychopatch extract", machine_, memory_, stream_);
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      with_taps(settings_.interpolation,
                [&](auto taps) { extract_in<P, decltype(taps)::value>(call, image, probe, out); });
    });
  }

  void adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
               const ImageView& coverage, Accumulation mode) override {
    sum_patches(in, probe, image, coverage, mode, nullptr);
  }

  void assemble(const PatchView& in, const ImageView& image, const ImageView& coverage,
                double eps) override {
    sum_patches(in, ProbeView{}, image, coverage, Accumulation::overwrite, &eps);
  }

  SolveAnswer solve(const PatchSolve&) override { no_solve(); }
  std::uint64_t solve_bytes(const ImageView&) const override { no_solve(); }

  void position_gradient(const ImageView& image, const PatchView& cotangent,
                         const PositionResultView& gradient,
                         const PositionResultView& curvature) override {
    DeviceCall call("ptychopatch position gradient", machine_, memory_, stream_);
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      using T = typename P::Storage;
      constexpr int C = P::components;
      const ImageView from = call.array(image_of<T, C>("image", image), Access::read);
      Chunks chunks(call, count_, settings_.group_size);
      const auto result = [&](const char* name, const PositionResultView& view) {
        return chunks.array(array_of(name, view, count_, cotangent.images, sizeof(T)),
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

  void probe_adjoint(const ImageView& image, const PatchView& waves, const ProbeView& probe,
                     Accumulation mode) override {
    DeviceCall call("ptychopatch probe adjoint", machine_, memory_, stream_);
    const bool from_zero = mode == Accumulation::overwrite;
    const Access access = from_zero ? Access::write : Access::update;
    with_pixel(image.dtype, [&](auto pixel) {
      using P = decltype(pixel);
      using T = typename P::Storage;
      constexpr int C = P::components;
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

 private:
  template <class T>
  void upload(std::span<const T> from, DeviceBuffer<T>& to) {
    const device::Selection selected(machine_.settings.device);
    const StreamUse stream(stream_);
    lists_.invalidate();
    const auto array = contiguous(from.data(), static_cast<std::int64_t>(from.size()));
    memory_.uploads.upload(array, to.data(), stream.get());
  }

  // At once: a graph that has captured an adjoint reads the lists where they lie.
  void list_again() {
    const TilePlane plane = lists_.plane();
    if (TileLists::entries_a_patch(problem(), plane) * count_ > lists_.capacity()) return;
    const device::Selection selected(machine_.settings.device);
    const StreamUse stream(stream_);
    lists_.build(problem(), 0, plane, stream.get());
  }

  PatchProblem problem(const Chunk& chunk) const {
    return patch_problem(settings_, origins_.data() + chunk.first,
                         has_index_ ? image_index_.data() + chunk.first : nullptr, chunk.count());
  }

  // All patches of the call.
  PatchProblem problem() const { return problem({0, count_}); }

  // Rows of chunks: the iterative algorithm takes one group after the other.
  std::int64_t max_rows() const {
    return settings_.algorithm == Algorithm::iterative ? 1 : INT64_MAX;
  }

  template <class T, int C>
  ViewedArray<ProbeView> probe_of(const ProbeView& view) const {
    return array_of("probe", view, count_, settings_.patch_height, settings_.patch_width, sizeof(T),
                    C);
  }

  // The probe of a chunk's positions, which is read.
  template <class T, int C>
  std::function<ProbeView(const Chunk&)> probe_in(Chunks& chunks, DeviceCall& call,
                                                  const ProbeView& probe) const {
    if (probe.data && !probe.shared) return chunks.array(probe_of<T, C>(probe), Access::read);
    const ProbeView shared = call.array(probe_of<T, C>(probe), Access::read);
    return [shared](const Chunk&) { return shared; };
  }

  template <class P, int Taps>
  void extract_in(DeviceCall& call, const ImageView& image, const ProbeView& probe,
                  const PatchView& out) {
    using T = typename P::Storage;
    constexpr int C = P::components;
    const ImageView from = call.array(image_of<T, C>("image", image), Access::read);
    Chunks chunks(call, count_, settings_.group_size);
    const auto with = probe_in<T, C>(chunks, call, probe);
    const auto to = chunks.array(patches_of<T, C>(out), Access::write);
    chunks.run(max_rows(), [&](const Chunk& chunk) {
      const ExtractPixel<P> job{problem(chunk), from, with(chunk), to(chunk)};
      if (out.height > 0 && out.width > 0) call.run(ExtractBlock<P, Taps>(job));
    });
  }

  // image and coverage are on the device.
  template <class P>
  void adjoint_in(DeviceCall& call, const PatchView& in, const ProbeView& probe,
                  const ImageView& image, const ImageView& coverage, bool from_zero) {
    using T = typename P::Storage;
    constexpr int C = P::components;
    const TilePlane plane = tile_plane<P>(image, has_index_);
    Chunks chunks(call, count_, settings_.group_size);
    const auto with = probe_in<T, C>(chunks, call, probe);
    const auto from = chunks.array(patches_of<T, C>(in), Access::read);
    const std::int64_t entries = TileLists::entries_a_patch(problem(), plane);
    const std::int64_t max_listed = entries > 0 ? lists_.capacity() / entries : INT64_MAX;
    chunks.run(std::min(max_rows(), max_listed), [&](const Chunk& chunk) {
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
  void sum_patches(const PatchView& in, const ProbeView& probe, const ImageView& image,
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

  template <class P>
  void shared_probe_adjoint_in(DeviceCall& call, const ImageView& image, const PatchView& waves,
                               const ProbeView& probe, bool from_zero) {
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

  PatchSettings settings_;
  PatchMemoryPlan plan_;
  DeviceBuffer<PatchOrigin> origins_;
  DeviceBuffer<std::int32_t> image_index_;
  TileLists lists_;
  CallMemory memory_;
  std::int64_t count_ = 0;
  bool has_index_ = false;
};

}  // namespace

std::uint64_t patch_engine_bytes(const PatchSettings& settings, const Machine& machine) {
  return PatchMemoryPlan::within(settings, machine.settings.memory_budget).total_bytes();
}

std::unique_ptr<PatchEngine> make_patch_engine(const PatchSettings& settings,
                                               const Machine& machine) {
  return std::make_unique<CudaPatchEngine>(settings, machine);
}

}  // namespace ppatch
