// SPDX-License-Identifier: Apache-2.0
#include "commands/patches/patch_montage.hpp"

#include <algorithm>
#include <cmath>

namespace ptychopatch::app {
namespace {

constexpr std::int64_t kMostColumns = 12;
constexpr std::int64_t kMostRows = 8;
constexpr std::int64_t kWantedSide = 96;
constexpr std::int64_t kLargestSide = 512;
constexpr std::int64_t kGap = 3;

}  // namespace

PatchMontage::PatchMontage(const PatchGeometry& geometry) : geometry_(geometry) {
  const std::int64_t count = geometry.images * geometry.positions;
  const std::int64_t shown = std::min(count, kMostColumns * kMostRows);
  for (std::int64_t i = 0; i < shown; ++i) {
    chosen_.push_back(shown == 1 ? 0 : i * (count - 1) / (shown - 1));
  }
}

void PatchMontage::take(std::int64_t first, std::int64_t count, const formats::Tensor& part) {
  const std::int64_t side = std::max(geometry_.height, geometry_.width);
  const std::int64_t factor = (side + kLargestSide - 1) / kLargestSide;
  auto next = std::lower_bound(chosen_.begin(), chosen_.end(), first);
  for (; next != chosen_.end() && *next < first + count; ++next) {
    planes_.push_back(pictures::shrunk(geometry_.patch(part, *next - first), factor));
  }
}

pictures::Picture PatchMontage::picture() const {
  if (planes_.empty()) return {1, 1, pictures::kPaper};
  std::vector<const pictures::Plane*> pointers;
  for (const auto& plane : planes_) pointers.push_back(&plane);
  const pictures::Scale scale = pictures::scale_of(pointers);
  std::vector<pictures::Picture> cells;
  for (const auto& plane : planes_) {
    const std::int64_t factor =
        pictures::enlargement(std::max(plane.height, plane.width), kWantedSide);
    cells.push_back(pictures::render(plane, scale).enlarged(factor));
  }
  const auto count = static_cast<double>(cells.size());
  const auto columns = static_cast<std::int64_t>(std::ceil(std::sqrt(1.5 * count)));
  return pictures::montage(cells, std::clamp<std::int64_t>(columns, 1, kMostColumns), kGap);
}

}  // namespace ptychopatch::app
