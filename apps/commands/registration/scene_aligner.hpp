// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "commands/registration/image_stream.hpp"
#include "commands/registration/record.hpp"
#include "session.hpp"

namespace ptychopatch::alignment {

// An image on a reference: what the shift was, and how the pair measures.
struct Aligned {
  ppatch_shift shift{};
  std::optional<MeasuredMotion> motion;  // where the options name a model
  PairMeasures measures;
};

// The references of one scene, and images aligned onto each of them. Where memory allows it each
// reference keeps its plan; otherwise they share one, which costs time and changes nothing.
class SceneAligner {
 public:
  SceneAligner(const app::Session& session, const ppatch_scene_options& options);

  // The reference must outlive this; its mask too.
  void add_reference(const mosaics::RawImage& reference, const formats::NpyArray* mask);

  // Fills the record in: shift, measures, or why there is none.
  Aligned align(std::size_t reference, const mosaics::RawImage& image, Record& record);
  // Motion alone, of images that were aligned before; none where the options name no model.
  std::optional<MeasuredMotion> measure_motion(std::size_t reference,
                                               const mosaics::RawImage& image);

 private:
  struct Reference {
    const mosaics::RawImage* raw;
    const formats::NpyArray* mask;
  };

  ScenePlan& plan_for(std::size_t reference);

  const app::Session& session_;
  const ppatch_scene_options& options_;
  std::vector<Reference> references_;
  std::map<std::size_t, std::unique_ptr<ScenePlan>> plans_;
  std::uint64_t held_ = 0;
};

// Images of a scene aligned onto each other, no record made, in one plan of the size and colours of
// a reference: what lies beyond that is left out of each.
class ImageAligner {
 public:
  ImageAligner(const app::Session& session, const ppatch_scene_options& options,
               const mosaics::RawImage& frame);

  // The image must outlive this, or the next one. false: its colours are not those of the frame.
  bool set_reference(const mosaics::RawImage& image);
  // Without motion; none where the colours are others.
  std::optional<ppatch_shift> align(const mosaics::RawImage& image);

 private:
  const mosaics::RawImage& frame_;
  ScenePlan plan_;
};

}  // namespace ptychopatch::alignment
