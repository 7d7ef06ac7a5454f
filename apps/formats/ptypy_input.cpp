// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstring>

#include "formats/layouts.hpp"

namespace ptychopatch::formats {
namespace {

constexpr Convention convention = {PPATCH_ANCHOR_HALF, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW};
const std::string objects_path = "content/obj";
const std::string positions = "content/positions";
const std::string chunks_group = "chunks";

// ptypy keeps a pair, or one number for both.
std::array<double, 2> read_pair(const ArrayStore& store, const std::string& key) {
  const NpyHeader header = store.header(key);
  const bool single = bytes_of_shape(header.shape, 1, store.source(key)) == 1;
  const std::vector<double> values = read_numbers(store, key, single ? 1 : 2);
  return {values.front(), values.back()};
}

NamedArray recorded_positions(const ArrayStore& store, const std::string& id) {
  const std::string key = positions + "/" + id;
  if (!store.has(key)) {
    throw FormatError(store.source(key) +
                      " is missing: ptypy was not asked to record positions (record_positions); "
                      "name some with --positions");
  }
  return read_positions(store, key);
}

Placement object_placement(const ArrayStore& store, const std::string& object) {
  return {.units = "metres",
          .pixel_size = read_pair(store, object + "/_psize"),
          .size_source = "_psize",
          .origin = {Origin::Kind::place, read_pair(store, object + "/_center")},
          .origin_source = "_center"};
}

NamedArray joined_positions(const ArrayStore& store, const std::vector<std::string>& chunks) {
  std::vector<NpyArray> parts;
  std::int64_t count = 0;
  for (const std::string& chunk : chunks) {
    std::string key = chunks_group;
    key.append("/").append(chunk).append("/positions");
    parts.push_back(read_positions(store, key).array);
    count += parts.back().shape[0];
  }
  Tensor all = Tensor::make(PPATCH_F64, {count, 2}, store.source(chunks_group));
  std::byte* to = all.data.data();
  for (const NpyArray& part : parts) {
    if (part.data.size() != 0) std::memcpy(to, part.data.data(), part.data.size());
    to += part.data.size();
  }
  return {to_array(std::move(all)), store.source(chunks_group + "/*/positions")};
}

Placement data_placement(const ArrayStore& store, const std::string& frames) {
  Placement placement{.units = "metres",
                      .pixel_size = {},
                      .size_source = far_field,
                      .origin = {Origin::Kind::fit},
                      .origin_source = "as ptypy lays its object about the scan"};
  for (const std::string& key : {std::string("meta/energy"), std::string("meta/distance"),
                                 std::string("meta/psize"), frames}) {
    if (!store.has(key)) return placement;
  }
  const Shape shape = store.header(frames).shape;
  if (shape.size() < 2) return placement;
  const double energy = 1e3 * electron_volt * read_number(store, "meta/energy");
  placement.pixel_size = far_field_pixel(planck_light / energy, read_number(store, "meta/distance"),
                                         read_pair(store, "meta/psize"), shape);
  return placement;
}

}  // namespace

std::optional<Layout> find_ptyr(const ArrayStore& store) {
  const std::vector<std::string> objects = store.children(objects_path);
  if (objects.empty()) return std::nullopt;
  const std::string& id = objects.front();
  const std::string object = objects_path + "/" + id;
  return Layout{"ptypy",
                "ptypy reconstruction (object " + id + "): positions are patch centres (y, x)",
                convention,
                [&store, object] { return read_object(store, object + "/data"); },
                [&store, id] { return recorded_positions(store, id); },
                [&store, object] { return object_placement(store, object); }};
}

std::optional<Layout> find_ptyd(const ArrayStore& store) {
  std::vector<std::string> chunks = store.children(chunks_group);
  if (chunks.empty()) return std::nullopt;
  // By their numbers.
  std::ranges::sort(chunks, {},
                    [](const std::string& chunk) { return std::pair(chunk.size(), chunk); });
  const std::string frames = chunks_group + "/" + chunks.front() + "/data";
  return Layout{
      "ptyd",
      "ptypy data: positions are patch centres (y, x)",
      convention,
      [&store]() -> NamedArray {
        throw FormatError(store.source(chunks_group) +
                          ": a .ptyd file holds data and no object; name an image with --image");
      },
      [&store, chunks] { return joined_positions(store, chunks); },
      [&store, frames] { return data_placement(store, frames); }};
}

}  // namespace ptychopatch::formats
