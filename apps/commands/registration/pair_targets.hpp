// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <vector>

#include "commands/registration/pair_paths.hpp"

namespace ptychopatch::alignment {

enum class ApplyMode { crop, resample };

// The files that are wanted of aligned pairs, each whole or absent. A folder may be "": none.
//   masks  DIR/SCENE_REFERENCE_IMAGE.png, white where the pair agrees
//   apply  DIR/SCENE/REFERENCE/IMAGE.dng (.npy where it is no 16-bit mosaic): cropped to the common
//          area at the lattice shift, its colours kept, and IMAGE.reference.dng, cut out of the
//          reference alike; or resampled to the reference's own pixels, by the motion where a
//          model was asked for
class PairTargets {
 public:
  PairTargets(PairPaths paths, const std::string& masks, const std::string& apply, ApplyMode mode);

  const std::string& masks() const { return masks_; }
  const std::string& apply() const { return apply_; }
  ApplyMode mode() const { return mode_; }

  std::string mask(const PairNames& names) const;
  // .dng or .npy follows, or .reference and that.
  std::string image(const PairNames& names) const;

  // What may be written of a pair, whatever it holds.
  std::vector<std::string> masks_of(const PairNames& names) const;
  std::vector<std::string> images_of(const PairNames& names) const;

  // Whether all that is wanted of the pair, whose record this is, is there.
  bool made(const PairNames& names, const Record& record) const;

  // FormatError where one of a pair's files could not be written, or is there: only with overwrite,
  // or where the record that the pair had names it, are they replaced. No record: NULL.
  void check(const PairNames& names, const Record* record, bool overwrite);

 private:
  void check_folder(const std::string& folder);

  PairPaths paths_;
  std::string masks_, apply_;
  ApplyMode mode_;
  std::set<std::string> checked_;  // folders
};

}  // namespace ptychopatch::alignment
