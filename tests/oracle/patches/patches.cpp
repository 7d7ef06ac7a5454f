// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/patches.hpp"

#include <algorithm>
#include <cmath>

#include "oracle/patches/line.hpp"

namespace oracle {
namespace {

// Calls visit(patch element, image element or outside_index, weight) for every term of every patch.
// Terms of weight zero are no terms: an integer position copies, whatever its neighbours hold.
template <class Visit>
void for_each_term(const Scan& scan, Derivative derivative, Visit visit) {
  const std::int64_t h = scan.options.patch_height;
  const std::int64_t w = scan.options.patch_width;
  const std::vector<Position> starts = corners(scan.options, scan.positions);
  std::int64_t patch_number = 0;
  for (const PatchPlace& place : patch_places(scan)) {
    const Line rows = line(scan.options, starts[place.position][0], h, scan.height);
    const Line columns = line(scan.options, starts[place.position][1], w, scan.width);
    for (std::int64_t r = 0; r < h; ++r) {
      for (std::int64_t q = 0; q < w; ++q) {
        for (const Source& y : rows[r]) {
          const double wy = derivative == Derivative::y ? y.slope : y.weight;
          for (const Source& x : columns[q]) {
            const double wx = derivative == Derivative::x ? x.slope : x.weight;
            if (wy == 0 || wx == 0) continue;
            const bool outside = y.index == outside_index || x.index == outside_index;
            visit((patch_number * h + r) * w + q,
                  outside ? outside_index
                          : (place.image * scan.height + y.index) * scan.width + x.index,
                  wy * wx);
          }
        }
      }
    }
    ++patch_number;
  }
}

// Long sums of the oracle must not drift themselves.
using Wide = std::complex<long double>;

Values rounded(const std::vector<Wide>& sums) {
  Values out;
  out.reserve(sums.size());
  for (const Wide& sum : sums) out.emplace_back(sum);
  return out;
}

Complex outside_value(const Scan& scan) {
  if (scan.options.boundary != PPATCH_BOUNDARY_CONSTANT) return 0;
  return {scan.options.constant_real, scan.real ? 0 : scan.options.constant_imag};
}

std::size_t patch_elements(const Scan& scan) {
  return patch_places(scan).size() * scan.options.patch_height * scan.options.patch_width;
}

std::size_t image_elements(const Scan& scan) { return scan.images * scan.height * scan.width; }

}  // namespace

std::vector<PatchPlace> patch_places(const Scan& scan) {
  std::vector<PatchPlace> out;
  const std::int64_t count = static_cast<std::int64_t>(scan.positions.size());
  if (!scan.image_index.empty()) {
    for (std::int64_t k = 0; k < count; ++k) out.push_back({scan.image_index[k], k});
    return out;
  }
  for (std::int64_t m = 0; m < scan.images; ++m) {
    for (std::int64_t k = 0; k < count; ++k) out.push_back({m, k});
  }
  return out;
}

Values extract(const Scan& scan, const Values& image, Derivative derivative) {
  Values out(patch_elements(scan));
  const Complex constant = outside_value(scan);
  for_each_term(scan, derivative, [&](std::int64_t p, std::int64_t i, double weight) {
    out[p] += weight * (i == outside_index ? constant : image[i]);
  });
  return out;
}

std::vector<double> extract_magnitude(const Scan& scan, const Values& image, double min_weight,
                                      Derivative derivative) {
  std::vector<double> out(patch_elements(scan));
  const Complex constant = outside_value(scan);
  for_each_term(scan, derivative, [&](std::int64_t p, std::int64_t i, double weight) {
    out[p] += std::max(std::fabs(weight), min_weight) *
              std::abs(i == outside_index ? constant : image[i]);
  });
  return out;
}

Values adjoint(const Scan& scan, const Values& patches) {
  std::vector<Wide> out(image_elements(scan));
  for_each_term(scan, Derivative::none, [&](std::int64_t p, std::int64_t i, double weight) {
    if (i != outside_index) out[i] += weight * patches[p];
  });
  return rounded(out);
}

std::vector<double> adjoint_magnitude(const Scan& scan, const Values& patches, double min_weight) {
  std::vector<double> out(image_elements(scan));
  for_each_term(scan, Derivative::none, [&](std::int64_t p, std::int64_t i, double weight) {
    if (i != outside_index)
      out[i] += std::max(std::fabs(weight), min_weight) * std::abs(patches[p]);
  });
  return out;
}

std::int64_t max_additions(const Scan& scan) {
  const std::vector<Position> starts = corners(scan.options, scan.positions);
  // How often each of n samples stands for an extended pixel of `length` patch pixels.
  const auto folds = [&](const Coordinate& start, std::int64_t length, std::int64_t n) {
    const std::vector<Tap> all = taps(interpolation_in_use(scan.options), start.fraction);
    std::vector<std::int64_t> out(n);
    for (std::int64_t i = all.front().offset; i < length + all.back().offset; ++i) {
      const std::int64_t index = extended(scan.options.boundary, start.integer + i, n);
      if (index != outside_index) ++out[index];
    }
    return out;
  };
  std::vector<std::int64_t> count(image_elements(scan));
  for (const PatchPlace& place : patch_places(scan)) {
    const Position& start = starts[place.position];
    const auto rows = folds(start[0], scan.options.patch_height, scan.height);
    const auto columns = folds(start[1], scan.options.patch_width, scan.width);
    for (std::int64_t y = 0; y < scan.height; ++y) {
      for (std::int64_t x = 0; x < scan.width; ++x) {
        count[(place.image * scan.height + y) * scan.width + x] += rows[y] * columns[x];
      }
    }
  }
  return count.empty() ? 0 : *std::max_element(count.begin(), count.end());
}

std::vector<double> coverage(const Scan& scan) {
  const Values sum = adjoint(scan, Values(patch_elements(scan), 1.0));
  std::vector<double> out;
  for (const Complex& value : sum) out.push_back(value.real());
  return out;
}

Values assemble(const Scan& scan, const Values& patches, double eps) {
  Values out = adjoint(scan, patches);
  const std::vector<double> weights = coverage(scan);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] /= std::max(weights[i], eps);
  return out;
}

}  // namespace oracle
