// SPDX-License-Identifier: Apache-2.0
#include "commands/patches/patch_file.hpp"

#include "argument.hpp"
#include "commands/metadata.hpp"
#include "exit_status.hpp"
#include "formats/array_store.hpp"

namespace ptychopatch::app {
namespace {

using formats::FormatError;
using formats::Shape;
using Json = nlohmann::ordered_json;

Json member(const Json& object, const char* key) {
  return object.is_object() ? object.value(key, Json()) : Json();
}

// None where a number in it is none.
Shape shape_from_json(const Json& json) {
  Shape shape;
  for (const Json& extent : json) {
    if (!extent.is_number_integer() || extent < 1) return {};
    shape.push_back(extent.get<std::int64_t>());
  }
  return shape;
}

ppatch_patch_options options_from(const Json& metadata, const std::string& source) {
  const auto require = [&](const char* key, const Json& expected) {
    const Json came = member(metadata, key);
    if (came == expected) return;
    throw FormatError(source + ": expected " + key + " " + expected.dump() +
                      ", as `ptychopatch extract` writes it, got " +
                      came.dump(-1, ' ', true).substr(0, 60));
  };
  require("schema", patches_schema);
  require("schema_version", schema_version);
  ppatch_patch_options options = patch_options_from_json(member(metadata, "options"), source);
  // The positions in the file are those that were used.
  options.jitter_sigma = 0;
  options.local_offsets = PPATCH_LOCAL_OFFSETS_AS_GIVEN;
  return options;
}

}  // namespace

// What the file holds, as it is there.
struct PatchFile::Stored {
  std::optional<std::string> metadata;
  std::string metadata_source;
  formats::NamedArray positions, patches;

  friend void exchange(formats::Channel& channel, Stored& stored) {
    channel(stored.metadata, stored.metadata_source, stored.positions, stored.patches);
  }
};

PatchFile::PatchFile(const std::string& path, const PatchSettings& settings,
                     const std::vector<std::string>& shape) {
  constexpr std::int64_t most = std::int64_t{1} << 40;
  Shape image;
  for (const std::string& size : shape) image.push_back(parse_integer("--shape", size, 1, most));
  auto stored = formats::ask_store<Stored>(path, [](const formats::ArrayStore& store) {
    const auto named = [&](const char* name) {
      return formats::NamedArray{store.read(name), store.source(name)};
    };
    // PtychoPINN's name, with --keys ptychopinn.
    const char* key = !store.has("patches") && store.has("Y") ? "Y" : "patches";
    return Stored{store.text(metadata_key), store.source(metadata_key), named("positions"),
                  named(key)};
  });
  read_options(stored, settings, image);
  positions_source = stored.positions.source;
  positions = formats::to_tensor(std::move(stored.positions.array), PPATCH_F64, positions_source);
  geometry.set_positions(positions.shape, positions_source);
  formats::NpyArray& array = stored.patches.array;
  take_patch_shape(array.shape, stored.patches.source);
  const ppatch_dtype dtype = formats::nearest_dtype(array.type);
  patches = formats::to_tensor(std::move(array), dtype, stored.patches.source);
}

void PatchFile::read_options(const Stored& stored, const PatchSettings& settings,
                             const Shape& image) {
  const std::string& source = stored.metadata_source;
  std::optional<Json> metadata;
  if (stored.metadata) metadata = parse_metadata(*stored.metadata, source);
  options = patch_options(0, 0);
  options.group_size = 1;
  if (metadata) options = options_from(*metadata, source);
  settings.apply(options);
  geometry.group = options.group_size;
  geometry.layout = options.layout;
  if (geometry.group < 1) throw FormatError(source + ": expected a group_size of at least 1");
  if (!image.empty()) {
    geometry.set_image(image, "argument --shape");
  } else if (metadata) {
    geometry.set_image(shape_from_json(member(member(*metadata, "image"), "shape")),
                       source + ": the image");
  } else {
    throw UsageError(source + " is missing, which says the image's shape; give --shape H W");
  }
}

void PatchFile::take_patch_shape(const Shape& shape, const std::string& source) {
  const std::size_t axes = geometry.layout == PPATCH_LAYOUT_FLAT ? 3 : 4;
  if (shape.size() == axes || shape.size() == axes + 1) {
    const std::size_t last = shape.size() - (geometry.layout == PPATCH_LAYOUT_CHANNEL_LAST ? 2 : 1);
    geometry.batch = shape.size() == axes + 1;
    geometry.images = geometry.batch ? shape[0] : 1;
    geometry.height = shape[last - 1];
    geometry.width = shape[last];
  }
  formats::require_shape(shape == geometry.patches_shape(), source, shape,
                         expected_shape() + " for " + std::to_string(geometry.positions) +
                             " positions and layout " + name_of(layout_choices, geometry.layout));
  formats::require_shape(geometry.height > 0 && geometry.width > 0, source, shape,
                         "patches of at least one pixel");
  options.patch_height = geometry.height;
  options.patch_width = geometry.width;
}

std::string PatchFile::expected_shape() const {
  const std::string groups = std::to_string(geometry.positions / geometry.group);
  const std::string group = std::to_string(geometry.group);
  if (geometry.layout == PPATCH_LAYOUT_CHANNEL_LAST) return "(" + groups + ", h, w, " + group + ")";
  if (geometry.layout == PPATCH_LAYOUT_CHANNEL_FIRST)
    return "(" + groups + ", " + group + ", h, w)";
  return "(" + groups + ", h, w)";
}

}  // namespace ptychopatch::app
