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

ExtractInput::ExtractInput(const ExtractChoices& choices) : choices_(choices) {
  if (!choices.patches.height || !choices.patches.width) {
    throw UsageError("expected the patch size: -N, or --patch-height and --patch-width");
  }
  check_group_choices();
  Inputs inputs = read_inputs(choices);
  choose_convention(inputs.positions);
  read_image(inputs.image);
  choose_placement(inputs.positions);
  read_positions(inputs.positions);
  if (grouped_) choose_groups(inputs.positions);
}

void ExtractInput::check_group_choices() {
  const bool drawn = choices_.groups.asked();
  const bool given = !choices_.group_file.empty();
  grouped_ = drawn || given;
  if (drawn && given)
    throw UsageError("argument --groups: not with --gridsize, which draws groups");
  if (grouped_ && choices_.patches.group_size) {
    throw UsageError(std::string("argument --group-size: not with ") +
                     (given ? "--groups" : "--gridsize") + ", which makes the groups");
  }
  if (choices_.ptychopinn_keys && !grouped_) {
    throw UsageError("argument --keys: ptychopinn needs groups: --gridsize N or --groups FILE");
  }
}

void ExtractInput::choose_convention(const formats::ScanInput& input) {
  options_ = patch_options(0, 0);
  options_.group_size = 1;
  if (grouped_) options_.layout = PPATCH_LAYOUT_CHANNEL_LAST;
  apply(input.convention, options_);
  choices_.patches.apply(options_);
  geometry_.layout = options_.layout;
  geometry_.group = options_.group_size;
  geometry_.height = options_.patch_height;
  geometry_.width = options_.patch_width;
  notes_.push_back(input.convention_text + "; used: " + convention_text(options_) +
                   " (change with --anchor, --axes, --sign)");
}

void ExtractInput::choose_placement(formats::ScanInput& input) {
  placement_ = input.placement.take();
  if (choices_.pixel_size) {
    placement_.pixel_size = choices_.pixel_size;
    placement_.size_source = "--pixel-size";
  }
  if (choices_.origin) {
    placement_.origin = *choices_.origin;
    placement_.origin_source = "--origin";
  }
  if (placement_.trivial()) return;
  notes_.push_back(formats::placement_text(placement_) + " (change with --pixel-size, --origin)");
}

void ExtractInput::read_image(formats::ScanInput& input) {
  formats::NamedArray image = input.image.take();
  geometry_.set_image(image.array.shape, image.source);
  stored_dtype_ = image.array.type.name();
  image_format_ = input.format;
  image_source_ = image.source;
  const ppatch_dtype dtype = choices_.dtype.value_or(
      choices_.ptychopinn_keys ? PPATCH_C64 : formats::nearest_dtype(image.array.type));
  image_ = formats::to_tensor(std::move(image.array), dtype, image.source);
}

void ExtractInput::read_positions(formats::ScanInput& input) {
  formats::NamedArray positions = input.positions.take();
  positions_format_ = input.format;
  positions_source_ = positions.source;
  geometry_.set_positions(positions.array.shape, positions.source);
  positions.array = formats::place(std::move(positions.array), placement_, options_,
                                   geometry_.image_height, geometry_.image_width, positions.source);
  const bool single = positions.array.type.kind == formats::Kind::kFloat &&
                      positions.array.type.size == sizeof(float);
  positions_ = formats::to_tensor(std::move(positions.array), single ? PPATCH_F32 : PPATCH_F64,
                                  positions.source);
}

// From now on the geometry is that of all groups' members.
void ExtractInput::choose_groups(formats::ScanInput& input) {
  if (positions_.shape.size() != 2) {
    throw formats::FormatError(positions_source_ + " has shape " +
                               formats::shape_text(positions_.shape) +
                               ", expected positions (n, 2), of which groups are made");
  }
  if (choices_.ptychopinn_keys && options_.axes != PPATCH_AXES_XY) {
    throw UsageError("argument --keys: ptychopinn needs positions in the order xy, got yx");
  }
  group_options_ = choices_.groups.options();
  group_options_.axes = options_.axes;
  if (options_.local_offsets == PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN) {
    group_options_.relative_sign = PPATCH_RELATIVE_SIGN_TO_OFFSET;
  }
  std::int64_t groups = choices_.groups.samples.value_or(geometry_.positions);
  geometry_.group = choices_.groups.members();
  if (!choices_.group_file.empty()) {
    given_groups_ = read_groups(choices_.group_file, &given_groups_source_);
    groups = given_groups_.shape[0];
    geometry_.group = given_groups_.shape[1];
  }
  options_.group_size = geometry_.group;
  geometry_.positions = groups * geometry_.group;
  if (!choices_.ptychopinn_keys) return;
  formats::Part<formats::NamedArray>& part = input.start_positions;
  if (!part.value && part.refused.empty()) return;
  formats::NamedArray start = part.take();
  start.array = formats::place(std::move(start.array), placement_, options_, geometry_.image_height,
                               geometry_.image_width, start.source);
  start_positions_ = formats::to_tensor(std::move(start.array), PPATCH_F64, start.source);
  if (start_positions_.shape != positions_.shape) {
    throw formats::FormatError(start.source + " has shape " +
                               formats::shape_text(start_positions_.shape) + ", expected " +
                               formats::shape_text(positions_.shape) + " as the positions have");
  }
}

std::uint64_t ExtractInput::bytes_of_group() const {
  return bytes_of(geometry_.part_shape(geometry_.group));
}

std::uint64_t ExtractInput::bytes_of_all() const { return bytes_of(geometry_.patches_shape()); }

std::uint64_t ExtractInput::bytes_of(const formats::Shape& shape) const {
  const auto element = static_cast<std::size_t>(ppatch_dtype_size(image_.dtype));
  return formats::bytes_of_shape(shape, element, "the patches");
}

void ExtractInput::describe(nlohmann::ordered_json& metadata) const {
  metadata["image"] = {{"source", image_source_},
                       {"format", image_format_},
                       {"shape", image_.shape},
                       {"dtype", stored_dtype_}};
  metadata["positions"] = {
      {"source", positions_source_},
      {"format", positions_format_},
      {"count", positions_.shape[0] * (positions_.shape.size() == 3 ? positions_.shape[1] : 1)},
      {"units", "pixels of the image"}};
  if (grouped_) {
    metadata["groups"] = to_json(group_options_);
    if (!given_groups_source_.empty()) metadata["groups"] = {{"source", given_groups_source_}};
    metadata["groups"]["count"] = geometry_.positions / geometry_.group;
    metadata["groups"]["size"] = geometry_.group;
  }
  if (placement_.trivial()) return;
  metadata["positions"]["stored"] = {{"units", placement_.units},
                                     {"pixel_size", *placement_.pixel_size},
                                     {"zero", placement_.zero},
                                     {"origin", formats::origin_text(placement_.origin)}};
}

}  // namespace ptychopatch::app
