// SPDX-License-Identifier: Apache-2.0
#include "core/registration/shift_rounds.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "math/registration/taper.hpp"

namespace ppatch {
namespace {

constexpr double coarse_edge = 0.125;
constexpr std::int64_t min_overlap = 8;
constexpr double max_distance = 4.0;  // from the coarse peak
// The least that a round takes back, and samples that a lead may go on by.
constexpr double min_progress = 0.05, max_lead = 0.5;
// Of what moves less, rounding is a part.
constexpr double min_move = 1e-4;
// Where windows went on by a whole sample, rounds less than this far apart tell nothing of
// slowness.
constexpr double min_gone_on = 0.25;
// Windows that a lead has laid and that tell less than this part of what the last ones did are off.
constexpr double min_known = 0.8;

// Where a window of the reference lies along an axis of n samples, if that of the moving image is
// `integer` samples further on.
struct Side {
  std::int64_t start, length;
};

Side side_of(std::int64_t n, std::int64_t integer, bool common) {
  const std::int64_t pitch = std::max<std::int64_t>(8, n / 128);
  const std::int64_t margin = (std::abs(integer) + pitch - 1) / pitch * pitch;
  if (common && 8 * margin <= n) return {margin, n - 2 * margin};
  return {std::max<std::int64_t>(0, -integer), n - std::abs(integer)};
}

}  // namespace

Window whole_window(const std::int64_t size[2], bool circular) {
  return {0, 0, size[0], size[1], circular ? 0.0 : coarse_edge, 0.0, 0.0};
}

WindowPair::WindowPair(const FineShift& shift, bool circular) {
  reference = {0, 0, shift.overlap[0], shift.overlap[1], circular ? 0.0 : shift.edge, 0.0, 0.0};
  moving = reference;
  if (circular) return;
  reference.y = std::max<std::int64_t>(0, -shift.integer[0]);
  reference.x = std::max<std::int64_t>(0, -shift.integer[1]);
  moving.y = reference.y + shift.integer[0];
  moving.x = reference.x + shift.integer[1];
  moving.shift_y = shift.fraction(0);
  moving.shift_x = shift.fraction(1);
}

ShiftSearch::ShiftSearch(const std::int64_t size[2], const double start[2],
                         const ShiftRounds& rounds, bool circular, double max_f)
    : size_{size[0], size[1]},
      start_{start[0], start[1]},
      rounds_(rounds),
      circular_(circular),
      ended_(false) {
  for (int axis = 0; axis < 2; ++axis) shift_.displacement[axis] = start[axis];
  shift_.max_f = max_f;
  shift_.edge = rounds.edge;
  shift_.floor = rounds.floor;
}

bool ShiftSearch::lay() {
  if (ended_) return false;
  for (int axis = 0; axis < 2; ++axis) shift_.displacement[axis] += lead_[axis];
  reference_ = {0, 0, size_[0], size_[1], circular_ ? 0.0 : rounds_.edge, 0.0, 0.0};
  moving_ = reference_;
  if (!circular_) {
    for (int axis = 0; axis < 2; ++axis) {
      shift_.integer[axis] = static_cast<std::int64_t>(std::floor(shift_.displacement[axis] + 0.5));
    }
    const Side y = side_of(size_[0], shift_.integer[0], rounds_.common_windows);
    const Side x = side_of(size_[1], shift_.integer[1], rounds_.common_windows);
    reference_.y = y.start;
    reference_.x = x.start;
    reference_.height = y.length;
    reference_.width = x.length;
    moving_ = reference_;
    moving_.y += shift_.integer[0];
    moving_.x += shift_.integer[1];
    moving_.shift_y = shift_.fraction(0);
    moving_.shift_x = shift_.fraction(1);
  }
  shift_.overlap[0] = reference_.height;
  shift_.overlap[1] = reference_.width;
  for (int axis = 0; axis < 2; ++axis) {
    const auto n = static_cast<double>(shift_.overlap[axis]);
    shift_.ramp[axis] =
        circular_ ? 0 : static_cast<std::int64_t>(std::ceil(taper_ramp(n, rounds_.edge))) + 1;
  }
  for (int axis = 0; axis < 2; ++axis) {
    if (shift_.overlap[axis] >= std::min(size_[axis], min_overlap)) continue;
    shift_.status = PPATCH_SHIFT_STATUS_TOO_SMALL;
    ended_ = true;
    return false;
  }
  return true;
}

void ShiftSearch::advance(const BandMeans& means, const double fraction[2], int iterations) {
  if (means.coherence < 0.0) {
    shift_.coherence = 0.0;
    shift_.status = PPATCH_SHIFT_STATUS_UNRELATED;
    ended_ = true;
    return;
  }
  const double known = shift_.information;
  shift_.coherence = means.coherence;
  shift_.information = means.information;
  shift_.iterations = iterations;
  Round round;
  double moved_by = 0.0;
  for (int axis = 0; axis < 2; ++axis) {
    round.laid[axis] = shift_.displacement[axis];
    round.integer[axis] = shift_.integer[axis];
    round.found[axis] = static_cast<double>(shift_.integer[axis]) + fraction[axis];
    moved_by = std::max(moved_by, std::abs(round.found[axis] - round.laid[axis]));
    shift_.displacement[axis] = round.found[axis];
  }
  ++round_;
  const bool led = lead_[0] != 0.0 || lead_[1] != 0.0;
  lead_[0] = lead_[1] = 0.0;
  if (led && means.information < min_known * known) {  // astray: back, and on without
    leads_ = false;
    std::copy(last_.found, last_.found + 2, shift_.displacement);
    return;
  }
  double left[2] = {0.0, 0.0};
  const bool slow = round_ > 1 && find_left(round, left);
  shift_.slow.left = shift_.slow.left_of(round.laid, round.found);
  last_ = round;
  if (std::abs(shift_.displacement[0] - start_[0]) > max_distance ||
      std::abs(shift_.displacement[1] - start_[1]) > max_distance) {
    shift_.status = PPATCH_SHIFT_STATUS_NOT_CONVERGED;
    ended_ = true;
  }
  const double part = std::min(1.0, shift_.slow.progress / slow_progress);
  const bool settled = round_ >= rounds_.min && moved_by < rounds_.settled * part;
  if (settled || round_ >= (leads_ && part < 1.0 ? slow_rounds : 1) * rounds_.max) ended_ = true;
  // What another round would have found: rounding, which may decide on one, is to decide nothing.
  for (int axis = 0; axis < 2; ++axis) {
    if (settled) shift_.displacement[axis] += left[axis];
    if (!ended_ && slow) lead_[axis] = left[axis];
  }
}

// A step of the secant method along what the last two rounds have moved; true if they are slow.
bool ShiftSearch::find_left(const Round& round, double left[2]) {
  const double moved[2] = {round.found[0] - last_.found[0], round.found[1] - last_.found[1]};
  const double length = std::hypot(moved[0], moved[1]);
  if (length < min_move) return false;
  Slowness slow{1.0, {moved[0] / length, moved[1] / length}};
  const double laid = slow.along(last_.laid, round.laid);
  // Windows that have gone on by a whole sample find a little else wherever they were laid.
  const bool gone_on = !std::equal(round.integer, round.integer + 2, last_.integer);
  if (laid <= (gone_on ? min_gone_on : 0.0)) return false;
  slow.progress = std::clamp(1.0 - length / laid, min_progress, 1.0);
  if (slow.progress <= shift_.slow.progress) shift_.slow = slow;
  if (!leads_) return false;
  const double by = std::clamp(slow.left_of(round.laid, round.found), -max_lead, max_lead);
  for (int axis = 0; axis < 2; ++axis) left[axis] = by * slow.direction[axis];
  return slow.progress < slow_progress;
}

}  // namespace ppatch
