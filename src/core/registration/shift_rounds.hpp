// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/registration/covariance_tiles.hpp"
#include "math/registration/ring_weight.hpp"
#include "ptychopatch/ptychopatch.h"

namespace ppatch {

// A part of a plane under a separable Tukey window that is moved by a fraction of a sample.
struct Window {
  std::int64_t y = 0, x = 0, height = 0, width = 0;
  double edge = 0.0;  // of either side; 0: no taper
  double shift_y = 0.0, shift_x = 0.0;

  bool operator==(const Window&) const = default;
};

// How much of a fine window tapers at either end, of an image and of a tile. A tile's ramp would be
// a sample or two: what then leaks to the upper frequencies of smooth content outweighs its noise.
constexpr double fine_edge = 0.025, tile_edge = 0.125;
// See RingFloor: of amplitudes 1e-3 and 3e-3.
constexpr double fine_floor = 1e-6, tile_floor = 9e-6;

// That of the coarse peak.
Window whole_window(const std::int64_t size[2], bool circular);

// Each round's windows are laid by the last one's shift; they end where that moves less than
// `settled` samples.
struct ShiftRounds {
  int min = 2, max = 6;
  double settled = 1e-3;
  double edge = fine_edge;
  double floor = fine_floor;
  // Windows of the reference that many shifts have in common, for a little of their area.
  bool common_windows = false;
};

// Rounds that take back less of it than that are led on by what the last two of them say, and there
// may be so many times as many.
constexpr double slow_progress = 0.6;
constexpr int slow_rounds = 2;

// Rounds of windows and weights: of an image with one scale; of the coarser scales of others, whose
// result is a start; and of their finest one, whose windows are laid well from the first round on.
constexpr ShiftRounds only_rounds{2, 6, 1e-3};
constexpr ShiftRounds coarse_rounds{1, 2, 0.05};
constexpr ShiftRounds last_rounds{1, 6, 0.01, fine_edge, fine_floor, true};
constexpr ShiftRounds tile_rounds{2, 6, 1e-3, tile_edge, tile_floor};
// How often a shift is looked for: again from where its tiles say that it lies, or in a narrower
// band.
constexpr int max_attempts = 6;
// Of the band: up to where no frequency is left out, cycles per sample.
constexpr double whole_band = 0.5;

// Tapers follow the shift, and hold it where smooth content says little: how much of what windows
// are off by a round takes back, along the direction in which that was least; what the last one
// left, samples.
struct Slowness {
  double progress = 1.0;
  double direction[2] = {0.0, 0.0};
  double left = 0.0;

  double along(const double* from, const double* to) const {
    return direction[0] * (to[0] - from[0]) + direction[1] * (to[1] - from[1]);
  }
  // What a round leaves whose windows were laid and that found this.
  double left_of(const double* laid, const double* found) const {
    return (1.0 / progress - 1.0) * along(laid, found);
  }
};

struct FineShift {
  double displacement[2] = {0.0, 0.0};  // D = -d, in samples
  double coherence = 0.0;
  double information = 0.0;  // see BandMeans
  int iterations = 0;
  ppatch_shift_status status = PPATCH_SHIFT_STATUS_OK;
  Slowness slow;
  double max_f = whole_band;         // frequencies above were left out, if it is less than that
  std::int64_t integer[2] = {0, 0};  // part of the displacement, that the windows follow
  std::int64_t overlap[2] = {0, 0};  // of the last windows

  double edge = fine_edge;        // of them
  double floor = fine_floor;      // see RingFloor
  std::int64_t ramp[2] = {0, 0};  // samples that they taper over at either end
  // Of tiles: how far apart they were taken, beside the displacement. Carriers stand still.
  double apart[2] = {0.0, 0.0};

  // Above it lie the high ones of BandSums.
  double split_f() const { return 0.7 * max_f; }
  std::int64_t end_ring(double ring_scale) const {
    return max_f < whole_band ? static_cast<std::int64_t>(max_f * ring_scale) : INT64_MAX;
  }
  // Of the content.
  double displacement_of(int axis) const { return apart[axis] + displacement[axis]; }
  CovarianceTiles tiles() const { return {overlap, ramp}; }
  double fraction(int axis) const {
    return displacement[axis] - static_cast<double>(integer[axis]);
  }
  // Windows that fill a part of the transform's plane make neighbouring bins depend on each other:
  // of each bin only that share is independent.
  double share_of(const std::int64_t transform[2]) const {
    return static_cast<double>(overlap[0] * overlap[1]) /
           static_cast<double>(transform[0] * transform[1]);
  }
};

// The windows of a search's last round, those in common apart.
struct WindowPair {
  WindowPair(const FineShift& shift, bool circular);
  Window reference, moving;
};

// What a scale finds is where the next finer one begins.
inline void next_start(const FineShift& found, double start[2]) {
  for (int axis = 0; axis < 2; ++axis) {
    if (found.status == PPATCH_SHIFT_STATUS_OK) start[axis] = found.displacement[axis];
    start[axis] *= 2.0;
  }
}

// The rounds of one image on one scale. While lay() is true: the windows are transformed, weights
// and Newton's iteration found from them, and advance() told.
class ShiftSearch {
 public:
  ShiftSearch() = default;
  ShiftSearch(const std::int64_t size[2], const double start[2], const ShiftRounds& rounds,
              bool circular, double max_f = whole_band);

  // Lays windows for another round; false once the search has ended.
  bool lay();
  const Window& reference_window() const { return reference_; }
  const Window& moving_window() const { return moving_; }

  // Where the means' coherence is -1, nothing else was found. fraction: what the displacement has
  // become, less the part that the windows follow.
  void advance(const BandMeans& means, const double fraction[2], int iterations);

  const FineShift& result() const { return shift_; }

 private:
  std::int64_t size_[2] = {0, 0};
  double start_[2] = {0.0, 0.0};
  ShiftRounds rounds_;
  bool circular_ = false, ended_ = true;
  // Displacements that a round's windows were laid by, and that it found.
  struct Round {
    double laid[2] = {0.0, 0.0}, found[2] = {0.0, 0.0};
    std::int64_t integer[2] = {0, 0};
  };
  // What this round has left; whether rounds take back little.
  bool find_left(const Round& round, double left[2]);

  int round_ = 0;
  Round last_;
  bool leads_ = true;
  double lead_[2] = {0.0, 0.0};  // what the next windows go on by from what this round found
  Window reference_, moving_;
  FineShift shift_;
};

}  // namespace ppatch
