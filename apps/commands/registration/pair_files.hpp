// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "commands/registration/pair_targets.hpp"
#include "commands/registration/scene_aligner.hpp"

namespace ptychopatch::alignment {

// Writes the files of aligned pairs. New ones whose records nobody has are removed at the end: a
// run that goes on will make them.
class PairFiles {
 public:
  // targets must outlive this; NULL where no files are wanted.
  PairFiles(const app::Session& session, const PairTargets* targets);
  ~PairFiles();
  PairFiles(const PairFiles&) = delete;
  PairFiles& operator=(const PairFiles&) = delete;

  // Writes down in the record where they lie, and what was applied. Files that exist are replaced
  // or refused.
  void write(const PairNames& names, bool replaces, const mosaics::RawImage& reference,
             const mosaics::RawImage& image, const Aligned& aligned, Record& record);
  // The records of all pairs so far are with the run's.
  void recorded() { unrecorded_.clear(); }

 private:
  void write_mask(const std::string& path, const Aligned& aligned, Record& record);
  // On the reference's pixels.
  void write_resampled(const std::string& stem, const mosaics::RawImage& reference,
                       const mosaics::RawImage& image, const Aligned& aligned, Record& record);
  // Answers the path.
  std::string write_image(const std::string& stem, const ppatch_array& pixels,
                          const mosaics::Cfa& cfa, const mosaics::RawImage& levels);
  void write_file(const std::string& path, std::span<const std::byte> bytes);

  const app::Session& session_;
  const PairTargets* targets_;
  bool replaces_ = false;  // of the pair at work
  std::vector<std::string> unrecorded_;
};

}  // namespace ptychopatch::alignment
