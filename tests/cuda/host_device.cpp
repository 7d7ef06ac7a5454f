// SPDX-License-Identifier: Apache-2.0
//
// The device of the CUDA backend, on the host: blocks run one after the other in any order, and so
// do the threads of a step; memory is born poisoned. What the backend computes with it, it computes
// on a card, but for what only happens where things run at the same time.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <numeric>
#include <random>
#include <set>
#include <vector>

#include "core/error.hpp"
#include "cuda/groups/kernels/kernel_list.hpp"
#include "cuda/patches/kernels/kernel_list.hpp"
#include "cuda/registration/kernels/kernel_list.hpp"
#include "math/pixel_types.hpp"

namespace ppatch {
namespace {

// Blocks of one kind of memory, by their first byte.
struct Memory {
  std::mutex mutex;
  std::map<const unsigned char*, std::uint64_t> blocks;

  bool holds(const void* address) {
    const std::lock_guard<std::mutex> lock(mutex);
    const auto* const byte = static_cast<const unsigned char*>(address);
    const auto after = blocks.upper_bound(byte);
    if (after == blocks.begin()) return false;
    const auto& [first, bytes] = *std::prev(after);
    return byte < first + bytes;
  }
};

// Of one of the devices.
constexpr int device_count = 2;
Memory& memory(int ordinal) {
  static Memory all[device_count];
  return all[ordinal];
}
thread_local int selected_device = 0;

// The device whose memory that is, or -1.
int device_of(const void* address) {
  for (int ordinal = 0; ordinal < device_count; ++ordinal) {
    if (memory(ordinal).holds(address)) return ordinal;
  }
  return -1;
}

Memory& pinned_memory() {
  static Memory all;
  return all;
}

// Streams that were made and are not gone. Their work is done at once.
struct Streams {
  std::mutex mutex;
  std::set<const void*> alive;

