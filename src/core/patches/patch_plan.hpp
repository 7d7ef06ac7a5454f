// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "core/patches/patch_arrays.hpp"
#include "core/patches/patch_positions.hpp"
#include "core/plan_engines.hpp"

namespace ppatch {

// Checks every call's arguments and hands the work to the backend's engine.
class PatchPlan {
 public:
  PatchPlan(std::shared_ptr<Context> context, const ppatch_array* positions,
            const ppatch_patch_options* options);

  static std::uint64_t bytes(const Context& context, std::int64_t position_count,
                             const ppatch_patch_options* options);

  void set_positions(const ppatch_array* positions);
  void set_positions_split(const ppatch_array* integer, const ppatch_array* fraction);
  void set_image_index(const ppatch_array* index);
  void set_stream(void* stream) { engines_.set_stream(stream); }
  void get_positions(const ppatch_array* positions) const;
  void get_info(ppatch_patch_plan_info* info) const;

  void extract(const ppatch_array* image, const ppatch_array* patches);
  void adjoint(const ppatch_array* patches, const ppatch_array* image, const ppatch_array* coverage,
               std::uint32_t flags);
  void assemble(const ppatch_array* patches, const ppatch_array* image,
                const ppatch_array* coverage, double eps);
  void position_gradient(const ppatch_array* image, const ppatch_array* cotangent,
                         const ppatch_array* gradient, const ppatch_array* curvature);
  void probe_extract(const ppatch_array* image, const ppatch_array* probe,
                     const ppatch_array* waves);
  void probe_adjoint_image(const ppatch_array* waves, const ppatch_array* probe,
                           const ppatch_array* image, const ppatch_array* coverage,
                           std::uint32_t flags);
  void probe_adjoint_probe(const ppatch_array* image, const ppatch_array* waves,
                           const ppatch_array* probe, std::uint32_t flags);
  void position_normal(const ppatch_array* image, const ppatch_array* probe,
                       const ppatch_array* cotangent, const ppatch_array* gradient,
                       const ppatch_array* normal);

 private:
  PatchArrays arrays() const { return {*context_, positions_, settings_, layout_}; }
  CheckedArray read_positions(const char* name, const ppatch_array* array,
                              std::initializer_list<DType> legal) const;
  void use(const PositionSource& source);
  PatchEngine& engine(const PatchArrays& read) { return engines_.at(read.card()); }
  void log_call(const char* operation) const;

  std::shared_ptr<Context> context_;
  PatchSettings settings_;
  Layout layout_;
  PatchPositions positions_;  // the engines, which use them, go first
  PlanEngines<PatchEngine> engines_;
};

}  // namespace ppatch
