// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"

namespace ppatch {

// The TileSums of the tiles that a job's covariance comes from, at sums[tile_sums * tile + sum].
// Both filtered images have taken their spectra's places. A block has a tile and holds it with what
// the slopes reach.
struct ShiftTileSums {
  static constexpr int threads = 128;
  static constexpr int side = max_covariance_tile + 2 * max_slope_reach;
  struct Shared {
    float a[side][side + 1];
    float b[side][side + 1];
    BlockSums<tile_sums, threads> sums;
  };
  using Private = Nothing;

  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0;
  std::int64_t tiles = 0;       // of a job, at most
  std::int64_t row_floats = 0;  // of the images

  std::int64_t blocks() const { return count * tiles; }
  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    const Division job_tile = divide(block, tiles);
    const CovarianceTiles& of = jobs[job_tile.quotient].tiles;
    return job_tile.remainder < of.looked_at * of.columns ? 4 : 0;
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const Division job_tile = divide(at.block, tiles);
    const ShiftJob& job = jobs[job_tile.quotient];
    if (n == 0) {
      load(job, job_tile.remainder, at.thread, shared);
    } else if (n == 1) {
      add(job, job_tile.remainder, at.thread, shared);
    } else if (n == 2) {
      shared.sums.gather(at.thread);
    } else if (at.thread < tile_sums) {
      job.sums[tile_sums * job_tile.remainder + at.thread] = shared.sums.total(at.thread);
    }
  }

 private:
  // Tiles keep clear of the overlap's border by what the slopes reach.
  PPATCH_HD void load(const ShiftJob& job, std::int64_t tile, int thread, Shared& shared) const {
    const CovarianceTiles& of = job.tiles;
    const Division row_column = divide(tile, of.columns);
    const std::int64_t y0 = of.first_of(row_column.quotient) - of.reach;
    const std::int64_t x0 = of.first_column_of(row_column.remainder) - of.reach;
    const auto height = static_cast<int>(of.end_of(row_column.quotient) + of.reach - y0);
    const auto width = static_cast<int>(of.end_column_of(row_column.remainder) + of.reach - x0);
    PPATCH_ROLLED
    for (int i = thread; i < height * width; i += threads) {
      const std::int64_t at = (y0 + i / width) * row_floats + x0 + i % width;
      shared.a[i / width][i % width] = job.weighted[at];
      shared.b[i / width][i % width] = job.moving[at];
    }
  }
  PPATCH_HD void add(const ShiftJob& job, std::int64_t tile, int thread, Shared& shared) const {
    const CovarianceTiles& of = job.tiles;
    const Division row_column = divide(tile, of.columns);
    const auto height =
        static_cast<int>(of.end_of(row_column.quotient) - of.first_of(row_column.quotient));
    const auto width = static_cast<int>(of.end_column_of(row_column.remainder) -
                                        of.first_column_of(row_column.remainder));
    double own[tile_sums] = {};
    PPATCH_ROLLED
    for (int i = thread; i < height * width; i += threads) {
      float part[tile_sums];
      parts(shared, of.reach, of.reach + i / width, of.reach + i % width, part);
      for (int s = 0; s < tile_sums; ++s) own[s] += static_cast<double>(part[s]);
    }
    shared.sums.put(thread, own);
  }
  PPATCH_HD void parts(const Shared& shared, int reach, int y, int x,
                       float (&part)[tile_sums]) const {
    float ay = 0.0F;
    float ax = 0.0F;
    float by = 0.0F;
    float bx = 0.0F;
    PPATCH_ROLLED
    for (int k = 1; k <= reach; ++k) {
      const float tap = slope_tap(reach, k);
      ay = multiply_add(tap, shared.a[y + k][x] - shared.a[y - k][x], ay);
      ax = multiply_add(tap, shared.a[y][x + k] - shared.a[y][x - k], ax);
      by = multiply_add(tap, shared.b[y + k][x] - shared.b[y - k][x], by);
      bx = multiply_add(tap, shared.b[y][x + k] - shared.b[y][x - k], bx);
    }
    tile_parts(shared.a[y][x], ay, ax, shared.b[y][x], by, bx, part);
  }
};

// The TileTotals of a job's tiles. A block has a job.
struct ShiftTileTotals {
  static constexpr int threads = 128;
  struct Shared {
    BlockSums<tile_totals, threads> sums;
  };
  using Private = Nothing;

  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0;

  std::int64_t blocks() const { return count; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 3; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const ShiftJob& job = jobs[at.block];
    if (n == 0) {
      double own[tile_totals] = {};
      PPATCH_ROLLED
      for (std::int64_t tile = at.thread; tile < job.tiles.count(); tile += threads) {
        add_tile(job.sums + tile_sums * tile, own);
      }
      shared.sums.put(at.thread, own);
    } else if (n == 1) {
      shared.sums.gather(at.thread);
    } else if (at.thread < tile_totals) {
      job.state->tiles[at.thread] = shared.sums.total(at.thread);
    }
  }
};

}  // namespace ppatch
