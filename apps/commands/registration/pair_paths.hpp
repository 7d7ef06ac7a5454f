// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "commands/registration/record.hpp"

namespace ptychopatch::alignment {

// Where the files of a run's pairs lie below its folders, each by itself. An ending is left out
// ("gt/A_B.dng" is A_B, "stack.mrc[3]" is stack[3]) unless two pairs would then be one file, or
// "." or ".." is left.
class PairPaths {
 public:
  // Of all pairs of the run, those of other shards too, so that each shard gives the same names.
  // FormatError where two pairs are one file with their endings, too.
  explicit PairPaths(const std::vector<PairNames>& pairs);

  // "SCENE/REFERENCE", and IMAGE in it; more endings follow.
  std::string folder(const PairNames& names) const;
  std::string image(const PairNames& names) const;
  // "SCENE_REFERENCE_IMAGE"
  std::string mask(const PairNames& names) const;

 private:
  std::string reference(const PairNames& names) const;
  std::vector<std::string> all_of(const PairNames& names) const;

  // Whose endings are kept: references (with no image), and images.
  std::set<PairNames> whole_references_, whole_images_;
};

}  // namespace ptychopatch::alignment
