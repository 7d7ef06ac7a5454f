// SPDX-License-Identifier: Apache-2.0
//
// What becomes of an answer whose evidence is given: its status, and its standard error.
#include <gtest/gtest.h>

#include <cmath>

#include "core/registration/shift_answer.hpp"

namespace {

using ppatch::FineShift;
using ppatch::PeakEvidence;
using ppatch::ShiftQuality;

class Verdict : public testing::Test {
 protected:
  // Of an answer of that probability of a false alarm.
  ppatch_shift_status of(double false_alarm) {
    ppatch_shift result{};
    result.false_alarm = false_alarm;
    ppatch::complete_answer(shift_, quality_, ppatch::SceneGeometry(), settings_, result);
    return result.status;
  }
  static ppatch_shift noted(double peak, double other) {
    ppatch::CoarsePeak coarse;
    coarse.found = true;
    coarse.evidence = PeakEvidence{peak, other, 1e5};
    ppatch_shift result{};
    ppatch::note_peak(coarse, result);
    return result;
  }

  ppatch::SceneSettings settings_ = [] {
    ppatch::SceneSettings settings;
    settings.false_alarm_limit = settings.ambiguity_limit = 1e-4;
    return settings;
  }();
  // With room for tiles.
  FineShift shift_ = [] {
    FineShift shift;
    shift.overlap[0] = shift.overlap[1] = 100;
    shift.ramp[0] = shift.ramp[1] = 4;
    shift.information = 1.0;
    return shift;
  }();
  ShiftQuality quality_ = [] {
    ShiftQuality quality;
    quality.covariance[0] = quality.covariance[2] = 1e-4;
    return quality;
  }();
};

TEST_F(Verdict, APeakIsToBeMoreThanNoise) {
  EXPECT_EQ(of(1e-5), PPATCH_SHIFT_STATUS_OK);
  EXPECT_EQ(of(1e-3), PPATCH_SHIFT_STATUS_UNRELATED);
}

// 5000 independent bins, of which 40000 shifts could have been found: 16 nats more than the
// logarithm of these over the limit.
TEST_F(Verdict, AllFrequenciesAreToTellMoreThanChance) {
  const double least = (std::log(40000.0 / 1e-4) + 16.0) / 5000.0;
  shift_.information = 1.01 * least;
  EXPECT_EQ(of(1e-5), PPATCH_SHIFT_STATUS_OK);
  shift_.information = 0.99 * least;
  EXPECT_EQ(of(1e-30), PPATCH_SHIFT_STATUS_UNRELATED);
  settings_.false_alarm_limit = 1.0;
  EXPECT_EQ(of(1e-5), PPATCH_SHIFT_STATUS_OK);
}

TEST_F(Verdict, WhatNoTileVouchesForIsToBeSure) {
  shift_.overlap[0] = 10;
  EXPECT_EQ(of(1e-20), PPATCH_SHIFT_STATUS_UNRELATED);
  EXPECT_EQ(of(1e-24), PPATCH_SHIFT_STATUS_OK);
  settings_.false_alarm_limit = 1.0;
  EXPECT_EQ(of(0.5), PPATCH_SHIFT_STATUS_OK);
}

TEST_F(Verdict, WhatTellsOneDirectionAloneIsToBeSure) {
  quality_.blind_count = 1;
  EXPECT_EQ(of(1e-20), PPATCH_SHIFT_STATUS_UNRELATED);
  EXPECT_EQ(of(1e-24), PPATCH_SHIFT_STATUS_OK);
}

// Two estimates that stay apart by more than their error.
TEST_F(Verdict, AStepThatLedNowhereIsInTheError) {
  quality_.step[0] = 0.03;
  quality_.step[1] = 0.005;
  double covariance[3];
  quality_.covariance_in(2.0, 0.0, covariance);
  EXPECT_DOUBLE_EQ(covariance[0], 4e-4);
  quality_.worth_it = true;
  quality_.covariance_in(2.0, 0.0, covariance);
  EXPECT_DOUBLE_EQ(covariance[0], 4.0 * 9e-4);
  EXPECT_DOUBLE_EQ(covariance[2], 4e-4);
}

TEST_F(Verdict, ASecondPeakOfNoiseIsAFalseAlarm) {
  const ppatch_shift found = noted(6.4, 5.2);
  EXPECT_NEAR(found.ambiguity, std::exp(-0.5 * (6.4 * 6.4 - 5.2 * 5.2)), 1e-12);
  EXPECT_DOUBLE_EQ(found.false_alarm, found.ambiguity);
}

// The highest of 1e5 values of noise would be about sqrt(2 ln 1e5): what is above it is measured by
// the second peak.
TEST_F(Verdict, ASecondPeakThatIsNoNoiseMeasuresTheFirst) {
  const ppatch_shift found = noted(15.0, 12.0);
  const double noise = 144.0 / (2.0 * std::log(1e5));
  EXPECT_NEAR(std::log(found.ambiguity), -0.5 * (225.0 - 144.0) / noise, 1e-9);
  EXPECT_LT(found.false_alarm, 1e-40);
  EXPECT_GT(found.ambiguity, 1e-4);
}

}  // namespace
