// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/registration/kernels/shift_job.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"

namespace ppatch {

// Of one tile: the gradient's sums y, x and the Hessian's yy, yx, xx.
constexpr int tile_sums = 5;

// The sums of the tiles that a job's covariance comes from, at sums[tile_sums * tile + sum]. Both
// filtered images have taken their spectra's places. A block has a tile and holds it with what the
// slopes reach.
struct ShiftTileSums {
  static constexpr int threads = 128;
  static constexpr int side = covariance_tile + 2 * slope_reach;
  static constexpr int rows_apart = threads / covariance_tile;
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
  // The first sample of a tile, before what is too near to a border is left out.
  PPATCH_HD std::int64_t top_of(const CovarianceTiles& of, std::int64_t tile_row) const {
    return (of.every / 2 + tile_row * of.every) * covariance_tile;
  }
  PPATCH_HD void load(const ShiftJob& job, std::int64_t tile, int thread, Shared& shared) const {
    const Division row_column = divide(tile, job.tiles.columns);
    const std::int64_t y0 = top_of(job.tiles, row_column.quotient) - slope_reach;
    const std::int64_t x0 = row_column.remainder * covariance_tile - slope_reach;
    PPATCH_ROLLED
    for (int i = thread; i < side * side; i += threads) {
      const std::int64_t y = y0 + i / side;
      const std::int64_t x = x0 + i % side;
      const bool in = y >= 0 && x >= 0 && y < job.tiles.height && x < job.tiles.width;
      shared.a[i / side][i % side] = in ? job.weighted[y * row_floats + x] : 0.0F;
      shared.b[i / side][i % side] = in ? job.moving[y * row_floats + x] : 0.0F;
    }
  }
  PPATCH_HD void add(const ShiftJob& job, std::int64_t tile, int thread, Shared& shared) const {
    const Division row_column = divide(tile, job.tiles.columns);
    const std::int64_t first = job.tiles.first_of(row_column.quotient);
    const std::int64_t end = job.tiles.end_of(row_column.quotient);
    const std::int64_t top = top_of(job.tiles, row_column.quotient);
    const int column = thread % covariance_tile;
    const std::int64_t x = row_column.remainder * covariance_tile + column;
    double own[tile_sums] = {};
    if (x >= slope_reach && x < job.tiles.width - slope_reach) {
      PPATCH_ROLLED
      for (int row = thread / covariance_tile; row < covariance_tile; row += rows_apart) {
        if (top + row < first || top + row >= end) continue;
        float part[tile_sums];
        parts(shared, row + slope_reach, column + slope_reach, part);
        for (int s = 0; s < tile_sums; ++s) own[s] += static_cast<double>(part[s]);
      }
    }
    shared.sums.put(thread, own);
  }
  PPATCH_HD void parts(const Shared& shared, int y, int x, float (&part)[tile_sums]) const {
    float ay = 0.0F;
    float ax = 0.0F;
    float by = 0.0F;
    float bx = 0.0F;
    for (int k = 1; k <= slope_reach; ++k) {
      const float tap = slope_tap(k);
      ay = multiply_add(tap, shared.a[y + k][x] - shared.a[y - k][x], ay);
      ax = multiply_add(tap, shared.a[y][x + k] - shared.a[y][x - k], ax);
      by = multiply_add(tap, shared.b[y + k][x] - shared.b[y - k][x], by);
      bx = multiply_add(tap, shared.b[y][x + k] - shared.b[y][x - k], bx);
    }
    const float a = shared.a[y][x];
    const float b = shared.b[y][x];
    part[0] = 0.5F * (a * by - b * ay);
    part[1] = 0.5F * (a * bx - b * ax);
    part[2] = ay * by;
    part[3] = 0.5F * (ay * bx + ax * by);
    part[4] = ax * bx;
  }
};

// Of a job's tiles: the Hessian, and the squares of the gradients. A block has a job.
struct ShiftTileTotals {
  static constexpr int threads = 128;
  struct Shared {
    BlockSums<6, threads> sums;
  };
  using Private = Nothing;

  const ShiftJob* jobs = nullptr;
  std::int64_t count = 0;

  std::int64_t blocks() const { return count; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 3; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    const ShiftJob& job = jobs[at.block];
    if (n == 0) {
      const std::int64_t tiles = job.tiles.looked_at * job.tiles.columns;
      double own[6] = {};
      PPATCH_ROLLED
      for (std::int64_t tile = at.thread; tile < tiles; tile += threads) {
        const double* from = job.sums + tile_sums * tile;
        for (int s = 0; s < 3; ++s) own[s] += from[2 + s];
        own[3] += from[0] * from[0];
        own[4] += from[0] * from[1];
        own[5] += from[1] * from[1];
      }
      shared.sums.put(at.thread, own);
    } else if (n == 1) {
      shared.sums.gather(at.thread);
    } else if (at.thread < 6) {
      job.state->tiles[at.thread] = shared.sums.total(at.thread);
    }
  }
};

}  // namespace ppatch
