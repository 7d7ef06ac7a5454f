// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/normal.hpp"

#include <algorithm>
#include <cmath>

namespace oracle {
namespace {

struct Change {
  Values value;
  std::vector<double> magnitude;
};

// The derivative of the waves by the window's place along one axis.
Change change_of(const Scan& scan, const Values& image, const Probe& probe, Derivative by) {
  const bool shifts = shifts_probe(scan);
  const Derivative of_image = shifts ? Derivative::none : by;
  const Probe used = shifts ? shifted_probe(scan, probe, by) : probe;
  const Values patches = extract(scan, image, of_image);
  const std::vector<double> sizes = extract_magnitude(scan, image, least_weight, of_image);
  const std::size_t area = scan.options.patch_height * scan.options.patch_width;
  const std::vector<PatchPlace> all = patch_places(scan);
  // A shifted probe is right to an ulp of its largest value, its derivative to one of pi times
  // that, which is the rate of the highest line.
  double largest = 0;
  for (const Complex& value : probe.values) largest = std::max(largest, M_PI * std::abs(value));
  Change out;
  for (std::size_t c = 0; c < all.size(); ++c) {
    const std::size_t first = used.per_position ? all[c].position * used.modes : 0;
    for (std::size_t i = 0; i < used.modes * area; ++i) {
      const std::size_t p = c * area + i % area;
      out.value.push_back(used.values[first * area + i] * patches[p]);
      out.magnitude.push_back((shifts ? largest : std::abs(used.values[first * area + i])) *
                              sizes[p]);
    }
  }
  return out;
}

}  // namespace

Normal position_normal(const Scan& scan, const Values& image, const Probe* given,
                       const Values& cotangent) {
  const std::size_t area = scan.options.patch_height * scan.options.patch_width;
  const std::size_t count = patch_places(scan).size();
  const Probe probe = given ? *given : Probe{Values(area, 1.0), 1, false};
  const double sign = scan.options.sign == PPATCH_SIGN_CONTENT ? -1 : 1;
  Normal out;
  out.gradient.assign(2 * count, 0);
  out.gradient_magnitude.assign(2 * count, 0);
  out.normal.assign(3 * count, 0);
  out.normal_magnitude.assign(3 * count, 0);
  // Without a probe, patches at whole pixels do not move.
  if (!given && shifts_probe(scan)) return out;
  const bool yx = scan.options.axes == PPATCH_AXES_YX;
  const Change change[2] = {change_of(scan, image, probe, yx ? Derivative::y : Derivative::x),
                            change_of(scan, image, probe, yx ? Derivative::x : Derivative::y)};
  const std::size_t each = probe.modes * area;
  for (std::size_t k = 0; k < count; ++k) {
    for (int a = 0; a < 2; ++a) {
      long double sum = 0;
      for (std::size_t i = k * each; i < (k + 1) * each; ++i) {
        sum += (std::conj(cotangent[i]) * change[a].value[i]).real();
        out.gradient_magnitude[2 * k + a] += std::abs(cotangent[i]) * change[a].magnitude[i];
      }
      out.gradient[2 * k + a] = sign * static_cast<double>(sum);
    }
    for (int n = 0; n < 3; ++n) {
      const Change& a = change[n / 2];
      const Change& b = change[(n + 1) / 2];
      long double sum = 0;
      for (std::size_t i = k * each; i < (k + 1) * each; ++i) {
        sum += (std::conj(a.value[i]) * b.value[i]).real();
        out.normal_magnitude[3 * k + n] += a.magnitude[i] * b.magnitude[i];
      }
      out.normal[3 * k + n] = static_cast<double>(sum);
    }
  }
  return out;
}

}  // namespace oracle
