// SPDX-License-Identifier: Apache-2.0
#include "commands/patches/extract_input.hpp"

#include "commands/groups/scan_groups.hpp"
#include "exit_status.hpp"

namespace ptychopatch::app {
namespace {

// Image and positions, each from its own file where one is named.
struct Inputs {
  formats::ScanInput image, positions;
};

Inputs read_inputs(const ExtractChoices& choices) {
  const bool pair = !choices.image.empty() && !choices.positions.empty();
  if (choices.input.empty() && !pair) {
    throw UsageError("expected a scan INPUT, or both --image FILE and --positions FILE");
  }
  if (!choices.input.empty() && pair) {
    throw UsageError("argument INPUT: " + formats::quoted(choices.input) +
                     " would not be used, as --image and --positions name both parts");
  }
  const formats::Wanted image_alone{true, false}, positions_alone{false, true};
  if (choices.image.empty() && choices.positions.empty()) {
    formats::ScanInput both = formats::read_scan(choices.input);
    formats::ScanInput image;
    image.format = both.format;
    image.image = std::move(both.image);
    return {std::move(image), std::move(both)};
  }
  const auto read = [&](const std::string& part, formats::Wanted wanted) {
    return part.empty() ? formats::read_scan(choices.input, wanted)
                        : formats::read_part(part, wanted);
  };
  return {read(choices.image, image_alone), read(choices.positions, positions_alone)};
}

}  // namespace

ExtractInput::ExtractInput(const ExtractChoices& asked) : choices(asked) {
  if (!choices.patches.given("patch_height") || !choices.patches.given("patch_width")) {
    throw UsageError("expected the patch size: -N, or --patch-height and --patch-width");
  }
  check_group_choices();
  Inputs inputs = read_inputs(choices);
  choose_convention(inputs.positions);
  read_image(inputs.image);
  choose_placement(inputs.positions);
  read_positions(inputs.positions);
  if (grouped) choose_groups(inputs.positions);
}

void ExtractInput::check_group_choices() {
  const bool drawn = choices.groups.asked();
  grouped = drawn || given();
  if (drawn && given())
    throw UsageError("argument --groups: not with --gridsize, which draws groups");
  if (grouped && choices.patches.given("group_size")) {
    throw UsageError(std::string("argument --group-size: not with ") +
                     (given() ? "--groups" : "--gridsize") + ", which makes the groups");
  }
  if (choices.ptychopinn_keys && !grouped) {
    throw UsageError("argument --keys: ptychopinn needs groups: --gridsize N or --groups FILE");
  }
}

void ExtractInput::choose_convention(const formats::ScanInput& input) {
  options = patch_options(0, 0);
  options.group_size = 1;
  if (grouped) options.layout = PPATCH_LAYOUT_CHANNEL_LAST;
  apply(input.convention, options);
  choices.patches.apply(options);
  geometry.layout = options.layout;
  geometry.group = options.group_size;
  geometry.height = options.patch_height;
  geometry.width = options.patch_width;
  notes.push_back(input.convention_text + "; used: " + convention_text(options) +
                  " (change with --anchor, --axes, --sign)");
}

void ExtractInput::choose_placement(formats::ScanInput& input) {
  placement = input.placement.take();
  apply(choices.pixel_size, placement);
  if (choices.origin) {
    placement.origin = *choices.origin;
    placement.origin_source = "--origin";
  }
  if (placement.trivial()) return;
  notes.push_back(formats::placement_text(placement) + " (change with --pixel-size, --origin)");
}

void ExtractInput::read_image(formats::ScanInput& input) {
  formats::NamedArray read = input.image.take();
  geometry.set_image(read.array.shape, read.source);
  metadata["image"] = {{"source", read.source},
                       {"format", input.format},
                       {"shape", read.array.shape},
                       {"dtype", read.array.type.name()}};
  const ppatch_dtype dtype = choices.dtype.value_or(
      choices.ptychopinn_keys ? PPATCH_C64 : formats::nearest_dtype(read.array.type));
  image = formats::to_tensor(std::move(read.array), dtype, read.source);
}

void ExtractInput::read_positions(formats::ScanInput& input) {
  formats::NamedArray read = input.positions.take();
  positions_source = read.source;
  geometry.set_positions(read.array.shape, read.source);
  read.array = place(std::move(read.array), read.source);
  const bool single =
      read.array.type.kind == formats::Kind::floating && read.array.type.size == sizeof(float);
  positions =
      formats::to_tensor(std::move(read.array), single ? PPATCH_F32 : PPATCH_F64, positions_source);
  metadata["positions"] = {{"source", positions_source},
                           {"format", input.format},
                           {"count", geometry.positions},
                           {"units", "pixels of the image"}};
  if (placement.trivial()) return;
  metadata["positions"]["stored"] = {{"units", placement.units},
                                     {"pixel_size", *placement.pixel_size},
                                     {"zero", placement.zero},
                                     {"origin", formats::origin_text(placement.origin)}};
}

formats::NpyArray ExtractInput::place(formats::NpyArray array, const std::string& source) const {
  return formats::place(std::move(array), placement, options, geometry.image_height,
                        geometry.image_width, source);
}

// From now on the geometry is that of all groups' members.
void ExtractInput::choose_groups(formats::ScanInput& input) {
  formats::require_shape(positions.shape.size() == 2, positions_source, positions.shape,
                         "positions (n, 2), of which groups are made");
  if (choices.ptychopinn_keys && options.axes != PPATCH_AXES_XY) {
    throw UsageError("argument --keys: ptychopinn needs positions in the order xy, got yx");
  }
  group_options = choices.groups.options();
  group_options.axes = options.axes;
  if (options.local_offsets == PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN) {
    group_options.relative_sign = PPATCH_RELATIVE_SIGN_TO_OFFSET;
  }
  std::int64_t groups = choices.groups.samples.value_or(geometry.positions);
  geometry.group = choices.groups.members();
  if (given()) {
    given_groups = read_groups(choices.group_file, &given_groups_source);
    groups = given_groups.shape[0];
    geometry.group = given_groups.shape[1];
  }
  options.group_size = geometry.group;
  geometry.positions = groups * geometry.group;
  metadata["groups"] =
      given() ? nlohmann::ordered_json{{"source", given_groups_source}} : to_json(group_options);
  metadata["groups"]["count"] = groups;
  metadata["groups"]["size"] = geometry.group;
  if (!choices.ptychopinn_keys) return;
  formats::Part<formats::NamedArray>& part = input.start_positions;
  if (!part.value && part.refused.empty()) return;
  formats::NamedArray start = part.take();
  start.array = place(std::move(start.array), start.source);
  start_positions = formats::to_tensor(std::move(start.array), PPATCH_F64, start.source);
  formats::require_shape(start_positions.shape == positions.shape, start.source,
                         start_positions.shape,
                         formats::shape_text(positions.shape) + " as the positions have");
}

std::uint64_t ExtractInput::bytes_of(const formats::Shape& shape) const {
  const auto element = static_cast<std::size_t>(ppatch_dtype_size(image.dtype));
  return formats::bytes_of_shape(shape, element, "the patches");
}

}  // namespace ptychopatch::app
