// SPDX-License-Identifier: Apache-2.0
#include "core/registration/shift_quality.hpp"

#include <algorithm>
#include <cmath>

#include "math/registration/cfa_carrier.hpp"
#include "math/registration/taper.hpp"

namespace ppatch {
namespace {

// Gradients and Hessians are summed in units of 2 pi and of its square.
constexpr double turns = 4.0 * pi * pi;
// Of the strength of chroma about what the carriers say, in its units: a standard deviation of 1.
constexpr double chroma_prior = 1.0;
// Slopes of two images that agree less than that, over what chance makes them, tell nothing.
constexpr double min_agreement = 3.0;
// Nor does a direction whose share of the other's information is less.
constexpr double min_information = 0.002;
// Of fewer tiles the scatter is not trusted alone.
constexpr std::int64_t enough_tiles = 30;
// Shifts by high and low frequencies apart contradict each other where the square of their
// difference over its error, of two degrees of freedom, is above that;
constexpr double contradiction = 12.0;
// between these two it comes into doubt by and by, for a rounding is not to change sigma tenfold:
constexpr double little_doubt = 6.0, doubt = 8.0;
// of that part of the difference's square.
constexpr double doubted = 0.2;
// Rounds that take back less of what windows are off by are no estimate of their own.
constexpr double held_progress = 0.4;
// What tapers and trends make of it is no more than that, samples; no band is narrower than the
// least, cycles per sample.
constexpr double close_enough = 2e-3;
constexpr double min_band = 0.1;
// An attempt that would begin where the last one did, but for that part of its step, is none.
constexpr double same_start = 0.05;
// What rounding leaves of a shift, samples; and what comes in over the edges of an overlap, times
// its area: of images of 24 x 24 samples it is as much as their noise.
constexpr double rounding = 1e-4, edge_error = 5.0;

// A symmetric matrix: yy, yx, xx.
struct Symmetric {
  double yy = 0.0, yx = 0.0, xx = 0.0;

