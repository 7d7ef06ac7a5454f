// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/map_search.hpp"

#include <algorithm>
#include <cmath>

#include "cpu/registration/plane_warp.hpp"
#include "math/registration/taper.hpp"
#include "math/registration/tile_warp.hpp"

namespace ppatch {
namespace {

// How much of the moving image's frame tapers at either end.
constexpr double frame_edge = 0.06;
// Maps that are tried again from the shift that the first trial found.
constexpr std::size_t tried_again = 4;
// Of a row, under a window: weight, both images, and what a window's noise follows from.
constexpr std::int64_t row_sums = 6;

struct Sizes {
  explicit Sizes(const SceneSettings& settings) {
    const SceneGeometry whole(settings, settings.height, settings.width);
    // A smaller image may have no coarser scale where this one has.
    coarse = whole.size[0][0] * whole.size[0][1];
    if (whole.scales > 1) {
      const std::int64_t longest = std::max(whole.size[0][0], whole.size[0][1]);
      coarse = std::min(coarse, std::max(halving_area, (halving_side - 1) * longest));
    }
    lines = whole.size[0][0] + whole.size[0][1];
    rows = whole.size[0][0];
  }
  std::int64_t coarse = 0, lines = 0, rows = 0;
  std::int64_t floats() const {
    return 2 * coarse + lines + 2 * PolarSearch::polar_floats() + warp_table_floats;
  }
};

}  // namespace

MapSearch::MapSearch(const SceneSettings& settings, const SceneMachine& machine)
    : machine_(machine) {
  const Allocator& allocator = *machine.settings->allocator;
  const Sizes sizes(settings);
  polar_ = Buffer<float>(allocator, 2 * PolarSearch::polar_floats());
  reference_ = Buffer<float>(allocator, sizes.coarse);
  moving_ = Buffer<float>(allocator, sizes.coarse);
  tapers_ = Buffer<float>(allocator, sizes.lines);
  table_ = Buffer<float>(allocator, warp_table_floats);
  sums_ = Buffer<double>(allocator, row_sums * sizes.rows);
  for (std::int64_t i = 0; i < warp_table_floats; ++i) table_.data()[i] = warp_tap(i);
}

std::uint64_t MapSearch::bytes(const SceneSettings& settings) {
  const Sizes sizes(settings);
  return static_cast<std::uint64_t>(4 * sizes.floats() + 8 * row_sums * sizes.rows);
}

void MapSearch::set_geometry(const SceneGeometry& geometry) {
  geometry_ = SceneGeometry();
  const std::int64_t* size = geometry.size[geometry.scales - 1];
  polar_search_ = PolarSearch(machine_, size);
  const double edge = whole_window(size, false).edge;
  float* taper_of = tapers_.data();
  for (int axis = 0; axis < 2; ++axis) {
    for (std::int64_t u = 0; u < size[axis]; ++u) *taper_of++ = taper(u, size[axis], edge, 0.0);
  }
  geometry_ = geometry;
}

void MapSearch::set_area(std::int64_t height, std::int64_t width) {
  const double pixels =
      geometry_.step * static_cast<double>(std::int64_t{1} << (geometry_.scales - 1));
  for (int axis = 0; axis < 2; ++axis) {
    const double middle = 0.5 * static_cast<double>((axis == 0 ? height : width) - 1);
    fine_middle_[axis] = middle / geometry_.step;
    middle_[axis] = middle / pixels;
  }
}

void MapSearch::warp(const Plane& moving, const ImageMap& map, const EstimateTools& tools,
                     const Plane& out) {
  warp_plane(moving, map, fine_middle_, table_.data(), *tools.arena, out);
}

MappedPair MapSearch::mapped(const Plane& reference, const Plane& moving, const ImageMap& map,
                             const EstimateTools& tools, double& reduction) {
  const std::int64_t height = reference.height;
  const std::int64_t width = reference.width;
  const MappedPair pair{{reference_.data(), height, width, width},
                        {moving_.data(), height, width, width}};
  warp_plane(moving, map, middle_, table_.data(), *tools.arena, pair.moving);
  // What the taps reach is beyond the window, too.
  const double margin = warp_reach * std::max(1.0, map.scale());
  const double inner[2] = {static_cast<double>(moving.height) - 2.0 * margin,
                           static_cast<double>(moving.width) - 2.0 * margin};
  const auto window = [&](std::int64_t y, std::int64_t x) {
    const double here[2] = {static_cast<double>(y) - middle_[0],
                            static_cast<double>(x) - middle_[1]};
    double there[2];
    map.at(here, there);
    double w = 1.0;
    for (int axis = 0; axis < 2; ++axis) {
      w *= inner[axis] > 0.0 ? tukey(there[axis] + middle_[axis] - margin, inner[axis], frame_edge)
                             : 0.0;
    }
    return w;
  };
  // The window itself is kept in the reference's place until the means are known.
  tools.arena->parallel_for(height, [&](std::int64_t y, int) {
    double* sums = sums_.data() + row_sums * y;
    std::fill_n(sums, row_sums, 0.0);
    float* const windows = pair.reference.row(y);
    const float* tapers = tapers_.data() + height;
    const auto down = static_cast<double>(tapers_.data()[y]);
    for (std::int64_t x = 0; x < width; ++x) {
      const double w = window(y, x);
      windows[x] = static_cast<float>(w);
      const double frame = down * static_cast<double>(tapers[x]);
      const double one = frame * frame;
      const double both = one * w * w;
      sums[0] += w;
      sums[1] += w * static_cast<double>(reference.row(y)[x]);
      sums[2] += w * static_cast<double>(pair.moving.row(y)[x]);
      sums[3] += one;
      sums[4] += both;
      sums[5] += both * both;
    }
  });
  double all[row_sums] = {};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t k = 0; k < row_sums; ++k) all[k] += sums_.data()[row_sums * y + k];
  }
  const double weight = all[0] > 0.0 ? 1.0 / all[0] : 0.0;
  const auto reference_mean = static_cast<float>(weight * all[1]);
  const auto moving_mean = static_cast<float>(weight * all[2]);
  tools.arena->parallel_for(height, [&](std::int64_t y, int) {
    float* const to = pair.reference.row(y);
    float* const turned = pair.moving.row(y);
    const float* from = reference.row(y);
    for (std::int64_t x = 0; x < width; ++x) {
      const float w = to[x];
      turned[x] = w * (turned[x] - moving_mean);
      to[x] = w * (from[x] - reference_mean);
    }
  });
  // Noise under a window has the variance sum w^4 / (sum w^2)^2, which lag tables have for the
  // frame's taper alone.
  double frame = 1.0;
  for (int axis = 0; axis < 2; ++axis) {
    const float* tapers = tapers_.data() + (axis == 0 ? 0 : height);
    double square = 0.0;
    double fourth = 0.0;
    for (std::int64_t u = 0; u < (axis == 0 ? height : width); ++u) {
      const double one = static_cast<double>(tapers[u]) * static_cast<double>(tapers[u]);
      square += one;
      fourth += one * one;
    }
    frame *= fourth / (square * square);
  }
  const double here = all[4] > 0.0 ? all[5] / (all[4] * all[4]) : 0.0;
  reduction = here > 0.0 ? std::min(1.0, std::sqrt(frame / here)) : 0.0;
  return pair;
}

