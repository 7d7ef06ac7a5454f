// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <cstdint>
#include <vector>

namespace ptychopatch::simulate {

// A made-up specimen: a Siemens star of metal in the middle, cells around it, on a support of
// slowly changing thickness. Lengths are pixels.
class Specimen {
 public:
  Specimen(std::int64_t height, std::int64_t width, std::uint64_t seed);

  // Transmission averaged over a pixel, whose centre is an integer.
  std::complex<double> pixel(std::int64_t y, std::int64_t x) const;

 private:
  struct Wave {
    double ky, kx, phase, amplitude;
  };
  struct Cell {
    double y, x, radius, squash, cosine, sine, thickness;
    double nucleus_y, nucleus_x, nucleus_radius;
  };
  // What the beam goes through.
  struct Matter {
    double absorption = 0;  // amplitude is exp(-absorption)
    double phase = 0;
  };

  void make_support(std::uint64_t seed);
  void make_cells(std::uint64_t seed);

  Matter support(double y, double x) const;
  bool in_star(double y, double x) const;
  Matter cell(const Cell& cell, double y, double x) const;
  Matter matter(double y, double x) const;

  double height_, width_;
  double star_radius_;
  std::vector<Wave> waves_;
  std::vector<Cell> cells_;
};

}  // namespace ptychopatch::simulate
