// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/polar_spectrum.hpp"

#include <algorithm>
#include <cmath>

#include "core/registration/fft_size.hpp"
#include "cpu/registration/correlation_map.hpp"
#include "math/elementary.hpp"
#include "math/registration/detection.hpp"
#include "math/registration/parabola.hpp"

namespace ppatch {
namespace {

// Cycles per diameter that are looked at: the grid of angles resolves no more.
constexpr double first_cycle = 6.0, last_cycle = 163.0;
// Of the band: near its end the corners of a plane's spectrum and what aliases are.
constexpr double max_frequency = 0.42;
// How far from the ratio of two discs a scale is looked for, steps.
constexpr std::int64_t max_lag = 40;
constexpr std::int64_t max_radii = 610 - max_lag;
// Candidates of a pair of discs, and of all.
constexpr std::size_t candidates_of_discs = 6, max_candidates = 10;

constexpr std::int64_t polar_width = 625;

// The same spectrum turns up after half a turn.
bool is_one_of(const MapCandidate& candidate, const std::vector<MapCandidate>& others) {
  return std::any_of(others.begin(), others.end(), [&](const MapCandidate& other) {
    const ImageMap map = map_of(other, false);
    return !are_apart(map, map_of(candidate, false)) || !are_apart(map, map_of(candidate, true));
  });
}

void keep_best(std::vector<MapCandidate>& candidates, std::size_t most) {
  std::stable_sort(
      candidates.begin(), candidates.end(),
      [](const MapCandidate& a, const MapCandidate& b) { return a.height > b.height; });
  std::vector<MapCandidate> best;
  for (const MapCandidate& candidate : candidates) {
    if (best.size() == most) break;
    if (!is_one_of(candidate, best)) best.push_back(candidate);
  }
  candidates = best;
}

// One up to half a radius, then down to nothing.
double disc_window(double y, double x, double radius) {
  const double depth = 2.0 * (1.0 - std::sqrt(y * y + x * x) / radius);
  if (depth <= 0.0) return 0.0;
  if (depth >= 1.0) return 1.0;
  const double s = sin_series(0.5 * pi * depth);
  return s * s;
}

}  // namespace

ImageMap map_of(const MapCandidate& candidate, bool half_turn) {
  ImageMap map;
  const double scale = (half_turn ? -1.0 : 1.0) * std::exp(candidate.log_scale);
  map.linear[0] = map.linear[3] = scale * std::cos(candidate.radians);
  map.linear[2] = scale * std::sin(candidate.radians);
  map.linear[1] = -map.linear[2];
  return map;
}

PolarSearch::PolarSearch(const SceneMachine& machine, const std::int64_t size[2]) {
  const std::int64_t side = std::min(size[0], size[1]);
  radius_ = 0.5 * static_cast<double>(side);
  const std::int64_t n = good_fft_size(side);
  disc_fft_ = PlaneFft(machine.fft, *machine.slabs, n, n);
  polar_fft_ = PlaneFft(machine.fft, *machine.slabs, searched_angles, polar_width);
}

std::int64_t PolarSearch::polar_floats() {
  return PlaneFft::floats_of(searched_angles, polar_width);
}

std::int64_t PolarSearch::disc_floats(std::int64_t side) {
  const std::int64_t n = good_fft_size(side);
  return PlaneFft::floats_of(n, n);
}

PolarSearch::Radii PolarSearch::radii_of(const Discs& discs) const {
  const double shortest = 2.0 * radius_ * std::min(discs.reference, discs.moving);
  const double last = std::min(last_cycle, max_frequency * shortest);
  Radii radii;
  radii.first = std::min(first_cycle, 0.25 * last);
  radii.count =
      std::min(max_radii, static_cast<std::int64_t>(std::log(last / radii.first) / log_scale_step));
  return radii;
}

void PolarSearch::transform_disc(const Plane& plane, double radius,
                                 const EstimateTools& tools) const {
  const std::int64_t n = disc_fft_.height();
  const auto whole = static_cast<std::int64_t>(radius);
  const double middle[2] = {0.5 * static_cast<double>(plane.height - 1),
                            0.5 * static_cast<double>(plane.width - 1)};
  const std::int64_t first[2] = {
      std::max<std::int64_t>(0, static_cast<std::int64_t>(middle[0]) - whole),
      std::max<std::int64_t>(0, static_cast<std::int64_t>(middle[1]) - whole)};
  const std::int64_t count[2] = {std::min(n, plane.height - first[0]),
                                 std::min(n, plane.width - first[1])};
  double sum = 0.0;
  double weights = 0.0;
  const auto weight = [&](std::int64_t y, std::int64_t x) {
    return disc_window(static_cast<double>(first[0] + y) - middle[0],
                       static_cast<double>(first[1] + x) - middle[1], radius);
  };
  float* const out = tools.moving_spectrum;
  const std::int64_t stride = disc_fft_.row_floats();
  for (std::int64_t y = 0; y < count[0]; ++y) {
    const float* row = plane.row(first[0] + y) + first[1];
    for (std::int64_t x = 0; x < count[1]; ++x) {
      const double w = weight(y, x);
      out[y * stride + x] = static_cast<float>(w);
      weights += w;
      sum += w * static_cast<double>(row[x]);
    }
  }
  const auto mean = static_cast<float>(sum / weights);
  for (std::int64_t y = 0; y < count[0]; ++y) {
    const float* row = plane.row(first[0] + y) + first[1];
    float* to = out + y * stride;
    for (std::int64_t x = 0; x < count[1]; ++x) to[x] *= row[x] - mean;
    std::fill(to + count[1], to + disc_fft_.width(), 0.0F);
  }
  disc_fft_.forward(out, count[0], *tools.arena, tools.fft_slots);
}

void PolarSearch::fill_polar(const Plane& plane, double part, const Radii& radii,
                             const EstimateTools& tools, float* polar,
                             std::vector<double>& energies) const {
  transform_disc(plane, part * radius_, tools);
  const float* spectrum = tools.moving_spectrum;
  const std::int64_t n = disc_fft_.height();
  const std::int64_t stride = disc_fft_.row_floats();
  const auto power = [&](std::int64_t y, std::int64_t x) {
    const float* bin = spectrum + (y < 0 ? y + n : y) * stride + 2 * x;
    return static_cast<double>(bin[0]) * static_cast<double>(bin[0]) +
           static_cast<double>(bin[1]) * static_cast<double>(bin[1]);
  };
  const double bins = static_cast<double>(n) / (2.0 * radius_ * part);  // a cycle per diameter
  const std::int64_t width = polar_fft_.row_floats();
  tools.arena->parallel_for(searched_angles, [&](std::int64_t a, int) {
    float* row = polar + a * width;
    std::fill(row, row + width, 0.0F);
    const double turn = static_cast<double>(a) / searched_angles;
    const double c = cos_pi(turn);
    const double s = sin_pi(turn);
    for (std::int64_t r = 0; r < radii.count; ++r) {
      const double f = bins * radii.first * std::exp(static_cast<double>(r) * log_scale_step);
      const double fy = f * c;
      const double fx = f * s;
      const auto y = static_cast<std::int64_t>(std::floor(fy));
      const auto x = static_cast<std::int64_t>(fx);
      const double part_y = fy - static_cast<double>(y);
      const double part_x = fx - static_cast<double>(x);
      row[r] = static_cast<float>(
          (1.0 - part_y) * ((1.0 - part_x) * power(y, x) + part_x * power(y, x + 1)) +
          part_y * ((1.0 - part_x) * power(y + 1, x) + part_x * power(y + 1, x + 1)));
    }
  });
  // Rings by their logarithms, each about its mean and by its share of signal; a ring has as many
  // bins as cycles, each way.
  std::vector<double> rings(static_cast<std::size_t>(radii.count));
  double weakest = INFINITY;
  for (std::int64_t r = 0; r < radii.count; ++r) {
    double sum = 0.0;
    for (std::int64_t a = 0; a < searched_angles; ++a) {
      sum += static_cast<double>(polar[a * width + r]);
    }
    rings[static_cast<std::size_t>(r)] = sum / searched_angles;
    weakest = std::min(weakest, sum / searched_angles);
  }
  energies.assign(static_cast<std::size_t>(radii.count), 0.0);
  for (std::int64_t r = 0; r < radii.count; ++r) {
    const double ring = rings[static_cast<std::size_t>(r)];
    const double weight =
        std::exp(static_cast<double>(r) * log_scale_step) * signal_share(ring, weakest);
    double sum = 0.0;
    for (std::int64_t a = 0; a < searched_angles; ++a) {
      float& value = polar[a * width + r];
      const double least = 1e-3 * ring;
      value = ring > 0.0 ? std::log(static_cast<float>(static_cast<double>(value) + least)) : 0.0F;
      sum += static_cast<double>(value);
    }
    const double mean = sum / searched_angles;
    for (std::int64_t a = 0; a < searched_angles; ++a) {
      float& value = polar[a * width + r];
      value = static_cast<float>(weight * (static_cast<double>(value) - mean));
      energies[static_cast<std::size_t>(r)] +=
          static_cast<double>(value) * static_cast<double>(value) / searched_angles;
    }
  }
}

void PolarSearch::correlate(const Plane& reference, const Plane& moving, const Discs& discs,
                            const EstimateTools& tools, float* polar,
                            std::vector<MapCandidate>& candidates) const {
  const Radii radii = radii_of(discs);
  if (radii.count < 2 * max_lag) return;
  float* const of_reference = polar;
  float* const of_moving = polar + polar_floats();
  std::vector<double> energies[2];
  fill_polar(reference, discs.reference, radii, tools, of_reference, energies[0]);
  fill_polar(moving, discs.moving, radii, tools, of_moving, energies[1]);
  const PlaneFft& fft = polar_fft_;
  fft.forward(of_reference, searched_angles, *tools.arena, tools.fft_slots);
  fft.forward(of_moving, searched_angles, *tools.arena, tools.fft_slots);
  multiply_spectra(of_reference, of_moving, of_reference, fft, *tools.arena, Normalisation::none);
  fft.inverse(of_reference, searched_angles, *tools.arena, tools.fft_slots);
  // In units of its noise, at lags -max_lag - 1 to max_lag + 1.
  double scales[2 * max_lag + 3];
  const double planes = static_cast<double>(searched_angles * polar_width);
  for (std::int64_t lag = -max_lag - 1; lag <= max_lag + 1; ++lag) {
    double sum = 0.0;
    for (std::int64_t r = std::max<std::int64_t>(0, -lag);
         r < std::min(radii.count, radii.count - lag); ++r) {
      sum +=
          energies[0][static_cast<std::size_t>(r)] * energies[1][static_cast<std::size_t>(r + lag)];
    }
    scales[lag + max_lag + 1] =
        sum > 0.0 ? 1.0 / (planes * std::sqrt(sum * static_cast<double>(searched_angles))) : 0.0;
  }
  const auto at = [&](std::int64_t a, std::int64_t lag) {
    const std::int64_t row = (a + searched_angles) % searched_angles;
    const std::int64_t column = lag < 0 ? lag + polar_width : lag;
    return static_cast<double>(of_reference[row * fft.row_floats() + column]) *
           scales[lag + max_lag + 1];
  };
  std::vector<MapCandidate> found;
  for (std::int64_t a = 0; a < searched_angles; ++a) {
    for (std::int64_t lag = -max_lag; lag <= max_lag; ++lag) {
      const double value = at(a, lag);
      bool is_top = value > 0.0;
      for (int i = 0; i < 9 && is_top; ++i) is_top = at(a + i / 3 - 1, lag + i % 3 - 1) <= value;
      if (!is_top) continue;
      const double angle =
          static_cast<double>(a) + parabola_vertex(at(a - 1, lag), value, at(a + 1, lag));
      const double radius =
          static_cast<double>(lag) + parabola_vertex(at(a, lag - 1), value, at(a, lag + 1));
      // A disc of the moving image that is larger shows the same where the image is as much larger.
      const double log_scale = std::log(discs.moving / discs.reference) - radius * log_scale_step;
      if (std::abs(log_scale) > max_log_scale) continue;
      found.push_back({angle * angle_step, log_scale, value});
    }
  }
  keep_best(found, candidates_of_discs);
  candidates.insert(candidates.end(), found.begin(), found.end());
}

std::vector<MapCandidate> PolarSearch::find(const Plane& reference, const Plane& moving,
                                            const EstimateTools& tools, float* polar) const {
  std::vector<MapCandidate> candidates;
  constexpr double root = 0.70710678118654752440;
  for (const Discs& discs :
       {Discs{1.0, 1.0}, Discs{root, 1.0}, Discs{0.5, 1.0}, Discs{1.0, root}, Discs{1.0, 0.5}}) {
    correlate(reference, moving, discs, tools, polar, candidates);
  }
  keep_best(candidates, max_candidates);
  return candidates;
}

}  // namespace ppatch