  // nullptr is the default stream.
  void require(const void* stream) {
    const std::lock_guard<std::mutex> lock(mutex);
    if (stream && !alive.contains(stream)) fail(PPATCH_ERROR_DEVICE, "a stream that is gone");
  }
};

Streams& streams() {
  static Streams all;
  return all;
}

void* make_block(Memory& of, std::uint64_t bytes) {
  void* const block = std::malloc(bytes);
  if (!block) fail(PPATCH_ERROR_OUT_OF_MEMORY, "allocating ", bytes, " bytes failed");
  std::memset(block, 0xff, bytes);
  const std::lock_guard<std::mutex> lock(of.mutex);
  of.blocks[static_cast<unsigned char*>(block)] = std::max<std::uint64_t>(bytes, 1);
  return block;
}

void release_block(Memory& of, void* block) noexcept {
  const std::lock_guard<std::mutex> lock(of.mutex);
  of.blocks.erase(static_cast<unsigned char*>(block));
  std::free(block);
}

std::vector<int> shuffled(int count, std::mt19937_64& random) {
  std::vector<int> order(static_cast<std::size_t>(count));
  std::iota(order.begin(), order.end(), 0);
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

std::mt19937_64& any_order() {
  static thread_local std::mt19937_64 random = [] {
    const char* seed = std::getenv("PTYCHOPATCH_TEST_SEED");
    return std::mt19937_64(seed ? std::strtoull(seed, nullptr, 10) : std::random_device{}());
  }();
  return random;
}

}  // namespace

namespace device {

std::int32_t count(char* reason, std::int32_t reason_size) {
  if (!std::getenv("PTYCHOPATCH_TEST_NO_DEVICE")) return device_count;
  std::snprintf(reason, static_cast<std::size_t>(reason_size), "the test took it away");
  return 0;
}

std::string name(int) { return "the host as a device"; }

Selection::Selection(int ordinal) : before_(selected_device) { selected_device = ordinal; }
Selection::~Selection() { selected_device = before_; }
int selected() { return selected_device; }
Range::Range(const char*) {}
Range::~Range() {}  // not here alone

// PTYCHOPATCH_TEST_LARGEST_BLOCK is how many bytes there are in one piece.
void* allocate(std::uint64_t bytes) {
  const char* largest = std::getenv("PTYCHOPATCH_TEST_LARGEST_BLOCK");
  if (largest && bytes > std::strtoull(largest, nullptr, 10)) {
    fail(PPATCH_ERROR_OUT_OF_MEMORY, "allocating ", bytes, " bytes on the device failed");
  }
  return make_block(memory(selected_device), bytes);
}

void release(void* block) noexcept {
  const int ordinal = device_of(block);
  if (ordinal >= 0) release_block(memory(ordinal), block);
}
void* allocate_pinned(std::uint64_t bytes) { return make_block(pinned_memory(), bytes); }
void release_pinned(void* block) noexcept { release_block(pinned_memory(), block); }

bool reaches(const char* name, const void* address) {
  const int ordinal = device_of(address);
  if (ordinal >= 0 && ordinal != selected_device) {
    fail(PPATCH_ERROR_INVALID_ARGUMENT, name, ": expected memory of card ", selected_device,
         " or of the host, got card ", ordinal, "'s");
  }
  return ordinal >= 0;
}
bool is_page_locked(const void* address) { return pinned_memory().holds(address); }

Stream make_stream() {
  auto* const stream = new char;
  const std::lock_guard<std::mutex> lock(streams().mutex);
  streams().alive.insert(stream);
  return stream;
}
void destroy_stream(Stream stream) noexcept {
  const std::lock_guard<std::mutex> lock(streams().mutex);
  streams().alive.erase(stream);
  delete static_cast<char*>(stream);
}
bool is_capturing(Stream stream) {
  streams().require(stream);
  return false;
}
void synchronize(Stream stream) { streams().require(stream); }
void synchronize_all() {}
Event make_event() { return nullptr; }
void destroy_event(Event) noexcept {}
void record(Event, Stream stream) { streams().require(stream); }
void wait(Event) {}
void wait_in(Stream stream, Event) { streams().require(stream); }

void copy_to_device(void* to, const void* from, std::uint64_t bytes, Stream stream) {
  streams().require(stream);
  if (bytes > 0) std::memcpy(to, from, bytes);
}
void copy_rows_to_device(void* to, const void* from, std::uint64_t from_step,
                         std::uint64_t row_bytes, std::uint64_t rows, Stream stream) {
  streams().require(stream);
  for (std::uint64_t row = 0; row < rows; ++row) {
    std::memcpy(static_cast<unsigned char*>(to) + row * row_bytes,
                static_cast<const unsigned char*>(from) + row * from_step, row_bytes);
  }
}
void copy_to_host(void* to, const void* from, std::uint64_t bytes, Stream stream) {
  streams().require(stream);
  if (bytes > 0) std::memcpy(to, from, bytes);
  // A device that is broken.
  if (bytes > 0 && std::getenv("PTYCHOPATCH_TEST_WRONG_COPIES")) {
    *static_cast<unsigned char*>(to) ^= 1U;
  }
}

template <class Kernel>
void launch(const Kernel& kernel, std::int64_t blocks, Stream stream) {
  streams().require(stream);
  using Shared = typename Kernel::Shared;
  using Private = typename Kernel::Private;
  std::mt19937_64& random = any_order();
  std::vector<std::int64_t> order(static_cast<std::size_t>(blocks));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  std::shuffle(order.begin(), order.end(), random);
  std::vector<Private> own(Kernel::threads);
  std::vector<Shared> shared(1);
  for (const std::int64_t block : order) {
    std::memset(static_cast<void*>(own.data()), 0xff, own.size() * sizeof(Private));
    std::memset(static_cast<void*>(shared.data()), 0xff, sizeof(Shared));
    const std::int64_t steps = kernel.steps(block);
    const std::vector<int> threads = shuffled(Kernel::threads, random);
    for (std::int64_t n = 0; n < steps; ++n) {
      for (const int thread : threads) {
        kernel.step(n, {block, thread}, shared[0], own[static_cast<std::size_t>(thread)]);
      }
    }
  }
}

std::uint64_t sort_scratch_bytes(std::int64_t count) {
  return static_cast<std::uint64_t>(count) * sizeof(std::uint32_t);
}

void sort(const SortArrays& arrays, std::int64_t count, int bits, void* scratch, std::uint64_t,
          Stream stream) {
  streams().require(stream);
  auto* const order = static_cast<std::uint32_t*>(scratch);
  std::iota(order, order + count, 0U);
  const std::uint64_t mask = bits < 64 ? (std::uint64_t{1} << bits) - 1 : ~std::uint64_t{0};
  std::stable_sort(order, order + count, [&](std::uint32_t a, std::uint32_t b) {
    return (arrays.keys[a] & mask) < (arrays.keys[b] & mask);
  });
  for (std::int64_t i = 0; i < count; ++i) {
    arrays.keys_sorted[i] = arrays.keys[order[i]];
    arrays.values_sorted[i] = arrays.values[order[i]];
  }
}

}  // namespace device

#define PPATCH_PIXEL_TYPE(name, ...) PPATCH_PATCH_KERNELS(PixelTypes::name);
PPATCH_PIXEL_TYPES(PPATCH_PIXEL_TYPE)
#undef PPATCH_PIXEL_TYPE
PPATCH_GROUP_KERNELS();
PPATCH_LIST_KERNELS();
PPATCH_PROBE_SHIFT_KERNELS(float);
PPATCH_PROBE_SHIFT_KERNELS(double);
PPATCH_SAMPLE_TYPES(PPATCH_SCENE_IMAGE_KERNELS)
PPATCH_SCENE_PATTERN_KERNELS();
PPATCH_SAMPLE_TYPES(PPATCH_PAIR_SAMPLE_KERNELS)
PPATCH_PAIR_KERNELS();
PPATCH_SHIFT_KERNELS();

}  // namespace ppatch

// The device for tests (device_array.hpp).
extern "C" {
__attribute__((visibility("default"))) void* ppatch_test_allocate(int ordinal,
                                                                  std::uint64_t bytes) {
  if (ordinal >= ppatch::device_count) return nullptr;
  const ppatch::device::Selection selected(ordinal);
  return ppatch::device::allocate(bytes);
}
__attribute__((visibility("default"))) void ppatch_test_release(void* memory) {
  ppatch::device::release(memory);
}
__attribute__((visibility("default"))) void* ppatch_test_allocate_pinned(std::uint64_t bytes) {
  return ppatch::device::allocate_pinned(bytes);
}
__attribute__((visibility("default"))) void ppatch_test_release_pinned(void* memory) {
  ppatch::device::release_pinned(memory);
}
__attribute__((visibility("default"))) void ppatch_test_copy(void* to, const void* from,
                                                             std::uint64_t bytes) {
  if (bytes > 0) std::memcpy(to, from, bytes);
}
__attribute__((visibility("default"))) void* ppatch_test_make_stream() {
  return ppatch::device::make_stream();
}
__attribute__((visibility("default"))) void ppatch_test_destroy_stream(void* stream) {
  ppatch::device::destroy_stream(stream);
}
__attribute__((visibility("default"))) void ppatch_test_synchronize(void*) {}
// It captures nothing.
__attribute__((visibility("default"))) bool ppatch_test_begin_capture(void*) { return false; }
__attribute__((visibility("default"))) void* ppatch_test_end_capture(void*) { return nullptr; }
__attribute__((visibility("default"))) void ppatch_test_replay(void*, void*) {}
}
