// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <optional>

#include "argument.hpp"
#include "cli_fwd.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {

// What the command line said about groups; the rest is the library's defaults.
struct GroupChoices {
  std::optional<std::int64_t> gridsize, neighbours, samples;
  std::optional<std::uint64_t> seed;
  std::optional<std::int32_t> order;
  bool sequential = false, oversample = false, include_centre = false;

  // --gridsize, -K, --samples, --seed, --sequential, --oversample, --include-centre, --order
  void add_options(CLI::App& app);

  // UsageError where there is no --gridsize, but something that needs it.
  bool asked() const;
  ppatch_group_options options() const;
  std::int64_t members() const { return gridsize.value_or(1) * gridsize.value_or(1); }
};

nlohmann::ordered_json to_json(const ppatch_group_options& options);

}  // namespace ptychopatch::app
