// SPDX-License-Identifier: Apache-2.0
#include "group_choices.hpp"

#include "exit_status.hpp"

namespace ptychopatch::app {

void GroupChoices::add_options(CLI::App& app) {
  OptionSet set(app, "Groups");
  set.integer("--gridsize", gridsize, 1, "Groups of N x N neighbouring positions", 64);
  set.integer("-K,--neighbours", neighbours, 1,
              "Nearest neighbours that members are drawn from (default: N x N + 2)");
  set.integer("--samples", samples, 1, "Groups to draw (default: one for each position)",
              std::int64_t{1} << 40);
  set.integer("--seed", seed, 0, "Seed of the random numbers (default {})");
  set.flag("--sequential", sequential, "The first positions are the centres of the groups");
  set.flag("--oversample", oversample,
           "More groups than positions: different choices of the neighbours");
  set.flag("--include-centre", include_centre, "The centre is a member of its group");
  set.choice("--order", order, group_order_choices, "Order of a group's members (default {})");
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
  options.order = order.value_or(PPATCH_GROUP_ORDER_DRAWN);
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
      {"order", name_of(group_order_choices, options.order)},
      {"sequential", options.sampling == PPATCH_GROUP_SAMPLING_SEQUENTIAL},
      {"oversample", options.oversample == 1},
      {"axes", name_of(axes_choices, options.axes)},
      {"relative", options.relative_sign == PPATCH_RELATIVE_SIGN_TO_OFFSET ? "-(member - offset)"
                                                                           : "member - offset"}};
}

}  // namespace ptychopatch::app
