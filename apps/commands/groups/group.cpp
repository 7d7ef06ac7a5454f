// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/groups/group_choices.hpp"
#include "commands/groups/scan_groups.hpp"
#include "commands/metadata.hpp"
#include "commands/outputs.hpp"
#include "commands/patches/patch_settings.hpp"
#include "commands/scan_positions.hpp"
#include "exit_status.hpp"

namespace ptychopatch::app {
namespace {

struct GroupCommandOptions {
  CommonOptions common;
  GroupChoices groups;
  std::string input, positions;
  std::optional<std::int32_t> axes;
  std::optional<std::array<double, 2>> pixel_size;
};

class Group {
 public:
  Group(const GroupCommandOptions& options, Console& console)
      : options_(options), console_(console), outputs_(options.common, {}) {
    if (!options.groups.asked()) throw UsageError("expected --gridsize N");
    if (options.input.empty() == options.positions.empty()) {
      throw UsageError(options.input.empty()
                           ? "expected a scan INPUT, or --positions FILE"
                           : "argument INPUT: " + formats::quoted(options.input) +
                                 " would not be used, as --positions names a file too");
    }
    read_positions();
  }

  int run() {
    Session session(options_.common, console_);
    console_.begin("group", group_count());
    const ScanGroups groups = ScanGroups::draw(session, positions_, source_, group_options_);
    if (!options_.common.dry_run) write(session, groups);
    console_.note((options_.common.dry_run ? "dry run: would write " : "wrote ") +
                  formats::quoted(options_.common.output) + ": groups " +
                  formats::shape_text(groups.indices().shape) + " of " +
                  std::to_string(positions_.shape[0]) + " positions");
    return done;
  }

 private:
  std::int64_t group_count() const {
    return group_options_.group_count > 0 ? group_options_.group_count : positions_.shape[0];
  }

  void read_positions() {
    const formats::Wanted wanted{false, true};
    formats::ScanInput input = options_.input.empty()
                                   ? formats::read_part(options_.positions, wanted)
                                   : formats::read_scan(options_.input, wanted);
    format_ = input.format;
    ScanPositions positions =
        ScanPositions::take_from(input, options_.axes, options_.pixel_size, console_);
    source_ = positions.source;
    positions_ = std::move(positions.values);
    group_options_ = options_.groups.options();
    group_options_.axes = positions.convention.axes;
  }

  void write(const Session& session, const ScanGroups& groups) {
    nlohmann::ordered_json metadata = make_metadata(groups_schema, session.backend_name());
    metadata["options"] = to_json(group_options_);
    metadata["positions"] = {{"source", source_},
                             {"format", format_},
                             {"count", positions_.shape[0]},
                             {"units", "pixels of the image"}};
    metadata["seed"] = group_options_.seed;
    const auto writer = outputs_.make_writer();
    groups.add_to(*writer);
    writer->add_text(metadata_key, metadata_text(metadata));
    outputs_.write_arrays(*writer);
    outputs_.publish();
    console_.end();
  }

  const GroupCommandOptions& options_;
  Console& console_;
  Outputs outputs_;
  ppatch_group_options group_options_{};
  formats::Tensor positions_;
  std::string source_, format_;
};

}  // namespace

Command add_group(CLI::App& root) {
  const auto options = std::make_shared<GroupCommandOptions>();
  CLI::App* app = add_word(root, "group", "Draw groups of neighbouring scan positions");
  OptionSet set(*app);
  set.operand("INPUT", options->input, "A scan, as `ptychopatch extract` reads it");
  set.text("--positions", options->positions, "FILE",
           "Positions (n, 2), .npy (default: yx), or a scan's file");
  options->groups.add_options(*app);
  set.choice("--axes", options->axes, axes_choices, "Order of the positions' columns");
  add_pixel_size(*app, options->pixel_size);
  options->common.add_output_options(*app);
  options->common.add_run_options(*app);
  return command<Group>(app, options);
}

}  // namespace ptychopatch::app
