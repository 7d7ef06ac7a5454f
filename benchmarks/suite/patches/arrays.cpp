// SPDX-License-Identifier: Apache-2.0
#include "suite/patches/arrays.hpp"

#include <algorithm>
#include <cmath>
#include <random>

namespace ptychopatch::bench {
namespace {

constexpr std::uint64_t seed = 1;
// Taps of the widest interpolation beyond a patch.
constexpr double margin = 4;

std::vector<double> make_positions(const Case& one) {
  const std::int64_t columns =
      static_cast<std::int64_t>(std::ceil(std::sqrt(static_cast<double>(one.patches))));
  const std::int64_t rows = (one.patches + columns - 1) / columns;
  const double side = static_cast<double>(one.image_side());
  const double size = static_cast<double>(one.size);
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(0, 1);
  std::vector<std::pair<double, double>> places(static_cast<std::size_t>(one.patches));
  for (std::int64_t k = 0; k < one.patches; ++k) {
    auto& [y, x] = places[static_cast<std::size_t>(k)];
    if (one.order == Order::edges) {
      y = uniform(random) * side - size / 2;
      x = uniform(random) * side - size / 2;
    } else {
      const std::int64_t row = k / columns, column = k % columns;
      const double room = side - size - 2 * margin;
      y = margin + room * (static_cast<double>(row) + uniform(random)) / static_cast<double>(rows);
      x = margin +
          room * (static_cast<double>(column) + uniform(random)) / static_cast<double>(columns);
    }
  }
  if (one.order == Order::random) std::shuffle(places.begin(), places.end(), random);

  std::vector<double> positions;
  positions.reserve(places.size() * 2);
  for (const auto& [y, x] : places) {
    positions.push_back(y);
    positions.push_back(x);
  }
  return positions;
}

}  // namespace

Arrays::Arrays(const Case& one, const Gpu* gpu)
    : operation_(one.operation),
      dtype_(one.dtype),
      side_(one.image_side()),
      patches_(one.patches),
      modes_(one.modes),
      size_(one.size),
      channels_(one.channels),
      has_probe_(one.has_probe()),
      positions_(make_positions(one)) {
  if (one.has_no_pixels()) return;
  image_ = Buffer(side_ * side_ * ppatch_dtype_size(dtype_), 0, gpu);
  image_.fill_random(dtype_, seed);
  patch_pixels_ = Buffer(one.bytes(), one.misaligned, gpu);
  patch_pixels_.fill_random(dtype_, seed + 1);
  if (operation_ == Operation::adjoint_coverage) {
    coverage_ = Buffer(side_ * side_ * real_size(dtype_), 0, gpu);
  }
  if (has_probe_) {
    probe_ = Buffer(modes_ * size_ * size_ * ppatch_dtype_size(dtype_), 0, gpu);
    probe_.fill_random(dtype_, seed + 2);
  }
  if (operation_ == Operation::position_gradient) {
    gradient_ = Buffer(patches_ * 2 * real_size(dtype_), 0, gpu);
    curvature_ = Buffer(patches_ * 2 * real_size(dtype_), 0, gpu);
  }
  if (operation_ == Operation::atomic_adjoint) {
    const auto bytes = static_cast<std::int64_t>(positions_.size() * sizeof(double));
    card_positions_ = Buffer(bytes, 0, gpu);
    card_positions_.fill_from(positions_.data(), bytes);
  }
}

Array Arrays::patches() const {
  if (channels_ > 0) {
    return patch_pixels_.view(dtype_, {patches_ / channels_, size_, size_, channels_});
  }
  return has_probe_ ? patch_pixels_.view(dtype_, {patches_, modes_, size_, size_})
                    : patch_pixels_.view(dtype_, {patches_, size_, size_});
}

AtomicAdjoint Arrays::atomic_adjoint() const {
  return {patch_pixels_.data(),
          reinterpret_cast<const double*>(card_positions_.data()),
          image_.data(),
          patches_,
          size_,
          side_};
}

std::vector<Buffer*> Arrays::outputs() {
  switch (operation_) {
    case Operation::extract:
    case Operation::probe_extract:
      return {&patch_pixels_};
    case Operation::adjoint:
    case Operation::moved_adjoint:
    case Operation::atomic_adjoint:
    case Operation::probe_adjoint_image:
      return {&image_};
    case Operation::adjoint_coverage:
      return {&image_, &coverage_};
    case Operation::position_gradient:
      return {&gradient_, &curvature_};
    case Operation::probe_adjoint_probe:
      return {&probe_};
    case Operation::set_positions:
    case Operation::create_plan:
      return {};
  }
  return {};
}

void Arrays::poison_outputs() {
  for (Buffer* output : outputs()) output->poison();
}

bool Arrays::outputs_look_finite() {
  const std::vector<Buffer*> all = outputs();
  return std::all_of(all.begin(), all.end(),
                     [this](const Buffer* output) { return output->looks_finite(dtype_); });
}

}  // namespace ptychopatch::bench
