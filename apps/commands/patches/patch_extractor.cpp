// SPDX-License-Identifier: Apache-2.0
#include "commands/patches/patch_extractor.hpp"

#include <algorithm>

#include "exit_status.hpp"
#include "interrupt.hpp"

namespace ptychopatch::app {
namespace {

constexpr std::uint64_t max_part_bytes = std::uint64_t{256} << 20;

}  // namespace

PatchExtractor::PatchExtractor(Session& session, const PatchGeometry& geometry,
                               const formats::Tensor& image, const formats::Tensor& positions,
                               const ppatch_patch_options& options,
                               const std::string& positions_source)
    : session_(session), geometry_(geometry), image_(image) {
  positions_ = formats::Tensor::make(PPATCH_F64, {geometry.positions, 2}, positions_source);
  with_source(positions_source, [&] {
    const PatchPlan all(session.context(), positions.view(), options);
    all.positions(positions_.view());
  });
  // The positions have been moved; a second time would be wrong.
  ppatch_patch_options part = options;
  part.jitter_sigma = 0;
  part.local_offsets = PPATCH_LOCAL_OFFSETS_AS_GIVEN;
  part_count_ = part_positions();
  part.position_capacity = std::max<std::int64_t>(part_count_, 1);
  plan_.emplace(session.context(), part);
}

std::int64_t PatchExtractor::part_positions() const {
  const std::uint64_t budget = session_.context().info().memory_budget;
  const auto wanted = static_cast<std::int64_t>(std::min(budget / 2, max_part_bytes));
  const std::uint64_t group_bytes = formats::bytes_of_shape(
      {geometry_.group, geometry_.height, geometry_.width},
      static_cast<std::size_t>(ppatch_dtype_size(image_.dtype)), "one group of patches");
  const std::int64_t groups =
      std::max<std::int64_t>(1, wanted / static_cast<std::int64_t>(group_bytes));
  return std::min(geometry_.positions, groups * geometry_.group);
}

std::span<const std::byte> PatchExtractor::next() {
  stop_if_interrupted();
  if (image_index_ == geometry_.images || geometry_.positions == 0) return {};
  if (part_.data.size() == 0) {
    part_ = formats::Tensor::make(image_.dtype, geometry_.part_shape(part_count_), "patches");
  }
  const std::int64_t count = std::min(part_count_, geometry_.positions - first_);
  const std::int64_t done = image_index_ * geometry_.positions + first_;
  const auto total = static_cast<double>(geometry_.images * geometry_.positions);
  session_.set_part(static_cast<double>(done) / total, static_cast<double>(done + count) / total);
  const formats::Shape shape = geometry_.part_shape(count);
  plan_->set_positions(positions_.view(2 * first_, {count, 2}));
  plan_->extract(image_.view(image_index_ * geometry_.image_height * geometry_.image_width,
                             geometry_.image_shape()),
                 part_.view(0, shape));
  session_.context().synchronize();
  session_.console().advance(static_cast<double>(done + count) / total);
  if (observe_) observe_(done, count, part_);
  first_ += count;
  if (first_ == geometry_.positions) {
    first_ = 0;
    ++image_index_;
  }
  const auto element = static_cast<std::size_t>(ppatch_dtype_size(image_.dtype));
  return part_.data.span().first(static_cast<std::size_t>(count * geometry_.patch_size()) *
                                 element);
}

}  // namespace ptychopatch::app
