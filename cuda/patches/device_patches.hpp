// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <type_traits>

#include "core/patches/patch_jobs.hpp"
#include "cuda/patches/patch_memory_plan.hpp"
#include "cuda/patches/probe_shifts.hpp"
#include "cuda/patches/tile_lists.hpp"
#include "cuda/patches/tile_plane.hpp"
#include "cuda/runtime/chunks.hpp"
#include "cuda/runtime/device_engine.hpp"

namespace ppatch {

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

// The operators of one patch plan on a device. Arrays on the device are used where they lie; host
// arrays are copied, patches a chunk at a time. Neither chunks nor tiles change the order of any
// sum.
class DevicePatches final : public DeviceEngine<PatchEngine> {
 public:
  DevicePatches(const PatchSettings& settings, const Machine& machine);
  ~DevicePatches() override { stream_.drain(machine_.settings.device); }

  void set_positions(std::span<const PatchOrigin> origins) override;
  void set_image_index(std::span<const std::int32_t> index) override;
  std::uint64_t scratch_bytes() const override { return plan_.total_bytes() + memory_.bytes(); }

  void extract(const ImageView& image, const ProbeView& probe, const PatchView& out) override;
  void adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
               const ImageView& coverage, Accumulation mode) override {
    sum_patches(in, probe, image, coverage, mode, nullptr);
  }
  void assemble(const PatchView& in, const ImageView& image, const ImageView& coverage,
                double eps) override {
    sum_patches(in, ProbeView{}, image, coverage, Accumulation::overwrite, &eps);
  }
  void position_gradient(const ImageView& image, const PatchView& cotangent,
                         const PositionResultView& gradient,
                         const PositionResultView& curvature) override;
  void probe_adjoint(const ImageView& image, const PatchView& waves, const ProbeView& probe,
                     Accumulation mode) override;
  void position_normal(const ImageView& image, const ProbeView& probe, const PatchView& cotangent,
                       const PositionResultView& gradient,
                       const PositionResultView& normal) override;

 private:
  template <class T>
  void upload(std::span<const T> from, DeviceBuffer<T>& to);
  void list_again();

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
  bool shifts(const ProbeView& probe) const {
    return settings_.subpixel == Subpixel::probe && probe.data;
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
  // What shifts a probe of the call.
  template <class P>
  ProbeShifts<P> shifts_of(DeviceCall& call, const ProbeView& probe, int sets) {
    return {call, settings_, transforms_, probe.modes, probe.shared, count_, sets};
  }

  // The probe of a call's chunks, as they are worked on: shifted where the plan says so.
  template <class P>
  class CallProbe {
   public:
    CallProbe(DevicePatches& engine, Chunks& chunks, DeviceCall& call, const ProbeView& probe)
        : engine_(engine),
          read_(engine.probe_in<typename P::Storage, P::components>(chunks, call, probe)) {
      if (!engine.shifts(probe)) return;
      shifts_.emplace(engine.shifts_of<P>(call, probe, 1));
      if (probe.shared) shifts_->transform(read_({}));
    }
    std::int64_t rows(std::int64_t max) const {
      return shifts_ ? std::min(max, shifts_->positions()) : max;
    }
    ProbeView operator()(const Chunk& chunk) const {
      if (!shifts_) return read_(chunk);
      const PatchProblem problem = engine_.problem(chunk);
      shifts_->begin(problem);
      return shifts_->shifted(problem, read_(chunk), ShiftBy::shift, 0);
    }

   private:
    DevicePatches& engine_;
    std::function<ProbeView(const Chunk&)> read_;
    std::optional<ProbeShifts<P>> shifts_;
  };

  template <class P, int Taps>
  void extract_in(DeviceCall& call, const ImageView& image, const ProbeView& probe,
                  const PatchView& out);
  template <class P>
  void adjoint_in(DeviceCall& call, const PatchView& in, const ProbeView& probe,
                  const ImageView& image, const ImageView& coverage, bool from_zero);
  void sum_patches(const PatchView& in, const ProbeView& probe, const ImageView& image,
                   const ImageView& coverage, Accumulation mode, const double* eps);
  template <class P>
  void shared_probe_adjoint_in(DeviceCall& call, const ImageView& image, const PatchView& waves,
                               const ProbeView& probe, bool from_zero);
  template <class P>
  void shifted_probe_adjoint_in(DeviceCall& call, const ImageView& image, const PatchView& waves,
                                const ProbeView& probe, Accumulation mode);

  PatchSettings settings_;
  PatchMemoryPlan plan_;
  DeviceBuffer<PatchOrigin> origins_;
  DeviceBuffer<std::int32_t> image_index_;
  TileLists lists_;
  CallMemory memory_;
  ShiftTransforms transforms_;
  std::int64_t count_ = 0;
  bool has_index_ = false;
};

}  // namespace ppatch
