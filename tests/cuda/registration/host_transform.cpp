// SPDX-License-Identifier: Apache-2.0
//
// The transforms of the host as a device (host_device.cpp): complex, of any length, sixteen lines
// side by side, by Stockham's method with the prime factors of the length.
//
// PTYCHOPATCH_TEST_NO_FFT takes them away; PTYCHOPATCH_TEST_FFT_PLANES is how many planes a batch
// may have.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "cuda/runtime/plane_transform.hpp"

namespace ppatch::device {
namespace {

constexpr std::size_t lanes = 16;

// Complex numbers, `lanes` real parts and then as many imaginary ones.
using Lines = std::vector<float>;

std::size_t min_factor(std::size_t n) {
  for (std::size_t p = 2; p * p <= n; ++p) {
    if (n % p == 0) return p;
  }
  return n;
}

// One pass: lines of n, `stride` of them interleaved, become p times as many of n / p.
void pass(const Lines& in, Lines& out, std::size_t n, std::size_t stride, std::size_t p,
          double sign) {
  const std::size_t m = n / p;
  const double turn = sign * 2.0 * std::acos(-1.0) / static_cast<double>(n);
  for (std::size_t j = 0; j < m; ++j) {
    for (std::size_t r = 0; r < p; ++r) {
      std::vector<float> cosine(p);
      std::vector<float> sine(p);
      for (std::size_t t = 0; t < p; ++t) {
        const auto turns = static_cast<double>((j * r + m * (t * r % p)) % n);
        cosine[t] = static_cast<float>(std::cos(turn * turns));
        sine[t] = static_cast<float>(std::sin(turn * turns));
      }
      for (std::size_t q = 0; q < stride; ++q) {
        float re[lanes] = {};
        float im[lanes] = {};
        for (std::size_t t = 0; t < p; ++t) {
          const float* from = &in[2 * lanes * (q + stride * (j + m * t))];
          for (std::size_t l = 0; l < lanes; ++l) {
            re[l] += from[l] * cosine[t] - from[lanes + l] * sine[t];
            im[l] += from[l] * sine[t] + from[lanes + l] * cosine[t];
          }
        }
        float* to = &out[2 * lanes * (q + stride * (p * j + r))];
        std::copy(re, re + lanes, to);
        std::copy(im, im + lanes, to + lanes);
      }
    }
  }
}

void transform(Lines& lines, Lines& spare, std::size_t n, double sign) {
  std::size_t stride = 1;
  while (n > 1) {
    const std::size_t p = min_factor(n);
    pass(lines, spare, n, stride, p, sign);
    std::swap(lines, spare);
    n /= p;
    stride *= p;
  }
}

class Plane {
 public:
  Plane(float* data, std::int64_t height, std::int64_t width)
      : data_(data),
        height_(static_cast<std::size_t>(height)),
        width_(static_cast<std::size_t>(width)),
        lines_(2 * lanes * std::max(height_, width_)),
        spare_(lines_.size()) {}

  void forward() {
    for (std::size_t y0 = 0; y0 < height_; y0 += lanes) {
      const std::size_t count = std::min(lanes, height_ - y0);
      std::fill(lines_.begin(), lines_.end(), 0.0F);
      for (std::size_t l = 0; l < count; ++l) {
        for (std::size_t x = 0; x < width_; ++x) lines_[2 * lanes * x + l] = row(y0 + l)[x];
      }
      transform(lines_, spare_, width_, -1.0);
      for (std::size_t l = 0; l < count; ++l) {
        for (std::size_t k = 0; k < columns(); ++k) {
          row(y0 + l)[2 * k] = lines_[2 * lanes * k + l];
          row(y0 + l)[2 * k + 1] = lines_[2 * lanes * k + lanes + l];
        }
      }
    }
    for_columns(-1.0);
  }

