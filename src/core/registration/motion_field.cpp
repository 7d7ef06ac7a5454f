// SPDX-License-Identifier: Apache-2.0
#include "core/registration/motion_field.hpp"

#include <algorithm>
#include <cmath>

#include "core/error.hpp"

namespace ppatch {
namespace {

constexpr double max_place = 1e9, max_term = 1e3;

// name_of(): what the numbers are called.
template <class Name>
void expect_within(const double* values, int count, double bound, const Name& name_of) {
  for (int i = 0; i < count; ++i) {
    if (std::abs(values[i]) <= bound) continue;
    invalid(name_of(), "[", i, "]: expected a number within +-", bound, ", got ", values[i]);
  }
}

void expect_within(const double* values, int count, double bound, const char* name) {
  expect_within(values, count, bound, [&] { return name; });
}

// One component of a field: the normal equations of
//     sum over tiles |B c - r|^2 + stiffness * sum over neighbours |c - c'|^2
// and their solution by conjugate gradients.
class FieldFit {
 public:
  explicit FieldFit(const FieldSpline& field) : rows_(field.rows()), columns_(field.columns()) {}

  void add_tile(const SplinePlace& down, const SplinePlace& across) {
    places_.push_back({down, across});
  }

  std::vector<double> solve(const std::vector<double>& residuals) const {
    std::vector<double> c(static_cast<std::size_t>(rows_ * columns_), 0.0), left = c, image = c;
    add_transposed(residuals, left);
    std::vector<double> direction = left;
    double square = product(left, left);
    const double enough = 1e-26 * square;
    constexpr int max_steps = 5000;
    for (int step = 0; step < max_steps && square > enough; ++step) {
      apply(direction, image);
      const double along = square / product(direction, image);
      for (std::size_t i = 0; i < c.size(); ++i) {
        c[i] += along * direction[i];
        left[i] -= along * image[i];
      }
      const double before = square;
      square = product(left, left);
      for (std::size_t i = 0; i < c.size(); ++i) {
        direction[i] = left[i] + square / before * direction[i];
      }
    }
    return c;
  }

 private:
  struct Place {
    SplinePlace down, across;
  };

  static double product(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
    return sum;
  }
  template <class Body>
  void each_weight(const Place& place, const Body& body) const {
    for (int j = 0; j < 4; ++j) {
      const std::int64_t first = (place.down.first + j) * columns_ + place.across.first;
      for (int i = 0; i < 4; ++i) {
        body(static_cast<std::size_t>(first + i), place.down.weight[j] * place.across.weight[i]);
      }
    }
  }
  void add_transposed(const std::vector<double>& tiles, std::vector<double>& out) const {
    for (std::size_t t = 0; t < places_.size(); ++t) {
      each_weight(places_[t], [&](std::size_t i, double weight) { out[i] += weight * tiles[t]; });
    }
  }
  void apply(const std::vector<double>& c, std::vector<double>& out) const {
    constexpr double stiffness = 1e-5;
    std::vector<double> tiles(places_.size(), 0.0);
    for (std::size_t t = 0; t < places_.size(); ++t) {
      each_weight(places_[t], [&](std::size_t i, double weight) { tiles[t] += weight * c[i]; });
    }
    std::fill(out.begin(), out.end(), 0.0);
    add_transposed(tiles, out);
    const auto pull = [&](std::size_t i, std::size_t j) {
      const double difference = stiffness * (c[i] - c[j]);
      out[i] += difference;
      out[j] -= difference;
    };
    for (std::int64_t row = 0; row < rows_; ++row) {
      for (std::int64_t column = 0; column < columns_; ++column) {
        const auto i = static_cast<std::size_t>(row * columns_ + column);
        if (column + 1 < columns_) pull(i, i + 1);
        if (row + 1 < rows_) pull(i, i + static_cast<std::size_t>(columns_));
      }
    }
  }

