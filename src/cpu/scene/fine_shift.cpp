// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "cpu/scene/spectrum_pass.hpp"
#include "cpu/scene/windows.hpp"

namespace ptychopatch {
namespace {

constexpr double fine_edge = 0.025;
constexpr std::int64_t least_overlap = 8;
constexpr double largest_step = 0.5;
constexpr double small_step = 0.1;  // along the gradient where there is no maximum near
// Near the maximum, about which c is even but for noise, a step is about the cube of the one
// before: that after one below this would be below 1e-7.
constexpr double done_step = 2e-3;
constexpr int most_steps = 8;
constexpr double most_wandering = 4.0;  // from the coarse peak

// Weights of the rings from the sums of a pass; returns the mean coherence of the band, or -1 where
// no ring has any weight.
double fill_weights(const Band& band, const FineShift& shift, const EstimateTools& tools) {
  const std::int64_t rings = ring_count(band.fft->height(), band.fft->width());
  // Windows that fill a part of the transform's plane make neighbouring bins depend on each other.
  const double independent = static_cast<double>(shift.overlap[0] * shift.overlap[1]) /
                             static_cast<double>(band.fft->height() * band.fft->width());
  double coherence = 0.0;
  double bins = 0.0;
  bool any = false;
  for (std::int64_t i = 0; i < rings; ++i) {
    const double* sums = tools.sums + 4 * i;
    const RingSums ring{sums[0], sums[1], sums[2]};
    tools.weights[i] = ring_weight(ring, sums[3], sums[3] * independent);
    coherence += ring_coherence(ring, sums[3] * independent) * sums[3];
    bins += sums[3];
    any = any || tools.weights[i].noise >= 0.0F;
  }
  return any ? coherence / bins : -1.0;
}

// Where a window of the reference lies along an axis of n samples, if that of the moving image is
// `whole` samples further on.
struct Side {
  std::int64_t start, length;
};

Side side_of(std::int64_t n, std::int64_t whole, bool common) {
  const std::int64_t pitch = std::max<std::int64_t>(8, n / 128);
  const std::int64_t margin = (std::abs(whole) + pitch - 1) / pitch * pitch;
  if (common && 8 * margin <= n) return {margin, n - 2 * margin};
  return {std::max<std::int64_t>(0, -whole), n - std::abs(whole)};
}

// One step uphill from the sums of a pass; false where there is nowhere to go.
bool newton_step(const double* sums, double step[2]) {
  const double gy = sums[gradient_y];
  const double gx = sums[gradient_x];
  // Gradients are in units of 2 pi, second derivatives of (2 pi)^2.
  const double yy = sums[hessian_yy];
  const double yx = sums[hessian_yx];
  const double xx = sums[hessian_xx];
  const double determinant = yy * xx - yx * yx;
  if (yy < 0.0 && xx < 0.0 && determinant > 1e-12 * yy * xx) {
    step[0] = -(xx * gy - yx * gx) / determinant / (2.0 * pi);
    step[1] = -(yy * gx - yx * gy) / determinant / (2.0 * pi);
  } else if (yy < 0.0 && xx == 0.0) {  // images of one column
    step[0] = -gy / yy / (2.0 * pi);
    step[1] = 0.0;
  } else if (xx < 0.0 && yy == 0.0) {
    step[0] = 0.0;
    step[1] = -gx / xx / (2.0 * pi);
  } else {
    const double length = std::sqrt(gy * gy + gx * gx);
    if (!(length > 0.0)) return false;
    step[0] = small_step * gy / length;
    step[1] = small_step * gx / length;
  }
  const double length = std::sqrt(step[0] * step[0] + step[1] * step[1]);
  if (!std::isfinite(length)) return false;
  if (length > largest_step) {
    step[0] *= largest_step / length;
    step[1] *= largest_step / length;
  }
  return true;
}

}  // namespace

FineShift fine_shift(const Plane& reference, const Plane& moving, const Band& band,
                     const double start[2], const ShiftRounds& rounds, HeldWindow& held,
                     bool circular, const EstimateTools& tools) {
  FineShift shift;
  shift.displacement[0] = start[0];
  shift.displacement[1] = start[1];
  const std::int64_t size[2] = {reference.height, reference.width};
  for (int round = 0; round < rounds.most; ++round) {
    std::int64_t whole[2] = {0, 0};
    double rest[2] = {shift.displacement[0], shift.displacement[1]};
    Window window{0, 0, size[0], size[1], circular ? 0.0 : fine_edge, 0.0, 0.0};
    Window moved = window;
    for (int axis = 0; axis < 2 && !circular; ++axis) {
      whole[axis] = static_cast<std::int64_t>(std::floor(shift.displacement[axis] + 0.5));
      rest[axis] = shift.displacement[axis] - static_cast<double>(whole[axis]);
    }
    if (!circular) {
      const Side y = side_of(size[0], whole[0], rounds.common_windows);
      const Side x = side_of(size[1], whole[1], rounds.common_windows);
      window.y = y.start;
      window.x = x.start;
      window.height = y.length;
      window.width = x.length;
      moved = window;
      moved.y = window.y + whole[0];
      moved.x = window.x + whole[1];
      moved.shift_y = rest[0];
      moved.shift_x = rest[1];
    }
    shift.whole[0] = whole[0];
    shift.whole[1] = whole[1];
    shift.overlap[0] = window.height;
    shift.overlap[1] = window.width;
    if (window.height < std::min(size[0], least_overlap) ||
        window.width < std::min(size[1], least_overlap)) {
      shift.status = PPATCH_SHIFT_TOO_SMALL;
      return shift;
    }
    const HeldWindow wanted{window.y, window.x, window.height, window.width};
    if (!(held == wanted)) {
      transform_window(reference, window, *band.fft, tools, tools.reference_spectrum);
      held = wanted;
    }
    transform_window(moving, moved, *band.fft, tools, tools.moving_spectrum);
    SpectrumPass pass(band, tools);
    pass.set_shift(rest);
    pass.run(tools.loops->ring_row, 4 * ring_count(band.fft->height(), band.fft->width()), false);
    shift.coherence = fill_weights(band, shift, tools);
    if (shift.coherence < 0.0) {
      shift.coherence = 0.0;
      shift.status = PPATCH_SHIFT_UNRELATED;
      return shift;
    }
    shift.iterations = 0;
    while (shift.iterations < most_steps) {
      if (shift.iterations > 0) pass.set_shift(rest);
      pass.run(tools.loops->newton_row, newton_sums, false);
      double step[2];
      if (!newton_step(tools.sums, step)) break;
      rest[0] += step[0];
      rest[1] += step[1];
      ++shift.iterations;
      if (std::abs(step[0]) < done_step && std::abs(step[1]) < done_step) break;
    }
    double moved_by = 0.0;
    for (int axis = 0; axis < 2; ++axis) {
      const double now = static_cast<double>(whole[axis]) + rest[axis];
      moved_by = std::max(moved_by, std::abs(now - shift.displacement[axis]));
      shift.displacement[axis] = now;
    }
    if (std::abs(shift.displacement[0] - start[0]) > most_wandering ||
        std::abs(shift.displacement[1] - start[1]) > most_wandering) {
      shift.status = PPATCH_SHIFT_NOT_CONVERGED;
      return shift;
    }
    if (round + 1 >= rounds.least && moved_by < rounds.settled) break;
  }
  return shift;
}

}  // namespace ptychopatch
