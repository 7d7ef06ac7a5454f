// SPDX-License-Identifier: Apache-2.0
//
// Sizes as they are used: many tiles, many patches a tile, long vectors.
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

class Large : public testing::TestWithParam<ppatch_dtype> {
 protected:
  Case drawn() const {
    Random random = test_random("large");
    return draw_case(random(), [&](Case& c) {
      c.dtype = GetParam();
      c.options.interpolation = PPATCH_INTERPOLATION_BILINEAR;
      c.options.patch_height = 131;
      c.options.patch_width = 128;
      c.options.algorithm = PPATCH_ALGORITHM_BATCHED;
      c.height = 1500;
      c.width = 1203;
      c.images = 0;
      c.indexed = false;
      c.modes = 1;
      c.contiguous = true;
      c.count = 240;
      c.threads = 2;
      c.max_elements = 1 << 30;
    });
  }
};

TEST_P(Large, ExtractAndAdjointAgreeWithTheOracle) {
  const Case c = drawn();
  SCOPED_TRACE(c.describe());
  Job job(c);
  const oracle::Scan scan = c.scan();
  expect_close(job.canonical(job.extract(), 0), oracle::extract(scan, job.image_values()), 1,
               tolerance(c.dtype), "patch element");
  const Job::Sums sums = job.adjoint(PPATCH_ADJOINT_OVERWRITE);
  expect_close(sums.image.values(), oracle::adjoint(scan, job.patch_values()),
               largest(oracle::adjoint_magnitude(scan, job.patch_values(), oracle::least_weight)),
               tolerance(c.dtype), "image");
}

INSTANTIATE_TEST_SUITE_P(Dtypes, Large,
                         testing::Values<ppatch_dtype>(PPATCH_F32, PPATCH_F64, PPATCH_C64,
                                                       PPATCH_C128));

}  // namespace
