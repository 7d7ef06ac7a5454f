// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/whole_pixel.hpp"
#include "cuda/runtime/block.hpp"
#include "kernels/patches/extract.hpp"
#include "math/division.hpp"

namespace ppatch {

// All patches of a call, or their waves, on a device. A patch is parted into pieces: a band of rows
// and a strip of columns each. Threads side by side own pixels side by side of a piece, some of
// them, `lanes` apart, in each row, and keep the rows that they have filtered along x while later
// ones need them. Where the pixels of a group lie side by side in memory, a thread owns those of
// some of its patches, at one place. Taps: of the interpolation on an axis, 2 for one or two.
template <class P, int Taps>
struct ExtractBlock {
  using T = typename P::Real;
  using S = typename P::Storage;
  static constexpr int C = P::components;

  static constexpr int threads = 128;
  static constexpr int max_lanes = 32;
  static constexpr int min_lanes = 4;
  static constexpr int pixels = 2;  // of a thread's row
  // Members of a group whose pixels a thread writes at once, and a sector of memory holds. Of more
  // taps they would take registers that patches one by one have no use for.
  static constexpr int pixel_bytes = static_cast<int>(sizeof(WholePixel<P>));
  static constexpr int max_together = Taps == 2 ? 16 / pixel_bytes : 1;
  static constexpr int max_members = 32 / pixel_bytes;

  // Where the samples of a piece lie.
  enum class Place { any, inside, inside_one_tap };
  enum class Modes { none, one, several };  // of a probe
  struct Piece {
    PatchTaps<T> taps;
    std::int64_t m, k, slice;
    int r, q, rows;  // the first pixel, and how many rows there are; none beyond the last piece
    Place place;
    const S* from;  // the first sample
    S* out;         // the first pixel of the first mode, also of the probe
    const S* probe;
  };
  struct Shared {
    Piece piece[threads / min_lanes];
  };
  using Private = Nothing;

  ExtractPixel<P> job;
  int lanes = max_lanes;    // threads of a piece, a power of two
  int members = 1;          // patches of a group that are worked on side by side, as in memory
  int together = 1;         // of them, by one thread: 1 or max_together
  int across = pixels;      // of a thread's row
  std::int64_t band = 0;    // rows of a piece
  std::int64_t strips = 0;  // of a patch
  std::int64_t pieces = 0;  // of a patch
  // A block has one piece of so many groups of members, side by side: they read one piece of a
  // probe that all share. 0: pieces of one patch after the other.
  int beside = 0;
  bool whole_pixels = false;  // of all arrays, and those of the image side by side

  explicit ExtractBlock(const ExtractPixel<P>& all) : job(all) {
    const PatchView& out = job.out;
    while (out.stride_member == C && members < max_members && out.group_size % (2 * members) == 0) {
      members *= 2;
    }
    if (max_together > 1 && members % max_together == 0 && lies_together<P>(out, max_together)) {
      together = max_together;
      across = 1;
    }
    lanes = lanes / members * together;
    while (lanes * across > out.width && lanes > min_lanes * together) lanes /= 2;
    strips = blocks_over(out.width, lanes * across);
    // High bands where there are patches enough to keep a card busy.
    constexpr std::int64_t busy = std::int64_t{1} << 15;
    const std::int64_t side_by_side = out.images * out.count * strips * lanes;
    for (band = 64; band > 8 && side_by_side * blocks_over(out.height, band) < busy;) band /= 2;
    pieces = strips * blocks_over(out.height, band);
    const int here = threads / lanes * together;  // of a block
    if (job.probe.data && job.probe.shared && members <= here) beside = here / members;
    whole_pixels = job.image.stride_x == C && lies_in_whole_pixels<P>(job.image.data) &&
                   lies_in_whole_pixels<P>(out.data) && lies_in_whole_pixels<P>(job.probe.data);
  }

  std::int64_t blocks() const {
    const PatchView& out = job.out;
    if (beside > 0) return out.images * blocks_over(out.count, beside * members) * pieces;
    return blocks_over(out.images * out.count * pieces, threads / lanes * together);
  }

