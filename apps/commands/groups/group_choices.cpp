// SPDX-License-Identifier: Apache-2.0
#include "group_choices.hpp"

#include <CLI/CLI.hpp>

#include "exit_status.hpp"

namespace ptychopatch::app {
namespace {

constexpr const char* kGroup = "Groups";
constexpr std::int64_t kMostGridsize = 64;
constexpr std::int64_t kMostSamples = std::int64_t{1} << 40;

}  // namespace

void GroupChoices::add_options(CLI::App& app) {
  add_integer(
      app, "--gridsize", 1, "Groups of N x N neighbouring positions",
      [this](std::int64_t value) { gridsize = value; }, kMostGridsize)
      ->group(kGroup);
  add_integer(app, "-K,--neighbours", 1,
              "Nearest neighbours that members are drawn from (default: N x N + 2)",
              [this](std::int64_t value) { neighbours = value; })
      ->group(kGroup);
  add_integer(
      app, "--samples", 1, "Groups to draw (default: one for each position)",
      [this](std::int64_t value) { samples = value; }, kMostSamples)
      ->group(kGroup);
  add_integer(app, "--seed", 0, "Seed of the random numbers (default 0)",
              [this](std::int64_t value) { seed = static_cast<std::uint64_t>(value); })
      ->group(kGroup);
  app.add_flag("--sequential", sequential, "The first positions are the centres of the groups")
      ->group(kGroup);
  app.add_flag("--oversample", oversample,
               "More groups than positions: different choices of the neighbours")
      ->group(kGroup);
  app.add_flag("--include-centre", include_centre, "The centre is a member of its group")
      ->group(kGroup);
  add_choice(app, "--order", kGroupOrderChoices, "Order of a group's members (default drawn)",
             [this](std::int32_t value) { order = value; })
      ->group(kGroup);
}

bool GroupChoices::asked() const {
  if (gridsize) return true;
  const char* needy = neighbours       ? "-K"
                      : samples        ? "--samples"
                      : seed           ? "--seed"
                      : order          ? "--order"
                      : sequential     ? "--sequential"
                      : oversample     ? "--oversample"
                      : include_centre ? "--include-centre"
                                       : nullptr;
  if (needy) throw UsageError(std::string("argument ") + needy + ": needs --gridsize N");
  return false;
}

ppatch_group_options GroupChoices::options() const {
  ppatch_group_options options = group_options(static_cast<std::int32_t>(gridsize.value_or(1)),
                                               neighbours.value_or(members() + 2));
  options.group_count = samples.value_or(0);
  options.seed = seed.value_or(0);
  options.order = order.value_or(PPATCH_GROUP_ORDER_AS_DRAWN);
  options.members =
      include_centre ? PPATCH_GROUP_MEMBERS_WITH_CENTRE : PPATCH_GROUP_MEMBERS_NEIGHBOURS;
  options.sampling = sequential ? PPATCH_GROUP_SAMPLING_SEQUENTIAL : PPATCH_GROUP_SAMPLING_RANDOM;
  options.oversample = oversample ? 1 : 0;
  return options;
}

nlohmann::ordered_json to_json(const ppatch_group_options& options) {
  return {
      {"gridsize", options.gridsize},
      {"neighbours", options.neighbours},
      {"seed", options.seed},
      {"include_centre", options.members == PPATCH_GROUP_MEMBERS_WITH_CENTRE},
      {"order", name_of(kGroupOrderChoices, options.order)},
      {"sequential", options.sampling == PPATCH_GROUP_SAMPLING_SEQUENTIAL},
      {"oversample", options.oversample == 1},
      {"axes", name_of(kAxesChoices, options.axes)},
      {"relative", options.relative_sign == PPATCH_RELATIVE_SIGN_TO_OFFSET ? "-(member - offset)"
                                                                           : "member - offset"}};
}

}  // namespace ptychopatch::app
