// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/registration/batch_image.hpp"
#include "cuda/registration/reference_slots.hpp"
#include "cuda/registration/scene_workspace.hpp"

namespace ppatch {

// What is laid of a window of a plane.
WindowJob window_job(const ScenePlane& plane, const Window& window);

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
