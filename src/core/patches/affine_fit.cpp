// SPDX-License-Identifier: Apache-2.0
#include "core/patches/affine_fit.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ppatch {
namespace {

constexpr int parameters = 6;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();
// Of two normal errors the length is above this in 5 % of cases: the root of -2 ln 0.05.
constexpr double huber = 2.4477468306808161;
// The median length of two normal errors of 1: the root of 2 ln 2.
constexpr double median_length = 1.1774100225154747;
constexpr int max_rounds = 50;
// The least of the second moments of positions across a line, over that along it.
constexpr double min_width = 1e-10;

using Vector = std::array<double, parameters>;
using Matrix = std::array<Vector, parameters>;

// The inverse of a positive definite matrix by Cholesky's factors, of numbers near 1; false where
// it is not.
bool invert(const Matrix& m, Matrix& inverse) {
  Matrix factor{};
  for (int i = 0; i < parameters; ++i) {
    for (int j = 0; j <= i; ++j) {
      double sum = m[i][j];
      for (int k = 0; k < j; ++k) sum -= factor[i][k] * factor[j][k];
      if (i == j) {
        if (!(sum > 1e-13 * m[i][i])) return false;
        factor[i][i] = std::sqrt(sum);
      } else {
        factor[i][j] = sum / factor[j][j];
      }
    }
  }
  for (int column = 0; column < parameters; ++column) {
    Vector x{};
    for (int i = 0; i < parameters; ++i) {
      double sum = i == column ? 1.0 : 0.0;
      for (int k = 0; k < i; ++k) sum -= factor[i][k] * x[k];
      x[i] = sum / factor[i][i];
    }
    for (int i = parameters - 1; i >= 0; --i) {
      double sum = x[i];
      for (int k = i + 1; k < parameters; ++k) sum -= factor[k][i] * x[k];
      x[i] = sum / factor[i][i];
    }
    for (int i = 0; i < parameters; ++i) inverse[i][column] = x[i];
  }
  return true;
}

double squared_length(const ScanPosition& position, const double* r) {
  const double* h = position.information;
  return std::max(0.0, h[0] * r[0] * r[0] + 2.0 * h[1] * r[0] * r[1] + h[2] * r[1] * r[1]);
}

// How many numbers a position's information is on.
int rank_of(const ScanPosition& position) {
  const double* h = position.information;
  const double trace = h[0] + h[2];
  if (!(trace > 0.0)) return 0;
  return h[0] * h[2] - h[1] * h[1] > 1e-14 * trace * trace ? 2 : 1;
}

class AffineFit {
 public:
  AffineFit(std::vector<ScanPosition>& positions, double sigma)
      : positions_(positions), given_(sigma) {
    for (ScanPosition& position : positions_) {
      for (int a = 0; a < 2; ++a) centre_[a] += position.nominal[a] / double_of(positions_.size());
    }
    for (const ScanPosition& position : positions_) {
      const int rank = rank_of(position);
      numbers_ += rank;
      informed_ += rank > 0 ? 1 : 0;
      // Of units in which positions are about 1.
      for (int a = 0; a < 2; ++a) {
        const double u = position.nominal[a] - centre_[a];
        length_ += u * u / double_of(positions_.size());
      }
    }
    length_ = length_ > 0.0 ? std::sqrt(length_) : 1.0;
  }

  void run(ppatch_scan_fit_info* fit) {
    fit->status = PPATCH_SCAN_FIT_STATUS_OK;
    if (informed_ < 3) fit->status = PPATCH_SCAN_FIT_STATUS_FEW;
    if (informed_ >= 3 && on_a_line()) fit->status = PPATCH_SCAN_FIT_STATUS_LINE;
    whole_ = fit->status == PPATCH_SCAN_FIT_STATUS_OK;
    if (!rounds() && whole_) {
      fit->status = PPATCH_SCAN_FIT_STATUS_LINE;
      whole_ = false;
      rounds();
    }
    answer(fit);
  }

 private:
  static double double_of(std::size_t n) { return static_cast<double>(n); }

