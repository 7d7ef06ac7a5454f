// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <type_traits>

#include "cpu/registration/shift_estimate.hpp"

namespace ppatch {

// Walks over the bins of both spectra, blocks of rows in parallel, each with sums of its own, which
// are added up in order.
class SpectrumPass {
 public:
  SpectrumPass(const Band& band, const EstimateTools& tools);

  // The shift r of the phases e^{2 pi i f.r}.
  void set_shift(const double r[2]);
  // The displacement D, in samples, that the carriers' phases follow.
  void set_displacement(const double displacement[2]);
  // Where the high ones of BandSums begin, cycles per sample.
  void set_split(double f) { split_f2_ = static_cast<float>(f * f); }
  // Calls loop(row, sums of its block) for each row in the band; the sums, `count` of them, are
  // zeroed before and added into tools.sums[0 .. count) after. Rows outside the band are zeroed
  // where `clear` is set.
  template <class Loop>
  void run(Loop&& loop, std::int64_t count, bool clear) const {
    const auto call = [](const void* self, const SpectrumRow& row, double* sums) {
      (*static_cast<const std::remove_reference_t<Loop>*>(self))(row, sums);
    };
    run_rows(&loop, call, count, clear);
  }

  double ring_scale() const { return ring_scale_; }

 private:
  void run_rows(const void* loop, void (*call)(const void*, const SpectrumRow&, double*),
                std::int64_t count, bool clear) const;
  bool in_band(std::int64_t y) const;
  SpectrumRow row(std::int64_t y) const;

  const Band& band_;
  const EstimateTools& tools_;
  std::int64_t height_, width_;
  double ring_scale_;
  double min_f_;
  float split_f2_ = 0.0F;
  float carrier_sines_[9 * max_carriers] = {};
  float* fx_;
  float* cos_x_;
  float* sin_x_;
  float* cos_y_;
  float* sin_y_;
  float* carrier_squares_;
  std::int32_t* carrier_copies_;
};

}  // namespace ppatch