  PPATCH_HD std::int64_t steps(std::int64_t) const { return 2; }

  PPATCH_HD void step(std::int64_t n, const BlockThread& at, Shared& shared, Private&) const {
    if (n == 0) {
      const int here = threads / lanes * together;
      if (at.thread < here) prepare(at, here, shared.piece[at.thread]);
    } else {
      const Piece* const piece = &shared.piece[at.thread / lanes * together];
      if (together == 1) {
        extract(*piece, at.thread % lanes);
      } else {
        extract_together(piece, at.thread % lanes);
      }
    }
  }

 private:
  PPATCH_HD void prepare(const BlockThread& at, int here, Piece& piece) const {
    const PatchProblem& problem = job.problem;
    const PatchView& out = job.out;
    piece.rows = 0;
    std::int64_t number;  // of the piece in its patch
    if (beside > 0) {
      const Division beside_piece = divide(at.block, pieces);
      const std::int64_t sets = blocks_over(out.count, beside * members);
      const Division image_set = divide(beside_piece.quotient, sets);
      number = beside_piece.remainder;
      piece.m = image_set.quotient;
      piece.k = image_set.remainder * beside * members + at.thread;
      if (piece.k >= out.count) return;
    } else {
      const std::int64_t n = at.block * here + at.thread;
      if (n >= out.images * out.count * pieces) return;
      const Division member = divide(n, members);
      const Division of_patch = divide(member.quotient, pieces);
      const Division image_group = divide(of_patch.quotient, divide(out.count, members).quotient);
      number = of_patch.remainder;
      piece.m = image_group.quotient;
      piece.k = image_group.remainder * members + member.remainder;
    }
    const Division band_strip = divide(number, strips);
    piece.r = static_cast<int>(band_strip.quotient * band);
    piece.q = static_cast<int>(band_strip.remainder * lanes * across);
    piece.rows = static_cast<int>(out.height - piece.r < band ? out.height - piece.r : band);
    piece.slice = problem.image_of(piece.m, piece.k);
    prepare_sampling_taps(problem.interpolation, problem.origins[piece.k], piece.taps);
    const auto& y = piece.taps.y;
    const auto& x = piece.taps.x;
    piece.out =
        out.template at<S>(piece.m, piece.k, 0) + piece.r * out.stride_y + piece.q * out.stride_x;
    piece.probe = job.probe.template at<S>(piece.k, 0) + piece.r * job.probe.stride_y +
                  piece.q * job.probe.stride_x;
    piece.from = job.image.template at<S>(piece.slice, y.start + piece.r, x.start + piece.q);
    piece.place = Place::any;
    if (!whole_pixels || y.start < 0 || x.start < 0 || piece.q + lanes * across > out.width ||
        y.start + problem.height + y.count - 1 > job.image.height ||
        x.start + problem.width + x.count - 1 > job.image.width) {
      return;
    }
    if (y.count == Taps && x.count == Taps) piece.place = Place::inside;
    if (y.count == 1 && x.count == 1) piece.place = Place::inside_one_tap;
  }

  PPATCH_HD void extract(const Piece& piece, int lane) const {
    if (piece.rows == 0) return;
    if (piece.place == Place::any) {
      extract_any(piece, lane);
    } else if (!job.probe.data) {
      extract_taps<Modes::none>(piece, lane);
    } else if (job.out.modes == 1) {
      extract_taps<Modes::one>(piece, lane);
    } else {
      extract_taps<Modes::several>(piece, lane);
    }
  }
  template <Modes modes>
  PPATCH_HD void extract_taps(const Piece& piece, int lane) const {
    if (piece.place == Place::inside) {
      lanes == max_lanes ? extract_inside<modes, Taps, true>(&piece, lane)
                         : extract_inside<modes, Taps, false>(&piece, lane);
    } else {
      extract_inside<modes, 1, false>(&piece, lane);
    }
  }

