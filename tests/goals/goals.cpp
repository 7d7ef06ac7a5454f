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
#include "support/waves.hpp"

namespace {

constexpr int cases = 200;  // of each interpolation and boundary

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
      for (int i = 0; i < cases; ++i) {
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

void report_shifted(ppatch_dtype dtype, const char* name) {
  Random random = test_random(std::string("goals shifted ") + name);
  ShiftedResiduals worst{};
  for (ppatch_boundary boundary = 0; boundary < 5; ++boundary) {
    for (int i = 0; i < cases / 4; ++i) {
      const ShiftedResiduals residuals = shifted_residuals(draw_case(random(), [&](Case& drawn) {
        drawn.dtype = dtype;
        drawn.options.boundary = boundary;
        drawn.options.subpixel = PPATCH_SUBPIXEL_PROBE;
        drawn.max_elements = 5000;
      }));
      keep_worst(worst.waves, residuals.waves);
      keep_worst(worst.by_image, residuals.by_image);
      keep_worst(worst.by_probe, residuals.by_probe);
    }
  }
  const double limit = shifted_tolerance(dtype);
  const std::string suffix = std::string(" ") + name;
  report("shifted probe, error of waves" + suffix, worst.waves, limit);
  report("shifted probe, adjoint by image, dot residual" + suffix, worst.by_image, limit);
  report("shifted probe, adjoint by probe, dot residual" + suffix, worst.by_probe, limit);
}

void report_normals(ppatch_subpixel subpixel, const char* name) {
  Random random = test_random(std::string("goals normals ") + name);
  double worst = 0;
  for (int i = 0; i < cases; ++i) {
    const Case c = draw_case(random(), [&](Case& drawn) {
      make_smooth(drawn);
      drawn.options.subpixel = subpixel;
    });
    keep_worst(worst, normal_residual(generic_fractions(c)));
  }
  report(std::string("gradient and normal matrix by differences, ") + name, worst, 1e-6);
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
    report_shifted(PPATCH_C64, "c64");
    report_shifted(PPATCH_C128, "c128");
    report_normals(PPATCH_SUBPIXEL_OBJECT, "interpolated object");
    report_normals(PPATCH_SUBPIXEL_PROBE, "shifted probe");
    report_ptychopinn();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "ptychopatch_goals: %s\n", error.what());
    return 1;
  }
  return all_met ? 0 : 1;
}
