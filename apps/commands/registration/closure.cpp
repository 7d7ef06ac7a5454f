// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/closure.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

namespace ptychopatch::alignment {

void SceneClosure::add(std::size_t onto, std::size_t image, const ppatch_shift& shift) {
  if (shift.status != PPATCH_SHIFT_STATUS_OK) return;
  const double* c = shift.covariance;
  if (!std::isfinite(c[0] + c[1] + c[2])) return;
  shifts_[{onto, image}] = {{shift.shift[0], shift.shift[1]}, {c[0], c[1], c[2]}};
  images_ = std::max({images_, onto + 1, image + 1});
}

std::optional<SceneClosure::Shift> SceneClosure::between(std::size_t onto,
                                                         std::size_t image) const {
  const auto found = shifts_.find({onto, image});
  if (found != shifts_.end()) return found->second;
  const auto reverse = shifts_.find({image, onto});
  if (reverse == shifts_.end()) return std::nullopt;
  Shift shift = reverse->second;
  for (double& d : shift.d) d = -d;
  return shift;
}

std::optional<Closure> SceneClosure::of(std::size_t onto, std::size_t image) const {
  // Half of all values of chi^2 with two degrees of freedom are below it.
  const double middle_chi_square = 2.0 * std::log(2.0);
  const std::optional<Shift> own = between(onto, image);
  if (!own) return std::nullopt;
  std::vector<Closure> triangles;
  for (std::size_t other = 0; other < images_; ++other) {
    if (other == onto || other == image) continue;
    const std::optional<Shift> there = between(onto, other);
    const std::optional<Shift> back = between(other, image);
    if (!there || !back) continue;
    double e[2], c[3];
    for (int axis = 0; axis < 2; ++axis) e[axis] = own->d[axis] - there->d[axis] - back->d[axis];
    for (int i = 0; i < 3; ++i) {
      c[i] = own->covariance[i] + there->covariance[i] + back->covariance[i];
    }
    const double determinant = c[0] * c[2] - c[1] * c[1];
    if (!(determinant > 0.0)) continue;
    const double chi_square =
        (c[2] * e[0] * e[0] - 2.0 * c[1] * e[0] * e[1] + c[0] * e[1] * e[1]) / determinant;
    triangles.push_back({0, chi_square / middle_chi_square, {e[0], e[1]}});
  }
  if (triangles.empty()) return std::nullopt;
  // The lower of two: of these one may be another image's fault.
  const auto middle = triangles.begin() + static_cast<std::ptrdiff_t>((triangles.size() - 1) / 2);
  std::nth_element(triangles.begin(), middle, triangles.end(),
                   [](const Closure& a, const Closure& b) { return a.chi_square < b.chi_square; });
  Closure closure = *middle;
  closure.triangles = triangles.size();
  return closure;
}

void widen(const Closure& closure, ppatch_shift& shift) {
  if (!(closure.chi_square > 1.0)) return;
  const double* e = closure.residual;
  const double squares[3] = {e[0] * e[0], e[0] * e[1], e[1] * e[1]};
  for (int i = 0; i < 3; ++i) {
    shift.covariance[i] =
        closure.chi_square * shift.covariance[i] + (1.0 - 1.0 / closure.chi_square) * squares[i];
  }
}

}  // namespace ptychopatch::alignment
