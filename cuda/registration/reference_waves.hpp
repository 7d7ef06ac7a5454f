// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "core/registration/shift_answer.hpp"
#include "core/registration/shift_rounds.hpp"
#include "cuda/registration/scene_workspace.hpp"

namespace ppatch {

// An image of the batch under way.
struct BatchImage {
  ppatch_shift result;
  double start[2];  // samples of the scale that is next
  ShiftSearch search;
  CoarsePeak peak;
  FineShift found;      // on the finest scale
  FineShift coarsest;   // on the coarsest
  FineShift others[2];  // aligned from the peak's second places
  ShiftQuality quality;
  double max_f = whole_band;  // of the next attempt
  bool settled = false;       // nothing is left to be looked for
  Window window;              // that its spectrum has been laid in; 0 x 0: none
};

// Some of a batch, by their numbers.
using ImageNumbers = std::vector<std::int64_t>;

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

// The spectra of the reference's windows, in a few slots. The images of a round are worked on in
// waves, none of which needs more of them than there are.
class ReferenceWaves {
 public:
  // Jobs that find all their references' spectra in slots, and windows that fill these before.
  struct Wave {
    std::int64_t first, end;
    std::int64_t first_window, end_window;
  };

  // All slots are empty.
  void reset(const SceneMemoryPlan& plan);
  // Writes the jobs of images whose searches have laid windows, and of the windows of the reference
  // that they need, into the mail.
  std::vector<Wave> plan(int scale, const ImageNumbers& numbers,
                         const std::vector<BatchImage>& images, const SceneWorkspace& space);
  // Spectra of a wave's windows, whose jobs have been sent.
  void fill(int scale, const Wave& wave, const ShiftSpectrum& spectrum, const SceneWorkspace& space,
            device::Stream stream) const;

 private:
  ReferenceSlots slots_;
  std::vector<std::int64_t> slot_of_window_;  // by reference window of the mail
};

}  // namespace ppatch
