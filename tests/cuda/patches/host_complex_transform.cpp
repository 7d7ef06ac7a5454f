// SPDX-License-Identifier: Apache-2.0
//
// The complex transforms of the host as a device (host_device.cpp), by their definition, in double
// precision.
//
// PTYCHOPATCH_TEST_NO_FFT takes them away; PTYCHOPATCH_TEST_FFT_PLANES is how many planes a batch
// may have.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdlib>
#include <vector>

#include "core/error.hpp"
#include "cuda/runtime/complex_transform.hpp"

namespace ppatch::device {
namespace {

using Number = std::complex<double>;

// One line of n numbers, `stride` apart.
template <class T>
void transform_line(std::complex<T>* line, std::int64_t n, std::int64_t stride,
                    const std::vector<Number>& turns) {
  std::vector<Number> out(static_cast<std::size_t>(n));
  for (std::int64_t k = 0; k < n; ++k) {
    for (std::int64_t j = 0; j < n; ++j) {
      out[static_cast<std::size_t>(k)] +=
          turns[static_cast<std::size_t>(k * j % n)] * Number(line[j * stride]);
    }
  }
  for (std::int64_t k = 0; k < n; ++k) {
    line[k * stride] = std::complex<T>(out[static_cast<std::size_t>(k)]);
  }
}

std::vector<Number> turns_of(std::int64_t n, double sign) {
  std::vector<Number> turns;
  for (std::int64_t k = 0; k < n; ++k) {
    turns.push_back(std::polar(
        1.0, sign * 2.0 * std::acos(-1.0) * static_cast<double>(k) / static_cast<double>(n)));
  }
  return turns;
}

template <class T>
void transform(std::complex<T>* planes, const ComplexBatch& batch, double sign) {
  const auto by_x = turns_of(batch.width, sign);
  const auto by_y = turns_of(batch.height, sign);
  for (std::int64_t i = 0; i < batch.planes; ++i, planes += batch.height * batch.width) {
    for (std::int64_t y = 0; y < batch.height; ++y) {
      transform_line(planes + y * batch.width, batch.width, 1, by_x);
    }
    for (std::int64_t x = 0; x < batch.width; ++x) {
      transform_line(planes + x, batch.height, batch.width, by_y);
    }
  }
}

}  // namespace

bool has_complex_transforms(std::string* reason) {
  if (!std::getenv("PTYCHOPATCH_TEST_NO_FFT")) return true;
  if (reason) *reason = "the test took the transforms away";
  return false;
}

struct ComplexTransform::Plan {};

ComplexTransform::ComplexTransform(const ComplexBatch& batch)
    : batch_(batch), plan_(std::make_unique<Plan>()) {
  const char* most = std::getenv("PTYCHOPATCH_TEST_FFT_PLANES");
  if (most && batch.planes > std::atoll(most)) {
    fail(PPATCH_ERROR_UNSUPPORTED, "the test has no plan for ", batch.planes, " planes of ",
         batch.height, " x ", batch.width);
  }
}
ComplexTransform::~ComplexTransform() = default;

std::uint64_t ComplexTransform::work_bytes() const {
  return static_cast<std::uint64_t>(batch_.planes * 16);
}

// The work area is written, as cuFFT writes it.
void ComplexTransform::run(void* planes, void* work, bool forward, Stream) const {
  std::fill_n(static_cast<unsigned char*>(work), work_bytes(), 0xee);
  const double sign = forward ? -1.0 : 1.0;
  if (batch_.is_double) {
    transform(static_cast<std::complex<double>*>(planes), batch_, sign);
  } else {
    transform(static_cast<std::complex<float>*>(planes), batch_, sign);
  }
}

}  // namespace ppatch::device
