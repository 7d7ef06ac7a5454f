// SPDX-License-Identifier: Apache-2.0
#include "capi/problem.hpp"

#include <gtest/gtest.h>

#include <cstring>
#include <limits>

namespace {

constexpr std::int64_t modes = 2;
constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

std::vector<std::complex<double>> random_values(std::int64_t count, Random& random, double scale) {
  std::uniform_real_distribution<double> uniform(-scale, scale);
  std::vector<std::complex<double>> values(static_cast<std::size_t>(count));
  for (auto& value : values) value = {uniform(random), uniform(random)};
  return values;
}

template <class T>
bool same_bytes(const std::vector<T>& a, const std::vector<T>& b) {
  if (a.size() != b.size()) return false;
  return a.empty() || std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

}  // namespace

const char* name_of(Operation operation) {
  switch (operation) {
    case Operation::extract:
      return "extract";
    case Operation::adjoint:
      return "adjoint";
    case Operation::assemble:
      return "assemble";
    case Operation::solve:
      return "solve";
    case Operation::position_gradient:
      return "position_gradient";
    case Operation::position_normal:
      return "position_normal";
    case Operation::probe_extract:
      return "probe_extract";
    case Operation::probe_adjoint_image:
      return "probe_adjoint_image";
    case Operation::probe_adjoint_probe:
      return "probe_adjoint_probe";
  }
  return "";
}

bool Outputs::same_bits(const Outputs& other) const {
  return same_bytes(main, other.main) && same_bytes(real, other.real);
}

Problem::Problem(std::int64_t size, std::int64_t count, std::int64_t patch, Random& random,
                 double scale)
    : size_(size),
      count_(count),
      patch_(patch),
      options_(ptychopatch::patch_options(patch, patch)),
      where_(static_cast<std::size_t>(2 * count)),
      image_(random_values(size * size, random, scale)),
      patches_(random_values(count * patch * patch, random, scale)),
      probe_(random_values(modes * patch * patch, random, scale)),
      waves_(random_values(count * modes * patch * patch, random, scale)) {
  std::uniform_real_distribution<double> uniform(-0.5 * static_cast<double>(patch),
                                                 static_cast<double>(size));
  for (double& value : where_) value = uniform(random);
}

ppatch_status Call::operator()(ppatch_patch_plan* plan) const {
  const ppatch_array* a = arrays;
  switch (operation) {
    case Operation::extract:
      return ppatch_patch_extract(plan, a, a + 1);
    case Operation::adjoint:
      return ppatch_patch_adjoint(plan, a, a + 1, a + 2, PPATCH_ADJOINT_OVERWRITE);
    case Operation::assemble:
      return ppatch_patch_assemble(plan, a, a + 1, a + 2, 1e-9);
    case Operation::solve:
      return ppatch_patch_solve(plan, a, nullptr, a + 1, a + 2, nullptr, nullptr);
    case Operation::position_gradient:
      return ppatch_patch_position_gradient(plan, a, a + 1, a + 2, a + 3);
    case Operation::position_normal:
      return ppatch_patch_position_normal(plan, a, a + 1, a + 2, a + 3, a + 4);
    case Operation::probe_extract:
      return ppatch_patch_probe_extract(plan, a, a + 1, a + 2);
    case Operation::probe_adjoint_image:
      return ppatch_patch_probe_adjoint_image(plan, a, a + 1, a + 2, a + 3,
                                              PPATCH_ADJOINT_OVERWRITE);
    case Operation::probe_adjoint_probe:
      return ppatch_patch_probe_adjoint_probe(plan, a, a + 1, a + 2, PPATCH_ADJOINT_OVERWRITE);
  }
  return PPATCH_ERROR_INTERNAL;
}

Call Problem::prepare(Operation operation, Outputs* outputs) const {
  using ptychopatch::array;
  const ppatch_array image = array(image_.data(), {size_, size_});
  const ppatch_array patches = array(patches_.data(), {count_, patch_, patch_});
  const ppatch_array probe = array(probe_.data(), {modes, patch_, patch_});
  const ppatch_array waves = array(waves_.data(), {count_, modes, patch_, patch_});
  *outputs = {};
  // The output shaped as one of the inputs.
  const auto as = [&](const Values& input, ppatch_array described) {
    outputs->main.assign(input.size(), {not_a_number, not_a_number});
    described.data = outputs->main.data();
    return described;
  };
  const auto real = [&](const std::vector<std::int64_t>& shape) {
    outputs->real.assign(static_cast<std::size_t>(shape[0] * shape[1]), not_a_number);
    return array(outputs->real.data(), shape);
  };
  switch (operation) {
    case Operation::extract:
      return {operation, {image, as(patches_, patches)}};
    case Operation::adjoint:
    case Operation::assemble:
    case Operation::solve:
      return {operation, {patches, as(image_, image), real({size_, size_})}};
    case Operation::position_gradient: {
      const ppatch_array both = real({2 * count_, 2});  // gradient, then curvature
      ppatch_array gradient = both;
      gradient.shape[0] = count_;
      ppatch_array curvature = gradient;
      curvature.data = outputs->real.data() + 2 * count_;
      return {operation, {image, patches, gradient, curvature}};
    }
    case Operation::position_normal: {
      real({count_, 5});  // gradient, then normal matrix
      return {operation,
              {image, probe, waves, array(outputs->real.data(), {count_, 2}),
               array(outputs->real.data() + 2 * count_, {count_, 3})}};
    }
    case Operation::probe_extract:
      return {operation, {image, probe, as(waves_, waves)}};
    case Operation::probe_adjoint_image:
      return {operation, {waves, probe, as(image_, image), real({size_, size_})}};
    case Operation::probe_adjoint_probe:
      return {operation, {image, waves, as(probe_, probe)}};
  }
  return {};
}

ppatch_context_options cpu_options(std::int32_t threads) {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = PPATCH_BACKEND_CPU;
  options.num_threads = threads;
  return options;
}

ContextPointer make_context(const ppatch_context_options& options) {
  ppatch_context* context = nullptr;
  EXPECT_EQ(ppatch_context_create(&context, &options), PPATCH_OK) << ppatch_last_error();
  return ContextPointer(context);
}

PlanPointer make_plan(const ContextPointer& context, const Problem& problem) {
  ppatch_patch_plan* plan = nullptr;
  const ppatch_array positions = problem.positions();
  EXPECT_EQ(ppatch_patch_plan_create(&plan, context.get(), &positions, &problem.options()),
            PPATCH_OK)
      << ppatch_last_error();
  return PlanPointer(plan);
}