  // max_together pieces, of patches side by side.
  PPATCH_HD void extract_together(const Piece* piece, int lane) const {
    if constexpr (max_together > 1) {
      if (piece->rows == 0) return;
      bool alike = piece->place != Place::any;
      for (int n = 1; n < max_together; ++n) alike = alike && piece[n].place == piece->place;
      if (!alike) {
        PPATCH_ROLLED
        for (int n = 0; n < max_together; ++n) extract_any(piece[n], lane);
      } else if (!job.probe.data) {
        extract_together_taps<Modes::none>(piece, lane);
      } else {
        extract_together_taps<Modes::several>(piece, lane);
      }
    }
  }
  template <Modes modes>
  PPATCH_HD void extract_together_taps(const Piece* piece, int lane) const {
    if (piece->place == Place::inside) {
      extract_inside<modes, Taps, false, max_together>(piece, lane);
    } else {
      extract_inside<modes, 1, false, max_together>(piece, lane);
    }
  }

  // Samples that all lie in the image, in whole pixels. Wide: max_lanes threads have the piece.
  // A thread has `pixels` of one piece, or one of each of several.
  template <Modes modes, int N, bool Wide, int Pieces = 1>
  PPATCH_HD void extract_inside(const Piece* piece, int lane) const {
    constexpr int round = N > 2 ? N : 4;
    constexpr int count = Pieces > 1 ? Pieces : pixels;
    const int step = Wide ? max_lanes : lanes;
    const S* from[Pieces];
    const S* probe[Pieces] = {};
    T weight_x[Pieces][N];
    T weight_y[Pieces][N];
    S* to = piece->out + lane * job.out.stride_x;
    for (int n = 0; n < Pieces; ++n) {
      from[n] = piece[n].from + lane * C;
      if constexpr (modes != Modes::none) probe[n] = piece[n].probe + lane * job.probe.stride_x;
      for (int j = 0; j < N; ++j) {
        weight_x[n][j] = piece[n].taps.x.weight[j];
        weight_y[n][j] = piece[n].taps.y.weight[j];
      }
    }
    // The last rows, filtered along x, numbered round: none is moved.
    T kept[N][count][C];
    const auto filter = [&](int at) {
      for (int n = 0; n < count; ++n) {
        const int p = Pieces > 1 ? n : 0;
        const S* const first = from[p] + (Pieces > 1 ? 0 : n * step) * C;
        T sample[N][C];
        for (int j = 0; j < N; ++j) load_whole<P>(first + j * C, sample[j]);
        for (int c = 0; c < C; ++c) {
          T sum = T(0);
          for (int j = 0; j < N; ++j) sum = next_sum(j, sum, weight_x[p][j], sample[j][c]);
          kept[at][n][c] = sum;
        }
      }
      for (int n = 0; n < Pieces; ++n) from[n] += job.image.stride_y;
    };
    const auto extract_row = [&](int u) {
      filter((u + N - 1) % N);
      T value[count][C];
      for (int n = 0; n < count; ++n) {
        const int p = Pieces > 1 ? n : 0;
        for (int c = 0; c < C; ++c) {
          T sum = T(0);
          for (int i = 0; i < N; ++i) {
            sum = next_sum(i, sum, weight_y[p][i], kept[(u + i) % N][n][c]);
          }
          value[n][c] = sum;
        }
      }
      if constexpr (modes != Modes::none) {
        store_mode<Pieces>(value, step, probe, 0, to);
        if constexpr (modes == Modes::several) store_modes<Pieces>(value, step, probe, to);
        for (int n = 0; n < Pieces; ++n) probe[n] += job.probe.stride_y;
      } else {
        store_row<Pieces>(value, step, to);
      }
      to += job.out.stride_y;
    };
    for (int i = 0; i < N - 1; ++i) filter(i);
    int left = piece->rows;
    PPATCH_ROLLED
    for (; left >= round; left -= round) {
      for (int u = 0; u < round; ++u) extract_row(u);
    }
    for (int u = 0; u < round - 1; ++u) {
      if (u >= left) break;
      extract_row(u);
    }
  }

