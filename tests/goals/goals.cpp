// SPDX-License-Identifier: Apache-2.0
//
// Measures what the library promises and prints one line a figure: name, value, limit, ok or MISS.
// Ends with 1 if anything is missed.
#include <cstdio>
#include <exception>
#include <string>

#include "oracle/seed.hpp"
#include "support/dot.hpp"
#include "support/ptychopinn.hpp"

namespace {

constexpr int kCases = 200;  // of each interpolation and boundary

bool all_met = true;

void report(const std::string& name, double value, double limit) {
  const bool met = value <= limit;  // a NaN is a miss
  std::printf("%-56s  %.3g  %.3g  %s\n", name.c_str(), value, limit, met ? "ok" : "MISS");
  std::fflush(stdout);
  all_met = all_met && met;
}

void keep_worst(double& worst, double value) {
  if (!(value <= worst)) worst = value;
}

void report_dots(ppatch_dtype dtype, const char* name) {
  Random random = test_random(std::string("goals ") + name);
  DotResiduals worst{};
  for (ppatch_interpolation interpolation = 0; interpolation < 4; ++interpolation) {
    for (ppatch_boundary boundary = 0; boundary < 5; ++boundary) {
      for (int i = 0; i < kCases; ++i) {
        const Case c = draw_case(random(), [&](Case& drawn) {
          drawn.dtype = dtype;
          drawn.options.interpolation = interpolation;
          drawn.options.boundary = boundary;
          make_small(drawn);
        });
        const DotResiduals residuals = dot_residuals(c);
        keep_worst(worst.extract, residuals.extract);
        keep_worst(worst.by_image, residuals.by_image);
        keep_worst(worst.by_probe, residuals.by_probe);
      }
    }
  }
  const double limit = dot_tolerance(dtype);
  const std::string suffix = std::string(" ") + name + ", 20 kinds x 200";
  report("adjoint dot residual" + suffix, worst.extract, limit);
  report("probe adjoint by image, dot residual" + suffix, worst.by_image, limit);
  report("probe adjoint by probe, dot residual" + suffix, worst.by_probe, limit);
}

void report_ptychopinn() {
  Random random = test_random("goals ptychopinn");
  for (int n : {32, 64, 128}) {
    for (int gridsize : {1, 2, 3}) {
      for (bool mirrored : {false, true}) {
        report("get_image_patches N " + std::to_string(n) + " gridsize " +
                   std::to_string(gridsize) + (mirrored ? " mirrored" : ""),
               ptychopinn_difference(random(), n, gridsize, mirrored), 1e-6);
      }
    }
  }
}

}  // namespace

int main() {
  try {
    std::printf("%s\n", seed_note().c_str());
    report_dots(PPATCH_F32, "f32");
    report_dots(PPATCH_F64, "f64");
    report_dots(PPATCH_C64, "c64");
    report_dots(PPATCH_C128, "c128");
    report_ptychopinn();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ptychopatch_goals: %s\n", error.what());
    return 1;
  }
  return all_met ? 0 : 1;
}
