// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "core/registration/motion_fit.hpp"
#include "math/random.hpp"

namespace ppatch {
namespace {

// Beyond so many standard deviations a tile counts less, and beyond so many it moves.
constexpr double huber_distance = 2.0;
constexpr double moving_distance = 4.5;
// Of two normal variables: the median of their length.
constexpr double median_length = 1.1774;

// d(x) = t + A x, as MotionFit has it.
using Hypothesis = MotionFit;

std::vector<std::size_t> measured_of(const MotionTiles& tiles) {
  std::vector<std::size_t> measured;
  for (std::size_t i = 0; i < tiles.tiles.size(); ++i) {
    if (tiles.tiles[i].measured) measured.push_back(i);
  }
  return measured;
}

// The affine map that three tiles agree on; false where they lie on a line, or nearly so.
bool map_of(const MotionTile& a, const MotionTile& b, const MotionTile& c, double length,
            Hypothesis& out) {
  const double by = b.place[0] - a.place[0];
  const double bx = b.place[1] - a.place[1];
  const double cy = c.place[0] - a.place[0];
  const double cx = c.place[1] - a.place[1];
  const double determinant = by * cx - bx * cy;
  if (!(std::abs(determinant) > 0.05 * length * length)) return false;
  for (int axis = 0; axis < 2; ++axis) {
    const double db = b.shift[axis] - a.shift[axis];
    const double dc = c.shift[axis] - a.shift[axis];
    double* const row = out.parameters + 2 + 2 * axis;
    row[0] = (db * cx - dc * bx) / determinant;
    row[1] = (dc * by - db * cy) / determinant;
    out.parameters[axis] = a.shift[axis] - row[0] * a.place[0] - row[1] * a.place[1];
  }
  return true;
}

// The squares of distances, none more than a bound: less is a better hypothesis.
double cost_of(const MotionTiles& tiles, const std::vector<std::size_t>& measured,
               const Hypothesis& hypothesis) {
  // What three tiles err is more than their own error far from them.
  constexpr double bound = 4.0 * moving_distance * moving_distance;
  double cost = 0.0;
  for (const std::size_t i : measured) {
    double shift[2];
    hypothesis.shift_at(tiles.tiles[i].place, shift);
    cost += std::min(bound, distance_square(tiles.tiles[i], shift));
  }
  return cost;
}

// Of maps that tiles, or three of them, agree on, that which most others agree with: a minority
// that moves together cannot draw it away.
Hypothesis consensus(const MotionTiles& tiles, const std::vector<std::size_t>& measured,
                     bool affine) {
  const double length = length_of(tiles);
  Hypothesis best;
  double least = INFINITY;
  const auto take = [&](const Hypothesis& hypothesis) {
    const double cost = cost_of(tiles, measured, hypothesis);
    if (!(cost < least)) return;
    least = cost;
    best = hypothesis;
  };
  constexpr std::uint64_t draws = 500;
  const std::size_t step = measured.size() / 100 + 1;
  for (std::size_t k = 0; k < measured.size(); k += step) {
    Hypothesis still;
    const MotionTile& tile = tiles.tiles[measured[k]];
    std::copy(tile.shift, tile.shift + 2, still.parameters);
    take(still);
  }
  for (std::uint64_t draw = 0; affine && draw < draws; ++draw) {
    const Philox random = philox(0, draw);
    const MotionTile* drawn[3];
    for (int k = 0; k < 3; ++k) {
      drawn[k] = &tiles.tiles[measured[random.word[k] % measured.size()]];
    }
    Hypothesis map;
    if (map_of(*drawn[0], *drawn[1], *drawn[2], length, map)) take(map);
  }
  return best;
}

// Weighs the tiles by their distances from a map, in units of `scale`; beyond `farthest` they move.
void weigh(MotionTiles& tiles, const std::vector<std::size_t>& measured, const MotionFit& map,
           double farthest) {
  std::vector<double> distances;
  distances.reserve(measured.size());
  for (const std::size_t i : measured) {
    double shift[2];
    map.shift_at(tiles.tiles[i].place, shift);
    distances.push_back(std::sqrt(distance_square(tiles.tiles[i], shift)));
  }
  std::vector<double> sorted = distances;
  const double scale = std::max(1.0, median(sorted) / median_length);
  for (std::size_t k = 0; k < measured.size(); ++k) {
    MotionTile& tile = tiles.tiles[measured[k]];
    const double distance = distances[k] / scale;
    tile.moves = distance > farthest;
    tile.weight = distance > huber_distance ? huber_distance / distance : 1.0;
  }
}

// Tiles of great precision must not outvote all others before it is known which of them move.
MotionTiles evened_out(const MotionTiles& tiles, const std::vector<std::size_t>& measured) {
  MotionTiles even = tiles;
  std::vector<double> variances;
  variances.reserve(measured.size());
  for (const std::size_t i : measured) {
    const double* c = tiles.tiles[i].covariance;
    variances.push_back(std::min(c[0], c[2]));
  }
  const double middle = median(variances);
  for (MotionTile& tile : even.tiles) {
    tile.covariance[0] += middle;
    tile.covariance[2] += middle;
  }
  return even;
}

}  // namespace

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

bool find_moving(MotionTiles& tiles) {
  for (MotionTile& tile : tiles.tiles) {
    tile.moves = false;
    tile.weight = 1.0;
    const double* c = tile.covariance;
    if (!(c[0] * c[2] - c[1] * c[1] > 0.0) || !std::isfinite(c[0] + c[2])) tile.measured = false;
  }
  const std::vector<std::size_t> measured = measured_of(tiles);
  if (measured.size() < 2) return false;
  const bool affine = measured.size() >= 6;
  MotionFit map = consensus(evened_out(tiles, measured), measured, affine);
  constexpr double farthest[] = {3.0, 2.0, 1.5, 1.0, 1.0, 1.0, 1.0, 1.0};
  for (const double factor : farthest) {
    weigh(tiles, measured, map, factor * moving_distance);
    const MotionFit next = fit_motion(affine ? motion_terms[2] : motion_terms[0], tiles);
    if (!next.found) break;
    map = next;
  }
  return true;
}

double contradiction(const MotionTiles& tiles, const double shift[2], double scatter[3]) {
  constexpr double max_share = 100.0;
  std::fill_n(scatter, 3, 0.0);
  const std::vector<std::size_t> measured = measured_of(tiles);
  if (measured.empty()) return 0.0;
  std::vector<double> variances;
  variances.reserve(measured.size());
  for (const std::size_t i : measured) {
    variances.push_back(tiles.tiles[i].covariance[0] + tiles.tiles[i].covariance[2]);
  }
  const double middle = median(variances);
  double square = 0.0;
  double weights = 0.0;
  for (const std::size_t i : measured) {
    const MotionTile& tile = tiles.tiles[i];
    square += std::min(max_share, distance_square(tile, shift));
    const double weight = 1.0 / (tile.covariance[0] + tile.covariance[2] + middle);
    const double y = tile.shift[0] - shift[0];
    const double x = tile.shift[1] - shift[1];
    weights += weight;
    scatter[0] += weight * y * y;
    scatter[1] += weight * y * x;
    scatter[2] += weight * x * x;
  }
  for (int i = 0; i < 3; ++i) scatter[i] /= weights;
  return square / (2.0 * static_cast<double>(measured.size()));
}

}  // namespace ppatch
