// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/pair_operators.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "core/registration/pair_operators_by_call.hpp"
#include "cuda/registration/kernels/row_sums.hpp"
#include "cuda/registration/kernels/value_select.hpp"
#include "cuda/runtime/device_call.hpp"

namespace ppatch {
namespace {

constexpr std::uint64_t piece_bytes = std::uint64_t{1} << 20;

// A call that no plan belongs to.
class PairCall {
 public:
  explicit PairCall(const PairMachine& machine)
      : selected_(machine.machine().settings.device),
        machine_(machine),
        space_(machine.take()),
        call_(std::in_place, "ptychopatch pair", machine.machine(), space_->memory,
              space_->stream) {}
  PairCall(const PairCall&) = delete;
  PairCall& operator=(const PairCall&) = delete;
  ~PairCall() {
    call_.reset();
    // Where it ended early, some of its work is under way.
    space_->stream.drain(machine_.machine().settings.device);
    machine_.give_back(std::move(space_));
  }

  ImageView input(const char* name, const ImageView& view) {
    return call_->array(array_of(name, view, size_of(view.dtype), 1), Access::read);
  }
  ImageView output(const char* name, const ImageView& view) {
    return call_->array(array_of(name, view, size_of(view.dtype), 1), Access::write);
  }
  template <class T>
  T* scratch(std::int64_t count) {
    return call_->scratch<T>(count);
  }
  void finish() {
    call_->finish();
    device::synchronize(space_->stream.get());
  }

  template <class Body>
  void run_each_pixel(const Body& body, std::int64_t count, std::int64_t height,
                      std::int64_t width) const {
    call_->run_each(EachPixel<Body>{body, height, width}, count * height * width);
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
    kernel.sums = call_->scratch<double>(rows);
    call_->run(kernel);
    double sum = 0.0;
    for (const double row : downloaded(kernel.sums, rows)) sum += row;
    return sum;
  }

  // Of floats that are not negative.
  double quantile(const float* values, std::int64_t n, double q) {
    auto* const selection = call_->scratch<ValueSelection>(1);
    SelectionCount count;
    count.value = values;
    count.count = n;
    count.selection = selection;
    count.counts = call_->scratch<std::uint32_t>(count.blocks() * ValueSelection::digits);
    return interpolated_quantile(n, q, [&](std::int64_t rank) {
      call_->run_each(SelectionBegin{rank, selection}, 1);
      for (int pass = 0; pass < ValueSelection::passes; ++pass) {
        count.pass = pass;
        call_->run(count);
        call_->run(SelectionFollow{count.counts, count.blocks(), pass, selection});
      }
      return static_cast<double>(float_of(downloaded(selection, 1)[0].found));
    });
  }

 private:
  // What is on the device, when all that comes before is done.
  template <class T>
  std::vector<T> downloaded(const T* from, std::int64_t count) const {
    std::vector<T> values(static_cast<std::size_t>(count));
    device::copy_to_host(values.data(), from, DeviceBuffer<T>::bytes_of(count),
                         space_->stream.get());
    device::synchronize(space_->stream.get());
    return values;
  }

  device::Selection selected_;
  const PairMachine& machine_;
  std::unique_ptr<PairMachine::Workspace> space_;
  std::optional<DeviceCall> call_;
};

}  // namespace

PairMachine::Workspace::Workspace(const Machine& machine)
    : memory(machine,
             std::min(piece_bytes, std::max<std::uint64_t>(machine.settings.memory_budget, 8)),
             machine.settings.memory_budget) {}

PairMachine::~PairMachine() {
  try {
    const device::Selection selected(machine_.settings.device);
    idle_.clear();
  } catch (const Error&) {  // the card is gone, and its memory with it
  }
}

std::unique_ptr<PairMachine::Workspace> PairMachine::take() const {
  {
    const std::scoped_lock lock(guard_);
    if (!idle_.empty()) {
      std::unique_ptr<Workspace> space = std::move(idle_.back());
      idle_.pop_back();
      return space;
    }
  }
  return std::make_unique<Workspace>(machine_);
}

void PairMachine::give_back(std::unique_ptr<Workspace> space) const {
  const std::scoped_lock lock(guard_);
  try {
    idle_.push_back(std::move(space));
  } catch (const std::bad_alloc&) {  // then it is given up
  }
}

std::unique_ptr<PairOperators> make_pair_operators(const PairMachine& machine) {
  return std::make_unique<PairOperatorsByCall<PairCall, PairMachine>>(machine);
}

}  // namespace ppatch