  template <int Pieces, int Count>
  PPATCH_HD void store_row(const T (&value)[Count][C], int step, S* to) const {
    if constexpr (Pieces > 1) {
      struct alignas(Count * sizeof(WholePixel<P>)) Row {
        S scalar[Count * C];
      };
      Row row;
      for (int n = 0; n < Count; ++n) P::store(value[n], row.scalar + n * C);
      *reinterpret_cast<Row*>(to) = row;
    } else {
      for (int n = 0; n < Count; ++n) store_whole<P>(value[n], to + n * step * job.out.stride_x);
    }
  }

  // Those after the first.
  template <int Pieces, int Count>
  PPATCH_HD void store_modes(const T (&value)[Count][C], int step, const S* const (&probe)[Pieces],
                             S* to) const {
    std::int64_t at = 0;
    PPATCH_ROLLED
    for (std::int64_t mode = 1; mode < job.out.modes; ++mode) {
      at += job.probe.stride_mode;
      to += job.out.stride_mode;
      store_mode<Pieces>(value, step, probe, at, to);
    }
  }
  // at: from the probe's first mode.
  template <int Pieces, int Count>
  PPATCH_HD void store_mode(const T (&value)[Count][C], int step, const S* const (&probe)[Pieces],
                            std::int64_t at, S* to) const {
    T wave[Count][C];
    for (int n = 0; n < Count; ++n) {
      const S* const p = Pieces > 1 ? probe[n % Pieces] : probe[0] + n * step * job.probe.stride_x;
      T factor[C];
      load_whole<P>(p + at, factor);
      multiply<T, C>(factor, value[n], wave[n]);
    }
    store_row<Pieces>(wave, step, to);
  }

  // Any samples, one column after the other.
  PPATCH_HD void extract_any(const Piece& piece, int lane) const {
    const Samples<P> samples(job.problem, job.image, piece.slice);
    const AxisTaps<T>& y = piece.taps.y;
    const AxisTaps<T>& x = piece.taps.x;
    PPATCH_ROLLED
    for (int column = lane; column < lanes * across; column += lanes) {
      if (piece.q + column >= job.out.width) return;
      // The last rows, filtered along x, as many as there are taps.
      T kept[Taps][C] = {};
      PPATCH_ROLLED
      for (int r = 1 - y.count; r < piece.rows; ++r) {
        T value[C];
        for (int c = 0; c < C; ++c) {
          T row = T(0);
          for (int j = 0; j < Taps; ++j) {
            if (j >= x.count) continue;
            const T sample = samples.pixel(y.start + piece.r + r + y.count - 1,
                                           x.start + piece.q + column + j, c);
            row = next_sum(j, row, x.weight[j], sample);
          }
          T sum = T(0);
          for (int i = 0; i < Taps; ++i) {
            kept[i][c] = i + 1 == Taps || i + 1 == y.count ? row : kept[i + 1][c];
            if (i < y.count) sum = next_sum(i, sum, y.weight[i], kept[i][c]);
          }
          value[c] = sum;
        }
        if (r >= 0) store_any(piece, r, column, value);
      }
    }
  }

  PPATCH_HD void store_any(const Piece& piece, int r, int column, const T* value) const {
    const PatchView& out = job.out;
    PPATCH_ROLLED
    for (std::int64_t mode = 0; mode < out.modes; ++mode) {
      S* const to = piece.out + mode * out.stride_mode + r * out.stride_y + column * out.stride_x;
      if (!job.probe.data) {
        P::store(value, to);
        continue;
      }
      T factor[C];
      T wave[C];
      P::load(piece.probe + mode * job.probe.stride_mode + r * job.probe.stride_y +
                  column * job.probe.stride_x,
              factor);
      multiply<T, C>(factor, value, wave);
      P::store(wave, to);
    }
  }
};

}  // namespace ppatch
