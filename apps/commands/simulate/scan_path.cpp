// SPDX-License-Identifier: Apache-2.0
#include "commands/simulate/scan_path.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "commands/simulate/random.hpp"

namespace ptychopatch::simulate {
namespace {

constexpr std::uint64_t jitter_stream = 3;
constexpr double jitter_ratio = 0.35;

std::vector<Position> raster(const Field& field, std::int64_t rows, std::int64_t columns, double dy,
                             double dx) {
  std::vector<Position> positions;
  // What the steps leave over is shared by both ends.
  const double top = field.top + (field.height() - dy * static_cast<double>(rows - 1)) / 2;
  const double left = field.left + (field.width() - dx * static_cast<double>(columns - 1)) / 2;
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t column = 0; column < columns; ++column) {
      positions.push_back(
          {top + dy * static_cast<double>(row), left + dx * static_cast<double>(column)});
    }
  }
  return positions;
}

void jitter(std::vector<Position>& positions, const Field& field, double dy, double dx,
            std::uint64_t seed) {
  Random random(seed, jitter_stream);
  for (Position& position : positions) {
    position.y = std::clamp(position.y + dy * random.uniform(-jitter_ratio, jitter_ratio),
                            field.top, field.bottom);
    position.x = std::clamp(position.x + dx * random.uniform(-jitter_ratio, jitter_ratio),
                            field.left, field.right);
  }
}

std::vector<Position> fermat(const Field& field, double step) {
  const double golden_angle = std::numbers::pi * (3 - std::sqrt(5.0));
  const double scale = step / std::sqrt(std::numbers::pi);
  const double farthest = std::hypot(field.height(), field.width()) / 2;
  std::vector<Position> positions;
  for (std::int64_t n = 0;; ++n) {
    const double radius = scale * std::sqrt(static_cast<double>(n));
    if (radius > farthest) break;
    const double angle = golden_angle * static_cast<double>(n);
    const Position position{(field.top + field.bottom) / 2 + radius * std::sin(angle),
                            (field.left + field.right) / 2 + radius * std::cos(angle)};
    if (field.contains(position)) positions.push_back(position);
  }
  return positions;
}

std::int64_t steps_in(double length, double step) {
  return static_cast<std::int64_t>(std::floor(length / step + 1e-9)) + 1;
}

}  // namespace

double expected_count(const Field& field, double step) {
  return (field.height() / step + 1) * (field.width() / step + 1);
}

std::vector<Position> path_by_step(PathKind kind, const Field& field, double step,
                                   std::uint64_t seed) {
  if (kind == PathKind::fermat) return fermat(field, step);
  std::vector<Position> positions =
      raster(field, steps_in(field.height(), step), steps_in(field.width(), step), step, step);
  if (kind == PathKind::raster_jittered) jitter(positions, field, step, step, seed);
  return positions;
}

std::vector<Position> path_by_count(PathKind kind, const Field& field, std::int64_t count,
                                    std::uint64_t seed) {
  std::vector<Position> positions;
  const auto wanted = static_cast<double>(count);
  if (kind == PathKind::fermat) {
    const double area = std::max(field.height(), 1.0) * std::max(field.width(), 1.0);
    double step = std::sqrt(area / wanted);
    while ((positions = fermat(field, step)).size() < static_cast<std::size_t>(count))
      step *= 0.995;
  } else {
    const double ratio = (field.width() + 1) / (field.height() + 1);
    const auto columns = std::max<std::int64_t>(1, std::llround(std::sqrt(wanted * ratio)));
    const std::int64_t rows = (count + columns - 1) / columns;
    const double dy = rows > 1 ? field.height() / static_cast<double>(rows - 1) : 0;
    const double dx = columns > 1 ? field.width() / static_cast<double>(columns - 1) : 0;
    positions = raster(field, rows, columns, dy, dx);
    if (kind == PathKind::raster_jittered) jitter(positions, field, dy, dx, seed);
  }
  positions.resize(static_cast<std::size_t>(count));
  return positions;
}

}  // namespace ptychopatch::simulate
