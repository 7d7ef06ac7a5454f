// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>

#include "commands/patches/patch_geometry.hpp"
#include "session.hpp"

namespace ptychopatch::app {

// Extracts patches part by part, so that more of them can be written than fit in memory. The
// library's results do not depend on the parts.
class PatchExtractor {
 public:
  using Observe =
      std::function<void(std::int64_t first, std::int64_t count, const formats::Tensor&)>;

  // positions_source begins the sentence about a position that is wrong.
  PatchExtractor(Session& session, const PatchGeometry& geometry, const formats::Tensor& image,
                 const formats::Tensor& positions, const ppatch_patch_options& options,
                 const std::string& positions_source);

  // (K, 2) f64, after jitter and mirroring.
  const formats::Tensor& positions() const { return positions_; }
  ppatch_algorithm algorithm() const { return plan_->info().algorithm; }

  // Sees every part.
  void observe(Observe observe) { observe_ = std::move(observe); }

  // The next part's bytes, in the order of the array of all patches; none at the end.
  std::span<const std::byte> next();

 private:
  std::int64_t part_positions() const;

  Session& session_;
  const PatchGeometry& geometry_;
  const formats::Tensor& image_;
  formats::Tensor positions_;
  formats::Tensor part_;
  std::int64_t part_count_ = 0;
  std::optional<PatchPlan> plan_;
  Observe observe_;
  std::int64_t image_index_ = 0;
  std::int64_t first_ = 0;
};

}  // namespace ptychopatch::app
