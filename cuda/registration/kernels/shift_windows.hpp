// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registration/shift_rounds.hpp"
#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"
#include "math/registration/taper.hpp"

namespace ppatch {

// A part of a plane to be put, freed of its weighted mean and tapered, into the top left corner of
// a transform's plane. 0 x 0: that becomes zero.
struct WindowJob {
  const float* plane = nullptr;
  std::int64_t stride = 0;
  Window window;
  float* taper = nullptr;  // by column, then by row
  double* sums = nullptr;  // of blocks, then the mean
  float* out = nullptr;

  PPATCH_HD WeighedRows weighed_rows() const { return WeighedRows(window.height); }
};

// The tapers of windows, a thread a sample of one.
struct WindowTapers {
  const WindowJob* jobs = nullptr;
  std::int64_t max_samples = 0;  // samples of both tapers, of any window

  PPATCH_HD void operator()(std::int64_t index) const {
    const Division job_sample = divide(index, max_samples);
    const WindowJob& job = jobs[job_sample.quotient];
    const Window& window = job.window;
    const bool is_row = job_sample.remainder >= window.width;
    const std::int64_t u = is_row ? job_sample.remainder - window.width : job_sample.remainder;
    const std::int64_t n = is_row ? window.height : window.width;
    if (u >= n) return;
    job.taper[job_sample.remainder] =
        taper(u, n, window.edge, is_row ? window.shift_y : window.shift_x);
  }
};

// Sums for the mean: of weighted samples, of the weights of rows, of those of columns. A block has
// some of the rows that are looked at.
struct WindowSums {
  static constexpr int threads = 128;
  static constexpr int rows = 8;
  static constexpr int count_of_sums = 3;
  struct Shared {
    BlockSums<count_of_sums, threads> sums;
  };
  using Private = Nothing;

  const WindowJob* jobs = nullptr;
  std::int64_t count = 0, chunks = 0;  // of the highest window

  std::int64_t blocks() const { return count * chunks; }
  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    const Division job_chunk = divide(block, chunks);
    return job_chunk.remainder * rows < jobs[job_chunk.quotient].weighed_rows().count ? 3 : 0;
  }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 1) return shared.sums.gather(at.thread);
    const Division job_chunk = divide(at.block, chunks);
    const WindowJob& job = jobs[job_chunk.quotient];
    if (n == 2) {
      if (at.thread < count_of_sums) {
        job.sums[count_of_sums * job_chunk.remainder + at.thread] = shared.sums.total(at.thread);
      }
      return;
    }
    double own[count_of_sums] = {};
    const std::int64_t first = job_chunk.remainder * rows;
    PPATCH_ROLLED
    for (std::int64_t i = first; i < first + rows && i < job.weighed_rows().count; ++i) {
      const float* row =
          job.plane + (job.window.y + i * job.weighed_rows().step) * job.stride + job.window.x;
      const float wy = job.taper[job.window.width + i * job.weighed_rows().step];
      float sum = 0.0F;
      float weight = 0.0F;
      PPATCH_ROLLED
      for (std::int64_t x = at.thread; x < job.window.width; x += threads) {
        sum += job.taper[x] * row[x];
        weight += job.taper[x];
      }
      own[0] += static_cast<double>(wy) * static_cast<double>(sum);
      if (at.thread == 0) own[1] += static_cast<double>(wy);
      if (i == first) own[2] += static_cast<double>(weight);
    }
    shared.sums.put(at.thread, own);
  }
};

// The mean from them, in the first one's place. A thread has a window.
struct WindowMean {
  const WindowJob* jobs = nullptr;

  PPATCH_HD void operator()(std::int64_t index) const {
    const WindowJob& job = jobs[index];
    const std::int64_t chunks = blocks_over(job.weighed_rows().count, WindowSums::rows);
    if (chunks == 0) return;
    double sum = 0.0;
    double weight = 0.0;
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      sum += job.sums[WindowSums::count_of_sums * chunk];
      weight += job.sums[WindowSums::count_of_sums * chunk + 1];
    }
    weight *= job.sums[2];
    job.sums[0] = weight > 0.0 ? sum / weight : 0.0;
  }
};

// The windows in their transforms' planes, zeros beside and below them. A block has a row.
struct WindowRows {
  static constexpr int threads = 128;
  using Shared = Nothing;
  using Private = Nothing;

  const WindowJob* jobs = nullptr;
  std::int64_t count = 0;
  std::int64_t height = 0, row_floats = 0;  // of the transform's plane

  std::int64_t blocks() const { return count * height; }
  PPATCH_HD std::int64_t steps(std::int64_t) const { return 1; }

  PPATCH_HD void step(std::int64_t, const BlockThread& at, Shared&, Private&) const {
    const Division job_row = divide(at.block, height);
    const WindowJob& job = jobs[job_row.quotient];
    const std::int64_t y = job_row.remainder;
    float* out = job.out + y * row_floats;
    const std::int64_t width = y < job.window.height ? job.window.width : 0;
    if (width > 0) {
      const float* in = job.plane + (job.window.y + y) * job.stride + job.window.x;
      const auto mean = static_cast<float>(job.sums[0]);
      const float wy = job.taper[job.window.width + y];
      PPATCH_ROLLED
      for (std::int64_t x = at.thread; x < width; x += threads) {
        out[x] = (in[x] - mean) * (wy * job.taper[x]);
      }
    }
    PPATCH_ROLLED
    for (std::int64_t x = width + at.thread; x < row_floats; x += threads) out[x] = 0.0F;
  }
};

}  // namespace ppatch