  bool on_a_line() const {
    double yy = 0.0;
    double yx = 0.0;
    double xx = 0.0;
    for (const ScanPosition& position : positions_) {
      if (rank_of(position) == 0) continue;
      const double y = (position.nominal[0] - centre_[0]) / length_;
      const double x = (position.nominal[1] - centre_[1]) / length_;
      yy += y * y;
      yx += y * x;
      xx += x * x;
    }
    const double half = (yy + xx) / 2.0;
    const double most = half + std::hypot((yy - xx) / 2.0, yx);
    return !(yy * xx - yx * yx > min_width * most * most);
  }

  // Rows of both equations of a position, in units of length_.
  void rows(const ScanPosition& position, Vector* row) const {
    const double y = (position.nominal[0] - centre_[0]) / length_;
    const double x = (position.nominal[1] - centre_[1]) / length_;
    row[0] = {1.0, 0.0, y, x, 0.0, 0.0};
    row[1] = {0.0, 1.0, 0.0, 0.0, y, x};
  }

  // Least squares with the present weights, then residuals and new weights, until nothing changes.
  bool rounds() {
    weights_.assign(positions_.size(), 1.0);
    for (int round = 0; round < max_rounds; ++round) {
      const Vector before = theta_;
      if (!solve()) return false;
      find_residuals();
      scale_ = given_ > 0.0 ? given_ : median_scale();
      double change = 0.0;
      for (int i = 0; i < parameters; ++i) {
        change = std::max(change, std::fabs(theta_[i] - before[i]));
      }
      if (round > 0 && change <= 1e-13 * length_) break;
      weigh();
    }
    return true;
  }

  bool solve() {
    Matrix sum{};
    Vector right{};
    for (std::size_t k = 0; k < positions_.size(); ++k) {
      const ScanPosition& position = positions_[k];
      Vector row[2];
      rows(position, row);
      const double w = weights_[k];
      const double h[2][2] = {{w * position.information[0], w * position.information[1]},
                              {w * position.information[1], w * position.information[2]}};
      for (int a = 0; a < 2; ++a) {
        for (int b = 0; b < 2; ++b) {
          // What matrix 1 leaves.
          const double value = position.refined[b] - position.nominal[b];
          for (int i = 0; i < parameters; ++i) {
            right[i] += row[a][i] * h[a][b] * value;
            for (int j = 0; j < parameters; ++j) sum[i][j] += row[a][i] * h[a][b] * row[b][j];
          }
        }
      }
    }
    if (!whole_) {
      for (int i = 2; i < parameters; ++i) {
        sum[i].fill(0.0);
        for (int j = 0; j < parameters; ++j) sum[j][i] = 0.0;
        sum[i][i] = 1.0;
        right[i] = 0.0;
      }
    }
    // Of numbers near 1, whatever the information's unit is.
    double unit[parameters];
    for (int i = 0; i < parameters; ++i) {
      if (!(sum[i][i] > 0.0)) return false;
      unit[i] = 1.0 / std::sqrt(sum[i][i]);
    }
    for (int i = 0; i < parameters; ++i) {
      for (int j = 0; j < parameters; ++j) sum[i][j] *= unit[i] * unit[j];
    }
    if (!invert(sum, inverse_)) return false;
    for (int i = 0; i < parameters; ++i) {
      theta_[i] = 0.0;
      for (int j = 0; j < parameters; ++j) {
        inverse_[i][j] *= unit[i] * unit[j];
        theta_[i] += inverse_[i][j] * right[j];
      }
    }
    return true;
  }

  void find_residuals() {
    for (ScanPosition& position : positions_) {
      Vector row[2];
      rows(position, row);
      for (int a = 0; a < 2; ++a) {
        double value = position.refined[a] - position.nominal[a];
        for (int i = 0; i < parameters; ++i) value -= row[a][i] * theta_[i];
        position.residual[a] = value;
      }
    }
  }

  double median_scale() const {
    std::vector<double> lengths;
    for (const ScanPosition& position : positions_) {
      if (rank_of(position) > 0) lengths.push_back(squared_length(position, position.residual));
    }
    if (lengths.empty()) return nan;
    const auto middle = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() / 2);
    std::nth_element(lengths.begin(), middle, lengths.end());
    return std::sqrt(*middle) / median_length;
  }

