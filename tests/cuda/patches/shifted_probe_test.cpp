// SPDX-License-Identifier: Apache-2.0
//
// Waves with a shifted probe on the device: the same bits for any budget that makes chunks of
// positions, and near the CPU's, whose transforms are others.
#include <cstdlib>

#include "cuda/patches/contexts.hpp"
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"
#include "patches/support/waves.hpp"

namespace {

using ptychopatch::Context;

void make_shifted(Case& c) {
  c.options.subpixel = PPATCH_SUBPIXEL_PROBE;
  c.max_elements = 20000;
  c.options.patch_height = 1 + c.options.patch_height % 24;
  c.options.patch_width = 1 + c.options.patch_width % 24;
  if (c.count > 3) c.count = 70;
}

std::vector<HostArray> all_waves(const Case& c, const Context& context) {
  Job job(c, context);
  const Job::Sums sums = job.probe_adjoint_image(PPATCH_ADJOINT_OVERWRITE);
  const Job::Normals normals = job.position_normal(true);
  return {job.probe_extract(),
          sums.image,
          sums.coverage,
          job.probe_adjoint_probe(PPATCH_ADJOINT_OVERWRITE).probe,
          job.probe_adjoint_probe(PPATCH_ADJOINT_ACCUMULATE).probe,
          normals.gradient,
          normals.normal};
}

TEST(CudaShiftedProbe, BitsDependOnNoBudget) {
  const Context& roomy = context_of(test_backend());
  const Context tight = make_context(test_backend(), 6 << 20);
  for_each_case(12, make_shifted, [&](const Case& c) {
    expect_same_bits(all_waves(c, roomy), all_waves(c, tight), "a small budget");
  });
}

TEST(CudaShiftedProbe, AgreesWithTheCpu) {
  const Context& card = context_of(test_backend());
  for_each_case(12, make_shifted, [&](const Case& c) {
    const auto want = all_waves(c, context_of(PPATCH_BACKEND_CPU));
    const auto got = all_waves(c, card);
    for (std::size_t i = 0; i < want.size(); ++i) {
      expect_close(got[i].values(), want[i].values(), largest(want[i].values()) + 1,
                   10 * shifted_tolerance(c.dtype), "output " + std::to_string(i));
    }
  });
}

TEST(CudaShiftedProbe, SaysWhyThereIsNone) {
  if (!std::getenv("PPATCH_BACKEND_DIR")) GTEST_SKIP() << "a card has its transforms";
  setenv("PTYCHOPATCH_TEST_NO_FFT", "1", 1);
  const Context card = make_context(test_backend(), 0);
  ppatch_patch_options options = ptychopatch::patch_options(3, 3);
  options.subpixel = PPATCH_SUBPIXEL_PROBE;
  const std::vector<double> positions = {0.5, 0.25}, image(36, 2.0), probe(9, 1.0);
  std::vector<double> waves(9, -7.0);
  ptychopatch::PatchPlan plan(card, ptychopatch::array(positions.data(), {1, 2}), options);
  const ppatch_array from = ptychopatch::array(image.data(), {6, 6});
  const ppatch_array with = ptychopatch::array(probe.data(), {3, 3});
  const ppatch_array to = ptychopatch::array(waves.data(), {1, 3, 3});
  EXPECT_EQ(ppatch_patch_probe_extract(plan.get(), &from, &with, &to), PPATCH_ERROR_UNSUPPORTED);
  EXPECT_PRED_FORMAT2(testing::IsSubstring, "the test took the transforms away",
                      ppatch_last_error());
  EXPECT_EQ(waves, std::vector<double>(9, -7.0));
  unsetenv("PTYCHOPATCH_TEST_NO_FFT");
}

}  // namespace
