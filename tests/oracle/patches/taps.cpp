// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/taps.hpp"

#include <cmath>
#include <functional>
#include <numbers>

namespace oracle {
namespace {

constexpr long double pi = std::numbers::pi_v<long double>;

struct Kernel {
  int first;  // offset of the leftmost tap
  int count;
  std::function<long double(long double)> value;
  std::function<long double(long double)> derivative;
};

long double sinc(long double t) {
  if (t == 0) return 1;
  if (t == std::round(t)) return 0;
  return std::sin(pi * t) / (pi * t);
}

long double sinc_derivative(long double t) {
  if (std::fabs(t) < 1e-3L) {  // (cos - sinc) / t cancels here
    const long double u = pi * pi * t * t;
    return -pi * pi * t * (1 / 3.0L - u / 30 + u * u / 840);
  }
  return (std::cos(pi * t) - sinc(t)) / t;
}

long double lanczos(long double t) { return std::fabs(t) < 3 ? sinc(t) * sinc(t / 3) : 0; }

long double lanczos_derivative(long double t) {
  if (std::fabs(t) >= 3) return 0;
  return sinc_derivative(t) * sinc(t / 3) + sinc(t) * sinc_derivative(t / 3) / 3;
}

// 3/2 u^3 - 5/2 u^2 + 1 and -1/2 u^3 + 5/2 u^2 - 4 u + 2, in factors that keep their zeros.
long double keys(long double t) {
  const long double u = std::fabs(t);
  if (u <= 1) return (u - 1) * (1.5L * u * u - u - 1);
  if (u < 2) return -0.5L * (u - 1) * (u - 2) * (u - 2);
  return 0;
}

long double keys_derivative(long double t) {
  const long double u = std::fabs(t);
  const long double sign = t < 0 ? -1 : 1;
  if (u <= 1) return sign * (4.5L * u * u - 5 * u);
  if (u < 2) return sign * (-1.5L * u * u + 5 * u - 4);
  return 0;
}

std::vector<Tap> sampled(const Kernel& kernel, long double fraction) {
  long double sum = 0;
  long double sum_derivative = 0;
  for (int i = 0; i < kernel.count; ++i) {
    sum += kernel.value(kernel.first + i - fraction);
    sum_derivative -= kernel.derivative(kernel.first + i - fraction);
  }
  std::vector<Tap> out;
  for (int i = 0; i < kernel.count; ++i) {
    const long double v = kernel.value(kernel.first + i - fraction);
    const long double d = -kernel.derivative(kernel.first + i - fraction);
    out.push_back({kernel.first + i, static_cast<double>(v / sum),
                   static_cast<double>((d * sum - v * sum_derivative) / (sum * sum))});
  }
  return out;
}

}  // namespace

std::vector<Tap> taps(ppatch_interpolation interpolation, long double fraction) {
  switch (interpolation) {
    case PPATCH_INTERPOLATION_NEAREST:
      return {{fraction < 0.5L ? 0 : 1, 1, 0}};
    case PPATCH_INTERPOLATION_BICUBIC:  // the Keys weights sum to one by themselves
      return sampled({-1, 4, keys, keys_derivative}, fraction);
    case PPATCH_INTERPOLATION_LANCZOS3:
      return sampled({-2, 6, lanczos, lanczos_derivative}, fraction);
    default:
      return {{0, static_cast<double>(1 - fraction), -1}, {1, static_cast<double>(fraction), 1}};
  }
}

}  // namespace oracle