  void weigh() {
    for (std::size_t k = 0; k < positions_.size(); ++k) {
      const double length = std::sqrt(squared_length(positions_[k], positions_[k].residual));
      weights_[k] = length > huber * scale_ && scale_ > 0.0 ? huber * scale_ / length : 1.0;
    }
  }

  // The scale from all lengths, cut off as the weights do, as that of normal errors.
  double cut_scale(std::int64_t freedom) const {
    double sum = 0.0;
    for (const ScanPosition& position : positions_) {
      const double limit = huber * scale_;
      sum += std::min(squared_length(position, position.residual), limit * limit);
    }
    constexpr double share = 0.95;  // of the squares, that the cut leaves
    return std::sqrt(sum / share / static_cast<double>(freedom));
  }

  void answer(ppatch_scan_fit_info* fit) const {
    const std::int64_t freedom = numbers_ - (whole_ ? parameters : 2);
    fit->degrees_of_freedom = freedom;
    fit->sigma = given_ > 0.0 ? given_ : freedom > 0 ? cut_scale(freedom) : nan;
    double sum = 0.0;
    for (const ScanPosition& position : positions_)
      sum += squared_length(position, position.residual);
    fit->chi2_per_dof = freedom > 0 && fit->sigma > 0.0
                            ? sum / (fit->sigma * fit->sigma) / static_cast<double>(freedom)
                            : nan;
    const double variance = fit->sigma * fit->sigma;
    for (int a = 0; a < 2; ++a) {
      fit->centre[a] = positions_.empty() ? nan : centre_[a];
      fit->shift[a] = informed_ > 0 ? theta_[a] : nan;
    }
    const auto unit = [&](int i) { return i < 2 ? 1.0 : 1.0 / length_; };
    for (int i = 0; i < parameters; ++i) {
      for (int j = 0; j < parameters; ++j) {
        const bool known = whole_ || (i < 2 && j < 2 && informed_ > 0);
        fit->covariance[i * parameters + j] =
            known ? inverse_[i][j] * unit(i) * unit(j) * variance : nan;
      }
    }
    const double one[4] = {1.0, 0.0, 0.0, 1.0};
    for (int i = 0; i < 4; ++i) {
      fit->matrix[i] = whole_ ? one[i] + theta_[i + 2] / length_ : nan;
    }
    decompose(fit);
  }

  static void decompose(ppatch_scan_fit_info* fit) {
    const double* m = fit->matrix;
    const double angle = std::atan2(m[2], m[0]);
    const double c = std::cos(angle);
    const double s = std::sin(angle);
    const double height = std::hypot(m[0], m[2]);
    const double shear = c * m[1] + s * m[3];
    const double width = -s * m[1] + c * m[3];
    fit->rotation = angle;
    fit->scale[0] = height;
    fit->scale[1] = width;
    fit->shear = shear;
    // Derivatives by (yy, yx, xy, xx); the rotation turns shear and width into each other.
    const double turn[4] = {-s / height, 0.0, c / height, 0.0};
    const double tall[4] = {c, 0.0, s, 0.0};
    const double lean[4] = {turn[0] * width, c, turn[2] * width, s};
    const double wide[4] = {-turn[0] * shear, -s, -turn[2] * shear, c};
    const auto error = [&](const double* slope) {
      double sum = 0.0;
      for (int i = 0; i < 4; ++i) {
        for (int j = 0; j < 4; ++j) {
          sum += slope[i] * slope[j] * fit->covariance[(i + 2) * parameters + j + 2];
        }
      }
      return std::sqrt(sum);
    };
    fit->rotation_sigma = error(turn);
    fit->scale_sigma[0] = error(tall);
    fit->scale_sigma[1] = error(wide);
    fit->shear_sigma = error(lean);
  }

  std::vector<ScanPosition>& positions_;
  double given_;
  double centre_[2] = {0.0, 0.0};
  double length_ = 0.0;
  std::int64_t numbers_ = 0, informed_ = 0;
  bool whole_ = true;
  double scale_ = 0.0;
  Vector theta_{};  // shift, and (matrix - 1) times length_
  Matrix inverse_{};
  std::vector<double> weights_;
};

}  // namespace

void fit_affine(std::vector<ScanPosition>& positions, double sigma, ppatch_scan_fit_info* fit) {
  AffineFit(positions, sigma).run(fit);
}

}  // namespace ppatch
