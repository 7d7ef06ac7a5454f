// SPDX-License-Identifier: Apache-2.0
#include <cub/device/device_radix_sort.cuh>

#include "cuda/runtime/check.hpp"
#include "cuda/runtime/device.hpp"

namespace ppatch::device {

std::uint64_t sort_scratch_bytes(std::int64_t count) {
  std::size_t bytes = 0;
  const std::uint64_t* keys = nullptr;
  const std::uint32_t* values = nullptr;
  check(cub::DeviceRadixSort::SortPairs(nullptr, bytes, keys, const_cast<std::uint64_t*>(keys),
                                        values, const_cast<std::uint32_t*>(values), count),
        "asking for a sort's memory");
  return bytes;
}

void sort(const SortArrays& arrays, std::int64_t count, int bits, void* scratch,
          std::uint64_t scratch_bytes, Stream stream) {
  std::size_t bytes = scratch_bytes;
  check(cub::DeviceRadixSort::SortPairs(scratch, bytes, arrays.keys, arrays.keys_sorted,
                                        arrays.values, arrays.values_sorted, count, 0, bits,
                                        static_cast<cudaStream_t>(stream)),
        "sorting");
}

}  // namespace ppatch::device