  std::int64_t rows_, columns_;
  std::vector<Place> places_;
};

}  // namespace

MotionField::MotionField(const ppatch_scene_motion& motion, std::int64_t tile_count,
                         const ppatch_tile_shift* tiles, bool displacement) {
  if (motion.model < PPATCH_MOTION_MODEL_TRANSLATION || motion.model > PPATCH_MOTION_MODEL_FIELD) {
    invalid("motion.model: expected a model, ", PPATCH_MOTION_MODEL_TRANSLATION, " to ",
            PPATCH_MOTION_MODEL_FIELD, ", got ", motion.model);
  }
  if (motion.status != PPATCH_SHIFT_STATUS_OK) {
    invalid("motion.status: expected ", PPATCH_SHIFT_STATUS_OK,
            " (ok), for there is no motion to apply else, got ", motion.status);
  }
  expect_within(motion.centre, 2, max_place, "motion.centre");
  expect_within(motion.shift, 2, max_place, "motion.shift");
  expect_within(motion.matrix, 4, max_term, "motion.matrix");
  const bool is_field = motion.model == PPATCH_MOTION_MODEL_FIELD;
  if (tile_count < 0) invalid("tile_count: expected at least 0, got ", tile_count);
  if (is_field != (tile_count > 0)) {
    invalid("tile_count: expected ", is_field ? "all tiles of a motion of the model FIELD" : "0",
            is_field ? ", got " : ", for the motion's model is not FIELD, got ", tile_count);
  }
  const double sign = displacement ? -1.0 : 1.0;
  for (int axis = 0; axis < 2; ++axis) {
    map_.centre[axis] = motion.centre[axis];
    map_.shift[axis] = sign * motion.shift[axis];
  }
  for (int i = 0; i < 4; ++i) {
    map_.slope[i] = sign * (motion.matrix[i] - (i == 0 || i == 3 ? 1.0 : 0.0));
  }
  if (is_field) take_tiles(tile_count, tiles, sign);
}

void MotionField::take_tiles(std::int64_t count, const ppatch_tile_shift* tiles, double sign) {
  expect_pointer("tiles", "an array", tiles);
  std::vector<Residual> residuals;
  for (std::int64_t i = 0; i < count; ++i) {
    const ppatch_tile_shift& tile = tiles[i];
    if (tile.status != PPATCH_SHIFT_STATUS_OK || tile.flags != 0) continue;
    expect_within(tile.centre, 2, max_place, [&] { return text_of("tiles[", i, "].centre"); });
    expect_within(tile.shift, 2, max_place, [&] { return text_of("tiles[", i, "].shift"); });
    Residual& residual = residuals.emplace_back();
    map_.affine_at(tile.centre[0], tile.centre[1], residual.value);
    for (int axis = 0; axis < 2; ++axis) {
      residual.centre[axis] = tile.centre[axis];
      residual.value[axis] = sign * tile.shift[axis] - residual.value[axis];
    }
  }
  if (residuals.empty()) return;
  lay_lattice(count, residuals);
  const FieldSpline& field = map_.field;
  FieldFit fit(field);
  for (const Residual& residual : residuals) {
    SplinePlace places[2];
    for (int axis = 0; axis < 2; ++axis) {
      find_spline_place(field.origin[axis], field.scale[axis], field.intervals[axis],
                        residual.centre[axis], places[axis]);
    }
    fit.add_tile(places[0], places[1]);
  }
  values_.resize(static_cast<std::size_t>(2 * field.rows() * field.columns()));
  for (std::size_t axis = 0; axis < 2; ++axis) {
    std::vector<double> of_axis;
    of_axis.reserve(residuals.size());
    for (const Residual& residual : residuals) of_axis.push_back(residual.value[axis]);
    const std::vector<double> found = fit.solve(of_axis);
    for (std::size_t i = 0; i < found.size(); ++i) values_[2 * i + axis] = found[i];
  }
}

void MotionField::lay_lattice(std::int64_t count, const std::vector<Residual>& residuals) {
  double extent[2];
  for (int axis = 0; axis < 2; ++axis) {
    const auto [least, most] = std::minmax_element(
        residuals.begin(), residuals.end(),
        [axis](const Residual& a, const Residual& b) { return a.centre[axis] < b.centre[axis]; });
    map_.field.origin[axis] = least->centre[axis];
    extent[axis] = most->centre[axis] - least->centre[axis];
  }
  const auto tiles = static_cast<double>(count);
  const double pitch =
      std::max(std::sqrt(extent[0] * extent[1] / tiles), std::max(extent[0], extent[1]) / tiles);
  for (int axis = 0; axis < 2; ++axis) {
    std::int64_t& intervals = map_.field.intervals[axis];
    intervals = 1;
    if (extent[axis] <= 0.0) continue;
    intervals = std::max(intervals, static_cast<std::int64_t>(std::llround(extent[axis] / pitch)));
    map_.field.scale[axis] = static_cast<double>(intervals) / extent[axis];
  }
}

MotionMap MotionField::map() const {
  MotionMap map = map_;
  map.field.values = values_.empty() ? nullptr : values_.data();
  return map;
}

bool MotionField::is_shift() const {
  return values_.empty() &&
         std::all_of(map_.slope, map_.slope + 4, [](double s) { return s == 0; });
}

}  // namespace ppatch
