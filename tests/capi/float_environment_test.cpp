// SPDX-License-Identifier: Apache-2.0
//
// The caller's floating-point environment: no call's bits follow it, and it is as it was
// afterwards.
#include <fenv.h>
#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include "capi/problem.hpp"

namespace {

using Bytes = std::vector<unsigned char>;

// A rounding mode, subnormal numbers taken for zeros or not, traps on invalid operations or not.
struct Mode {
  int rounding;
  bool flushes;
  bool traps;
};

std::string name_of(const Mode& mode) {
  return "rounding mode " + std::to_string(mode.rounding) + (mode.flushes ? ", FTZ and DAZ" : "") +
         (mode.traps ? ", traps" : "");
}

std::vector<Mode> all_modes() {
  std::vector<Mode> modes;
  for (const int rounding : {FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO, FE_TONEAREST}) {
    for (const bool flushes : {false, true}) modes.push_back({rounding, flushes, false});
  }
#if defined(__SSE2__)
  modes.push_back({FE_TONEAREST, false, true});
#else
  std::erase_if(modes, [](const Mode& mode) { return mode.flushes; });
#endif
  return modes;
}

// The environment as far as programs can see it; on x86 every bit that arithmetic depends on.
struct State {
  int rounding;
  unsigned control;

  static State now() {
#if defined(__SSE2__)
    return {fegetround(), _mm_getcsr()};
#else
    return {fegetround(), static_cast<unsigned>(fetestexcept(FE_ALL_EXCEPT))};
#endif
  }
  bool operator==(const State&) const = default;
};

// What `body` returns, called in that mode. Nothing else runs in it.
template <class Body>
auto call_in(const Mode& mode, bool* kept, const Body& body) {
  fenv_t before;
  fegetenv(&before);
  fesetround(mode.rounding);
#if defined(__SSE2__)
  if (mode.flushes) _mm_setcsr(_mm_getcsr() | 0x8040);
  if (mode.traps) _mm_setcsr(_mm_getcsr() & ~0x1f80U);
#endif
  const State caller = State::now();
  const auto result = body();
  *kept = State::now() == caller;
  fesetenv(&before);
  return result;
}

template <class T>
Bytes bytes_of(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  if (!bytes.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

class FloatEnvironment : public testing::TestWithParam<std::int32_t> {
 protected:
  ContextPointer context() const { return make_context(cpu_options(GetParam())); }
};

TEST_P(FloatEnvironment, PatchesAreTheSame) {
  Random random = test_random("PatchesAreTheSame");
  // Products of these are subnormal.
  const Problem small(64, 150, 12, random, 1e-160), usual(64, 150, 12, random, 1.0);
  for (const Problem* problem : {&small, &usual}) {
    for (const Operation operation : all_operations) {
      Outputs want;
      ASSERT_EQ(problem->run(make_plan(context(), *problem).get(), operation, &want), PPATCH_OK);
      for (const Mode& mode : all_modes()) {
        SCOPED_TRACE(name_of(mode) + ", " + name_of(operation) + ", " + seed_note());
        Outputs fresh, again, after;
        ppatch_context_options options = cpu_options(GetParam());
        ppatch_context* created = nullptr;
        ppatch_patch_plan* plan = nullptr;
        const ppatch_array positions = problem->positions();
        const Call first = problem->prepare(operation, &fresh);
        bool kept[3] = {};
        EXPECT_EQ(call_in(mode, kept,
                          [&] {
                            ppatch_status status = ppatch_context_create(&created, &options);
                            if (!status) {
                              status = ppatch_patch_plan_create(&plan, created, &positions,
                                                                &problem->options());
                            }
                            return status ? status : first(plan);
                          }),
                  PPATCH_OK);
        const ContextPointer owner(created);
        const PlanPointer used(plan);
        // What follows has another mode than what made the threads.
        EXPECT_EQ(problem->run(plan, operation, &after), PPATCH_OK);
        const PlanPointer earlier = make_plan(context(), *problem);
        EXPECT_EQ(problem->run(earlier.get(), operation, &again), PPATCH_OK);
        const Call second = problem->prepare(operation, &again);
        EXPECT_EQ(call_in(mode, kept + 1, [&] { return second(earlier.get()); }), PPATCH_OK);
        EXPECT_TRUE(kept[0] && kept[1]);
        EXPECT_TRUE(fresh.same_bits(want)) << "made and called in the mode";
        EXPECT_TRUE(after.same_bits(want)) << "made in the mode";
        EXPECT_TRUE(again.same_bits(want)) << "called in the mode";
      }
    }
  }
}

TEST_P(FloatEnvironment, NeighboursAndShiftsAreTheSame) {
  Random random = test_random("NeighboursAndShiftsAreTheSame");
  constexpr std::int64_t count = 500, side = 96, k = 6;
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  std::vector<double> points(2 * count), pixels(side * side), moving(side * side);
  for (double& value : points) value = uniform(random);
  for (double& value : pixels) value = uniform(random);
  for (std::int64_t i = 0; i < side * side; ++i) {
    moving[static_cast<std::size_t>(i)] =
        pixels[static_cast<std::size_t>((i + 3 * side + 2) % (side * side))] +
        0.1 * uniform(random);
  }
  ppatch_group_options group_options = PPATCH_GROUP_OPTIONS_INIT;
  group_options.point_capacity = count;
  group_options.neighbours = k;
  ppatch_scene_options scene_options = PPATCH_SCENE_OPTIONS_INIT;
  scene_options.height = scene_options.width = side;
  const ppatch_resample_options resample = PPATCH_RESAMPLE_OPTIONS_INIT;

  const auto all_bytes = [&](const Mode* mode) {
    const ContextPointer made = context();
    std::vector<std::int64_t> indices(count * k, -1);
    std::vector<double> squares(count * k, -1.0), shifted(side * side, -1.0);
    const ppatch_array where = ptychopatch::array(points.data(), {count, 2});
    const ppatch_array to_indices = ptychopatch::array(indices.data(), {count, k});
    const ppatch_array to_squares = ptychopatch::array(squares.data(), {count, k});
    const ppatch_array image = ptychopatch::array(pixels.data(), {side, side});
    const ppatch_array to_shifted = ptychopatch::array(shifted.data(), {side, side});
    const ppatch_scene_image reference = ppatch_scene_image_of(image);
    const ppatch_scene_image other =
        ppatch_scene_image_of(ptychopatch::array(moving.data(), {side, side}));
    ppatch_shift shift{};
    const double by[2] = {0.3, -1.7};
    const auto calls = [&] {
      ppatch_group_plan* groups = nullptr;
      ppatch_scene_plan* scene = nullptr;
      ppatch_status status = ppatch_group_plan_create(&groups, made.get(), &group_options);
      if (!status) status = ppatch_group_plan_borrow_points(groups, &where);
      if (!status) status = ppatch_group_plan_neighbours(groups, nullptr, &to_indices, &to_squares);
      if (!status) status = ppatch_scene_plan_create(&scene, made.get(), &scene_options);
      if (!status) status = ppatch_scene_plan_borrow_reference(scene, &reference);
      if (!status) status = ppatch_scene_plan_align(scene, 1, &other, &shift);
      if (!status) status = ppatch_image_shift(made.get(), &image, by, &resample, &to_shifted);
      ppatch_group_plan_destroy(groups);
      ppatch_scene_plan_destroy(scene);
      return status;
    };
    bool kept = true;
    EXPECT_EQ(mode ? call_in(*mode, &kept, calls) : calls(), PPATCH_OK) << ppatch_last_error();
    EXPECT_TRUE(kept);
    EXPECT_EQ(shift.status, PPATCH_SHIFT_STATUS_OK);
    return std::array<Bytes, 4>{bytes_of(indices), bytes_of(squares), bytes_of(shifted),
                                bytes_of(std::vector<ppatch_shift>{shift})};
  };
  const auto want = all_bytes(nullptr);
  for (const Mode& mode : all_modes()) {
    SCOPED_TRACE(name_of(mode) + ", " + seed_note());
    const auto got = all_bytes(&mode);
    EXPECT_EQ(got[0], want[0]) << "indices";
    EXPECT_EQ(got[1], want[1]) << "squared distances";
    EXPECT_EQ(got[2], want[2]) << "a shifted image";
    EXPECT_EQ(got[3], want[3]) << "a shift";
  }
}

TEST(FloatEnvironmentOfErrors, IsKept) {
  for (const Mode& mode : all_modes()) {
    bool kept = false;
    EXPECT_EQ(call_in(mode, &kept, [] { return ppatch_context_create(nullptr, nullptr); }),
              PPATCH_ERROR_INVALID_ARGUMENT);
    EXPECT_TRUE(kept) << name_of(mode);
  }
}

INSTANTIATE_TEST_SUITE_P(Threads, FloatEnvironment, testing::Values(1, 3));

}  // namespace
