// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_PATCHES_PATCH_ENGINE_HPP_
#define PTYCHOPATCH_CUDA_PATCHES_PATCH_ENGINE_HPP_

#include <span>

#include "cuda/patches/chunk_arrays.hpp"
#include "cuda/patches/patch_memory_plan.hpp"
#include "cuda/patches/tile_lists.hpp"
#include "cuda/runtime/array_copies.hpp"
#include "cuda/runtime/machine.hpp"
#include "kernels/patches/patch_problem.hpp"

namespace ppatch {

// The operators of one patch plan on a device. Arrays on the device are used where they lie; host
// arrays are copied, patches a chunk at a time. Neither chunks nor tiles change the order of any
// sum.
class CudaPatchEngine final : public PatchEngine {
 public:
  CudaPatchEngine(const PatchSettings& settings, const PatchMemoryPlan& layout,
                  const Machine& machine);
  ~CudaPatchEngine() override;

  void set_positions(std::span<const PatchOrigin> origins) override;
  void set_image_index(std::span<const std::int32_t> index) override;
  void set_stream(void* stream) override;
  void read_to_host(const void* from, std::uint64_t bytes, void* to) override;
  std::uint64_t scratch_bytes() const override { return layout_.total_bytes() + copies_.bytes(); }

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
  // Patches [first, last) of a call.
  struct Chunk {
    std::int64_t first = 0, last = 0;
  };
  template <class T>
  void upload(std::span<const T> from, DeviceBuffer<T>& to);
  PatchProblem problem(const Chunk& chunk) const;
  // Patches that may be worked on at a time, whole groups, where each takes so many bytes of
  // copies.
  std::int64_t chunk_size(std::uint64_t bytes_a_patch, std::int64_t most) const;
  template <class Body>
  void each_chunk(std::int64_t size, Body&& body) const;

  template <class T, int C>
  ImageView on_device(PatchSlot slot, const char* name, const ImageView& view, bool read);
  template <class T, int C>
  void download(const ImageView& from, const ImageView& to);
  template <class P>
  void adjoint_on_device(const PatchView& in, const ProbeView& probe, const ImageView& image,
                         const ImageView& coverage, bool from_zero);
  template <class P>
  void sum_on_device(const PatchView& in, const ImageView& image, const ImageView& coverage,
                     const ProbeView& probe, Accumulation mode, const double* eps);
  template <class P, int Most>
  void extract_on_device(const ImageView& image, const ProbeView& probe, const PatchView& out);
  template <class P>
  void differentiate(const ImageView& image, const PatchView& cotangent,
                     const PositionResultView& gradient, const PositionResultView& curvature);
  template <class P>
  void sum_probe(const ImageView& image, const PatchView& waves, const ProbeView& probe,
                 Accumulation mode);
  template <class T, int C>
  ProbeView shared_on_device(const ProbeView& probe, bool read);

  PatchSettings settings_;
  PatchMemoryPlan layout_;
  const Machine& machine_;
  PlanStream stream_;
  DeviceBuffer<PatchOrigin> origins_;
  DeviceBuffer<std::int32_t> image_index_;
  TileLists lists_;
  Staging staging_;
  ArrayCopies copies_;
  std::int64_t count_ = 0;
  bool has_index_ = false;
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_PATCHES_PATCH_ENGINE_HPP_
