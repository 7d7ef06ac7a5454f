// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/registration/motion_search.hpp"
#include "cpu/registration/scene_machine.hpp"
#include "cpu/registration/shift_estimate.hpp"

namespace ppatch {

// A rotation (radians, of half a turn) and a scale that a pair may have.
struct MapCandidate {
  double radians = 0.0, log_scale = 0.0;
  double height = 0.0;  // over the noise
};

// The map of one of its two rotations, half a turn apart.
ImageMap map_of(const MapCandidate& candidate, bool half_turn);

// The magnitudes of a pair's spectra over angle and logarithm of frequency, where a rotation and a
// scale are a shift; discs about the centres are transformed, so that a rotation keeps all of it.
class PolarSearch {
 public:
  // Of planes of that size.
  PolarSearch() = default;
  PolarSearch(const SceneMachine& machine, const std::int64_t size[2]);

  // Of the largest planes.
  static std::int64_t polar_floats();  // one of two
  static std::int64_t disc_floats(std::int64_t side);
  static constexpr std::int64_t longest_fft = 640;

  // The most likely ones, best first, each apart from the others. polar: 2 polar_floats().
  std::vector<MapCandidate> find(const Plane& reference, const Plane& moving,
                                 const EstimateTools& tools, float* polar) const;

 private:
  // Discs of both with nearly the same content, if the scale is about that of their radii.
  struct Discs {
    double reference = 1.0, moving = 1.0;  // parts of the largest radius
  };
  struct Radii {
    double first = 0.0;  // cycles per diameter
    std::int64_t count = 0;
  };
  Radii radii_of(const Discs& discs) const;
  void transform_disc(const Plane& plane, double radius, const EstimateTools& tools) const;
  void fill_polar(const Plane& plane, double part, const Radii& radii, const EstimateTools& tools,
                  float* polar, std::vector<double>& energies) const;
  void correlate(const Plane& reference, const Plane& moving, const Discs& discs,
                 const EstimateTools& tools, float* polar,
                 std::vector<MapCandidate>& candidates) const;

  double radius_ = 0.0;
  PlaneFft disc_fft_, polar_fft_;
};

}  // namespace ppatch
