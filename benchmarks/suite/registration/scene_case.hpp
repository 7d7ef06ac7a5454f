// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "suite/device.hpp"
#include "suite/report.hpp"

namespace ptychopatch::bench {

// Bayer images of 16-bit integers aligned onto one reference, or gains, loss and mask of aligned
// pairs.
struct SceneCase {
  std::int64_t height = 0, width = 0;
  std::int64_t images = 8;  // moving ones
  bool on_card = false;     // they lie there already; else in pinned memory, or the host's
  int threads = 1;
  bool measures = false;  // of pairs

  std::int64_t image_bytes() const { return height * width * 2; }
  std::string name() const;
};

std::vector<SceneCase> scene_cases(int threads, ppatch_backend backend, bool small);

// As measure_case. The limit is the way to the card, or, where the images are there or there is no
// card, reading them.
Record measure_scene(const SceneCase& one, const Device& device, double min_seconds,
                     benchmark::State& state);

}  // namespace ptychopatch::bench
