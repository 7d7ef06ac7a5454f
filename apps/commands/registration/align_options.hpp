// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/registration/align_settings.hpp"
#include "commands/registration/pair_files.hpp"
#include "commands/registration/record_file.hpp"
#include "common_options.hpp"

namespace ptychopatch::app {

// What `align` was asked for.
struct AlignOptions {
  CommonOptions common;
  alignment::AlignSettings settings;
  std::string reference;
  std::vector<std::string> inputs;
  std::string layout, index;
  std::optional<alignment::RecordFormat> format;
  std::int64_t shard = 1, shards = 1;
  bool resume = false;
  std::string plot, apply, masks;
  alignment::ApplyMode apply_mode = alignment::ApplyMode::kCrop;

  void add_options(CLI::App& app);

  // As asked for, or as the output's name says.
  alignment::RecordFormat record_format() const;
  // Whether this run's shard has the i-th scene or image.
  bool in_shard(std::size_t i) const { return static_cast<std::int64_t>(i) % shards == shard - 1; }
  // Outputs that exist are replaced.
  bool replaces() const { return common.overwrite || resume; }

 private:
  void add_input_options(CLI::App& app);
  void add_result_options(CLI::App& app);
  void set_shard(const std::string& text);
};

}  // namespace ptychopatch::app
