// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "commands/registration/pair_paths.hpp"
#include "commands/registration/scene_aligner.hpp"

namespace ptychopatch::alignment {

enum class ApplyMode { kCrop, kResample };

// The files of an aligned pair, each whole or absent. A name may be "": those are not made.
//   masks  DIR/SCENE_REFERENCE_IMAGE.png, white where the pair agrees
//   apply  DIR/SCENE/REFERENCE/IMAGE.dng (.npy where it is no 16-bit mosaic): cropped to the common
//          area at the lattice shift, its colours kept, and IMAGE.reference.dng, cut out of the
//          reference alike; or resampled to the reference's own pixels, by the motion where a
//          model was asked for
class PairFiles {
 public:
  // paths must outlive this; NULL where neither is made.
  PairFiles(const app::Session& session, const PairPaths* paths, const std::string& masks,
            const std::string& apply, ApplyMode mode, bool overwrite);

  // Writes down in the record where its mask lies, and what was applied.
  void write(const PairNames& names, const mosaics::RawImage& reference,
             const mosaics::RawImage& image, const Aligned& aligned, Record& record) const;

 private:
  void write_mask(const PairNames& names, const Aligned& aligned, Record& record) const;
  // On the reference's pixels.
  void write_resampled(const std::string& stem, const mosaics::RawImage& reference,
                       const mosaics::RawImage& image, const Aligned& aligned,
                       Record& record) const;
  void write_image(const std::string& stem, const ppatch_array& pixels, const mosaics::Cfa& cfa,
                   const mosaics::RawImage& levels) const;

  const app::Session& session_;
  const PairPaths* paths_;
  std::string masks_, apply_;
  ApplyMode mode_;
  bool overwrite_;
};

}  // namespace ptychopatch::alignment
