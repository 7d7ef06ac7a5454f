// SPDX-License-Identifier: Apache-2.0
#include "support/sums_test.hpp"

void SumsTest::run(int count, const std::function<void(const Case&)>& body) {
  for_each_case(
      count, [](Case& c) { set_kind(c, GetParam()); }, body);
}

void SumsTest::expect_sums(const Job::Sums& over, const Job::Sums& more, const Wanted& wanted,
                           double limit) {
  expect_close(over.image.values(), wanted.image, wanted.image_scale, limit, "image");
  expect_close(over.coverage.values(), wanted.coverage, wanted.coverage_scale, limit, "coverage");
  expect_close(more.image.values(), sum(more.image_before, wanted.image), wanted.image_scale + 1,
               limit, "accumulated image");
  expect_close(more.coverage.values(), sum(more.coverage_before, wanted.coverage),
               wanted.coverage_scale + 1, limit, "accumulated coverage");
}
