// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registration/shift_rounds.hpp"
#include "cuda/registration/kernels/block_sums.hpp"
#include "cuda/runtime/block.hpp"
#include "math/division.hpp"
#include "math/registration/taper.hpp"
#include "math/registration/trend.hpp"

namespace ppatch {

// A part of a plane to be put, freed of its trend and tapered, into the top left corner of
// a transform's plane. 0 x 0: that becomes zero.
struct WindowJob {
  const float* plane = nullptr;
  std::int64_t stride = 0;
  Window window;
  float* taper = nullptr;  // by column, by row; then the coordinates of columns
  double* sums = nullptr;  // of blocks, then the trend
  float* out = nullptr;

  PPATCH_HD WeighedRows weighed_rows() const { return {window.height, window.width}; }
  PPATCH_HD const float* coordinates() const { return taper + window.height + window.width; }
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
    if (is_row) return;
    job.taper[window.height + window.width + u] = static_cast<float>(trend_coordinate(u, n));
  }
};

// Sums for the trend: of weighted samples times powers of both coordinates; moments of rows and of
// columns under their weights. A block has a chunk of the rows that are looked at.
struct WindowSums {
  static constexpr int threads = 64;
  static constexpr std::int64_t min_rows = 8;  // of a chunk
  static constexpr std::int64_t max_chunks = 125;
  static constexpr int rows_at = trend_sums;
  static constexpr int columns_at = rows_at + trend_moments;
  static constexpr int count_of_sums = columns_at + trend_moments;
  struct Shared {
    BlockSums<count_of_sums, threads> sums;
  };
  using Private = Nothing;

  const WindowJob* jobs = nullptr;
  std::int64_t count = 0, chunks = 0;  // the most of any window

  PPATCH_HD static std::int64_t rows(std::int64_t weighed) {
    return weighed > min_rows * max_chunks ? blocks_over(weighed, max_chunks) : min_rows;
  }
  PPATCH_HD static std::int64_t chunks_of(const WindowJob& job) {
    const std::int64_t weighed = job.weighed_rows().count;
    return blocks_over(weighed, rows(weighed));
  }
  std::int64_t blocks() const { return count * chunks; }
  PPATCH_HD std::int64_t steps(std::int64_t block) const {
    const Division job_chunk = divide(block, chunks);
    return job_chunk.remainder < chunks_of(jobs[job_chunk.quotient]) ? 3 : 0;
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
    const WeighedRows weighed = job.weighed_rows();
    const std::int64_t chunk_rows = rows(weighed.count);
    const std::int64_t first = job_chunk.remainder * chunk_rows;
    if (first == 0) add_columns(job, at.thread, own);
    PPATCH_ROLLED
    for (std::int64_t i = first; i < first + chunk_rows && i < weighed.count; ++i) {
      add_row(job, i * weighed.step, at.thread, own);
    }
    shared.sums.put(at.thread, own);
  }

 private:
  PPATCH_HD static void add_columns(const WindowJob& job, int thread,
                                    double (&own)[count_of_sums]) {
    PPATCH_ROLLED
    for (std::int64_t x = thread; x < job.window.width; x += threads) {
      add_moments(static_cast<double>(job.taper[x]), trend_coordinate(x, job.window.width),
                  own + columns_at);
    }
  }
  PPATCH_HD static void add_moments(double weight, double u, double* moments) {
    for (int k = 0; k < trend_moments; ++k) {
      moments[k] += weight;
      weight *= u;
    }
  }
  PPATCH_HD static void add_row(const WindowJob& job, std::int64_t y, int thread,
                                double (&own)[count_of_sums]) {
    const float* row = job.plane + (job.window.y + y) * job.stride + job.window.x;
    float sums[trend_terms] = {};
    PPATCH_ROLLED
    for (std::int64_t x = thread; x < job.window.width; x += threads) {
      const float v = job.coordinates()[x];
      float value = job.taper[x] * row[x];
      for (int l = 0; l < trend_terms; ++l) {
        sums[l] += value;
        value *= v;
      }
    }
    const double u = trend_coordinate(y, job.window.height);
    double power = static_cast<double>(job.taper[job.window.width + y]);
    if (thread == 0) add_moments(power, u, own + rows_at);
    for (int k = 0; k < trend_terms; ++k) {
      for (int l = 0; k + l < trend_terms; ++l) {
        own[trend_sum_at(k, l)] += power * static_cast<double>(sums[l]);
      }
      power *= u;
    }
  }
};

// The trend from them, in the place of the first ones. A thread has a window.
struct WindowTrend {
  const WindowJob* jobs = nullptr;

  PPATCH_HD void operator()(std::int64_t index) const {
    const WindowJob& job = jobs[index];
    const std::int64_t chunks = WindowSums::chunks_of(job);
    if (chunks == 0) return;
    double sums[WindowSums::count_of_sums] = {};
    PPATCH_ROLLED
    for (std::int64_t chunk = 0; chunk < chunks; ++chunk) {
      for (int s = 0; s < WindowSums::count_of_sums; ++s) {
        sums[s] += job.sums[WindowSums::count_of_sums * chunk + s];
      }
    }
    const bool tapers = job.window.edge > 0.0;
    OrthonormalPolynomials y;
    OrthonormalPolynomials x;
    fill_orthonormal(sums + WindowSums::rows_at, tapers ? trend_terms_of(job.window.height) : 1, y);
    fill_orthonormal(sums + WindowSums::columns_at, tapers ? trend_terms_of(job.window.width) : 1,
                     x);
    Trend trend;
    fit_trend(sums, y, x, trend);
    for (int i = 0; i < trend_terms * trend_terms; ++i) {
      job.sums[i] = trend.coefficient[i / trend_terms][i % trend_terms];
    }
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
      Trend trend;
      for (int i = 0; i < trend_terms * trend_terms; ++i) {
        trend.coefficient[i / trend_terms][i % trend_terms] = job.sums[i];
      }
      float terms[trend_terms];
      trend.row(trend_coordinate(y, job.window.height), terms);
      const float wy = job.taper[job.window.width + y];
      PPATCH_ROLLED
      for (std::int64_t x = at.thread; x < width; x += threads) {
        out[x] = (in[x] - trend_at(terms, job.coordinates()[x])) * (wy * job.taper[x]);
      }
    }
    PPATCH_ROLLED
    for (std::int64_t x = width + at.thread; x < row_floats; x += threads) out[x] = 0.0F;
  }
};

}  // namespace ppatch
