// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/pair_operators.hpp"

#include <vector>

#include "core/registration/pair_operators_by_call.hpp"
#include "cpu/registration/pair_passes.hpp"

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
      double sum = 0.0;
      for (std::int64_t x = 0; x < shape.width; ++x) sum += value.at(m, y, x);
      sums[index] = sum;
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
    const auto first = rows_of(anchor), second = rows_of(target);
    PairPasses passes(machine_, *first, *second);
    passes.count(settings.gain);
    return passes.mask(settings, passes.bound(settings), mask) /
           static_cast<double>(anchor.height * anchor.width);
  }

  ppatch_pair_measures measure_pair(const RawPair& pair, const PairMaskSettings& settings,
                                    const ImageView& mask) const override {
    const auto first = rows_of(pair.anchor, pair.cfa, pair.block);
    const auto second = rows_of(pair.target, pair.cfa, pair.block);
    PairPasses passes(machine_, *first, *second);
    double raw_gain = 0.0;
    const double gain = passes.gains(&raw_gain);
    PairMaskSettings own = settings;
    ppatch_pair_measures measures = gains_of(pair, raw_gain, gain, own);
    if (!is_comparable(own) || first->height * first->width == 0) {
      PairPasses::clear(mask);
      return measures;
    }
    measures.loss = passes.count(own.gain);
    const double kept = passes.mask(own, passes.bound(own), mask);
    measures.mask_mean = kept / static_cast<double>(first->height * first->width);
    return measures;
  }
};

}  // namespace

std::unique_ptr<PairOperators> make_pair_operators(const PairMachine& machine) {
  return std::make_unique<CpuPairOperators>(machine);
}

}  // namespace ppatch
