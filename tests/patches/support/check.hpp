// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <tuple>
#include <vector>

#include "choices.hpp"
#include "support/case.hpp"

// What the library promises relative to the largest value: 1e-12 in double, 1e-6 in single.
double tolerance(ppatch_dtype dtype);

// The same for an adjoint, whose sums are kept in the image's precision: adding up n numbers rounds
// the running sum n - 1 times, which passes 1e-6 in single precision from 17 numbers on.
double sum_tolerance(ppatch_dtype dtype, const oracle::Scan& scan);

// The same for the adjoint by a probe, whose pixel adds up one number of each patch.
double probe_sum_tolerance(ppatch_dtype dtype, const oracle::Scan& scan);

double largest(const Values& values);
double largest(const std::vector<double>& values);
Values as_complex(const std::vector<double>& values);
Values sum(const Values& a, const Values& b);

// Every |got - want| <= relative * scale, NaN failing.
void expect_close(const Values& got, const Values& want, double scale, double relative,
                  const std::string& what);

void expect_same_bits(const std::vector<HostArray>& a, const std::vector<HostArray>& b,
                      const std::string& what);

// Runs body on `count` random cases (times PTYCHOPATCH_TEST_SCALE), naming the case that fails and
// ending with it.
void for_each_case(int count, const std::function<void(Case&)>& adjust,
                   const std::function<void(const Case&)>& body);

// dtype, interpolation, boundary: the axes of most suites.
using Kind = std::tuple<ppatch_dtype, ppatch_interpolation, ppatch_boundary>;
std::string kind_name(const testing::TestParamInfo<Kind>& info);
void set_kind(Case& c, const Kind& kind);

inline constexpr ptychopatch::Choice pixel_types[] = {
    {"f32", PPATCH_F32}, {"f64", PPATCH_F64}, {"c64", PPATCH_C64}, {"c128", PPATCH_C128}};

// All of them, as a generator of a test's parameter.
inline auto each_of(ptychopatch::Choices choices) {
  std::vector<std::int32_t> values;
  for (const ptychopatch::Choice& choice : choices) values.push_back(choice.value);
  return testing::ValuesIn(values);
}

inline auto all_kinds() {
  return testing::Combine(each_of(pixel_types), each_of(ptychopatch::interpolation_choices),
                          each_of(ptychopatch::boundary_choices));
}
