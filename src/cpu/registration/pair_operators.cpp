// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/pair_operators.hpp"

#include <vector>

#include "core/registration/pair_operators_by_call.hpp"
#include "cpu/registration/pair_passes.hpp"
#include "kernels/registration/row_sum.hpp"

namespace ppatch {
namespace {

class PairCall {
 public:
  explicit PairCall(const PairMachine& machine) : machine_(machine) {}

  static ImageView input(const char*, const ImageView& view) { return view; }
  static ImageView output(const char*, const ImageView& view) { return view; }
  template <class T>
  T* scratch(std::int64_t count) {
    const auto bytes = count * static_cast<std::int64_t>(sizeof(T));
    return reinterpret_cast<T*>(scratch_.emplace_back(machine_.allocator, bytes).data());
  }
  static void finish() {}

  template <class Body>
  void run_each_pixel(const Body& body, std::int64_t count, std::int64_t height,
                      std::int64_t width) const {
    machine_.arena.parallel_for(count * height, [&](std::int64_t index, int) {
      for (std::int64_t x = 0; x < width; ++x) body.at(index / height, index % height, x);
    });
  }

  template <class Value>
  double sum_over_rows(const ImageView& shape, const Value& value) {
    const std::int64_t rows = shape.count * shape.height;
    auto* const sums = scratch<double>(rows);
    machine_.arena.parallel_for(rows, [&](std::int64_t index, int) {
      const std::int64_t m = index / shape.height;
      const std::int64_t y = index % shape.height;
      sums[index] = sum_of_row(shape.width, [&](std::int64_t x) { return value.at(m, y, x); });
    });
    double sum = 0.0;
    for (std::int64_t i = 0; i < rows; ++i) sum += sums[i];
    return sum;
  }

 private:
  const PairMachine& machine_;
  std::vector<Buffer<unsigned char>> scratch_;
};

class CpuPairOperators final : public PairOperatorsByCall<PairCall, PairMachine> {
 public:
  using PairOperatorsByCall::PairOperatorsByCall;

  double pair_mask(const ImageView& anchor, const ImageView& target,
                   const PairMaskSettings& settings, const ImageView& mask) const override {
    const bool singles = anchor.dtype == DType::f32 && target.dtype == DType::f32;
    return singles ? mask_of<float>(anchor, target, settings, mask)
                   : mask_of<double>(anchor, target, settings, mask);
  }

  ppatch_pair_measures measure_pair(const RawPair& pair, const PairMaskSettings& settings,
                                    const ImageView& mask) const override {
    const auto first = rows_of(pair.anchor, pair.cfa, pair.block, machine_.loops);
    const auto second = rows_of(pair.target, pair.cfa, pair.block, machine_.loops);
    double raw_gain = 0.0;
    const double gain = pair_gains(machine_, *first, *second, &raw_gain);
    PairMaskSettings own = settings;
    ppatch_pair_measures measures = gains_of(pair, raw_gain, gain, own);
    if (!is_comparable(own) || first->height * first->width == 0) {
      clear(mask);
      return measures;
    }
    PairPasses<float> passes(machine_, *first, *second, own);
    measures.loss = passes.count();
    const double kept = passes.mask(passes.bound(), mask);
    measures.mask_mean = kept / static_cast<double>(first->height * first->width);
    return measures;
  }

 private:
  template <class V>
  double mask_of(const ImageView& anchor, const ImageView& target, const PairMaskSettings& settings,
                 const ImageView& mask) const {
    const auto first = rows_of<V>(anchor), second = rows_of<V>(target);
    PairPasses<V> passes(machine_, *first, *second, settings);
    passes.count();
    return passes.mask(passes.bound(), mask) / static_cast<double>(anchor.height * anchor.width);
  }

  static void clear(const ImageView& mask) {
    if (!mask.data) return;
    for (std::int64_t y = 0; y < mask.height; ++y) {
      for (std::int64_t x = 0; x < mask.width; ++x) *mask.at<std::uint8_t>(0, y, x) = 0;
    }
  }
};

}  // namespace

std::unique_ptr<PairOperators> make_pair_operators(const PairMachine& machine) {
  return std::make_unique<CpuPairOperators>(machine);
}

}  // namespace ppatch
