// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/runtime/block.hpp"
#include "math/division.hpp"
#include "math/registration/tile_warp.hpp"

namespace ppatch {

// A tile of a plane, to be warped into rows that lie one after another.
struct WarpJob {
  const float* plane = nullptr;
  std::int64_t stride = 0;
  TileWarp warp;
  float* out = nullptr;
};

// The samples of tiles of side x side.
struct WarpTiles {
  const WarpJob* jobs = nullptr;
  std::int64_t side = 0;
  const float* table = nullptr;  // see warp_tap

  PPATCH_HD void operator()(std::int64_t index) const {
    const Division job_sample = divide(index, side * side);
    const Division row_column = divide(job_sample.remainder, side);
    const WarpJob& job = jobs[job_sample.quotient];
    double at[2];
    job.warp.place(row_column.quotient, row_column.remainder, at);
    job.out[job_sample.remainder] = warped_sample(job.plane, job.stride, at, table);
  }
};

}  // namespace ppatch
