// SPDX-License-Identifier: Apache-2.0
#include "formats/tensor.hpp"

#include <cmath>
#include <complex>
#include <type_traits>

#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

struct Half {
  std::uint16_t bits;

  explicit operator double() const {
    const double sign = (bits & 0x8000u) != 0 ? -1.0 : 1.0;
    const int exponent = bits >> 10 & 0x1f;
    const int fraction = bits & 0x3ff;
    if (exponent == 0) return sign * std::ldexp(fraction, -24);
    if (exponent < 31) return sign * std::ldexp(fraction + 1024, exponent - 25);
    return sign * (fraction != 0 ? NAN : HUGE_VAL);
  }
};

struct Boolean {
  unsigned char bits;
  explicit operator double() const { return bits != 0 ? 1.0 : 0.0; }
};

template <class To, class From>
To convert_element(const From& value) {
  using Complex = std::complex<double>;
  if constexpr (std::is_same_v<From, std::complex<float>> || std::is_same_v<From, Complex>) {
    using Part = typename To::value_type;
    return {static_cast<Part>(value.real()), static_cast<Part>(value.imag())};
  } else if constexpr (std::is_arithmetic_v<From> && std::is_arithmetic_v<To>) {
    return static_cast<To>(value);
  } else if constexpr (std::is_arithmetic_v<To>) {
    return static_cast<To>(static_cast<double>(value));
  } else {
    using Part = typename To::value_type;
    return {convert_element<Part>(value), Part{0}};
  }
}

template <class To, class From>
void convert_all(const Bytes& from, Bytes& to) {
  const std::size_t count = from.size() / sizeof(From);
  for (std::size_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, from.data() + i * sizeof(From), sizeof(From));
    const To converted = convert_element<To>(value);
    std::memcpy(to.data() + i * sizeof(To), &converted, sizeof(To));
  }
}

template <class From>
void convert_from(const Bytes& from, Bytes& to, ppatch_dtype dtype) {
  if (dtype == PPATCH_C64) return convert_all<std::complex<float>, From>(from, to);
  if (dtype == PPATCH_C128) return convert_all<std::complex<double>, From>(from, to);
  constexpr bool complex =
      std::is_same_v<From, std::complex<float>> || std::is_same_v<From, std::complex<double>>;
  if constexpr (!complex) {
    if (dtype == PPATCH_F32) return convert_all<float, From>(from, to);
    if (dtype == PPATCH_F64) return convert_all<double, From>(from, to);
  }
  if constexpr (std::is_integral_v<From>) {
    if (dtype == PPATCH_I64) return convert_all<std::int64_t, From>(from, to);
  }
}

void convert_bytes(const NpyArray& array, Bytes& to, ppatch_dtype dtype) {
  const Bytes& from = array.data;
  switch (array.type.kind) {
    case Kind::boolean:
      return convert_from<Boolean>(from, to, dtype);
    case Kind::signed_integer:
      if (array.type.size == 1) return convert_from<std::int8_t>(from, to, dtype);
      if (array.type.size == 2) return convert_from<std::int16_t>(from, to, dtype);
      if (array.type.size == 4) return convert_from<std::int32_t>(from, to, dtype);
      return convert_from<std::int64_t>(from, to, dtype);
    case Kind::unsigned_integer:
      if (array.type.size == 1) return convert_from<std::uint8_t>(from, to, dtype);
      if (array.type.size == 2) return convert_from<std::uint16_t>(from, to, dtype);
      if (array.type.size == 4) return convert_from<std::uint32_t>(from, to, dtype);
      return convert_from<std::uint64_t>(from, to, dtype);
    case Kind::floating:
      if (array.type.size == 2) return convert_from<Half>(from, to, dtype);
      if (array.type.size == 4) return convert_from<float>(from, to, dtype);
      return convert_from<double>(from, to, dtype);
    case Kind::complex:
      if (array.type.size == 8) return convert_from<std::complex<float>>(from, to, dtype);
      return convert_from<std::complex<double>>(from, to, dtype);
    case Kind::text:
      return;
  }
}

}  // namespace

Tensor Tensor::make(ppatch_dtype dtype, const Shape& shape, const std::string& what) {
  const auto element = static_cast<std::size_t>(ppatch_dtype_size(dtype));
  const std::uint64_t bytes = bytes_of_shape(shape, element, what);
  require_memory(bytes, what);
  Tensor tensor;
  tensor.dtype = dtype;
  tensor.shape = shape;
  tensor.data = Bytes(static_cast<std::size_t>(bytes));
  return tensor;
}

ppatch_array Tensor::view(std::int64_t first, const Shape& part) const {
  const auto offset = static_cast<std::size_t>(first * ppatch_dtype_size(dtype));
  return ptychopatch::array(data.size() == 0 ? nullptr : data.data() + offset, dtype, part);
}

bool is_complex(ppatch_dtype dtype) { return dtype == PPATCH_C64 || dtype == PPATCH_C128; }

ElementType element_type(ppatch_dtype dtype) {
  const auto size = static_cast<std::size_t>(ppatch_dtype_size(dtype));
  if (dtype == PPATCH_I32 || dtype == PPATCH_I64) return {Kind::signed_integer, size};
  return {is_complex(dtype) ? Kind::complex : Kind::floating, size};
}

NpyArray to_array(Tensor tensor) {
  return {element_type(tensor.dtype), std::move(tensor.shape), std::move(tensor.data)};
}

ppatch_dtype nearest_dtype(const ElementType& type) {
  if (type.kind == Kind::complex) return type.size == 8 ? PPATCH_C64 : PPATCH_C128;
  if (type.kind == Kind::floating) return type.size == 8 ? PPATCH_F64 : PPATCH_F32;
  return type.size <= 2 ? PPATCH_F32 : PPATCH_F64;
}

Tensor to_tensor(NpyArray array, ppatch_dtype dtype, const std::string& source) {
  if (!array.type.numeric()) {
    throw FormatError(source + " is text, expected a numeric array");
  }
  if (array.type.kind == Kind::complex && !is_complex(dtype)) {
    throw FormatError(source + " is " + array.type.name() +
                      ", which cannot become real without losing its imaginary part");
  }
  const bool whole =
      array.type.kind == Kind::signed_integer || array.type.kind == Kind::unsigned_integer;
  if (dtype == PPATCH_I64 && !whole) {
    throw FormatError(source + " is " + array.type.name() + ", expected integers");
  }
  const ElementType wanted = element_type(dtype);
  if (wanted.kind == array.type.kind && wanted.size == array.type.size) {
    return {dtype, std::move(array.shape), std::move(array.data)};
  }
  Tensor tensor = Tensor::make(dtype, array.shape, source);
  convert_bytes(array, tensor.data, dtype);
  return tensor;
}

}  // namespace ptychopatch::formats
