// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/pair_operators.hpp"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>
#include <vector>

#include "core/registration/pair_operators_by_call.hpp"
#include "cuda/registration/kernels/mask_pixels.hpp"
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

class DevicePairOperators final : public PairOperatorsByCall<PairCall, PairMachine> {
 public:
  using PairOperatorsByCall::PairOperatorsByCall;

  double pair_mask(const ImageView& anchor, const ImageView& target,
                   const PairMaskSettings& settings, const ImageView& mask) const override {
    PairCall call(machine_);
    const double mean = masked(call, call.input("anchor", anchor), call.input("target", target),
                               settings, call.output("mask", mask));
    call.finish();
    return mean;
  }

  ppatch_pair_measures measure_pair(const RawPair& pair, const PairMaskSettings& settings,
                                    const ImageView& mask) const override {
    PairCall call(machine_);
    const SceneImageView& first = pair.anchor;
    const bool is_mosaic = pair.cfa.period > 1;
    const std::int64_t h = first.height / pair.block, w = first.width / pair.block;
    ImageView values[2];
    double sums[2], raw_sums[2];
    const SceneImageView* const sides[2] = {&pair.anchor, &pair.target};
    for (int side = 0; side < 2; ++side) {
      values[side] = plane(call, is_mosaic ? 3 : 1, h, w);
      with_sample(sides[side]->dtype, [&](auto sample) {
        using Sample = decltype(sample);
        const auto mosaic = samples_of<Sample>(call, *sides[side], pair.cfa.period,
                                               side == 0 ? "anchor.pixels" : "target.pixels");
        raw_sums[side] =
            is_mosaic ? sum_normalised(call, mosaic) : normalise(call, mosaic, 0, values[side]);
        if (is_mosaic && h * w != 0) bin(call, mosaic, pair, values[side]);
      });
      sums[side] = call.sum_over_rows(values[side], SampleValue{values[side]});
    }
    PairMaskSettings own = settings;
    ppatch_pair_measures measures =
        gains_of(pair, gain_of(raw_sums[0], raw_sums[1]), gain_of(sums[0], sums[1]), own);
    const ImageView out =
        mask.data ? call.output("mask", mask)
                  : ImageView{call.scratch<std::uint8_t>(h * w), DType::u8, 1, h, w, h * w, w, 1};
    const bool compares = is_comparable(own) && h * w != 0;
    if (compares) {
      measures.loss = call.sum_over_rows(values[0], LossValue{values[0], values[1], own.gain}) /
                      static_cast<double>(values[0].count * h * w);
    } else {
      own.gain = std::numeric_limits<double>::quiet_NaN();  // no difference is kept then
    }
    const double mean = h * w != 0 ? masked(call, values[0], values[1], own, out) : 0.0;
    if (compares) measures.mask_mean = mean;
    call.finish();
    return measures;
  }

 private:
  static ImageView plane(PairCall& call, std::int64_t count, std::int64_t h, std::int64_t w) {
    return {call.scratch<float>(count * h * w), DType::f32, count, h, w, h * w, w, 1};
  }

  // Rows from `first` on that out has room for; their sum.
  template <class T>
  static double normalise(PairCall& call, const MosaicSamples<T>& mosaic, std::int64_t first,
                          const ImageView& out) {
    NormalisedPixel<T> pixel;
    pixel.mosaic = mosaic;
    pixel.mosaic.pixels.data = mosaic.pixels.template row<T>(first);
    pixel.out = out;
    call.run_each_pixel(pixel, 1, out.height, out.width);
    return call.sum_over_rows(out, SampleValue{out});
  }

  // Of all rows, some at a time: a multiple of every period.
  template <class T>
  static double sum_normalised(PairCall& call, const MosaicSamples<T>& mosaic) {
    constexpr std::int64_t band = 960;
    const ScenePixels& pixels = mosaic.pixels;
    ImageView out = plane(call, 1, std::min(band, pixels.height), pixels.width);
    double sum = 0.0;
    for (std::int64_t y = 0; y < pixels.height; y += band) {
      out.height = std::min(band, pixels.height - y);
      sum += normalise(call, mosaic, y, out);
    }
    return sum;
  }

  template <class T>
  static void bin(PairCall& call, const MosaicSamples<T>& mosaic, const RawPair& pair,
                  const ImageView& out) {
    BinnedPixel<T> pixel;
    pixel.mosaic = mosaic;
    std::copy(pair.cfa.colour, pair.cfa.colour + 36, pixel.colour);
    pixel.block = pair.block;
    pixel.out = out;
    call.run_each_pixel(pixel, 1, out.height, out.width);
  }

  // Returns the mask's mean.
  static double masked(PairCall& call, const ImageView& anchor, const ImageView& target,
                       const PairMaskSettings& settings, const ImageView& mask) {
    const std::int64_t h = anchor.height;
    const std::int64_t w = anchor.width;
    DifferencePixel difference;
    difference.anchor = anchor;
    difference.target = target;
    difference.gain = settings.gain;
    difference.out = call.scratch<float>(h * w);
    call.run_each_pixel(difference, 1, h, w);
    ErodedPixel eroded;
    eroded.difference = difference.out;
    eroded.bound =
        std::min(settings.threshold, call.quantile(difference.out, h * w, settings.quantile));
    eroded.out = {call.scratch<unsigned char>(h * w), h, w};
    call.run_each_pixel(eroded, 1, h, w);
    MaskPixel pixel;
    pixel.anchor = anchor;
    pixel.eroded = eroded.out;
    pixel.clips = settings.clips;
    pixel.clip_bound = settings.clip_bound;
    pixel.out = mask;
    call.run_each_pixel(pixel, 1, h, w);
    ImageView flags = mask;
    flags.count = 1;
    return call.sum_over_rows(flags, MaskValue{flags}) / static_cast<double>(h * w);
  }
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
  return std::make_unique<DevicePairOperators>(machine);
}

}  // namespace ppatch
