// SPDX-License-Identifier: Apache-2.0
//
// Offsets beyond 2^32 elements, in address space of which only a few pages are ever touched.
#include <gtest/gtest.h>
#include <sys/mman.h>

#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

constexpr std::int64_t step = 3'000'000'000;  // elements between rows

class Sparse {
 public:
  explicit Sparse(std::size_t bytes)
      : bytes_(bytes),
        memory_(mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {}
  Sparse(const Sparse&) = delete;
  Sparse& operator=(const Sparse&) = delete;
  ~Sparse() {
    if (valid()) munmap(memory_, bytes_);
  }
  bool valid() const { return memory_ != MAP_FAILED; }
  float* data() const { return static_cast<float*>(memory_); }

 private:
  std::size_t bytes_;
  void* memory_;
};

TEST(HugeStrides, OfImageAndPatches) {
  const Sparse far_rows(2 * step * sizeof(float) + 4096);
  const Sparse far_patches(2 * step * sizeof(float) + 4096);
  if (!far_rows.valid() || !far_patches.valid()) GTEST_SKIP() << "no address space for 48 GB";
  const double positions[] = {0.25, 0.5, -0.5, 1, 1.5, 0.75};
  const std::int64_t image_shape[] = {3, 5};
  const std::int64_t patch_shape[] = {3, 2, 2};
  const std::int64_t image_strides[] = {step, 1};
  const std::int64_t patch_strides[] = {step, 2, 1};
  for (ppatch_algorithm algorithm : {PPATCH_ALGORITHM_BATCHED, PPATCH_ALGORITHM_ITERATIVE}) {
    ppatch_patch_options options = ptychopatch::patch_options(2, 2);
    options.algorithm = algorithm;
    ptychopatch::PatchPlan plan(shared_context(2), ptychopatch::array(positions, {3, 2}), options);
    const auto image =
        ppatch_array_strided(far_rows.data(), PPATCH_F32, 2, image_shape, image_strides);
    const auto patches =
        ppatch_array_strided(far_patches.data(), PPATCH_F32, 3, patch_shape, patch_strides);
    HostArray plain(PPATCH_F32, {3, 5});
    HostArray plain_patches(PPATCH_F32, {3, 2, 2});
    for (std::int64_t i = 0; i < 15; ++i) {
      plain.set(i, static_cast<double>(i + 1));
      far_rows.data()[i / 5 * step + i % 5] = static_cast<float>(i + 1);
    }
    plan.extract(plain.view(), plain_patches.view());
    plan.extract(image, patches);
    for (std::int64_t i = 0; i < 12; ++i) {
      EXPECT_EQ(far_patches.data()[i / 4 * step + i % 4], plain_patches.get(i).real());
    }
    plan.adjoint(plain_patches.view(), plain.view());
    plan.adjoint(patches, image);
    for (std::int64_t i = 0; i < 15; ++i) {
      EXPECT_EQ(far_rows.data()[i / 5 * step + i % 5], plain.get(i).real());
    }
  }
}

// Where there is nothing to step to, a stride may be any number.
TEST(HugeStrides, OfNoPositionsAndOfOneGroup) {
  constexpr std::int64_t any = std::int64_t{1} << 48;
  const double positions[] = {0.25, 0.5};
  const std::int64_t strides[] = {any, any, 1};
  ppatch_patch_options options = ptychopatch::patch_options(2, 2);
  const std::int64_t one[] = {1, 1, 2};
  ptychopatch::PatchPlan single(
      shared_context(1), ppatch_array_strided(positions, PPATCH_F64, 3, one, strides), options);
  options.group_size = std::int64_t{1} << 25;
  const std::int64_t none[] = {0, 2};
  ptychopatch::PatchPlan empty(
      shared_context(1), ppatch_array_strided(positions, PPATCH_F64, 2, none, strides), options);
}

}  // namespace
