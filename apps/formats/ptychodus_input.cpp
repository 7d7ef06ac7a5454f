// SPDX-License-Identifier: Apache-2.0
#include "formats/ptychodus_input.hpp"

#include "formats/columns.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

constexpr const char* kObject = "object";
constexpr const char* kX = "probe_position_x_m";
constexpr const char* kY = "probe_position_y_m";

}  // namespace

PtychodusInput::PtychodusInput(std::unique_ptr<ArrayStore> store)
    : StoreInput(std::move(store), "ptychodus",
                 {PPATCH_ANCHOR_HALF, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW},
                 "positions are patch centres about the object's centre") {}

bool PtychodusInput::recognises(const ArrayStore& store) { return store.has(kX) && store.has(kY); }

std::string PtychodusInput::convention_text() const {
  // Products written before 2025 name the layers' distance and the losses differently.
  const bool old = store().has("object_layer_distance_m") || store().has("costs");
  return std::string("Ptychodus product (") + (old ? "old" : "new") +
         " spelling): " + StoreInput::convention_text();
}

NamedArray PtychodusInput::image() const {
  if (!store().has(kObject)) {
    throw FormatError(store().source(kObject) + " is missing; name an image with --image");
  }
  return {without_single_axes(store().read(kObject)), store().source(kObject)};
}

NamedArray PtychodusInput::positions() const { return two_columns(store(), kY, kX); }

std::optional<double> PtychodusInput::number(const std::string& name) const {
  if (const auto value = store().attribute(kObject, name)) return value;
  const std::string flat = std::string(kObject) + "_" + name;
  if (const auto value = store().attribute("", flat)) return value;
  if (store().has(flat)) return read_number(store(), flat);
  return std::nullopt;
}

Placement PtychodusInput::placement() const {
  Placement placement;
  placement.units = "metres";
  const auto height = number("pixel_height_m"), width = number("pixel_width_m");
  placement.pixel_size.reset();
  if (height && width) placement.pixel_size = {*height, *width};
  placement.size_source = "the object's pixel_height_m, pixel_width_m";
  placement.zero = {number("center_y_m").value_or(0), number("center_x_m").value_or(0)};
  placement.origin.kind = Origin::Kind::kCentre;
  placement.origin_source = "the object's center_y_m, center_x_m lies at H/2, W/2";
  return placement;
}

}  // namespace ptychopatch::formats
