// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

using Random = std::mt19937_64;

// Fresh each run unless PTYCHOPATCH_TEST_SEED is set.
inline std::uint64_t test_seed() {
  static const std::uint64_t seed = [] {
    if (const char* text = std::getenv("PTYCHOPATCH_TEST_SEED")) {
      return static_cast<std::uint64_t>(std::strtoull(text, nullptr, 10));
    }
    std::random_device device;
    return static_cast<std::uint64_t>(device()) << 32 | device();
  }();
  return seed;
}

// One independent stream per test, so that a test repeats alone as it ran among others.
inline Random test_random(const std::string& test) {
  std::seed_seq seeds{test_seed() & 0xffffffffU, test_seed() >> 32,
                      static_cast<std::uint64_t>(std::hash<std::string>{}(test))};
  return Random(seeds);
}

inline std::string seed_note() { return "PTYCHOPATCH_TEST_SEED=" + std::to_string(test_seed()); }

// How many random cases to run: PTYCHOPATCH_TEST_SCALE times the base.
inline int case_count(int base) {
  const char* text = std::getenv("PTYCHOPATCH_TEST_SCALE");
  const double scale = text ? std::atof(text) : 1;
  return scale > 0 ? std::max(1, static_cast<int>(base * scale)) : base;
}
