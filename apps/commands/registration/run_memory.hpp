// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "commands/registration/align_options.hpp"
#include "commands/registration/scene_worker.hpp"

namespace ptychopatch::alignment {

// How a run keeps within its memory budget, which is that of the whole process and of the children
// that decode for it: the scene's images, the next one being decoded, scratch, what is measured and
// written of a pair.
struct RunMemory {
  std::uint64_t scratch = 0;  // of each worker's context; 0: as the options say
  bool decodes_ahead = true;  // the next image, while one is aligned
  std::uint64_t child = 0;    // of a child that decodes; 0: what any file may take

  // Of so many workers at once. Without a budget, and without a control group's limit, what files
  // need is not asked. Else every file's header is read, and a budget that does not hold them is
  // refused by a FormatError that says what would.
  static RunMemory of(const app::AlignOptions& options, const std::vector<SceneTask>& tasks,
                      std::size_t workers, std::size_t pairs);
};

}  // namespace ptychopatch::alignment