  void inverse() {
    for_columns(1.0);
    for (std::size_t y0 = 0; y0 < height_; y0 += lanes) {
      const std::size_t count = std::min(lanes, height_ - y0);
      std::fill(lines_.begin(), lines_.end(), 0.0F);
      for (std::size_t l = 0; l < count; ++l) {
        for (std::size_t x = 0; x < width_; ++x) {
          const std::size_t k = x < columns() ? x : width_ - x;
          lines_[2 * lanes * x + l] = row(y0 + l)[2 * k];
          const float im = row(y0 + l)[2 * k + 1];
          lines_[2 * lanes * x + lanes + l] = x < columns() ? im : -im;
        }
      }
      transform(lines_, spare_, width_, 1.0);
      for (std::size_t l = 0; l < count; ++l) {
        for (std::size_t x = 0; x < width_; ++x) row(y0 + l)[x] = lines_[2 * lanes * x + l];
      }
    }
  }

 private:
  std::size_t columns() const { return width_ / 2 + 1; }
  float* row(std::size_t y) const { return data_ + y * 2 * columns(); }

  void for_columns(double sign) {
    for (std::size_t k0 = 0; k0 < columns(); k0 += lanes) {
      const std::size_t count = std::min(lanes, columns() - k0);
      std::fill(lines_.begin(), lines_.end(), 0.0F);
      for (std::size_t y = 0; y < height_; ++y) {
        for (std::size_t l = 0; l < count; ++l) {
          lines_[2 * lanes * y + l] = row(y)[2 * (k0 + l)];
          lines_[2 * lanes * y + lanes + l] = row(y)[2 * (k0 + l) + 1];
        }
      }
      transform(lines_, spare_, height_, sign);
      for (std::size_t y = 0; y < height_; ++y) {
        for (std::size_t l = 0; l < count; ++l) {
          row(y)[2 * (k0 + l)] = lines_[2 * lanes * y + l];
          row(y)[2 * (k0 + l) + 1] = lines_[2 * lanes * y + lanes + l];
        }
      }
    }
  }

  float* data_;
  std::size_t height_, width_;
  Lines lines_, spare_;
};

std::uint64_t bytes_of(const PlaneBatch& batch) {
  return static_cast<std::uint64_t>(batch.planes * 16);
}

}  // namespace

bool has_transforms(std::string* reason) {
  if (!std::getenv("PTYCHOPATCH_TEST_NO_FFT")) return true;
  if (reason) *reason = "the test took the transforms away";
  return false;
}

struct PlaneTransform::Plans {};

PlaneTransform::PlaneTransform() = default;
PlaneTransform::PlaneTransform(const PlaneBatch& batch)
    : batch_(batch), plans_(std::make_unique<Plans>()) {
  const char* most = std::getenv("PTYCHOPATCH_TEST_FFT_PLANES");
  if (most && batch.planes > std::atoll(most)) {
    fail(PPATCH_ERROR_UNSUPPORTED, "the test has no plan for ", batch.planes, " planes of ",
         batch.height, " x ", batch.width);
  }
}
PlaneTransform::~PlaneTransform() = default;
PlaneTransform::PlaneTransform(PlaneTransform&&) noexcept = default;
PlaneTransform& PlaneTransform::operator=(PlaneTransform&&) noexcept = default;

std::uint64_t PlaneTransform::work_bytes() const { return bytes_of(batch_); }
std::uint64_t PlaneTransform::work_bytes_of(const PlaneBatch& batch) { return bytes_of(batch); }

// The work area is written, as cuFFT writes it.
void PlaneTransform::forward(float* planes, void* work, Stream) const {
  std::fill_n(static_cast<unsigned char*>(work), work_bytes(), 0xee);
  for (std::int64_t i = 0; i < batch_.planes; ++i) {
    Plane(planes + i * batch_.stride, batch_.height, batch_.width).forward();
  }
}

void PlaneTransform::inverse(float* planes, void* work, Stream) const {
  std::fill_n(static_cast<unsigned char*>(work), work_bytes(), 0xee);
  for (std::int64_t i = 0; i < batch_.planes; ++i) {
    Plane(planes + i * batch_.stride, batch_.height, batch_.width).inverse();
  }
}

}  // namespace ppatch::device
