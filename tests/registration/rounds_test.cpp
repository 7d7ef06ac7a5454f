// SPDX-License-Identifier: Apache-2.0
//
// The rounds in which a shift is found, of images that are made up: what a round finds follows from
// where its windows were laid.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "core/registration/shift_rounds.hpp"

namespace {

using ppatch::BandMeans;
using ppatch::FineShift;
using ppatch::ShiftRounds;
using ppatch::ShiftSearch;

constexpr std::int64_t size[2] = {200, 200};
constexpr double truth[2] = {1.7, -2.4};

struct Found {
  FineShift shift;
  int rounds = 0;
};

// What windows at `laid` find, and what the images tell each other there.
using Round = std::function<BandMeans(const double (&laid)[2], double (&found)[2])>;

Found search(const ShiftRounds& rounds, const Round& round, double first = 0.0) {
  const double start[2] = {first, 0.0};
  ShiftSearch search(size, start, rounds, false);
  Found out;
  while (search.lay()) {
    EXPECT_LT(out.rounds, 100);
    const FineShift& shift = search.result();
    const double laid[2] = {shift.displacement[0], shift.displacement[1]};
    double found[2];
    const BandMeans means = round(laid, found);
    double fraction[2];
    for (int axis = 0; axis < 2; ++axis) {
      fraction[axis] = found[axis] - static_cast<double>(shift.integer[axis]);
    }
    search.advance(means, fraction, 2);
    ++out.rounds;
  }
  out.shift = search.result();
  return out;
}

// Takes that part of what windows are off by back, along (cos angle, sin angle), and nearly all
// across it.
Round taking_back(double progress, double angle) {
  return [=](const double(&laid)[2], double(&found)[2]) {
    const double v[2] = {std::cos(angle), std::sin(angle)};
    const double off[2] = {truth[0] - laid[0], truth[1] - laid[1]};
    const double along = v[0] * off[0] + v[1] * off[1];
    const double across = -v[1] * off[0] + v[0] * off[1];
    found[0] = laid[0] + progress * along * v[0] - 0.99 * across * v[1];
    found[1] = laid[1] + progress * along * v[1] + 0.99 * across * v[0];
    return BandMeans{0.9, 3.0};
  };
}

TEST(ShiftRounds, EndWhereTheTruthIs) {
  for (const double progress : {0.95, 0.5, 0.2, 0.08}) {
    for (const double angle : {0.0, 0.4, 1.2, 1.5707963}) {
      SCOPED_TRACE(testing::Message() << progress << ", " << angle);
      const Found found = search(ppatch::only_rounds, taking_back(progress, angle));
      EXPECT_EQ(found.shift.status, PPATCH_SHIFT_STATUS_OK);
      EXPECT_LE(found.rounds, ppatch::slow_rounds * ppatch::only_rounds.max);
      const double left = std::hypot(found.shift.displacement[0] - truth[0],
                                     found.shift.displacement[1] - truth[1]);
      EXPECT_LT(left, 0.03);
    }
  }
}

// Where rounds end may hang on rounding: two of them, and as many as there may be.
TEST(ShiftRounds, FindTheSameWhenTheyEndEarly) {
  for (const double progress : {0.98, 0.9, 0.7}) {
    const Round round = taking_back(progress, std::atan2(truth[1], truth[0]));
    const Found early = search({2, 6, 1.0}, round);
    const Found late = search({6, 6, 1.0}, round);
    EXPECT_EQ(early.rounds, 2);
    EXPECT_EQ(late.rounds, 6);
    for (int axis = 0; axis < 2; ++axis) {
      EXPECT_NEAR(early.shift.displacement[axis], truth[axis], 1e-9) << progress;
      EXPECT_NEAR(late.shift.displacement[axis], truth[axis], 0.002) << progress;
    }
  }
}

TEST(ShiftRounds, TellHowSlowTheyWere) {
  for (const double progress : {0.5, 0.2, 0.08}) {
    const Found found = search(ppatch::only_rounds, taking_back(progress, 0.0));
    EXPECT_NEAR(found.shift.slow.progress, progress, 0.25 * progress);
    EXPECT_GT(std::abs(found.shift.slow.direction[0]), 0.95);
  }
  const Found quick = search(ppatch::only_rounds, taking_back(0.99, 0.0));
  EXPECT_GT(quick.shift.slow.progress, ppatch::slow_progress);
  EXPECT_LE(quick.rounds, 4);
}

// Where windows go on by a whole sample what is found jumps: that is no slowness.
TEST(ShiftRounds, AreNotSlowWhereWindowsGoOn) {
  constexpr double middle = 0.4965;
  bool jumped = false;
  double last = 0.0;
  const Found found = search(
      ppatch::only_rounds,
      [&](const double(&laid)[2], double(&out)[2]) {
        const double side = laid[0] > 0.5 ? 0.0017 : 0.0;
        out[0] = middle + side + 0.1 * (laid[0] - middle);
        out[1] = 0.0;
        jumped = jumped || (last > 0.5 && laid[0] < 0.5);
        last = laid[0];
        return BandMeans{0.9, 3.0};
      },
      0.501);
  EXPECT_TRUE(jumped);
  EXPECT_GT(found.shift.slow.progress, 0.5);
  EXPECT_NEAR(found.shift.displacement[0], middle, 1e-3);
}

// Windows that a lead has laid where the images are not alike: back to where they were.
TEST(ShiftRounds, ComeBackFromALeadAstray) {
  double farthest = 0.0;
  const Found found = search(ppatch::only_rounds, [&](const double(&laid)[2], double(&out)[2]) {
    farthest = std::max(farthest, laid[0]);
    out[0] = laid[0] + 0.05 * std::exp(-laid[0]);
    out[1] = 0.0;
    return laid[0] > 0.25 ? BandMeans{0.1, 0.2} : BandMeans{0.9, 3.0};
  });
  EXPECT_GT(farthest, 0.25);
  EXPECT_LE(found.shift.displacement[0], 0.25 + 0.05);
  EXPECT_NEAR(found.shift.information, 3.0, 1e-12);
}

}  // namespace
