// SPDX-License-Identifier: Apache-2.0
//
// Patches on the device beside the CPU: the same bits, for host arrays, for any budget that makes
// chunks of them, for arrays on the device, and patch by patch.
#include <cstring>

#include "cuda/patches/contexts.hpp"
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

using ptychopatch::Context;

const Context& cpu() { return context_of(PPATCH_BACKEND_CPU); }

const Context& card(std::uint64_t budget) {
  static const Context tight = make_context(test_backend(), 700000);
  return budget == 0 ? context_of(test_backend()) : tight;
}

void make_large(Case& c) {
  c.max_elements = 60000;
  if (c.count > 3) {
    c.height += 60;
    c.width += 90;
    c.count = 60;
  }
  c.options.jitter_sigma = c.modes == 2 ? 0.7 : 0;
  if (c.options.local_offsets != PPATCH_LOCAL_OFFSETS_AS_GIVEN) c.options.jitter_sigma = 0;
}

TEST(CudaParity, RunsOnTheDevice) {
  ppatch_context_info info = card(0).info();
  EXPECT_EQ(info.backend, PPATCH_BACKEND_CUDA);
  EXPECT_STRNE(info.device_name, "CPU");
  EXPECT_STREQ(info.simd, "");
}

TEST(CudaParity, SmallCases) {
  for_each_case(60, {}, [](const Case& c) {
    expect_same_bits(Job(c, cpu()).everything(), Job(c, card(0)).everything(), "the device");
  });
}

TEST(CudaParity, LargeCases) {
  for_each_case(8, make_large, [](const Case& c) {
    expect_same_bits(Job(c, cpu()).everything(), Job(c, card(0)).everything(), "the device");
  });
}

// Patches wide enough for the kernels of whole rows, most of them within the image; rows and
// columns that are left over; arrays with gaps and without.
TEST(CudaParity, WholeRows) {
  const std::int64_t sizes[] = {63, 64, 65, 70, 96, 127, 128, 131};
  const auto widen = [&](Case& c) {
    Random random(c.seed);
    const auto pick = [&](std::int64_t most) {
      return std::uniform_int_distribution<std::int64_t>(0, most)(random);
    };
    c.options.patch_width = sizes[pick(7)];
    c.options.patch_height = pick(2) == 0 ? sizes[pick(7)] : 1 + pick(20);
    c.height = c.options.patch_height + 20 + pick(40);
    c.width = c.options.patch_width + 20 + pick(40);
    c.far = false;
    c.count = 1 + pick(12);
    c.modes = 1 + pick(1);
    c.contiguous = pick(2) > 0;
    c.max_elements = 300000;
  };
  for_each_case(24, widen, [](const Case& c) {
    expect_same_bits(Job(c, cpu()).everything(), Job(c, card(0)).everything(), "the device");
  });
}

TEST(CudaParity, SmallBudgets) {
  for_each_case(8, make_large, [](const Case& c) {
    try {
      expect_same_bits(Job(c, cpu()).everything(), Job(c, card(1)).everything(), "a small budget");
    } catch (const ptychopatch::Error& error) {
      // Copies of large images have no room in it.
      EXPECT_EQ(error.status(), PPATCH_ERROR_OUT_OF_MEMORY) << error.what();
      EXPECT_NE(std::strstr(error.what(), "memory budget of at least"), nullptr) << error.what();
    }
  });
}

TEST(CudaParity, Repeated) {
  for_each_case(8, make_large, [](const Case& c) {
    Job job(c, card(0));
    expect_same_bits({job.adjoint(PPATCH_ADJOINT_OVERWRITE).image},
                     {job.adjoint(PPATCH_ADJOINT_OVERWRITE).image}, "a second call");
  });
}

// The bytes that are asked for beforehand are those that are held, and less than what would be
// needed is refused with the number.
TEST(CudaMemory, IsAskedForBeforehand) {
  ppatch_patch_options options = ptychopatch::patch_options(64, 64);
  for (const std::int64_t count : {1, 1000, 100000}) {
    options.position_capacity = count;
    std::uint64_t asked = 0;
    ASSERT_EQ(ppatch_patch_plan_bytes(card(0).get(), count, &options, &asked), PPATCH_OK);
    const ptychopatch::PatchPlan plan(card(0), options);
    EXPECT_EQ(plan.info().bytes, asked);
    EXPECT_LE(asked, card(0).info().memory_budget);
    const Context small = make_context(test_backend(), 1000);
    EXPECT_EQ(ppatch_patch_plan_bytes(small.get(), count, &options, &asked),
              PPATCH_ERROR_OUT_OF_MEMORY);
    EXPECT_NE(std::strstr(ppatch_last_error(), "at least"), nullptr) << ppatch_last_error();
  }
}

// Least squares is the CPU's, for now: said so, and nothing is written.
TEST(CudaParity, RefusesLeastSquares) {
  const double where[2] = {0.5, 0.25};
  ptychopatch::PatchPlan plan(card(0), ptychopatch::array(where, {1, 2}),
                              ptychopatch::patch_options(3, 3));
  const std::vector<double> patch(9, 1.0);
  std::vector<double> image(25, -7.0);
  try {
    plan.solve(ptychopatch::array(patch.data(), {1, 3, 3}),
               ptychopatch::array(image.data(), {5, 5}));
    ADD_FAILURE() << "expected UNSUPPORTED";
  } catch (const ptychopatch::Error& error) {
    EXPECT_EQ(error.status(), PPATCH_ERROR_UNSUPPORTED);
    EXPECT_PRED_FORMAT2(testing::IsSubstring, "CPU", error.what());
  }
  EXPECT_EQ(image, std::vector<double>(25, -7.0));
}

}  // namespace
