// SPDX-License-Identifier: Apache-2.0
//
// Strided arrays as bytes: packed and unpacked again, piece by piece, merged or not.
#include "cuda/runtime/strided_array.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <vector>

namespace ppatch {
namespace {

// 3 x 4 x 5 elements of two bytes with gaps, the last axis backwards.
struct Example {
  std::vector<unsigned char> memory = std::vector<unsigned char>(1000);
  StridedArray array;

  Example() {
    std::iota(memory.begin(), memory.end(), static_cast<unsigned char>(0));
    array.data = memory.data() + 20;
    array.element = 2;
    array.add_axis(3, 200);
    array.add_axis(4, 30);
    array.add_axis(5, -4);
  }
  unsigned char at(std::int64_t i, std::int64_t j, std::int64_t k, std::int64_t byte) const {
    return memory[static_cast<std::size_t>(20 + 200 * i + 30 * j - 4 * k + byte)];
  }
};

TEST(StridedArrays, ArePackedInTheOrderOfTheirAxes) {
  const Example example;
  std::vector<unsigned char> packed(example.array.packed_bytes());
  ASSERT_EQ(packed.size(), 120U);
  // In pieces that end within rows.
  for (std::int64_t first = 0; first < 60; first += 7) {
    pack(example.array, first, std::min<std::int64_t>(60, first + 7), packed.data() + 2 * first);
  }
  std::size_t n = 0;
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 4; ++j) {
      for (int k = 0; k < 5; ++k) {
        EXPECT_EQ(packed[n++], example.at(i, j, k, 0));
        EXPECT_EQ(packed[n++], example.at(i, j, k, 1));
      }
    }
  }
}

TEST(StridedArrays, AreUnpackedBetweenTheirGaps) {
  Example example;
  const std::vector<unsigned char> before = example.memory;
  std::vector<unsigned char> packed(120);
  pack(example.array, 0, 60, packed.data());
  for (unsigned char& byte : packed) byte ^= 0xff;
  unpack(packed.data(), 0, 33, example.array);
  unpack(packed.data() + 66, 33, 60, example.array);
  int changed = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    if (example.memory[i] == before[i]) continue;
    ++changed;
    EXPECT_EQ(example.memory[i], before[i] ^ 0xff);
  }
  EXPECT_EQ(changed, 120);
}

TEST(StridedArrays, SlicesAreOfTheFirstAxis) {
  const Example example;
  const StridedArray slice = example.array.slice(1, 3);
  EXPECT_EQ(slice.packed_bytes(), 80U);
  std::vector<unsigned char> all(120);
  std::vector<unsigned char> part(80);
  pack(example.array, 0, 60, all.data());
  pack(slice, 0, 40, part.data());
  EXPECT_TRUE(std::equal(part.begin(), part.end(), all.begin() + 40));
}

TEST(StridedArrays, AxesThatFollowEachOtherAreMerged) {
  StridedArray array;
  array.element = 4;
  array.add_axis(2, 480);
  array.add_axis(1, 7);
  array.add_axis(3, 80);
  array.add_axis(20, 4);
  const StridedArray merged = array.merged();
  ASSERT_EQ(merged.axes, 2);
  EXPECT_EQ(merged.extent[0], 2);
  EXPECT_EQ(merged.stride[0], 480);
  EXPECT_EQ(merged.extent[1], 60);
  EXPECT_EQ(merged.stride[1], 4);
  const Example example;
  EXPECT_EQ(example.array.merged().axes, 3);
  EXPECT_EQ(example.array.slice(2, 3).merged().count(), 20);
  EXPECT_EQ(StridedArray().merged().count(), 1);
}

}  // namespace
}  // namespace ppatch
