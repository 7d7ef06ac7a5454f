// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstring>

#include "core/error.hpp"

namespace ppatch {

inline void expect_no_stream(const void* stream) {
  if (stream) invalid("stream: expected NULL, since the CPU has no streams, got ", stream);
}

// What the CPU's engines of patches and of groups answer alike.
template <class Engine>
class HostEngine : public Engine {
 public:
  void set_stream(void* stream) override { expect_no_stream(stream); }
  void read_to_host(const void* from, std::uint64_t bytes, void* to) override {
    std::memcpy(to, from, bytes);
  }
};

}  // namespace ppatch
