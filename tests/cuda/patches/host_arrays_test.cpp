// SPDX-License-Identifier: Apache-2.0
//
// Arrays of the host that are worked on in many pieces, two of them on the card at a time: ordinary
// memory, and memory that copies reach by themselves.
#include <gtest/gtest.h>

#include <algorithm>
#include <complex>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "cuda/device_array.hpp"
#include "cuda/patches/contexts.hpp"
#include "oracle/seed.hpp"

namespace {

using Complex = std::complex<float>;

constexpr std::int64_t side = 300;
constexpr std::int64_t size = 64;
constexpr std::int64_t count = 700;  // 23 MB of patches

bool same_bytes(const void* a, const void* b, std::size_t bytes) {
  return std::memcmp(a, b, bytes) == 0;
}

// Where the arrays lie.
enum class Memory { ordinary, page_locked };

class HostArrays : public testing::TestWithParam<Memory> {
 protected:
  HostArrays() : random_(test_random("HostArrays")), note_(__FILE__, __LINE__, seed_note()) {}
  ~HostArrays() override {
    for (void* memory : taken_) give_back(memory);
  }

  template <class T>
  T* take(std::int64_t elements) {
    const auto bytes = static_cast<std::uint64_t>(elements) * sizeof(T);
    void* const memory = GetParam() == Memory::ordinary
                             ? std::malloc(bytes)
                             : DeviceMemory::get().allocate_pinned(bytes);
    if (!memory) throw std::bad_alloc();
    std::memset(memory, 0xff, bytes);  // NaN
    taken_.push_back(memory);
    return static_cast<T*>(memory);
  }
  Complex* random(std::int64_t elements) {
    Complex* const values = take<Complex>(elements);
    std::normal_distribution<float> normal;
    for (std::int64_t i = 0; i < elements; ++i) values[i] = {normal(random_), normal(random_)};
    return values;
  }

  // What a call writes, on the CPU and by way of the card: equal to the last bit.
  template <class T, class Call>
  void compare(std::int64_t elements, const Call& call) {
    T* const want = take<T>(elements);
    T* const got = take<T>(elements);
    call(plan_of(PPATCH_BACKEND_CPU), want);
    call(plan_of(PPATCH_BACKEND_CUDA), got);
    EXPECT_TRUE(same_bytes(want, got, static_cast<std::size_t>(elements) * sizeof(T)));
  }

  ptychopatch::PatchPlan plan_of(ppatch_backend backend) {
    if (where_.empty()) {
      std::uniform_real_distribution<double> anywhere(-size / 2.0, side - size / 2.0);
      for (std::int64_t i = 0; i < 2 * count; ++i) where_.push_back(anywhere(random_));
    }
    return {context_of(backend), ptychopatch::array(where_.data(), {count, 2}),
            ptychopatch::patch_options(size, size)};
  }

  static ppatch_array image(Complex* data) { return ptychopatch::array(data, {side, side}); }
  static ppatch_array patches(Complex* data) {
    return ptychopatch::array(data, {count, size, size});
  }
  static constexpr std::int64_t image_pixels = side * side;
  static constexpr std::int64_t patch_pixels = count * size * size;

 private:
  void give_back(void* memory) const {
    if (GetParam() == Memory::ordinary) {
      std::free(memory);
    } else {
      DeviceMemory::get().release_pinned(memory);
    }
  }

  Random random_;
  testing::ScopedTrace note_;
  std::vector<void*> taken_;
  std::vector<double> where_;
};

TEST_P(HostArrays, Extract) {
  Complex* const from = random(image_pixels);
  compare<Complex>(patch_pixels, [&](ptychopatch::PatchPlan plan, Complex* out) {
    plan.extract(image(from), patches(out));
  });
}

TEST_P(HostArrays, Adjoint) {
  Complex* const from = random(patch_pixels);
  compare<Complex>(image_pixels, [&](ptychopatch::PatchPlan plan, Complex* out) {
    plan.adjoint(patches(from), image(out));
  });
}

TEST_P(HostArrays, Gradient) {
  Complex* const from = random(image_pixels);
  Complex* const with = random(patch_pixels);
  compare<float>(2 * count, [&](ptychopatch::PatchPlan plan, float* out) {
    plan.position_gradient(image(from), patches(with), ptychopatch::array(out, {count, 2}));
  });
}

TEST_P(HostArrays, ProbeOfEachPatch) {
  Complex* const from = random(image_pixels);
  Complex* const waves = random(patch_pixels);
  const auto waves_array = ptychopatch::array(waves, {count, 1, size, size});
  compare<Complex>(patch_pixels, [&](ptychopatch::PatchPlan plan, Complex* out) {
    plan.probe_adjoint_probe(image(from), waves_array,
                             ptychopatch::array(out, {count, 1, size, size}));
  });
}

// Read, added to and written.
TEST_P(HostArrays, ProbeThatIsAddedTo) {
  Complex* const from = random(image_pixels);
  Complex* const waves = random(patch_pixels);
  Complex* const start = random(patch_pixels);
  const auto waves_array = ptychopatch::array(waves, {count, 1, size, size});
  compare<Complex>(patch_pixels, [&](ptychopatch::PatchPlan plan, Complex* out) {
    std::memcpy(out, start, patch_pixels * sizeof(Complex));
    plan.probe_adjoint_probe(image(from), waves_array,
                             ptychopatch::array(out, {count, 1, size, size}),
                             PPATCH_ADJOINT_ACCUMULATE);
  });
}

// What was given is the caller's again when a call has returned, also where the result stays on the
// card and follows the stream.
TEST_P(HostArrays, MayChangeAfterTheCall) {
  Complex* const from = random(patch_pixels);
  Complex* const want = take<Complex>(image_pixels);
  Complex* const got = take<Complex>(image_pixels);
  plan_of(PPATCH_BACKEND_CPU).adjoint(patches(from), image(want));
  const DeviceMemory& memory = DeviceMemory::get();
  void* const there = memory.allocate(image_pixels * sizeof(Complex));
  ppatch_array on_card = image(static_cast<Complex*>(there));
  on_card.device_type = PPATCH_DEVICE_CUDA;
  plan_of(PPATCH_BACKEND_CUDA).adjoint(patches(from), on_card);
  std::fill(from, from + patch_pixels, Complex(-1.0F, 7.0F));
  context_of(PPATCH_BACKEND_CUDA).synchronize();
  memory.copy(got, there, image_pixels * sizeof(Complex));
  memory.release(there);
  EXPECT_TRUE(same_bytes(want, got, image_pixels * sizeof(Complex)));
}

INSTANTIATE_TEST_SUITE_P(Memory, HostArrays, testing::Values(Memory::ordinary, Memory::page_locked),
                         [](const auto& tested) {
                           return tested.param == Memory::ordinary ? "ordinary" : "page_locked";
                         });

}  // namespace
