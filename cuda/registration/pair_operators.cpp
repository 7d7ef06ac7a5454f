// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/pair_operators.hpp"

#include <algorithm>
#include <vector>

#include "core/registration/pair_operators_by_call.hpp"
#include "cuda/registration/kernels/row_sums.hpp"
#include "cuda/registration/kernels/value_select.hpp"
#include "cuda/runtime/device_call.hpp"

namespace ppatch {
namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 20;

// A call that no plan belongs to: its memory is gone in the end.
class PairCall {
 public:
  explicit PairCall(const Machine& machine)
      : selected_(machine.settings.device),
        memory_(machine, std::min(piece_bytes, std::max<std::uint64_t>(budget(machine), 8)),
                budget(machine)),
        call_(machine, memory_, stream_) {}

  ImageView input(const char* name, const ImageView& view) {
    return call_.array(array_of(name, view, size_of(view.dtype), 1), Access::read);
  }
  ImageView output(const char* name, const ImageView& view) {
    return call_.array(array_of(name, view, size_of(view.dtype), 1), Access::write);
  }
  template <class T>
  T* scratch(std::int64_t count) {
    return call_.scratch<T>(count);
  }
  void finish() {
    call_.finish();
    device::synchronize(stream_.get());
  }

  template <class Body>
  void run_each_pixel(const Body& body, std::int64_t count, std::int64_t height,
                      std::int64_t width) const {
    call_.run_each(EachPixel<Body>{body, height, width}, count * height * width);
  }

  template <class Value>
  double sum_over_rows(const ImageView& shape, const Value& value) {
    const std::int64_t rows = shape.count * shape.height;
    if (rows == 0) return 0.0;
    RowSums<Value> kernel;
    kernel.value = value;
    kernel.count = shape.count;
    kernel.height = shape.height;
    kernel.width = shape.width;
    kernel.sums = call_.scratch<double>(rows);
    call_.run(kernel);
    double sum = 0.0;
    for (const double row : downloaded(kernel.sums, rows)) sum += row;
    return sum;
  }

  // Of floats that are not negative.
  double quantile(const float* values, std::int64_t n, double q) {
    auto* const selection = call_.scratch<ValueSelection>(1);
    SelectionCount count;
    count.value = values;
    count.count = n;
    count.selection = selection;
    count.counts = call_.scratch<std::uint32_t>(count.blocks() * ValueSelection::digits);
    return interpolated_quantile(n, q, [&](std::int64_t rank) {
      call_.run_each(SelectionBegin{rank, selection}, 1);
      for (int pass = 0; pass < ValueSelection::passes; ++pass) {
        count.pass = pass;
        call_.run(count);
        call_.run(SelectionFollow{count.counts, count.blocks(), pass, selection});
      }
      return static_cast<double>(float_of(downloaded(selection, 1)[0].found));
    });
  }

 private:
  static std::uint64_t budget(const Machine& machine) { return machine.settings.memory_budget; }

  // What is on the device, when all that comes before is done.
  template <class T>
  std::vector<T> downloaded(const T* from, std::int64_t count) const {
    std::vector<T> values(static_cast<std::size_t>(count));
    device::copy_to_host(values.data(), from, DeviceBuffer<T>::bytes_of(count), stream_.get());
    device::synchronize(stream_.get());
    return values;
  }

  device::Selection selected_;
  PlanStream stream_;
  CallMemory memory_;
  DeviceCall call_;
};

}  // namespace

std::unique_ptr<PairOperators> make_pair_operators(const Machine& machine) {
  return std::make_unique<PairOperatorsByCall<PairCall, Machine>>(machine);
}

}  // namespace ppatch
