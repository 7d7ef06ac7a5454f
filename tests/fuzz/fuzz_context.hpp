// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <vector>

#include "fuzz_input.hpp"
#include "ptychopatch/ptychopatch.h"
#include "require.hpp"

// A context for the life of the process: the CPU, one thread; budget 0: the default.
template <std::uint64_t budget = 0>
ppatch_context* context() {
  static ppatch_context* const shared = [] {
    ppatch_context_options options{};
    options.struct_size = sizeof options;
    options.backend = PPATCH_BACKEND_CPU;
    options.num_threads = 1;
    options.memory_budget = budget;
    ppatch_context* made = nullptr;
    require(ppatch_context_create(&made, &options) == PPATCH_OK);
    return made;
  }();
  return shared;
}

// A call that was refused has said why.
inline void require_reason() { require(std::strlen(ppatch_last_error()) > 0); }

// An options struct of any bytes, in as much memory as its struct_size claims, so that a read
// beyond it is seen.
template <class Options>
class AnyOptions {
 public:
  explicit AnyOptions(FuzzInput& input) {
    const auto claimed = static_cast<std::uint32_t>(input.small(0, 255));
    bytes_.resize(std::max<std::size_t>(claimed, sizeof claimed));
    for (unsigned char& b : bytes_) b = input.take<unsigned char>();
    std::memcpy(bytes_.data(), &claimed, sizeof claimed);
  }

  const Options* get() const { return reinterpret_cast<const Options*>(bytes_.data()); }

 private:
  std::vector<unsigned char> bytes_;
};
