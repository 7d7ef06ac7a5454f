// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

#include "cuda/patches/patch_memory_plan.hpp"
#include "cuda/patches/tile_lists.hpp"
#include "cuda/runtime/chunks.hpp"
#include "cuda/runtime/machine.hpp"
#include "kernels/patches/patch_problem.hpp"

namespace ppatch {

// The operators of one patch plan on a device. Arrays on the device are used where they lie; host
// arrays are copied, patches a chunk at a time. Neither chunks nor tiles change the order of any
// sum.
class CudaPatchEngine final : public PatchEngine {
 public:
  CudaPatchEngine(const PatchSettings& settings, const PatchMemoryPlan& plan,
                  const Machine& machine);
  ~CudaPatchEngine() override;

  void set_positions(std::span<const PatchOrigin> origins) override;
  void set_image_index(std::span<const std::int32_t> index) override;
  void set_stream(void* stream) override;
  void read_to_host(const void* from, std::uint64_t bytes, void* to) override;
  std::uint64_t scratch_bytes() const override { return plan_.total_bytes() + memory_.bytes(); }

  void extract(const ImageView& image, const ProbeView& probe, const PatchView& out) override;
  void adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
               const ImageView& coverage, Accumulation mode) override;
  void assemble(const PatchView& in, const ImageView& image, const ImageView& coverage,
                double eps) override;
  void position_gradient(const ImageView& image, const PatchView& cotangent,
                         const PositionResultView& gradient,
                         const PositionResultView& curvature) override;
  void probe_adjoint(const ImageView& image, const PatchView& waves, const ProbeView& probe,
                     Accumulation mode) override;

 private:
  template <class T>
  void upload(std::span<const T> from, DeviceBuffer<T>& to);
  PatchProblem problem(const Chunk& chunk) const;
  PatchProblem problem() const;
  std::int64_t max_rows() const;
  template <class T, int C>
  ViewedArray<ProbeView> probe_of(const ProbeView& view) const;
  // The probe of a chunk's positions, which is read.
  template <class T, int C>
  std::function<ProbeView(const Chunk&)> probe_in(Chunks& chunks, DeviceCall& call,
                                                  const ProbeView& probe) const;

  template <class P, int MaxTaps>
  void extract_in(DeviceCall& call, const ImageView& image, const ProbeView& probe,
                  const PatchView& out);
  template <class P>
  void adjoint_in(DeviceCall& call, const PatchView& in, const ProbeView& probe,
                  const ImageView& image, const ImageView& coverage, bool from_zero);
  // The adjoint, divided by the coverage where eps is given.
  void sum_patches(const PatchView& in, const ProbeView& probe, const ImageView& image,
                   const ImageView& coverage, Accumulation mode, const double* eps);
  template <class P>
  void shared_probe_adjoint_in(DeviceCall& call, const ImageView& image, const PatchView& waves,
                               const ProbeView& probe, bool from_zero);

  PatchSettings settings_;
  PatchMemoryPlan plan_;
  const Machine& machine_;
  PlanStream stream_;
  DeviceBuffer<PatchOrigin> origins_;
  DeviceBuffer<std::int32_t> image_index_;
  TileLists lists_;
  CallMemory memory_;
  std::int64_t count_ = 0;
  bool has_index_ = false;
};

}  // namespace ppatch
