// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/solve.hpp"

#include <algorithm>
#include <cmath>

namespace oracle {

NormalEquations normal_equations(const Scan& scan, const Values& patches,
                                 const std::vector<double>& weights, double lambda) {
  const std::size_t pixels = scan.images * scan.height * scan.width;
  const std::size_t area = scan.options.patch_height * scan.options.patch_width;
  const std::vector<PatchPlace> all = patch_places(scan);
  const auto weight = [&](std::size_t p) {
    return weights.empty() ? 1.0 : weights[all[p / area].position];
  };

  // Column i of A is the extraction of an image that is 1 at pixel i, with nothing outside.
  Scan linear = scan;
  linear.options.constant_real = linear.options.constant_imag = 0;
  std::vector<std::vector<double>> columns(pixels, std::vector<double>(patches.size()));
  for (std::size_t i = 0; i < pixels; ++i) {
    Values one(pixels);
    one[i] = 1;
    const Values column = extract(linear, one);
    for (std::size_t p = 0; p < column.size(); ++p) columns[i][p] = column[p].real();
  }
  const Values outside = extract(scan, Values(pixels));

  NormalEquations out;
  out.matrix.resize(pixels * pixels);
  out.right.resize(pixels);
  out.start.resize(pixels);
  out.coverage.resize(pixels);
  Values sum(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    for (std::size_t p = 0; p < patches.size(); ++p) {
      if (columns[i][p] == 0) continue;
      const double weighed = weight(p) * columns[i][p];
      sum[i] += weighed * patches[p];
      out.right[i] += weighed * (patches[p] - outside[p]);
      out.coverage[i] += weighed;
    }
    for (std::size_t j = 0; j < pixels; ++j) {
      for (std::size_t p = 0; p < patches.size(); ++p) {
        out.matrix[i * pixels + j] += weight(p) * columns[i][p] * columns[j][p];
      }
    }
  }
  const std::size_t in_image = scan.height * scan.width;
  for (std::size_t i = 0; i < pixels; ++i) {
    const auto first = out.coverage.begin() + static_cast<std::ptrdiff_t>(i / in_image * in_image);
    const double most = *std::max_element(first, first + static_cast<std::ptrdiff_t>(in_image));
    if (out.coverage[i] > 1e-3 * most) out.start[i] = sum[i] / out.coverage[i];
    out.matrix[i * pixels + i] += lambda;
    out.right[i] += lambda * out.start[i];
  }
  return out;
}

double relative_residual(const NormalEquations& equations, const Values& x) {
  const std::size_t n = x.size();
  double left = 0;
  double scale = 0;
  for (std::size_t i = 0; i < n; ++i) {
    Complex sum = -equations.right[i];
    for (std::size_t j = 0; j < n; ++j) sum += equations.matrix[i * n + j] * x[j];
    left += std::norm(sum);
    scale += std::norm(equations.right[i]);
  }
  return scale > 0 ? std::sqrt(left / scale) : 0;
}

Values solve(const NormalEquations& equations) {
  const std::size_t n = equations.right.size();
  std::vector<double> m = equations.matrix;
  Values x = equations.right;
  for (std::size_t k = 0; k < n; ++k) {
    std::size_t pivot = k;
    for (std::size_t i = k; i < n; ++i) {
      if (std::fabs(m[i * n + k]) > std::fabs(m[pivot * n + k])) pivot = i;
    }
    for (std::size_t j = 0; j < n; ++j) std::swap(m[k * n + j], m[pivot * n + j]);
    std::swap(x[k], x[pivot]);
    for (std::size_t i = k + 1; i < n; ++i) {
      const double factor = m[i * n + k] / m[k * n + k];
      for (std::size_t j = k; j < n; ++j) m[i * n + j] -= factor * m[k * n + j];
      x[i] -= factor * x[k];
    }
  }
  for (std::size_t k = n; k-- > 0;) {
    for (std::size_t j = k + 1; j < n; ++j) x[k] -= m[k * n + j] * x[j];
    x[k] /= m[k * n + k];
  }
  return x;
}

}  // namespace oracle
