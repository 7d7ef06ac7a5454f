// SPDX-License-Identifier: Apache-2.0
#include "core/patches/scan_fit.hpp"

#include <cmath>

#include "core/call_arrays.hpp"
#include "core/options.hpp"
#include "core/patches/affine_fit.hpp"
#include "math/patches/position.hpp"

namespace ppatch {
namespace {

// Host memory, whatever backends there are.
class HostReach final : public Reach {
 public:
  bool accepts(ppatch_device_type type, int) const override {
    return type == PPATCH_DEVICE_HOST || type == PPATCH_DEVICE_CUDA_HOST;
  }
  std::string device_name() const override { return "the host"; }
};

class ScanArrays : public CallArrays {
 public:
  explicit ScanArrays(const Reach& reach) : CallArrays(reach) {}

  // (K, 2); K is that of the first that is read.
  const CheckedArray& positions(const char* name, const ppatch_array* given) {
    const CheckedArray& array = numbers(name, given);
    if (array.ndim() != 2 || array.shape(1) != 2) {
      invalid(name, ": expected shape (K, 2), got ",
              text_of_shape(given->shape, static_cast<std::size_t>(given->ndim)));
    }
    if (count_ < 0) count_ = array.shape(0);
    array.expect_shape({count_, 2});
    return array;
  }
  const CheckedArray& information(const ppatch_array* given) {
    const CheckedArray& array = numbers("information", given);
    array.expect_shape({count_, 3});
    return array;
  }
  const CheckedArray& residual(const ppatch_array* given) {
    const CheckedArray& array = read("residual", given);
    array.expect_dtype({DType::f64});
    array.expect_shape({count_, 2});
    mark_output();
    return array;
  }
  std::int64_t count() const { return count_; }

 private:
  const CheckedArray& numbers(const char* name, const ppatch_array* given) {
    const CheckedArray& array = read(name, given);
    array.expect_dtype({DType::f32, DType::f64});
    return array;
  }

  std::int64_t count_ = -1;
};

double number_at(const CheckedArray& array, std::int64_t k, int column) {
  const std::int64_t at = k * array.stride(0) + column * array.stride(1);
  return array.dtype() == DType::f32
             ? static_cast<double>(static_cast<const float*>(array.data())[at])
             : static_cast<const double*>(array.data())[at];
}

double coordinate_at(const CheckedArray& array, std::int64_t k, int column) {
  const double value = number_at(array, k, column);
  if (!(std::fabs(value) <= max_position)) {
    invalid(array.name(), "[", k, ", ", column, "]: expected a number within +-1e9, got ", value);
  }
  return value;
}

void read_information(const CheckedArray& array, std::int64_t k, bool swapped,
                      ScanPosition& position) {
  double* const h = position.information;
  for (int i = 0; i < 3; ++i) h[i] = number_at(array, k, swapped ? 2 - i : i);
  const bool finite = std::isfinite(h[0] + h[1] + h[2]);
  // Rounding may leave a product of one number with itself a little below zero.
  const bool legal =
      finite && h[0] >= 0.0 && h[2] >= 0.0 && h[1] * h[1] <= h[0] * h[2] * (1.0 + 1e-5);
  if (!legal) {
    invalid("information[", k,
            "]: expected finite numbers with H_00, H_11 >= 0 and H_01^2 <= "
            "H_00 H_11, got ",
            h[swapped ? 2 : 0], ", ", h[1], ", ", h[swapped ? 0 : 2]);
  }
}

}  // namespace

void fit_scan(const ppatch_array* nominal, const ppatch_array* refined,
              const ppatch_array* information, const ppatch_scan_fit_options* options,
              const ppatch_array* residual, ppatch_scan_fit_info* fit) {
  check_info("fit", fit);
  const ppatch_scan_fit_options o = read_options("options", options);
  const bool swapped = read_enum("axes", o.axes, Axes::xy) == Axes::xy;
  if (!(o.sigma >= 0.0 && std::isfinite(o.sigma))) {
    invalid("options.sigma: expected a finite number of at least 0, got ", o.sigma);
  }
  const HostReach reach;
  ScanArrays read(reach);
  const CheckedArray& from = read.positions("nominal", nominal);
  const CheckedArray& to = read.positions("refined", refined);
  const CheckedArray* known = information ? &read.information(information) : nullptr;
  const CheckedArray* left = residual ? &read.residual(residual) : nullptr;
  read.check_outputs();

  std::vector<ScanPosition> positions(static_cast<std::size_t>(read.count()));
  for (std::int64_t k = 0; k < read.count(); ++k) {
    ScanPosition& position = positions[static_cast<std::size_t>(k)];
    for (int axis = 0; axis < 2; ++axis) {
      position.nominal[axis] = coordinate_at(from, k, swapped ? 1 - axis : axis);
      position.refined[axis] = coordinate_at(to, k, swapped ? 1 - axis : axis);
    }
    if (known) read_information(*known, k, swapped, position);
  }
  ppatch_scan_fit_info answer{};
  fit_affine(positions, o.sigma, &answer);
  for (std::int64_t k = 0; left && k < read.count(); ++k) {
    for (int axis = 0; axis < 2; ++axis) {
      const std::int64_t at = k * left->stride(0) + (swapped ? 1 - axis : axis) * left->stride(1);
      static_cast<double*>(left->data())[at] =
          positions[static_cast<std::size_t>(k)].residual[axis];
    }
  }
  write_info("fit", answer, fit);
}

}  // namespace ppatch
