// SPDX-License-Identifier: Apache-2.0
#include "commands/patches/patch_montage.hpp"

#include <algorithm>
#include <cmath>

#include "pictures/panel.hpp"
#include "pictures/ticks.hpp"

namespace ptychopatch::app {
namespace {

using pictures::grouped;

constexpr std::int64_t kMaxColumns = 12;
constexpr std::int64_t kMaxRows = 8;
constexpr std::int64_t kWantedSide = 96;
constexpr std::int64_t kLargestSide = 512;
constexpr std::int64_t kGap = 8;
constexpr std::int64_t kLine = 16;
constexpr pictures::Font kNumber = {.size = 10, .colour = pictures::kFaint};

}  // namespace

PatchMontage::PatchMontage(const PatchGeometry& geometry) : geometry_(geometry) {
  const std::int64_t count = geometry.images * geometry.positions;
  const std::int64_t shown = std::min(count, kMaxColumns * kMaxRows);
  for (std::int64_t i = 0; i < shown; ++i) {
    chosen_.push_back(shown == 1 ? 0 : i * (count - 1) / (shown - 1));
  }
}

void PatchMontage::take(std::int64_t first, std::int64_t count, const formats::Tensor& part) {
  auto next = std::lower_bound(chosen_.begin(), chosen_.end(), first);
  for (; next != chosen_.end() && *next < first + count; ++next) {
    views_.emplace_back(geometry_.patch(part, *next - first), kLargestSide, kWantedSide);
  }
}

pictures::Canvas PatchMontage::picture() const {
  pictures::Canvas canvas;
  const auto count = static_cast<std::int64_t>(views_.size());
  const std::int64_t all = geometry_.images * geometry_.positions;
  canvas.text({0, 0},
              (count == all ? "" : grouped(count) + " of ") + grouped(all) +
                  (all == 1 ? " patch, " : " patches, ") + grouped(geometry_.height) + " x " +
                  grouped(geometry_.width) + " pixels",
              {.size = 13, .bold = true});
  if (views_.empty()) return canvas;
  std::vector<const pictures::Plane*> planes;
  for (const auto& view : views_) planes.push_back(&view.plane);
  const pictures::Scale scale = pictures::scale_of(planes);
  const auto name = [this](std::int64_t i) {
    const std::int64_t patch = chosen_[static_cast<std::size_t>(i)];
    const std::string position = std::to_string(patch % geometry_.positions);
    return geometry_.batch ? std::to_string(patch / geometry_.positions) + ", " + position
                           : position;
  };
  double widest = 0;
  for (std::int64_t i = 0; i < count; ++i)
    widest = std::max(widest, canvas.width_of(name(i), kNumber));
  const std::int64_t width =
      std::max(views_[0].width(), static_cast<std::int64_t>(std::ceil(widest))) + kGap;
  const std::int64_t height = views_[0].height() + kLine + kGap / 2;
  const std::int64_t columns = std::clamp<std::int64_t>(
      std::llround(std::ceil(std::sqrt(1.5 * static_cast<double>(count)))), 1, kMaxColumns);
  const double top = 2 * kLine;
  for (std::int64_t i = 0; i < count; ++i) {
    const auto& view = views_[static_cast<std::size_t>(i)];
    const auto x = static_cast<double>(i % columns * width);
    const double y = top + static_cast<double>(i / columns * height);
    canvas.text({x, y - 3}, name(i), kNumber);
    canvas.image({x, y}, pictures::render(view.plane, scale), view.zoom);
  }
  const auto right = static_cast<double>(std::min(columns, count) * width + kGap);
  const auto bottom = static_cast<double>((count + columns - 1) / columns * height);
  draw_key(canvas, {right, top}, std::min(bottom - kLine, 320.0), scale, views_[0].plane.complex);
  return canvas;
}

}  // namespace ptychopatch::app
