// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

namespace ppatch {

// What one tile tells: the shift d at a place, both as (y, x) in px; places are counted from the
// reference's centre.
struct MotionTile {
  double place[2] = {0.0, 0.0};
  double shift[2] = {0.0, 0.0};
  double covariance[3] = {0.0, 0.0, 0.0};  // yy, yx, xx
  bool measured = false;
  bool moves = false;  // it contradicts the model
  double weight = 1.0;
};

// Tiles row by row, so many of them in each, of so many px a side: neighbours overlap.
struct MotionTiles {
  std::int64_t columns = 0;
  double side = 0.0;
  std::vector<MotionTile> tiles;
};

// Terms of the models: t; t, scale, rotation; t and all of M.
constexpr int motion_terms[3] = {2, 4, 6};
constexpr int motion_parameters = 6;  // t_y, t_x, M_yy - 1, M_yx, M_xy, M_xx - 1

// d(x) = t + (M - 1) x.
struct MotionFit {
  double parameters[motion_parameters] = {};
  double covariance[motion_parameters][motion_parameters] = {};
  double chi_square = 0.0;  // per degree of freedom
  bool found = false;

  void shift_at(const double place[2], double shift[2]) const {
    shift[0] = parameters[0] + parameters[2] * place[0] + parameters[3] * place[1];
    shift[1] = parameters[1] + parameters[4] * place[0] + parameters[5] * place[1];
  }
};

// Generalised least squares over the tiles that are measured and do not move, by their weights;
// what overlapping tiles have in common is in the covariance and the degrees of freedom.
MotionFit fit_motion(int terms, const MotionTiles& tiles);

// Tells which tiles move and weighs the others by Huber's weights, about the affine model that most
// tiles agree with, or the shift where there are few of them. false: there are too few.
bool find_moving(MotionTiles& tiles);

// How far from the centre tiles lie, px, at least 1.
double length_of(const MotionTiles& tiles);

// Moves them about; the upper one of an even number.
double median(std::vector<double>& values);

// The square of a tile's distance from a shift, in units of its covariance.
double distance_square(const MotionTile& tile, const double shift[2]);

// By how much the measured tiles contradict one shift: chi^2 per degree of freedom; no tile counts
// more than a hundred. scatter: of their shifts about it, yy, yx, xx.
double contradiction(const MotionTiles& tiles, const double shift[2], double scatter[3]);

}  // namespace ppatch
