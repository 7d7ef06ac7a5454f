// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace ptychopatch::bench {

struct Machine {
  std::string cpu;                  // the model's name
  int cores = 0;                    // that this process may use
  std::vector<std::string> caches;  // "L1d 48K", ... as the system counts them
  std::int64_t memory_bytes = 0;
  std::string simd;    // the library's target
  std::string device;  // "" for the CPU

  std::string summary() const;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Machine, cpu, cores, caches, memory_bytes, simd, device)

Machine this_machine();

// Of a card, as nvidia-smi tells them now: the clocks of multiprocessors and memory, power and
// temperature. "" where it tells nothing.
std::string clocks_of(int ordinal);

}  // namespace ptychopatch::bench