  static Symmetric of(const double* values, double scale) {
    return {values[0] * scale, values[1] * scale, values[2] * scale};
  }
  double along(const double v[2]) const {
    return v[0] * v[0] * yy + 2.0 * v[0] * v[1] * yx + v[1] * v[1] * xx;
  }
  // scale times v's product with itself.
  void add(double scale, const double v[2]) {
    yy += scale * v[0] * v[0];
    yx += scale * v[0] * v[1];
    xx += scale * v[1] * v[1];
  }
  double determinant() const { return yy * xx - yx * yx; }
  // What it takes to g; there is an inverse.
  void solve(const double g[2], double out[2]) const {
    const double d = determinant();
    out[0] = (xx * g[0] - yx * g[1]) / d;
    out[1] = (yy * g[1] - yx * g[0]) / d;
  }
};

// H^-1 G H^-1; false where there is no inverse.
bool sandwich(const Symmetric& h, const Symmetric& g, Symmetric& out) {
  const double determinant = h.determinant();
  if (!(determinant > 0.0) || !(h.yy > 0.0)) return false;
  const Symmetric i{h.xx / determinant, -h.yx / determinant, h.yy / determinant};
  const double a = i.yy * g.yy + i.yx * g.yx;  // I G
  const double b = i.yy * g.yx + i.yx * g.xx;
  const double c = i.yx * g.yy + i.xx * g.yx;
  const double d = i.yx * g.yx + i.xx * g.xx;
  out = {a * i.yy + b * i.yx, a * i.yx + b * i.xx, c * i.yx + d * i.xx};
  return true;
}

// N sum w^4 / (sum w^2)^2 of the window along one axis, and sum w^2.
struct WindowPower {
  WindowPower(std::int64_t n, bool tapers, double edge) {
    double fourth = 0.0;
    for (std::int64_t u = 0; u < n; ++u) {
      const double w = tapers ? tukey(static_cast<double>(u), static_cast<double>(n), edge) : 1.0;
      fourth += w * w * w * w;
      second += w * w;
    }
    excess = static_cast<double>(n) * fourth / (second * second);
  }
  double excess = 1.0, second = 0.0;
};

// Student's t at one standard deviation of the normal distribution, for so many degrees of freedom;
// within 1 %.
double student(double freedom) { return 1.0 + 0.55 / (std::max(freedom, 1.0) - 0.35); }

// The larger variance of both on each axis, with the first one's correlation.
Symmetric larger(const Symmetric& a, const Symmetric& b) {
  Symmetric out{std::max(a.yy, b.yy), 0.0, std::max(a.xx, b.xx)};
  const double product = a.yy * a.xx;
  if (product > 0.0) out.yx = a.yx * std::sqrt(out.yy * out.xx / product);
  return out;
}

// Eigenvectors of a matrix, that of the larger eigenvalue first.
void eigenvectors(const Symmetric& h, double v[2][2]) {
  const double angle = 0.5 * std::atan2(2.0 * h.yx, h.yy - h.xx);
  v[0][0] = std::cos(angle);
  v[0][1] = std::sin(angle);
  v[1][0] = -v[0][1];
  v[1][1] = v[0][0];
}

// The scatter of the tiles' gradients about their mean, as a covariance; the step that they would
// add.
Symmetric tile_scatter(const CovarianceTiles& tiles, const double* totals, double step[2]) {
  const auto count = static_cast<double>(tiles.count());
  const Symmetric hessian = Symmetric::of(totals + tile_hessian_yy, 1.0);
  const double* g = totals + tile_gradient_y;
  const double freed = count > 1.0 ? count / (count - 1.0) : 1.0;
  const Symmetric squares{freed * (totals[tile_square_yy] - g[0] * g[0] / count),
                          freed * (totals[tile_square_yx] - g[0] * g[1] / count),
                          freed * (totals[tile_square_xx] - g[1] * g[1] / count)};
  Symmetric scatter;
  sandwich(hessian, squares, scatter);
  hessian.solve(g, step);
  return scatter;
}

// samples: that the tiles' slopes count as.
void find_blind(const double* totals, double samples, ShiftQuality& quality) {
  const Symmetric hessian = Symmetric::of(totals + tile_hessian_yy, 1.0);
  const Symmetric reference = Symmetric::of(totals + tile_reference_yy, 1.0);
  const Symmetric moving = Symmetric::of(totals + tile_moving_yy, 1.0);
  double v[2][2];
  eigenvectors(hessian, v);
  const double largest = hessian.along(v[0]);
  for (const auto& direction : v) {
    const double own = hessian.along(direction);
    const double chance = std::sqrt(reference.along(direction) * moving.along(direction));
    const double agreement = own / chance * std::sqrt(samples);
    if (agreement >= min_agreement && own >= min_information * largest) continue;
    std::copy(direction, direction + 2, quality.blind[quality.blind_count]);
    ++quality.blind_count;
  }
}

// What bins above and below the split say of the shift, apart, which together they agree on.
struct Contradiction {
  double difference[2] = {0.0, 0.0};
  double square = 0.0;  // of it over its error: of two degrees of freedom
};

// spread: as in shift_quality_of.
Contradiction contradiction_of(const double* sums, double spread) {
  const Symmetric all = Symmetric::of(sums + fisher_yy, 1.0);
  const Symmetric high = Symmetric::of(sums + high_fisher_yy, 1.0);
  const Symmetric low{all.yy - high.yy, all.yx - high.yx, all.xx - high.xx};
  const double* g = sums + high_gradient_y;
  Contradiction out;
  Symmetric error{close_enough * close_enough, 0.0, close_enough * close_enough};
  for (const bool above : {true, false}) {
    const Symmetric& h = above ? high : low;
    const double* q = sums + high_square_yy;
    const double* total = sums + square_yy;
    Symmetric squares = Symmetric::of(q, 1.0);
    if (!above) squares = {total[0] - q[0], total[1] - q[1], total[2] - q[2]};
    Symmetric part;
    // A band that tells nothing contradicts nothing.
    if (!sandwich(h, squares, part)) return {};
    error.yy += 2.0 * spread / turns * part.yy;
    error.yx += 2.0 * spread / turns * part.yx;
    error.xx += 2.0 * spread / turns * part.xx;
    double step[2];
    h.solve(g, step);
    for (int axis = 0; axis < 2; ++axis) out.difference[axis] += step[axis] / (2.0 * pi);
  }
  if (!(error.determinant() > 0.0)) return {};
  double weighed[2];
  error.solve(out.difference, weighed);
  out.square = out.difference[0] * weighed[0] + out.difference[1] * weighed[1];
  return out;
}

// What a round takes back of an error is that much less than what noise adds in it; and what was
// left in the end was not found.
void add_slowness(const Slowness& slow, const Symmetric& by_fisher, Symmetric& covariance) {
  if (slow.progress >= held_progress) return;
  const double* v = slow.direction;
  const double held = by_fisher.along(v) / (slow.progress * slow.progress);
  covariance.add(std::max(0.0, held - covariance.along(v)) + slow.left * slow.left, v);
}

}  // namespace

ShiftQuality shift_quality_of(const FineShift& shift, const std::int64_t transform[2],
                              const double* sums, const double* totals) {
  ShiftQuality quality;
  const double power = sums[reference_power] * sums[moving_power];
  if (power > 0.0) {
    quality.peak = std::clamp(sums[cross_power] / std::sqrt(power), 0.0, 1.0);
    quality.residual = std::sqrt(std::max(0.0, 1.0 - quality.peak * quality.peak));
    quality.gain = sums[cross_power] / sums[moving_power];
  }
  LeakSums leak;
  for (int i = 0; i < 3; ++i) leak.fisher[i] = sums[fisher_yy + i];
  leak.mixed[0] = sums[leak_y];
  leak.mixed[1] = sums[leak_x];
  leak.square = sums[leak_square];
  leak.slope = sums[leak_slope];
  const LeakFit fit = fit_leak(leak, chroma_prior);
  for (int axis = 0; axis < 2; ++axis) quality.correction[axis] = fit.error[axis];

  const CovarianceTiles tiles = shift.tiles();
  const WindowPower y(shift.overlap[0], shift.ramp[0] > 0, shift.edge);
  const WindowPower x(shift.overlap[1], shift.ramp[1] > 0, shift.edge);
  const double planes = static_cast<double>(transform[0] * transform[1]);
  const double independent = shift.share_of(transform);
  const double spread = y.excess * x.excess / independent;
  // By bins: what the scatter of their gradients says, about the content's own information.
  const Symmetric fisher = Symmetric::of(sums + fisher_yy, turns);
  Symmetric information = fisher;
  double share = 0.0;
  if (tiles.any()) {
    share = tiles.samples() / (y.second * x.second);
    information = Symmetric::of(totals + tile_hessian_yy, 1.0 / (planes * share));
  }
  const Symmetric by_bins = Symmetric::of(sums + square_yy, 2.0 * turns * spread);
  Symmetric covariance;
  Symmetric by_fisher;
  const bool known = sandwich(information, by_bins, covariance);
  if (sandwich(fisher, Symmetric::of(sums + fisher_yy, turns * spread), by_fisher)) {
    const bool few = tiles.count() < enough_tiles;
    covariance = !known ? by_fisher : few ? larger(covariance, by_fisher) : covariance;
  } else if (!known) {  // images of one row or column: nothing is known of the other axis
    covariance = {fisher.yy > 0.0 ? spread / fisher.yy : INFINITY, 0.0,
                  fisher.xx > 0.0 ? spread / fisher.xx : INFINITY};
  }
  if (tiles.any() && known) {
    const Symmetric scatter = tile_scatter(tiles, totals, quality.step);
    if (tiles.count() >= 4) {
      const double trace = totals[tile_hessian_yy] + totals[tile_hessian_xx];
      const double t = student(trace * trace / totals[tile_square_trace] - 1.0);
      const Symmetric by_tiles{t * t * share * scatter.yy, t * t * share * scatter.yx,
                               t * t * share * scatter.xx};
      covariance = larger(covariance, by_tiles);
    }
    constexpr double least = rounding * rounding;
    const double one = quality.step[0] * quality.step[0] / (covariance.yy + least);
    const double other = quality.step[1] * quality.step[1] / (covariance.xx + least);
    quality.worth_it = tiles.all() && one + other > 1.0;
  }
  add_slowness(shift.slow, by_fisher, covariance);
  // Leaked chroma turns bins as aliasing does, and is corrected.
  if (!(sums[leak_square] > 0.0)) {
    const Contradiction found = contradiction_of(sums, spread);
    quality.aliased = found.square > contradiction;
    const double part = (found.square - little_doubt) / (doubt - little_doubt);
    if (part > 0.0) covariance.add(doubted * std::min(1.0, part), found.difference);
  }
  if (tiles.any()) {
    quality.alike = totals[tile_alike] / static_cast<double>(tiles.count());
    const double bins = sums[slope_power] * sums[slope_power] / sums[slope_square];
    find_blind(totals, bins * independent * tiles.samples() / planes, quality);
  }
  const double edges = edge_error / static_cast<double>(shift.overlap[0] * shift.overlap[1]);
  const double least = rounding * rounding + edges * edges;
  quality.covariance[0] = covariance.yy + fit.covariance[0] + least;
  quality.covariance[1] = covariance.yx + fit.covariance[1];
  quality.covariance[2] = covariance.xx + fit.covariance[2] + least;
  return quality;
}

void ShiftQuality::covariance_in(double unit, double radius, double out[3]) const {
  for (int i = 0; i < 3; ++i) out[i] = covariance[i] * unit * unit;
  // A step that was worth it and led nowhere: both estimates are that far apart.
  for (int axis = 0; worth_it && axis < 2; ++axis) {
    const double more = step[axis] * step[axis] - covariance[2 * axis];
    out[2 * axis] += std::max(0.0, more) * unit * unit;
  }
  for (int i = 0; i < blind_count; ++i) {
    const double* v = blind[i];
    out[0] += radius * radius * v[0] * v[0];
    out[1] += radius * radius * v[0] * v[1];
    out[2] += radius * radius * v[1] * v[1];
  }
}

bool next_attempt(const FineShift& shift, const ShiftQuality& quality, double start[2],
                  double& max_f) {
  if (quality.aliased && shift.split_f() > min_band) {
    max_f = shift.split_f();
    std::copy(shift.displacement, shift.displacement + 2, start);
    return true;
  }
  double from_last = 0.0, by = 0.0;
  for (int axis = 0; axis < 2; ++axis) {
    const double step = std::clamp(quality.step[axis], -0.5, 0.5);
    const double next = shift.displacement[axis] + step;
    from_last = std::max(from_last, std::abs(next - start[axis]));
    by = std::max(by, std::abs(step));
    start[axis] = next;
  }
  // From there it came.
  return quality.worth_it && from_last > same_start * by;
}

}  // namespace ppatch
