// SPDX-License-Identifier: Apache-2.0
#include "oracle/registration/warp.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/patches/line.hpp"
#include "oracle/patches/taps.hpp"

namespace oracle {
namespace {

using Row = std::vector<long double>;

// Gauss' elimination with the largest pivot.
Row solved(std::vector<Row> a, Row b) {
  const std::size_t n = b.size();
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < n; ++i) {
      if (std::fabs(a[i][k]) > std::fabs(a[pivot][k])) pivot = i;
    }
    std::swap(a[k], a[pivot]);
    std::swap(b[k], b[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const long double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j < n; ++j) a[i][j] -= factor * a[k][j];
      b[i] -= factor * b[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) b[k] -= a[k][j] * b[j];
    b[k] /= a[k][k];
  }
  return b;
}

// The cubic B-spline with knots -2, -1, 0, 1, 2, as a sum of truncated powers.
long double basis(long double x) {
  const long double factors[] = {1, -4, 6, -4, 1};
  long double sum = 0;
  for (int k = 0; k < 5; ++k) {
    const long double beyond = x - static_cast<long double>(k - 2);
    if (beyond > 0) sum += factors[k] * beyond * beyond * beyond / 6;
  }
  return sum;
}

// What each of n + 3 coefficients counts at a place t of a lattice with points at 0 to n.
Row weights_at(long double t, std::size_t n) {
  t = std::clamp<long double>(t, 0, n);
  Row weights;
  for (std::size_t k = 0; k < n + 3; ++k) {
    weights.push_back(basis(t - (static_cast<long double>(k) - 1)));
  }
  return weights;
}

}  // namespace

MovedBy::MovedBy(const ppatch_scene_motion& motion, const std::vector<ppatch_tile_shift>& tiles,
                 ppatch_shift_sign sign)
    : motion_(motion), sign_(sign == PPATCH_SHIFT_SIGN_DISPLACEMENT ? -1 : 1) {
  std::vector<const ppatch_tile_shift*> sound;
  for (const ppatch_tile_shift& tile : tiles) {
    if (tile.status == PPATCH_SHIFT_STATUS_OK && tile.flags == 0) sound.push_back(&tile);
  }
  if (sound.empty()) return;
  long double extent[2];
  for (std::size_t axis = 0; axis < 2; ++axis) {
    long double least = sound[0]->centre[axis], most = least;
    for (const ppatch_tile_shift* tile : sound) {
      least = std::min<long double>(least, tile->centre[axis]);
      most = std::max<long double>(most, tile->centre[axis]);
    }
    origin_[axis] = least;
    extent[axis] = most - least;
  }
  const auto count = static_cast<long double>(tiles.size());
  const long double pitch =
      std::max(std::sqrt(extent[0] * extent[1] / count), std::max(extent[0], extent[1]) / count);
  for (std::size_t axis = 0; axis < 2; ++axis) {
    intervals_[axis] = 1;
    if (extent[axis] == 0) continue;
    intervals_[axis] =
        std::max<std::size_t>(1, static_cast<std::size_t>(std::round(extent[axis] / pitch)));
    pitch_[axis] = extent[axis] / static_cast<long double>(intervals_[axis]);
  }
  // The normal equations, written out.
  const std::size_t rows = intervals_[0] + 3, columns = intervals_[1] + 3, n = rows * columns;
  std::vector<Row> a(n, Row(n, 0));
  Row b[2] = {Row(n, 0), Row(n, 0)};
  for (const ppatch_tile_shift* tile : sound) {
    const Row down = weights_at((tile->centre[0] - origin_[0]) / pitch_[0], intervals_[0]);
    const Row across = weights_at((tile->centre[1] - origin_[1]) / pitch_[1], intervals_[1]);
    const auto model = model_at(tile->centre[0], tile->centre[1]);
    for (std::size_t i = 0; i < n; ++i) {
      const long double weight = down[i / columns] * across[i % columns];
      for (std::size_t j = 0; j < n; ++j) {
        a[i][j] += weight * down[j / columns] * across[j % columns];
      }
      for (std::size_t axis = 0; axis < 2; ++axis) {
        b[axis][i] += weight * (tile->shift[axis] - model[axis]);
      }
    }
  }
  const long double stiffness = 1e-5L;
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t j = 0; j < n; ++j) {
      const bool beside = (i / columns == j / columns && (i + 1 == j || j + 1 == i)) ||
                          i + columns == j || j + columns == i;
      if (!beside) continue;
      a[i][i] += stiffness;
      a[i][j] -= stiffness;
    }
  }
  for (std::size_t axis = 0; axis < 2; ++axis) coefficients_[axis] = solved(a, b[axis]);
}

std::array<long double, 2> MovedBy::model_at(long double y, long double x) const {
  const long double v = y - motion_.centre[0];
  const long double u = x - motion_.centre[1];
  return {motion_.shift[0] + (motion_.matrix[0] - 1.0L) * v + motion_.matrix[1] * u,
          motion_.shift[1] + motion_.matrix[2] * v + (motion_.matrix[3] - 1.0L) * u};
}

std::array<long double, 2> MovedBy::at(long double y, long double x) const {
  std::array<long double, 2> d = model_at(y, x);
  if (!coefficients_[0].empty()) {
    const Row down = weights_at((y - origin_[0]) / pitch_[0], intervals_[0]);
    const Row across = weights_at((x - origin_[1]) / pitch_[1], intervals_[1]);
    for (std::size_t axis = 0; axis < 2; ++axis) {
      for (std::size_t i = 0; i < coefficients_[axis].size(); ++i) {
        d[axis] += down[i / across.size()] * across[i % across.size()] * coefficients_[axis][i];
      }
    }
  }
  return {sign_ * d[0], sign_ * d[1]};
}

double sampled(const Stack& image, std::int64_t channel, std::int64_t y, std::int64_t x,
               const std::array<long double, 2>& d, const ppatch_resample_options& options) {
  const std::int64_t period = options.period == 0 ? 1 : options.period;
  const std::int64_t place[2] = {y, x};
  const std::int64_t size[2] = {image.height, image.width};
  std::vector<std::pair<std::int64_t, double>> sources[2];
  for (std::size_t axis = 0; axis < 2; ++axis) {
    const long double at = -d[axis] / static_cast<long double>(period);
    const long double whole = std::floor(at);
    for (const Tap& tap : taps(options.interpolation, at - whole)) {
      const auto step = static_cast<std::int64_t>(whole) + tap.offset;
      sources[axis].emplace_back(
          extended(options.boundary, place[axis] + period * step, size[axis]), tap.weight);
    }
  }
  double sum = 0;
  for (const auto& [row, down] : sources[0]) {
    for (const auto& [column, across] : sources[1]) {
      const double outside = options.boundary == PPATCH_BOUNDARY_CONSTANT ? options.constant : 0.0;
      const bool lies_in = row != outside_index && column != outside_index;
      sum += down * across * (lies_in ? image.at(channel, row, column) : outside);
    }
  }
  return (options.gain == 0 ? 1.0 : options.gain) * sum;
}

}  // namespace oracle
