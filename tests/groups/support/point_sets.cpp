// SPDX-License-Identifier: Apache-2.0
#include "support/point_sets.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "oracle/test_backend.hpp"

using oracle::Point;

const std::vector<std::string>& point_set_kinds() {
  static const std::vector<std::string> kinds = {
      "random",    "raster",         "jittered raster", "raster of tenths",
      "spiral",    "blob",           "nested blobs",    "outliers",
      "line",      "column",         "diagonal",        "coincident",
      "pairs",     "crowded places", "powers",          "far away",
      "tiny",      "huge",           "vanishing",       "circle",
      "near ties", "anisotropic",    "floats",          "shuffled raster",
      "extremes"};
  return kinds;
}

std::string name_of_kind(const testing::TestParamInfo<std::string>& tested) {
  std::string name = tested.param;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
}

std::vector<Point> draw_points(const std::string& kind, std::int64_t n, Random& random) {
  std::uniform_real_distribution<double> unit(0, 1);
  std::normal_distribution<double> normal;
  const auto side = static_cast<std::int64_t>(std::max(1.0, std::sqrt(static_cast<double>(n))));
  std::vector<Point> points(n);
  for (std::int64_t i = 0; i < n; ++i) {
    const std::int64_t line = i / side;
    const auto row = static_cast<double>(line);
    const auto column = static_cast<double>(i % side);
    const auto t = static_cast<double>(i);
    Point& p = points[i];
    if (kind == "random") {
      p = {unit(random), unit(random)};
    } else if (kind == "raster" || kind == "shuffled raster") {
      p = {row * 10, column * 10};
    } else if (kind == "jittered raster") {
      p = {row * 10 + normal(random), column * 10 + normal(random)};
    } else if (kind == "raster of tenths") {
      p = {row * 0.1, column * 0.1};
    } else if (kind == "spiral") {
      p = {std::sqrt(t) * std::cos(2.4 * t), std::sqrt(t) * std::sin(2.4 * t)};
    } else if (kind == "blob") {
      p = i % 2 == 0 ? Point{unit(random), unit(random)}
                     : Point{0.5 + 0.01 * normal(random), 0.5 + 0.01 * normal(random)};
    } else if (kind == "nested blobs") {
      const double scale = std::pow(1e-3, static_cast<double>(random() % 4));
      p = {0.3 + scale * normal(random), 0.7 + scale * normal(random)};
    } else if (kind == "outliers") {
      const double scale = random() % 50 == 0 ? 1e6 : 1e-3;
      p = {scale * normal(random), scale * normal(random)};
    } else if (kind == "line") {
      p = {3.0, unit(random) * 100};
    } else if (kind == "column") {
      p = {t, -2.0};
    } else if (kind == "diagonal") {
      p = {t * 0.5, t * 0.25 - 7};
    } else if (kind == "coincident") {
      p = {1.5, -2.5};
    } else if (kind == "pairs") {
      p = i % 2 == 0 ? Point{unit(random), unit(random)} : points[i - 1];
    } else if (kind == "crowded places") {
      p = {static_cast<double>(random() % 4), static_cast<double>(random() % 3)};
    } else if (kind == "powers") {
      const double r = std::exp2(-static_cast<double>(random() % 200));
      const double angle = unit(random) * 6.28;
      p = {r * std::cos(angle), r * std::sin(angle)};
    } else if (kind == "far away") {
      p = {1e9 + unit(random) * 1e-5, -1e9 + unit(random) * 1e-5};
    } else if (kind == "tiny") {
      p = {1e-9 * unit(random), 1e-9 * unit(random)};
    } else if (kind == "huge") {
      p = {1e150 * (2 * unit(random) - 1), 1e150 * (2 * unit(random) - 1)};
    } else if (kind == "vanishing") {
      // Their squared distances underflow: they tie, and only the index tells them apart.
      p = {1e-170 * unit(random), 1e-160 * unit(random)};
    } else if (kind == "extremes") {
      // Distances that differ by less than their rounding, of every magnitude.
      const double values[] = {0, 1e-300, 1.467e-112, 1e-20, 1, -1.4568e144, 1e-265};
      p = {values[random() % 20 == 0 ? random() % 7 : 0], values[random() % 7]};
    } else if (kind == "circle") {
      p = {10 * std::cos(0.1 * t), 10 * std::sin(0.1 * t)};
    } else if (kind == "near ties") {
      p = {row + 1e-9 * normal(random), column + 1e-13 * normal(random)};
    } else if (kind == "anisotropic") {
      p = {unit(random) * 1e6, unit(random) * 1e-3};
    } else {  // floats
      p = {static_cast<float>(unit(random)), static_cast<float>(unit(random))};
    }
  }
  if (kind == "shuffled raster") std::shuffle(points.begin(), points.end(), random);
  return points;
}

const ptychopatch::Context& group_context(int threads) {
  static std::map<int, std::unique_ptr<ptychopatch::Context>> contexts;
  std::unique_ptr<ptychopatch::Context>& context = contexts[threads];
  if (!context) {
    ppatch_context_options options = ptychopatch::context_options();
    options.backend = test_backend();
    options.num_threads = threads;
    context = std::make_unique<ptychopatch::Context>(options);
  }
  return *context;
}
