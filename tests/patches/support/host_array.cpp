// SPDX-License-Identifier: Apache-2.0
#include "support/host_array.hpp"

#include <algorithm>
#include <cstring>
#include <numeric>

namespace {

constexpr std::byte poison{0xff};

std::int64_t element_bytes(ppatch_dtype dtype) {
  switch (dtype) {
    case PPATCH_F32:
    case PPATCH_I32:
      return 4;
    case PPATCH_C128:
      return 16;
    default:
      return 8;
  }
}

template <class T>
T load(const std::byte* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <class T>
void store(std::byte* at, T value) {
  std::memcpy(at, &value, sizeof value);
}

std::int64_t pick(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

Shape drawn_strides(const Shape& shape, Random& random, bool repeat) {
  std::vector<std::size_t> axes(shape.size());
  std::iota(axes.begin(), axes.end(), 0);
  if (pick(random, 0, 1)) std::shuffle(axes.begin(), axes.end(), random);
  Shape strides(shape.size());
  std::int64_t step = pick(random, 0, 3) ? 1 : 2;
  for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
    const std::int64_t n = shape[*axis];
    if (n <= 1) {
      strides[*axis] = pick(random, -1000, 1000);
      continue;
    }
    if (repeat && pick(random, 0, 7) == 0) continue;
    strides[*axis] = pick(random, 0, 2) ? step : -step;
    step = step * n + (pick(random, 0, 2) ? 0 : pick(random, 1, 5));
  }
  return strides;
}

}  // namespace

HostArray::HostArray(ppatch_dtype dtype, const Shape& shape) : dtype_(dtype), shape_(shape) {
  const ppatch_array plain =
      ppatch_array_c(nullptr, dtype, static_cast<std::int32_t>(shape.size()), shape.data());
  lay_out(Shape(plain.strides, plain.strides + shape.size()), 0, 0);
}

HostArray::HostArray(ppatch_dtype dtype, const Shape& shape, Random& random, Strides strides)
    : HostArray(dtype, shape) {
  if (strides == Strides::contiguous) return;
  lay_out(drawn_strides(shape, random, strides == Strides::repeated), pick(random, 0, 9),
          pick(random, 1, 9));
}

void HostArray::lay_out(const Shape& strides, std::int64_t margin_before,
                        std::int64_t margin_after) {
  strides_ = strides;
  std::int64_t count = 1;
  for (std::int64_t n : shape_) count *= n;
  places_.assign(count, 0);
  for (std::int64_t i = 0; i < count; ++i) {
    std::int64_t rest = i;
    for (std::size_t axis = shape_.size(); axis-- > 0; rest /= shape_[axis]) {
      places_[i] += rest % shape_[axis] * strides_[axis];
    }
  }
  std::int64_t low = 0;
  std::int64_t high = -1;
  if (count > 0) {
    low = *std::min_element(places_.begin(), places_.end());
    high = *std::max_element(places_.begin(), places_.end());
  }
  origin_ = margin_before - low;
  for (std::int64_t& place : places_) place += origin_;
  memory_.assign((margin_before + high - low + 1 + margin_after) * element_bytes(dtype_), poison);
}

ppatch_array HostArray::view() const {
  const std::byte* data = memory_.data();
  if (!memory_.empty()) data += origin_ * element_bytes(dtype_);
  return ppatch_array_strided(data, dtype_, static_cast<std::int32_t>(shape_.size()), shape_.data(),
                              strides_.data());
}

Complex HostArray::get(std::int64_t i) const {
  const std::byte* at = memory_.data() + places_[i] * element_bytes(dtype_);
  switch (dtype_) {
    case PPATCH_F32:
      return load<float>(at);
    case PPATCH_F64:
      return load<double>(at);
    case PPATCH_C64:
      return {load<float>(at), load<float>(at + 4)};
    case PPATCH_C128:
      return {load<double>(at), load<double>(at + 8)};
    case PPATCH_I32:
      return load<std::int32_t>(at);
    default:
      return static_cast<double>(load<std::int64_t>(at));
  }
}

void HostArray::set(std::int64_t i, Complex value) {
  std::byte* at = memory_.data() + places_[i] * element_bytes(dtype_);
  switch (dtype_) {
    case PPATCH_F32:
      return store(at, static_cast<float>(value.real()));
    case PPATCH_F64:
      return store(at, value.real());
    case PPATCH_C64:
      store(at, static_cast<float>(value.real()));
      return store(at + 4, static_cast<float>(value.imag()));
    case PPATCH_C128:
      store(at, value.real());
      return store(at + 8, value.imag());
    case PPATCH_I32:
      return store(at, static_cast<std::int32_t>(value.real()));
    default:
      return store(at, static_cast<std::int64_t>(value.real()));
  }
}

Values HostArray::values() const {
  Values out;
  out.reserve(places_.size());
  for (std::int64_t i = 0; i < size(); ++i) out.push_back(get(i));
  return out;
}

void HostArray::fill(Random& random) {
  std::uniform_real_distribution<double> unit(-1, 1);
  for (std::int64_t i = 0; i < size(); ++i) set(i, {unit(random), unit(random)});
}

std::vector<std::byte> HostArray::bits() const {
  std::vector<std::byte> out;
  const std::int64_t bytes = element_bytes(dtype_);
  for (std::int64_t place : places_) {
    const std::byte* at = memory_.data() + place * bytes;
    out.insert(out.end(), at, at + bytes);
  }
  return out;
}

bool HostArray::gaps_intact() const {
  std::vector<std::byte> rest = memory_;
  const std::int64_t bytes = element_bytes(dtype_);
  for (std::int64_t place : places_) std::fill_n(rest.begin() + place * bytes, bytes, poison);
  return std::all_of(rest.begin(), rest.end(), [](std::byte b) { return b == poison; });
}
