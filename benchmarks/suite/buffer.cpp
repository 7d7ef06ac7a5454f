// SPDX-License-Identifier: Apache-2.0
#include "suite/buffer.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <fstream>
#include <new>
#include <random>
#include <string>
#include <utility>

#include "ptychopatch/ptychopatch.hpp"
#include "suite/patches/case.hpp"

namespace ptychopatch::bench {
namespace {

template <class T>
void fill(T* numbers, std::int64_t count, std::uint64_t seed) {
  // Repeating a block is much faster than drawing gigabytes, and no loop of the library knows.
  constexpr std::int64_t block = std::int64_t{1} << 16;
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<T> uniform(-1, 1);
  const std::int64_t drawn = std::min(count, block);
  for (std::int64_t i = 0; i < drawn; ++i) numbers[i] = uniform(random);
  for (std::int64_t i = drawn; i < count; i += block) {
    std::memcpy(numbers + i, numbers,
                static_cast<std::size_t>(std::min(block, count - i)) * sizeof(T));
  }
}

template <class T>
bool sample_is_finite(const T* numbers, std::int64_t count) {
  constexpr std::int64_t samples = 4096;
  const std::int64_t step = std::max<std::int64_t>(1, count / samples) | 1;
  for (std::int64_t i = 0; i < count; i += step) {
    if (!std::isfinite(numbers[i])) return false;
  }
  return count == 0 || std::isfinite(numbers[count - 1]);
}

}  // namespace

Buffer::Buffer(std::int64_t bytes, std::int64_t misaligned, const Gpu* gpu)
    : bytes_(bytes), misaligned_(misaligned), gpu_(gpu) {
  if (bytes == 0) return;
  if (gpu) {
    data_ = static_cast<std::byte*>(gpu->allocate(bytes + misaligned)) + misaligned;
    return;
  }
  const auto mapped = static_cast<std::size_t>(bytes + misaligned);
  void* memory = mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  madvise(memory, mapped, MADV_HUGEPAGE);
  data_ = static_cast<std::byte*>(memory) + misaligned;
  std::memset(data_, 0,
              static_cast<std::size_t>(bytes));  // the first touch is not what is measured
}

Buffer::~Buffer() {
  if (!data_) return;
  if (gpu_) {
    gpu_->release(data_ - misaligned_);
  } else {
    munmap(data_ - misaligned_, static_cast<std::size_t>(bytes_ + misaligned_));
  }
}

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      misaligned_(std::exchange(other.misaligned_, 0)),
      gpu_(other.gpu_) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(bytes_, other.bytes_);
  std::swap(misaligned_, other.misaligned_);
  std::swap(gpu_, other.gpu_);
  return *this;
}

ppatch_array Buffer::view(ppatch_dtype dtype, const std::vector<std::int64_t>& shape) const {
  ppatch_array view = array(data_, dtype, shape);
  if (gpu_) {
    view.device_type = PPATCH_DEVICE_CUDA;
    view.device_id = gpu_->ordinal();
  }
  return view;
}

void Buffer::fill_from(const void* from, std::int64_t bytes) {
  if (gpu_) {
    gpu_->copy(data_, from, bytes);
  } else {
    std::memcpy(data_, from, static_cast<std::size_t>(bytes));
  }
}

void Buffer::fill_random(ppatch_dtype dtype, std::uint64_t seed) {
  if (gpu_) {
    Buffer host(bytes_);
    host.fill_random(dtype, seed);
    fill_from(host.data(), bytes_);
    return;
  }
  const std::int64_t count = bytes_ / real_size(dtype);
  if (real_type(dtype) == PPATCH_F32) {
    fill(reinterpret_cast<float*>(data_), count, seed);
  } else {
    fill(reinterpret_cast<double*>(data_), count, seed);
  }
}

void Buffer::poison() {
  if (!data_) return;
  if (gpu_) {
    gpu_->fill(data_, 0xff, bytes_);
  } else {
    std::memset(data_, 0xff, static_cast<std::size_t>(bytes_));
  }
}

std::vector<std::byte> Buffer::downloaded() const {
  std::vector<std::byte> bytes(static_cast<std::size_t>(bytes_));
  if (gpu_) {
    gpu_->copy(bytes.data(), data_, bytes_);
  } else {
    std::memcpy(bytes.data(), data_, bytes.size());
  }
  return bytes;
}

bool Buffer::looks_finite(ppatch_dtype dtype) const {
  if (gpu_ && data_) {
    Buffer host(bytes_);
    gpu_->copy(host.data(), data_, bytes_);
    return host.looks_finite(dtype);
  }
  const std::int64_t count = bytes_ / real_size(dtype);
  return real_type(dtype) == PPATCH_F32
             ? sample_is_finite(reinterpret_cast<const float*>(data_), count)
             : sample_is_finite(reinterpret_cast<const double*>(data_), count);
}

PinnedBuffer::PinnedBuffer(std::int64_t bytes, const Gpu* gpu) : gpu_(gpu) {
  if (bytes == 0) return;
  if (gpu) {
    pinned_ = static_cast<std::byte*>(gpu->allocate_pinned(bytes));
  } else {
    ordinary_ = Buffer(bytes);
  }
}

PinnedBuffer::~PinnedBuffer() {
  if (pinned_) gpu_->release_pinned(pinned_);
}

std::int64_t available_memory() {
  std::ifstream file("/proc/meminfo");
  std::string key;
  std::int64_t kib = 0;
  std::string unit;
  while (file >> key >> kib) {
    std::getline(file, unit);
    if (key == "MemAvailable:") return kib * 1024;
  }
  return 0;
}

}  // namespace ptychopatch::bench
