// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/array.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <string>

#include "context.hpp"

namespace ptychopatch::python {
namespace {

using Motion = MeasuredMotion;
using Tile = ppatch_tile_shift;

// n numbers of a row-major matrix, from `first` on, by rows.
template <std::size_t n, class Numbers>
std::vector<std::array<double, n>> rows_of(const Numbers& numbers) {
  std::vector<std::array<double, n>> rows(std::size(numbers) / n);
  for (std::size_t i = 0; i < std::size(numbers); ++i) rows[i / n][i % n] = numbers[i];
  return rows;
}

template <auto member>
auto pair_of(const Tile& tile) {
  return std::pair((tile.*member)[0], (tile.*member)[1]);
}

// A member of the motion itself.
template <auto member>
auto of(const Motion& motion) {
  return motion.motion.*member;
}
template <auto member>
auto two_of(const Motion& motion) {
  return std::pair((motion.motion.*member)[0], (motion.motion.*member)[1]);
}

void add_tile(nb::module_& module) {
  nb::class_<Tile>(module, "TileShift", "The shift of one tile of an image.")
      .def_prop_ro("centre", &pair_of<&Tile::centre>, "(y, x) in pixels of the reference.")
      .def_prop_ro("shift", &pair_of<&Tile::shift>, "(dy, dx); NaN where the tile tells none.")
      .def_prop_ro(
          "covariance",
          [](const Tile& t) {
            const double* c = t.covariance;
            return nb::make_tuple(nb::make_tuple(c[0], c[1]), nb::make_tuple(c[1], c[2]));
          },
          "Of the shift, ((yy, yx), (yx, xx)), px^2.")
      .def_prop_ro("residual", &pair_of<&Tile::residual>, "The shift less the model's.")
      .def_ro("coherence", &Tile::coherence, "0 to 1.")
      .def_prop_ro(
          "status", [](const Tile& t) { return ppatch_shift_status_string(t.status); },
          "\"ok\", \"unrelated\" where it shows noise or nothing, or another word.")
      .def_prop_ro(
          "moving", [](const Tile& t) { return (t.flags & PPATCH_SHIFT_FLAG_MOVING) != 0; },
          "It contradicts the model and was left out.")
      .def_prop_ro(
          "blind", [](const Tile& t) { return (t.flags & PPATCH_SHIFT_FLAG_BLIND) != 0; },
          "It tells nothing along one direction.");
}

}  // namespace

void add_motion(nb::module_& module) {
  add_tile(module);
  using Told = ppatch_scene_motion;
  nb::class_<Motion>(module, "Motion", "How the content of one image has moved.")
      .def_prop_ro(
          "image_shift", [](const Motion& m) { return m.shift; },
          "The Shift of the whole image, as align gives it.")
      .def_prop_ro(
          "status", [](const Motion& m) { return ppatch_shift_status_string(m.motion.status); },
          "\"ok\", or why there is no answer: \"unrelated\" where too few tiles agree, "
          "\"too-small\", or the image's own.")
      .def_prop_ro("ok", [](const Motion& m) { return m.motion.status == PPATCH_SHIFT_STATUS_OK; })
      .def_prop_ro("centre", &two_of<&Told::centre>, "(y, x) that the model turns about.")
      .def_prop_ro("shift", &two_of<&Told::shift>, "(dy, dx) at the centre.")
      .def_prop_ro(
          "matrix", [](const Motion& m) { return rows_of<2>(m.motion.matrix); },
          "((yy, yx), (xy, xx)): the shift at x is shift + (matrix - 1) (x - centre).")
      .def_prop_ro("rotation", &of<&Told::rotation>,
                   "Degrees by which content turns from the reference, counterclockwise as seen.")
      .def_prop_ro("scale", &of<&Told::scale>, "By how much it grows.")
      .def_prop_ro(
          "covariance", [](const Motion& m) { return rows_of<6>(m.motion.covariance); },
          "Of (dy, dx, yy, yx, xy, xx), 6 x 6.")
      .def_prop_ro(
          "chi_square",
          [](const Motion& m) {
            const double* c = m.motion.chi_square;
            return std::array<double, 3>{c[0], c[1], c[2]};
          },
          "Per degree of freedom, of translation, similarity and affine.")
      .def_prop_ro("contradiction", &of<&Told::contradiction>,
                   "The same of the image's one shift and of all tiles; above 3 it is moving.")
      .def_prop_ro("tiles_used", &of<&Told::tiles_used>, "Tiles that fit the model.")
      .def_prop_ro("tiles_rejected", &of<&Told::tiles_rejected>, "Tiles that move on their own.")
      .def_prop_ro("tile_size", &of<&Told::tile_size>, "Pixels a side.")
      .def_ro("tiles", &Motion::tiles, "A TileShift for each tile, row by row.");
}

}  // namespace ptychopatch::python
