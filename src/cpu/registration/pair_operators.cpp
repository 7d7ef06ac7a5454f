// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/pair_operators.hpp"

#include <algorithm>
#include <vector>

#include "core/registration/pair_operators_by_call.hpp"

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

  double quantile(const float* values, std::int64_t n, double q) {
    auto* const sorted = scratch<float>(n);
    std::copy(values, values + n, sorted);
    std::int64_t smaller = 0;  // that lie before all others
    return interpolated_quantile(n, q, [&](std::int64_t rank) {
      std::nth_element(sorted + smaller, sorted + rank, sorted + n);
      smaller = rank;
      return static_cast<double>(sorted[rank]);
    });
  }

 private:
  const PairMachine& machine_;
  std::vector<Buffer<unsigned char>> scratch_;
};

}  // namespace

std::unique_ptr<PairOperators> make_pair_operators(const PairMachine& machine) {
  return std::make_unique<PairOperatorsByCall<PairCall, PairMachine>>(machine);
}

}  // namespace ppatch
