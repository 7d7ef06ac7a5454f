// SPDX-License-Identifier: Apache-2.0
#include "formats/columns.hpp"
#include "formats/layouts.hpp"

namespace ptychopatch::formats {
namespace {

const std::string kObject = "object";
constexpr const char* kX = "probe_position_x_m";
constexpr const char* kY = "probe_position_y_m";

std::optional<double> number(const ArrayStore& store, const std::string& name) {
  if (const auto value = store.attribute(kObject, name)) return value;
  const std::string flat = kObject + "_" + name;
  if (const auto value = store.attribute("", flat)) return value;
  if (store.has(flat)) return read_number(store, flat);
  return std::nullopt;
}

Placement placement_of(const ArrayStore& store) {
  Placement placement;
  placement.units = "metres";
  const auto height = number(store, "pixel_height_m"), width = number(store, "pixel_width_m");
  placement.pixel_size.reset();
  if (height && width) placement.pixel_size = {*height, *width};
  placement.size_source = "the object's pixel_height_m, pixel_width_m";
  placement.zero = {number(store, "center_y_m").value_or(0),
                    number(store, "center_x_m").value_or(0)};
  placement.origin.kind = Origin::Kind::kCentre;
  placement.origin_source = "the object's center_y_m, center_x_m lies at H/2, W/2";
  return placement;
}

}  // namespace

std::optional<Layout> find_ptychodus(const ArrayStore& store) {
  if (!store.has(kX) || !store.has(kY)) return std::nullopt;
  // Products written before 2025 name the layers' distance and the losses differently.
  const bool old = store.has("object_layer_distance_m") || store.has("costs");
  return Layout{"ptychodus",
                std::string("Ptychodus product (") + (old ? "old" : "new") +
                    " spelling): positions are patch centres about the object's centre",
                {PPATCH_ANCHOR_HALF, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW},
                [&] {
                  require_object(store, kObject);
                  return read_object(store, kObject);
                },
                [&] { return two_columns(store, kY, kX); },
                [&] { return placement_of(store); }};
}

}  // namespace ptychopatch::formats
