// SPDX-License-Identifier: Apache-2.0
#include "commands/simulate/specimen.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "commands/simulate/random.hpp"

namespace ptychopatch::simulate {
namespace {

constexpr double full_turn = 2 * std::numbers::pi;
constexpr int spokes = 36;
constexpr std::uint64_t support_stream = 1;
constexpr std::uint64_t cell_stream = 2;

double bell(double t) { return std::exp(-t * t); }

}  // namespace

Specimen::Specimen(std::int64_t height, std::int64_t width, std::uint64_t seed)
    : height_(static_cast<double>(height)),
      width_(static_cast<double>(width)),
      star_radius_(0.27 * std::min(height_, width_)) {
  make_support(seed);
  make_cells(seed);
}

void Specimen::make_support(std::uint64_t seed) {
  Random random(seed, support_stream);
  const double side = std::min(height_, width_);
  const auto add = [&](int count, double shortest, double longest, double amplitude) {
    for (int i = 0; i < count; ++i) {
      const double length = random.uniform(shortest, longest);
      const double direction = random.uniform(0, full_turn);
      waves_.push_back({full_turn / length * std::sin(direction),
                        full_turn / length * std::cos(direction), random.uniform(0, full_turn),
                        amplitude});
    }
  };
  add(7, 0.5 * side, 1.6 * side, 0.16);
  add(12, 0.08 * side, 0.2 * side, 0.03);
}

void Specimen::make_cells(std::uint64_t seed) {
  constexpr int trials = 400;
  constexpr std::size_t most = 16;
  Random random(seed, cell_stream);
  const double side = std::min(height_, width_);
  for (int trial = 0; trial < trials && cells_.size() < most; ++trial) {
    Cell cell{};
    cell.y = random.uniform(0, height_ - 1);
    cell.x = random.uniform(0, width_ - 1);
    cell.radius = side * random.uniform(0.055, 0.105);
    cell.squash = random.uniform(1.0, 1.5);
    const double angle = random.uniform(0, full_turn);
    cell.cosine = std::cos(angle);
    cell.sine = std::sin(angle);
    cell.thickness = random.uniform(0.8, 1.5);
    cell.nucleus_y = random.uniform(-0.25, 0.25);
    cell.nucleus_x = random.uniform(-0.25, 0.25);
    cell.nucleus_radius = random.uniform(0.3, 0.4);
    bool free =
        std::hypot(cell.y - height_ / 2, cell.x - width_ / 2) > star_radius_ + 1.15 * cell.radius;
    for (const Cell& other : cells_) {
      free = free &&
             std::hypot(cell.y - other.y, cell.x - other.x) > 0.9 * (cell.radius + other.radius);
    }
    if (free) cells_.push_back(cell);
  }
}

Specimen::Matter Specimen::support(double y, double x) const {
  double thickness = 0;
  for (const Wave& wave : waves_) {
    thickness += wave.amplitude * std::cos(wave.ky * y + wave.kx * x + wave.phase);
  }
  return {0.03 + 0.02 * thickness, thickness};
}

bool Specimen::in_star(double y, double x) const {
  const double dy = y - height_ / 2, dx = x - width_ / 2;
  const double radius = std::hypot(dy, dx);
  // Spokes end where a pair of them would be two pixels wide; rings without metal tell the eye
  // where on a spoke it is.
  const double innermost = 2.0 * spokes / full_turn;
  if (radius > star_radius_ || radius < innermost) return false;
  for (const double ring : std::array{0.45, 0.72}) {
    if (std::abs(radius / star_radius_ - ring) < 0.018) return false;
  }
  if (radius > 0.965 * star_radius_) return true;  // the rim
  return std::cos(spokes * std::atan2(dy, dx)) > 0;
}

Specimen::Matter Specimen::cell(const Cell& cell, double y, double x) const {
  const double dy = y - cell.y, dx = x - cell.x;
  const double u = (cell.cosine * dx + cell.sine * dy) / cell.radius;
  const double v = (cell.cosine * dy - cell.sine * dx) / cell.radius * cell.squash;
  const double rho = std::hypot(u, v);
  if (rho > 1.5) return {};
  Matter matter;
  const double membrane = bell((rho - 1) / 0.09);
  matter.absorption += 0.16 * membrane;
  matter.phase += 0.25 * membrane;
  if (rho < 1) {
    matter.phase += cell.thickness * std::sqrt(1 - rho * rho);
    matter.absorption += 0.08 * (1 - rho * rho);
  }
  const double from_nucleus =
      std::hypot(u - cell.nucleus_x, v - cell.nucleus_y) / cell.nucleus_radius;
  const double nucleus = 1 / (1 + std::exp(14 * (from_nucleus - 1)));
  matter.absorption += 0.22 * nucleus;
  matter.phase += 0.7 * nucleus;
  return matter;
}

Specimen::Matter Specimen::matter(double y, double x) const {
  Matter total = support(y, x);
  const auto add = [&total](const Matter& more) {
    total.absorption += more.absorption;
    total.phase += more.phase;
  };
  if (in_star(y, x)) add({0.75, -1.3});
  for (const Cell& each : cells_) add(cell(each, y, x));
  return total;
}

std::complex<double> Specimen::pixel(std::int64_t y, std::int64_t x) const {
  constexpr int samples = 4;
  std::complex<double> sum = 0;
  for (int i = 0; i < samples * samples; ++i) {
    const double dy = (i / samples + 0.5) / samples - 0.5;  // NOLINT(bugprone-integer-division)
    const double dx = (i % samples + 0.5) / samples - 0.5;
    const Matter here = matter(static_cast<double>(y) + dy, static_cast<double>(x) + dx);
    sum += std::polar(std::exp(-here.absorption), here.phase);
  }
  return sum / static_cast<double>(samples * samples);
}

}  // namespace ptychopatch::simulate
