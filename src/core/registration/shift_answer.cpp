// SPDX-License-Identifier: Apache-2.0
#include "core/registration/shift_answer.hpp"

#include <algorithm>
#include <cmath>

namespace ppatch {
namespace {

// Of chroma against luminance, in power: what the weights take leaked chroma for.
constexpr float leak_strength = 0.3F;
// Two photographs of other things may have a few edges in common, which are no noise: where no tile
// says that both images are alike, or they do it across an edge alone, the peak is to be less
// probable by so much.
constexpr double unvouched = 1e-18;
// Smooth scenes have few frequencies that tell anything, and peaks by these alone. So all together
// are to tell more than the best of all shifts would by chance; the slack is what the coherences of
// rings fit of noise, nats.
constexpr double slack = 16.0;

// Whether the images tell enough of each other at the shift, an overlap's samples being
// independent.
bool is_told(const FineShift& shift, double limit) {
  const double samples =
      static_cast<double>(shift.overlap[0]) * static_cast<double>(shift.overlap[1]);
  return 0.5 * samples * shift.information > std::log(4.0 * samples / limit) + slack;
}

}  // namespace

ppatch_shift begun_answer(const SceneImageView& reference, const SceneImageView& moving,
                          ppatch_backend backend) {
  ppatch_shift answer{};
  answer.backend = backend;
  answer.common_height = std::min(reference.height, moving.height);
  answer.common_width = std::min(reference.width, moving.width);
  return answer;
}

int leaking_carriers(const CfaPattern& cfa, Carrier* carriers) {
  const int count = cfa_carriers(cfa, carriers);
  for (int i = 0; i < count; ++i) carriers[i].strength *= leak_strength;
  return count;
}

double shortest_side(std::int64_t height, std::int64_t width) {
  if (height == 1) return static_cast<double>(width);
  if (width == 1) return static_cast<double>(height);
  return static_cast<double>(std::min(height, width));
}

double ring_scale(std::int64_t height, std::int64_t width) {
  return 0.5 * shortest_side(height, width);
}

std::int64_t ring_count(std::int64_t height, std::int64_t width) {
  // |f| is at most sqrt(1/2).
  return static_cast<std::int64_t>(0.7072 * ring_scale(height, width)) + 2;
}

void note_peak(const CoarsePeak& peak, ppatch_shift& result) {
  result.false_alarm = false_alarm_of(peak.evidence);
  result.ambiguity = ambiguity_of(peak.evidence);
  // A second peak that is noise makes noise of the first, and no scene that repeats.
  if (peak.evidence.other <= significant_peak) {
    result.false_alarm = std::max(result.false_alarm, result.ambiguity);
  }
  result.second_peak_ratio = peak.evidence.repeat;
  if (peak.found) return;
  result.status = PPATCH_SHIFT_STATUS_UNRELATED;
  result.shift[0] = result.shift[1] = NAN;
}

bool is_ambiguous(const FineShift (&others)[2], const FineShift& first) {
  const double plenty = std::min(first.information, plenty_of_information);
  const auto is_as_good = [&](const FineShift& other) {
    const double dy = other.displacement[0] - first.displacement[0];
    const double dx = other.displacement[1] - first.displacement[1];
    return other.status == PPATCH_SHIFT_STATUS_OK && dy * dy + dx * dx > 1.0 &&
           other.information > ambiguous_information * plenty;
  };
  return is_as_good(others[0]) || is_as_good(others[1]);
}

void complete_answer(const FineShift& shift, const ShiftQuality& quality,
                     const SceneGeometry& geometry, const SceneSettings& settings,
                     ppatch_shift& result) {
  const int step = geometry.step;
  result.coherence = shift.coherence;
  result.iterations = shift.iterations;
  result.status = shift.status;
  for (int axis = 0; axis < 2; ++axis) {
    result.shift[axis] = -(shift.displacement[axis] + quality.correction[axis]) * step;
  }
  if (shift.status != PPATCH_SHIFT_STATUS_OK) {
    for (double& c : result.covariance) c = NAN;
    result.peak = result.residual = result.gain = NAN;
    return;
  }
  const double samples = static_cast<double>(std::int64_t{1} << (geometry.scales - 1));
  const double radius =
      step * samples * std::max(geometry.max_coarse_lag[0], geometry.max_coarse_lag[1]);
  quality.covariance_in(step, radius, result.covariance);
  if (quality.blind_count > 0) result.flags |= PPATCH_SHIFT_FLAG_BLIND;
  result.peak = quality.peak;
  result.residual = quality.residual;
  result.gain = quality.gain;
  double limit = settings.false_alarm_limit;
  if (limit < 1.0 && (!shift.tiles().any() || quality.blind_count > 0)) limit *= unvouched;
  const bool told = limit >= 1.0 || is_told(shift, settings.false_alarm_limit);
  if (quality.blind_count == 2 || !told || result.false_alarm > limit) {
    result.status = PPATCH_SHIFT_STATUS_UNRELATED;
  } else if (result.ambiguity > settings.ambiguity_limit) {
    result.status = PPATCH_SHIFT_STATUS_AMBIGUOUS;
  }
}

}  // namespace ppatch
