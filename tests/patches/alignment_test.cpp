// SPDX-License-Identifier: Apache-2.0
//
// Patches in memory of any alignment, as NumPy's is: what is stored past the caches is put together
// from whole lines there, and must not touch what lies beside it.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "oracle/seed.hpp"
#include "oracle/test_backend.hpp"
#include "patches/support/host_array.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::array;
using Bytes = std::vector<unsigned char>;

constexpr std::int64_t line = 64;
constexpr unsigned char poison = 0xa5;

// Memory of so many bytes that begin `offset` bytes after a line, with poison in and around them.
class Placed {
 public:
  Placed(std::int64_t bytes, std::int64_t offset)
      : memory_(static_cast<std::size_t>(bytes + 3 * line), poison) {
    const auto past = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(memory_.data()) %
                                                static_cast<std::uintptr_t>(line));
    begin_ = memory_.begin() + (line - past + offset);
    end_ = begin_ + bytes;
  }

  unsigned char* data() { return &*begin_; }

  bool holds(const Bytes& bytes) const {
    return std::equal(begin_, end_, bytes.begin(), bytes.end());
  }
  bool sides_are_whole() const {
    const auto is_poison = [](unsigned char byte) { return byte == poison; };
    return std::all_of(memory_.begin(), Bytes::const_iterator(begin_), is_poison) &&
           std::all_of(Bytes::const_iterator(end_), memory_.end(), is_poison);
  }

 private:
  Bytes memory_;
  Bytes::iterator begin_, end_;
};

struct PatchSize {
  std::int64_t height, width;
};

// Rows of whole lines, in whole bands and not, and rows of any length.
constexpr PatchSize sizes[] = {{8, 64}, {12, 32}, {4, 16}, {7, 64}, {16, 33}};

class Alignment : public testing::TestWithParam<ppatch_dtype> {
 protected:
  std::int64_t pixel_bytes() const { return ppatch_dtype_size(GetParam()); }
  std::int64_t scalar_bytes() const { return ppatch_dtype_size(real_of(GetParam())); }

  // Inside, over the edges and beyond them; some on whole pixels.
  std::vector<double> drawn_positions(std::int64_t count) {
    std::uniform_real_distribution<double> uniform(-20, side + 4);
    std::vector<double> positions(static_cast<std::size_t>(2 * count));
    for (double& position : positions) position = uniform(random_);
    for (std::size_t i = 0; i < positions.size(); i += 5) positions[i] = std::floor(positions[i]);
    return positions;
  }

  static constexpr std::int64_t side = 150;
  Random random_ = test_random("alignment");
};

ptychopatch::PatchPlan plan_of(const ptychopatch::Context& context,
                               const std::vector<double>& positions, const PatchSize& size,
                               ppatch_interpolation interpolation, ppatch_algorithm algorithm) {
  ppatch_patch_options options = ptychopatch::patch_options(size.height, size.width);
  options.interpolation = interpolation;
  options.algorithm = algorithm;
  const auto count = static_cast<std::int64_t>(positions.size() / 2);
  return {context, array(positions.data(), {count, 2}), options};
}

TEST_P(Alignment, PatchesAreTheSameAnywhere) {
  SCOPED_TRACE(seed_note());
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = test_backend();
  options.num_threads = 2;
  const ptychopatch::Context context(options);
  HostArray pixels(GetParam(), {side, side});
  pixels.fill(random_);
  const ppatch_array image = pixels.view();
  for (const PatchSize& size : sizes) {
    // More than is left to the caches.
    const std::int64_t patch_bytes = size.height * size.width * pixel_bytes();
    const std::int64_t count = 4'500'000 / patch_bytes;
    const std::vector<double> positions = drawn_positions(count);
    const auto patches_at = [&](unsigned char* data) {
      return array(data, GetParam(), {count, size.height, size.width});
    };
    for (const ppatch_interpolation kind :
         {PPATCH_INTERPOLATION_NEAREST, PPATCH_INTERPOLATION_BILINEAR,
          PPATCH_INTERPOLATION_BICUBIC}) {
      Bytes expected(static_cast<std::size_t>(count * patch_bytes), poison);
      plan_of(context, positions, size, kind, PPATCH_ALGORITHM_ITERATIVE)
          .extract(image, patches_at(expected.data()));
      auto plan = plan_of(context, positions, size, kind, PPATCH_ALGORITHM_BATCHED);
      for (std::int64_t offset = 0; offset < line; offset += scalar_bytes()) {
        SCOPED_TRACE(std::to_string(size.height) + " x " + std::to_string(size.width) + ", kind " +
                     std::to_string(kind) + ", " + std::to_string(offset) + " bytes off a line");
        Placed placed(count * patch_bytes, offset);
        plan.extract(image, patches_at(placed.data()));
        EXPECT_TRUE(placed.holds(expected));
        EXPECT_TRUE(placed.sides_are_whole());
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, Alignment,
                         testing::Values<ppatch_dtype>(PPATCH_F32, PPATCH_F64, PPATCH_C64,
                                                       PPATCH_C128));

}  // namespace
