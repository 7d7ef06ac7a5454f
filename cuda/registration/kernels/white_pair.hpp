// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"
#include "math/registration/tile_values.hpp"

namespace ppatch {

// The weights that whiten a job's spectra, from its sums of rings without regard to phases.
struct WhiteWeights {
  const ShiftJob* job = nullptr;

  PPATCH_HD void operator()(std::int64_t ring) const {
    job->weights[ring] = white_weight(job->sums + 4 * ring);
  }
};

// The TileValues of a job's tiles, at sums[tile_values * tile + value]. Both filtered images have
// taken their spectra's places. A block has a tile.
struct TileValueSums {
  static constexpr int threads = 128;
  struct Shared {
    BlockSums<tile_values, threads> sums;
  };
  using Private = Nothing;

  const ShiftJob* job = nullptr;
  std::int64_t tiles = 0;
  std::int64_t row_floats = 0;  // of the images

  std::int64_t blocks() const { return tiles; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 3; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 1) return shared.sums.gather(at.thread);
    if (n == 2) {
      if (at.thread < tile_values) {
        job->sums[tile_values * at.block + at.thread] = shared.sums.total(at.thread);
      }
      return;
    }
    const CovarianceTiles& of = job->tiles;
    const Division row_column = divide(at.block, of.columns);
    const std::int64_t y0 = of.first_of(row_column.quotient);
    const std::int64_t x0 = of.first_column_of(row_column.remainder);
    const auto height = static_cast<int>(of.end_of(row_column.quotient) - y0);
    const auto width = static_cast<int>(of.end_column_of(row_column.remainder) - x0);
    double own[tile_values] = {};
    PPATCH_ROLLED
    for (int i = at.thread; i < height * width; i += threads) {
      const std::int64_t place = (y0 + i / width) * row_floats + x0 + i % width;
      const auto a = static_cast<double>(job->weighted[place]);
      const auto b = static_cast<double>(job->moving[place]);
      own[tile_product] += a * b;
      own[tile_reference] += a * a;
      own[tile_moving] += b * b;
    }
    shared.sums.put(at.thread, own);
  }
};

// Zero in both images but for the tiles that are left, whose marks lie in the job's sums.
struct KeepLeft {
  const ShiftJob* job = nullptr;
  std::int64_t row_floats = 0;  // of the images

  PPATCH_HD void operator()(std::int64_t place) const {
    const Division y_x = divide(place, row_floats);
    if (is_left(y_x.quotient, y_x.remainder)) return;
    job->weighted[place] = 0.0F;
    job->moving[place] = 0.0F;
  }

 private:
  PPATCH_HD static std::int64_t tile_of(std::int64_t at, std::int64_t margin, std::int64_t side,
                                        std::int64_t count) {
    if (at < margin) return -1;
    const std::int64_t tile = divide(at - margin, side).quotient;
    return tile < count ? tile : count - 1;
  }
  PPATCH_HD bool is_left(std::int64_t y, std::int64_t x) const {
    const CovarianceTiles& of = job->tiles;
    const std::int64_t row = tile_of(y, of.margin[0], of.tile, of.rows);
    const std::int64_t column = tile_of(x, of.margin[1], of.tile, of.columns);
    if (row < 0 || column < 0 || y >= of.end_of(row) || x >= of.end_column_of(column)) return false;
    return job->sums[tile_values * (row * of.columns + column) + left_mark] > 0.0;
  }
};

}  // namespace ppatch