MapTrial MapSearch::try_map(const Plane& reference, const Plane& moving, const ImageMap& map,
                            const Band& band, const float* lag_tables, const EstimateTools& tools) {
  const std::int64_t range[2] = {geometry_.lag_range(0), geometry_.lag_range(1)};
  double reduction = 0.0;
  const MappedPair pair = mapped(reference, moving, map, tools, reduction);
  MapTrial trial;
  trial.map = map;
  trial.peak = coarse_peak(pair.reference, pair.moving, band, range, lag_tables, geometry_.copies,
                           false, tools);
  if (!trial.peak.found) return trial;
  trial.height = reduction * trial.peak.evidence.peak;
  double moved[2];
  map.turn(trial.peak.displacement, moved);
  for (int axis = 0; axis < 2; ++axis) trial.map.offset[axis] += moved[axis];
  return trial;
}

bool MapSearch::find(const Plane& reference, const Plane& moving, const Band& band,
                     const float* lag_tables, const EstimateTools& tools, ImageMap& map,
                     double& ambiguity) {
  const std::vector<MapCandidate> candidates =
      polar_search_.find(reference, moving, tools, polar_.data());
  std::vector<MapTrial> trials;
  const auto take = [&](const ImageMap& tried) {
    trials.push_back(try_map(reference, moving, tried, band, lag_tables, tools));
  };
  take(ImageMap());
  for (const MapCandidate& candidate : candidates) {
    for (int half = 0; half < 2; ++half) take(map_of(candidate, half == 1));
  }
  const auto sort = [&] {
    std::stable_sort(trials.begin(), trials.end(),
                     [](const MapTrial& a, const MapTrial& b) { return a.height > b.height; });
  };
  sort();
  trials.resize(std::min(trials.size(), tried_again));
  for (MapTrial& trial : trials) {
    if (!trial.peak.found) continue;
    const MapTrial again = try_map(reference, moving, trial.map, band, lag_tables, tools);
    if (again.peak.found) trial = again;
  }
  sort();
  if (trials.empty() || !trials[0].peak.found) return false;
  map = trials[0].map;
  ambiguity = map_ambiguity(static_cast<std::int64_t>(trials.size()), trials.data());
  return true;
}

}  // namespace ppatch
