// SPDX-License-Identifier: Apache-2.0
#include "formats/tensor.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <complex>
#include <limits>

#include "formats/format_error.hpp"

namespace {

using namespace ptychopatch::formats;  // NOLINT(google-build-using-namespace)

template <class T>
NpyArray array_of(Kind kind, const std::vector<T>& values) {
  NpyArray array{{kind, sizeof(T)}, {static_cast<std::int64_t>(values.size())}, {}};
  array.data = Bytes(values.size() * sizeof(T));
  std::memcpy(array.data.data(), values.data(), array.data.size());
  return array;
}

template <class T>
double first(Kind kind, T value, ppatch_dtype dtype) {
  const Tensor tensor = to_tensor(array_of<T>(kind, {value}), dtype, "x");
  return dtype == PPATCH_F32 ? tensor.as<float>()[0] : tensor.as<double>()[0];
}

TEST(Tensor, HalfPrecisionIsExact) {
  const std::pair<std::uint16_t, double> cases[] = {
      {0x0000, 0.0},      {0x3c00, 1.0},      {0xc000, -2.0},         {0x7bff, 65504.0},
      {0x0400, 0x1p-14},  {0x0001, 0x1p-24},  {0x83ff, -0x1.ff8p-15}, {0x3555, 0x1.554p-2},
      {0x7c00, INFINITY}, {0xfc00, -INFINITY}};
  for (const auto& [bits, value] : cases) {
    EXPECT_EQ(first(Kind::floating, bits, PPATCH_F64), value) << bits;
    EXPECT_EQ(first(Kind::floating, bits, PPATCH_F32), value) << bits;
  }
  EXPECT_TRUE(std::isnan(first<std::uint16_t>(Kind::floating, 0x7e01, PPATCH_F64)));
  EXPECT_TRUE(std::signbit(first<std::uint16_t>(Kind::floating, 0x8000, PPATCH_F64)));
}

TEST(Tensor, IntegersKeepTheirValue) {
  EXPECT_EQ(first<std::int8_t>(Kind::signed_integer, -128, PPATCH_F32), -128);
  EXPECT_EQ(first<std::int16_t>(Kind::signed_integer, -32768, PPATCH_F32), -32768);
  EXPECT_EQ(first<std::int32_t>(Kind::signed_integer, std::numeric_limits<std::int32_t>::min(),
                                PPATCH_F64),
            -0x1p31);
  EXPECT_EQ(first<std::int64_t>(Kind::signed_integer, -(std::int64_t{1} << 52) - 1, PPATCH_F64),
            -0x1p52 - 1);
  EXPECT_EQ(first<std::uint8_t>(Kind::unsigned_integer, 255, PPATCH_F32), 255);
  EXPECT_EQ(first<std::uint16_t>(Kind::unsigned_integer, 65535, PPATCH_F32), 65535);
  EXPECT_EQ(first<std::uint32_t>(Kind::unsigned_integer, 0xffffffffu, PPATCH_F64), 0x1p32 - 1);
  EXPECT_EQ(first<std::uint64_t>(Kind::unsigned_integer, ~std::uint64_t{0}, PPATCH_F64), 0x1p64);
  EXPECT_EQ(first<std::uint8_t>(Kind::boolean, 2, PPATCH_F32), 1);
}

TEST(Tensor, NearestTypes) {
  const std::pair<ElementType, ppatch_dtype> cases[] = {
      {{Kind::boolean, 1}, PPATCH_F32},        {{Kind::signed_integer, 2}, PPATCH_F32},
      {{Kind::signed_integer, 4}, PPATCH_F64}, {{Kind::unsigned_integer, 8}, PPATCH_F64},
      {{Kind::floating, 2}, PPATCH_F32},       {{Kind::floating, 4}, PPATCH_F32},
      {{Kind::floating, 8}, PPATCH_F64},       {{Kind::complex, 8}, PPATCH_C64},
      {{Kind::complex, 16}, PPATCH_C128}};
  for (const auto& [type, dtype] : cases) EXPECT_EQ(nearest_dtype(type), dtype) << type.name();
}

TEST(Tensor, ComplexAndReal) {
  using C64 = std::complex<float>;
  using C128 = std::complex<double>;
  const Tensor wide = to_tensor(array_of<C64>(Kind::complex, {{1, -2}}), PPATCH_C128, "x");
  EXPECT_EQ(wide.as<C128>()[0], C128(1, -2));
  const Tensor narrow = to_tensor(array_of<C128>(Kind::complex, {{0.1, -2}}), PPATCH_C64, "x");
  EXPECT_EQ(narrow.as<C64>()[0], C64(0.1f, -2));
  const Tensor from_real = to_tensor(array_of<double>(Kind::floating, {3}), PPATCH_C64, "x");
  EXPECT_EQ(from_real.as<C64>()[0], C64(3, 0));
  EXPECT_THROW(to_tensor(array_of<C64>(Kind::complex, {{1, 0}}), PPATCH_F64, "x"), FormatError);
  EXPECT_THROW(to_tensor(array_of<char32_t>(Kind::text, {U'a'}), PPATCH_F64, "x"), FormatError);
}

}  // namespace
