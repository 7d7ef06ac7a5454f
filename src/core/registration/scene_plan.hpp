// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "core/context.hpp"
#include "core/registration/scene_settings.hpp"

namespace ppatch {

// Checks every call's arguments, hands the work to the backend's engine, and turns its answers into
// the caller's sign and lattice.
class ScenePlan {
 public:
  ScenePlan(std::shared_ptr<Context> context, const ppatch_scene_options* options);

  static std::uint64_t bytes(const Context& context, const ppatch_scene_options* options);

  void borrow_reference(const ppatch_scene_image* reference);
  void set_stream(void* stream);
  void align(std::int64_t count, const ppatch_scene_image* images, ppatch_shift* results);
  void measure_motion(std::int64_t count, const ppatch_scene_image* images, ppatch_shift* results,
                      ppatch_scene_motion* motions, std::int64_t tile_capacity,
                      ppatch_tile_shift* tiles);
  void get_info(ppatch_scene_plan_info* info) const;

 private:
  class Answers;
  // Where the motions of a call go.
  struct MotionOutput {
    ppatch_scene_motion* motions = nullptr;
    std::int64_t capacity = 0;
    ppatch_tile_shift* tiles = nullptr;
  };
  void align(std::int64_t count, const ppatch_scene_image* images, ppatch_shift* results,
             const MotionOutput& output);

  // On the context's backend or, where that cannot, on the CPU.
  void make_engine();
  void move_to_cpu(ppatch_log_level level, const std::string& reason);
  // To the card that the reference lies on, where the context follows the arrays.
  void move_to(const ppatch_array& reference);
  SceneImageView read_image(const std::string& name, const ppatch_scene_image& image) const;
  void complete(ppatch_shift& result) const;

  std::shared_ptr<Context> context_;
  SceneSettings settings_;
  PixelLevels levels_;
  ppatch_cfa cfa_;
  Backend* backend_ = nullptr;  // of the context: whose engine it is
  std::unique_ptr<SceneEngine> engine_;
  SceneImageView reference_;
  bool has_reference_ = false;
  void* stream_ = nullptr;  // of the next calls on a card
};

}  // namespace ppatch
