// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "suite/bandwidth_loops.hpp"
#include "suite/buffer.hpp"
#include "suite/patches/case.hpp"
#include "suite/thread_team.hpp"

namespace ptychopatch::bench {

// The bandwidth that memory has at best: nothing that has to write (or read) as many bytes is
// faster.
enum class BandwidthLimit {
  memset,  // std::memset
  fill,    // stores past the caches
  memcpy,  // std::memcpy of one half to the other: as many bytes moved
  read,    // a sum over everything
  // Of a card's memory.
  device_memset,
  device_copy,
  device_read,
  host_to_device  // from pinned memory
};

std::string name(BandwidthLimit limit);

// The limit of a case: it writes its patches, past the caches where they cannot hold
// them, or reads them.
BandwidthLimit limit_of(const Case& one, const Gpu* gpu = nullptr);

// Runs the loop of a limit over a buffer of at least two limit_block, each thread on its own
// stretch.
class LimitRunner {
 public:
  LimitRunner(BandwidthLimit limit, const Buffer& buffer, ThreadTeam& team);

  void run();
  // What it moves: whole blocks, the same number on each thread.
  std::int64_t bytes() const { return stretch_ * threads_; }

 private:
  void run_stretch(std::byte* begin) const;

  BandwidthLimit limit_;
  ThreadTeam& team_;
  std::byte* begin_;      // of a cache line
  std::int64_t threads_;  // that get a block at least
  std::int64_t stretch_;
};

// The limit of a card's memory, or of the way to it, over buffers in turn.
class DeviceLimitRunner {
 public:
  // from: pinned, as large as each buffer, for host_to_device.
  DeviceLimitRunner(BandwidthLimit limit, std::vector<const Buffer*> buffers,
                    const void* from = nullptr);

  void run();
  std::int64_t bytes() const { return buffers_.front()->bytes(); }

 private:
  GpuLimit limit_;
  std::vector<const Buffer*> buffers_;
  const void* from_;
  std::size_t next_ = 0;
};

}  // namespace ptychopatch::bench
