// SPDX-License-Identifier: Apache-2.0
#include "support/check.hpp"

#include <algorithm>
#include <cmath>
#include <exception>

double tolerance(ppatch_dtype dtype) { return is_double(dtype) ? 1e-12 : 1e-6; }

static double tolerance_of(ppatch_dtype dtype, std::int64_t additions) {
  const double roundoff = is_double(dtype) ? 0x1p-53 : 0x1p-24;
  return std::max(tolerance(dtype), static_cast<double>(additions) * roundoff);
}

double sum_tolerance(ppatch_dtype dtype, const oracle::Scan& scan) {
  return tolerance_of(dtype, static_cast<std::int64_t>(oracle::max_additions(scan)));
}

double probe_sum_tolerance(ppatch_dtype dtype, const oracle::Scan& scan) {
  const std::int64_t images = scan.image_index.empty() ? scan.images : 1;
  return tolerance_of(dtype, images * static_cast<std::int64_t>(scan.positions.size()));
}

double largest(const Values& values) {
  double most = 0;
  for (const Complex& value : values) most = std::max(most, std::abs(value));
  return most;
}

double largest(const std::vector<double>& values) { return largest(as_complex(values)); }

Values as_complex(const std::vector<double>& values) { return {values.begin(), values.end()}; }

Values sum(const Values& a, const Values& b) {
  Values out = a;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] += b[i];
  return out;
}

void expect_close(const Values& got, const Values& want, double scale, double relative,
                  const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double error = std::abs(got[i] - want[i]);
    ASSERT_TRUE(error <= relative * scale)
        << what << "[" << i << "] is " << got[i] << ", the oracle has " << want[i]
        << ": relative error " << error / scale << ", allowed " << relative;
  }
}

void expect_same_bits(const std::vector<HostArray>& a, const std::vector<HostArray>& b,
                      const std::string& what) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    const std::vector<std::byte> x = a[i].bits();
    const std::vector<std::byte> y = b[i].bits();
    ASSERT_EQ(x.size(), y.size()) << what << ", output " << i;
    const auto at = std::mismatch(x.begin(), x.end(), y.begin()).first - x.begin();
    EXPECT_TRUE(x == y) << what << ": output " << i << " differs at byte " << at << " of "
                        << x.size();
  }
}

void for_each_case(int count, const std::function<void(Case&)>& adjust,
                   const std::function<void(const Case&)>& body) {
  const testing::TestInfo* test = testing::UnitTest::GetInstance()->current_test_info();
  Random random = test_random(std::string(test->test_suite_name()) + "." + test->name());
  for (int i = 0; i < case_count(count) && !testing::Test::HasFailure(); ++i) {
    const Case c = draw_case(random(), adjust);
    SCOPED_TRACE(c.describe());
    try {
      body(c);
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

std::string kind_name(const testing::TestParamInfo<Kind>& info) {
  const auto& [dtype, interpolation, boundary] = info.param;
  std::string name = std::string(ptychopatch::name_of(pixel_types, dtype)) + "_" +
                     ptychopatch::name_of(ptychopatch::interpolation_choices, interpolation) + "_" +
                     ptychopatch::name_of(ptychopatch::boundary_choices, boundary);
  std::replace(name.begin(), name.end(), '-', '_');  // GoogleTest takes no other sign
  return name;
}

void set_kind(Case& c, const Kind& kind) {
  std::tie(c.dtype, c.options.interpolation, c.options.boundary) = kind;
}
