// SPDX-License-Identifier: Apache-2.0
#include "core/registration/motion_fit.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

namespace ppatch {
namespace {

constexpr int max_terms = motion_parameters;
using Row = std::array<double, max_terms>;
using Matrix = std::array<Row, max_terms>;

// The parameters of `terms` terms as those of the affine model: column t of it.
Matrix basis_of(int terms) {
  Matrix basis{};
  for (int i = 0; i < terms; ++i) basis[i][i] = 1.0;
  if (terms == 4) {
    // Scale is M_yy and M_xx alike, rotation M_xy and -M_yx.
    basis[2] = {0.0, 0.0, 1.0, 0.0, 0.0, 0.0};
    basis[3] = {0.0, 0.0, 0.0, -1.0, 0.0, 0.0};
    basis[4] = {0.0, 0.0, 0.0, 1.0, 0.0, 0.0};
    basis[5] = {0.0, 0.0, 1.0, 0.0, 0.0, 0.0};
  }
  return basis;
}

// The square root of the inverse of a tile's covariance; false where there is none.
bool whitening_of(const MotionTile& tile, double out[3]) {
  const double* c = tile.covariance;
  const double determinant = c[0] * c[2] - c[1] * c[1];
  const double trace = c[0] + c[2];
  if (!(determinant > 0.0) || !std::isfinite(trace)) return false;
  // The root of a 2 x 2 matrix A is (A + sqrt(det A)) / sqrt(trace A + 2 sqrt(det A)).
  const double root = std::sqrt(1.0 / determinant);
  const double scale = 1.0 / std::sqrt(trace / determinant + 2.0 * root);
  out[0] = scale * (c[2] / determinant + root);
  out[1] = scale * -c[1] / determinant;
  out[2] = scale * (c[0] / determinant + root);
  return true;
}

// A tile's two equations, whitened: rows of the model's terms, and what they should come to.
struct Equations {
  Row row[2] = {};
  double value[2] = {0.0, 0.0};
  double weight = 0.0;  // 0: the tile is left out
};

Equations equations_of(const MotionTile& tile, const Matrix& basis, int terms, double length) {
  Equations out;
  double root[3];
  if (!tile.measured || tile.moves || !whitening_of(tile, root)) return out;
  out.weight = tile.weight;
  const double y = tile.place[0] / length;
  const double x = tile.place[1] / length;
  for (int t = 0; t < terms; ++t) {
    const double down = basis[0][t] + basis[2][t] * y + basis[3][t] * x;
    const double across = basis[1][t] + basis[4][t] * y + basis[5][t] * x;
    out.row[0][t] = root[0] * down + root[1] * across;
    out.row[1][t] = root[1] * down + root[2] * across;
  }
  out.value[0] = root[0] * tile.shift[0] + root[1] * tile.shift[1];
  out.value[1] = root[1] * tile.shift[0] + root[2] * tile.shift[1];
  return out;
}

// By Gauss and Jordan; false where the matrix is singular.
bool invert(Matrix a, int n, Matrix& out) {
  out = {};
  for (int i = 0; i < n; ++i) out[i][i] = 1.0;
  double largest = 0.0;
  for (int i = 0; i < n; ++i) largest = std::max(largest, std::abs(a[i][i]));
  for (int i = 0; i < n; ++i) {
    int pivot = i;
    for (int r = i + 1; r < n; ++r) {
      if (std::abs(a[r][i]) > std::abs(a[pivot][i])) pivot = r;
    }
    if (!(std::abs(a[pivot][i]) > 1e-10 * largest)) return false;
    std::swap(a[i], a[pivot]);
    std::swap(out[i], out[pivot]);
    const double scale = 1.0 / a[i][i];
    for (int k = 0; k < n; ++k) {
      a[i][k] *= scale;
      out[i][k] *= scale;
    }
    for (int r = 0; r < n; ++r) {
      if (r == i) continue;
      const double part = a[r][i];
      for (int k = 0; k < n; ++k) {
        a[r][k] -= part * a[i][k];
        out[r][k] -= part * out[i][k];
      }
    }
  }
  return true;
}

// The share of a tile that another one has, too.
double common_share(const MotionTile& a, const MotionTile& b, double side) {
  double share = 1.0;
  for (int axis = 0; axis < 2; ++axis) {
    share *= std::max(0.0, 1.0 - std::abs(a.place[axis] - b.place[axis]) / side);
  }
  return share;
}

// Calls each(i, j, share) for the tiles that overlap, themselves included.
template <class Each>
void for_overlaps(const MotionTiles& tiles, Each&& each) {
  constexpr std::int64_t reach = 2;
  const auto count = static_cast<std::int64_t>(tiles.tiles.size());
  const std::int64_t rows = count / tiles.columns;
  for (std::int64_t i = 0; i < count; ++i) {
    const std::int64_t row = i / tiles.columns;
    const std::int64_t column = i % tiles.columns;
    for (std::int64_t r = std::max<std::int64_t>(0, row - reach);
         r <= std::min(rows - 1, row + reach); ++r) {
      for (std::int64_t c = std::max<std::int64_t>(0, column - reach);
           c <= std::min(tiles.columns - 1, column + reach); ++c) {
        const std::int64_t j = r * tiles.columns + c;
        const double share = common_share(tiles.tiles[static_cast<std::size_t>(i)],
                                          tiles.tiles[static_cast<std::size_t>(j)], tiles.side);
        if (share > 0.0) each(static_cast<std::size_t>(i), static_cast<std::size_t>(j), share);
      }
    }
  }
}

}  // namespace

double length_of(const MotionTiles& tiles) {
  double length = 1.0;
  for (const MotionTile& tile : tiles.tiles) {
    length = std::max({length, std::abs(tile.place[0]), std::abs(tile.place[1])});
  }
  return length;
}

double distance_square(const MotionTile& tile, const double shift[2]) {
  double root[3];
  if (!whitening_of(tile, root)) return 0.0;
  const double y = tile.shift[0] - shift[0];
  const double x = tile.shift[1] - shift[1];
  const double a = root[0] * y + root[1] * x;
  const double b = root[1] * y + root[2] * x;
  return a * a + b * b;
}

MotionFit fit_motion(int terms, const MotionTiles& tiles) {
  MotionFit fit;
  if (tiles.tiles.empty()) return fit;
  const double length = length_of(tiles);
  const Matrix basis = basis_of(terms);
  std::vector<Equations> all;
  all.reserve(tiles.tiles.size());
  Matrix normal{};
  Row right{};
  double weights = 0.0;
  for (const MotionTile& tile : tiles.tiles) {
    const Equations& one = all.emplace_back(equations_of(tile, basis, terms, length));
    weights += one.weight;
    for (int k = 0; k < 2 && one.weight > 0.0; ++k) {
      for (int i = 0; i < terms; ++i) {
        right[i] += one.weight * one.row[k][i] * one.value[k];
        for (int j = 0; j < terms; ++j) normal[i][j] += one.weight * one.row[k][i] * one.row[k][j];
      }
    }
  }
  Matrix inverse;
  if (!invert(normal, terms, inverse)) return fit;
  Row solution{};
  for (int i = 0; i < terms; ++i) {
    for (int j = 0; j < terms; ++j) solution[i] += inverse[i][j] * right[j];
  }
  // The scatter of the normal equations' right side: overlapping tiles err alike.
  Matrix scatter{};
  for_overlaps(tiles, [&](std::size_t a, std::size_t b, double share) {
    const double product = all[a].weight * all[b].weight * share;
    if (!(product > 0.0)) return;
    for (int k = 0; k < 2; ++k) {
      for (int i = 0; i < terms; ++i) {
        for (int j = 0; j < terms; ++j)
          scatter[i][j] += product * all[a].row[k][i] * all[b].row[k][j];
      }
    }
  });
  double square = 0.0;
  for (const Equations& one : all) {
    for (int k = 0; k < 2 && one.weight > 0.0; ++k) {
      double left = one.value[k];
      for (int i = 0; i < terms; ++i) left -= one.row[k][i] * solution[i];
      square += one.weight * left * left;
    }
  }
  Matrix half{};  // inverse * scatter
  double taken = 0.0;
  for (int i = 0; i < terms; ++i) {
    for (int j = 0; j < terms; ++j) {
      for (int k = 0; k < terms; ++k) half[i][j] += inverse[i][k] * scatter[k][j];
    }
    taken += half[i][i];
  }
  const double freedom = 2.0 * weights - taken;
  if (!(freedom > 0.5)) return fit;
  fit.chi_square = square / freedom;
  fit.found = true;
  Matrix covariance{};
  for (int i = 0; i < terms; ++i) {
    for (int j = 0; j < terms; ++j) {
      for (int k = 0; k < terms; ++k) covariance[i][j] += half[i][k] * inverse[k][j];
    }
  }
  for (int p = 0; p < motion_parameters; ++p) {
    const double scale_p = p < 2 ? 1.0 : 1.0 / length;
    for (int i = 0; i < terms; ++i) {
      fit.parameters[p] += scale_p * basis[p][i] * solution[i];
      for (int q = 0; q < motion_parameters; ++q) {
        const double scale = scale_p * (q < 2 ? 1.0 : 1.0 / length);
        for (int j = 0; j < terms; ++j) {
          fit.covariance[p][q] += scale * basis[p][i] * covariance[i][j] * basis[q][j];
        }
      }
    }
  }
  return fit;
}

}  // namespace ppatch
