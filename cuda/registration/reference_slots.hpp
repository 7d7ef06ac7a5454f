// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/registration/shift_rounds.hpp"

namespace ppatch {

// Which window of the reference, on which scale, each of a few spectra holds. Images that work at
// the same time, a wave, keep theirs; otherwise that goes which has been used least lately.
class ReferenceSlots {
 public:
  void reset(std::int64_t count) { slots_.assign(static_cast<std::size_t>(count), Slot()); }
  void begin_wave() { ++wave_; }

  struct Found {
    std::int64_t slot = -1;  // none is left in this wave
    bool held = false;       // else it is the caller's to fill
  };
  Found find(int scale, const Window& window) {
    Found found;
    for (std::size_t i = 0; i < slots_.size(); ++i) {
      Slot& slot = slots_[i];
      if (slot.scale == scale && slot.window == window) {
        slot.wave = wave_;
        return {static_cast<std::int64_t>(i), true};
      }
      const bool older =
          found.slot < 0 || slot.wave < slots_[static_cast<std::size_t>(found.slot)].wave;
      if (slot.wave != wave_ && older) found.slot = static_cast<std::int64_t>(i);
    }
    if (found.slot >= 0) slots_[static_cast<std::size_t>(found.slot)] = {scale, window, wave_};
    return found;
  }

 private:
  struct Slot {
    int scale = -1;
    Window window;
    std::int64_t wave = -1;
  };
  std::vector<Slot> slots_;
  std::int64_t wave_ = 0;
};

}  // namespace ppatch
