// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/registration/image_stack.hpp"
#include "commands/registration/pair_files.hpp"
#include "commands/registration/record_file.hpp"
#include "common_options.hpp"
#include "mosaics/image_input.hpp"

namespace ptychopatch::app {

// What `align` was asked for.
struct AlignOptions {
  AlignOptions() {
    scene.max_shift[0] = scene.max_shift[1] = 128;
    scene.upsample = 1;
    scene.false_alarm_limit = scene.ambiguity_limit = 1e-4;
  }

  CommonOptions common;
  std::string reference;
  std::vector<std::string> inputs;
  std::string layout, index;
  std::int64_t shard = 1, shards = 1;

  // What the results depend on.
  ppatch_scene_options scene = scene_options(0, 0);  // but for the reference's size and colours
  mosaics::ImageSettings image;                      // of files that are no camera RAWs
  std::string mask;                                  // of the reference; "": none
  bool closure = false;                              // images onto each other, too

  std::optional<alignment::RecordFormat> format;
  bool resume = false;
  std::string plot, apply, masks;
  alignment::ApplyMode apply_mode = alignment::ApplyMode::crop;

  // The output is then the image that all make, and records are no output by themselves.
  std::optional<alignment::StackMode> stack;
  std::optional<double> clip_limit;
  std::string records;

  void add_options(CLI::App& app);
  // Of options that need or exclude each other: UsageError.
  void check() const;

  // What the results depend on, for their metadata.
  nlohmann::ordered_json json() const;
  // "": nowhere.
  const std::string& record_path() const { return stack ? records : common.output; }
  // As asked for, or as their file's name says.
  alignment::RecordFormat record_format() const;
  // Whether this run's shard has the i-th scene or image.
  bool in_shard(std::size_t i) const { return static_cast<std::int64_t>(i) % shards == shard - 1; }
  // Whether there are files of each pair.
  bool writes_pairs() const { return !apply.empty() || !masks.empty(); }

 private:
  void check_closure() const;
  void check_search() const;
  void check_stack() const;
  void add_input_options(CLI::App& app);
  void add_scene_options(CLI::App& app);
  void add_result_options(CLI::App& app);
};

}  // namespace ptychopatch::app
