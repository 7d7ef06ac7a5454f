// SPDX-License-Identifier: Apache-2.0
#include "formats/layouts.hpp"

namespace ptychopatch::formats {

Layout ptychopinn_layout(const ArrayStore& store) {
  Layout layout{"ptychopinn",
                "PtychoPINN scan: positions are patch centres (xcoords, ycoords)",
                {PPATCH_ANCHOR_HALF, PPATCH_AXES_XY, PPATCH_SIGN_WINDOW},
                [&] {
                  return NamedArray{store.read("objectGuess"), store.source("objectGuess")};
                },
                [&] { return two_columns(store, "xcoords", "ycoords"); }};
  if (store.has("xcoords_start") && store.has("ycoords_start")) {
    layout.start_positions = [&] { return two_columns(store, "xcoords_start", "ycoords_start"); };
  }
  return layout;
}

std::optional<Layout> find_ptychopinn(const ArrayStore& store) {
  for (const char* key : {"objectGuess", "xcoords", "ycoords"}) {
    if (!store.has(key)) return std::nullopt;
  }
  return ptychopinn_layout(store);
}

std::optional<Layout> find_tike(const ArrayStore& store) {
  if (!store.has("scan") || !store.has("probe")) return std::nullopt;
  return Layout{"tike",
                "tike scan: positions are patch corners (row, column)",
                {PPATCH_ANCHOR_CORNER, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW},
                [&]() -> NamedArray {
                  throw FormatError(store.source("scan") +
                                    ": a tike scan holds no object; name an image with --image");
                },
                [&] { return read_object(store, "scan"); },
                [] {
                  return Placement{
                      .origin = {Origin::Kind::fit},
                      .origin_source = "a scan without its object is laid on the image's middle"};
                }};
}

// Ptychodus and PtychoShelves.
namespace {

const std::string object_key = "object";

NamedArray read_own_object(const ArrayStore& store) {
  if (store.has(object_key)) return {store.read(object_key), store.source(object_key)};
  throw FormatError(store.source(object_key) + " is missing; name an image with --image");
}

std::optional<double> number(const ArrayStore& store, const std::string& name) {
  if (const auto value = store.attribute(object_key, name)) return value;
  const std::string flat = object_key + "_" + name;
  if (const auto value = store.attribute("", flat)) return value;
  if (store.has(flat)) return read_number(store, flat);
  return std::nullopt;
}

Placement about_centre(const ArrayStore& store) {
  Placement placement;
  placement.units = "metres";
  const auto height = number(store, "pixel_height_m"), width = number(store, "pixel_width_m");
  placement.pixel_size.reset();
  if (height && width) placement.pixel_size = {*height, *width};
  placement.size_source = "the object's pixel_height_m, pixel_width_m";
  placement.zero = {number(store, "center_y_m").value_or(0),
                    number(store, "center_x_m").value_or(0)};
  placement.origin.kind = Origin::Kind::centre;
  placement.origin_source = "the object's center_y_m, center_x_m lies at H/2, W/2";
  return placement;
}

// MATLAB keeps layers in the last axis.
NpyArray layers_first(NpyArray array) {
  if (array.shape.size() != 3) return array;
  // Pixels by layers in Fortran order are layers by pixels in C order.
  const std::int64_t pixels = array.shape[0] * array.shape[1], layers = array.shape[2];
  array.data = to_c_order(array.data, {layers, pixels}, array.type.size);
  array.shape = {layers, array.shape[0], array.shape[1]};
  return array;
}

// The first pixel of a patch whose position is zero, counted from 0.
double first_pixel(std::int64_t object, std::int64_t probe) {
  const std::int64_t rest = object - probe;
  const std::int64_t half = (rest + (rest > 0 ? 1 : 0)) / 2;
  return static_cast<double>(half - 1);
}

Placement about_middle(const ArrayStore& store) {
  Placement placement;
  placement.origin.kind = Origin::Kind::fit;
  placement.origin_source = "there is no object or no probe that would say";
  if (!store.has(object_key) || !store.has("probe")) return placement;
  const Shape object = store.header(object_key).shape;
  const Shape probe = store.header("probe").shape;
  if (object.size() < 2 || probe.size() < 2) return placement;
  placement.origin.kind = Origin::Kind::place;
  placement.origin.place = {first_pixel(object[0], probe[0]), first_pixel(object[1], probe[1])};
  placement.origin_source = "ceil((object - probe) / 2) - 1";
  return placement;
}

}  // namespace

std::optional<Layout> find_ptychodus(const ArrayStore& store) {
  constexpr const char* x_key = "probe_position_x_m";
  constexpr const char* y_key = "probe_position_y_m";
  if (!store.has(x_key) || !store.has(y_key)) return std::nullopt;
  // Products written before 2025 name the layers' distance and the losses differently.
  const bool old = store.has("object_layer_distance_m") || store.has("costs");
  return Layout{"ptychodus",
                std::string("Ptychodus product (") + (old ? "old" : "new") +
                    " spelling): positions are patch centres about the object's centre",
                {PPATCH_ANCHOR_HALF, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW},
                [&] {
                  NamedArray object = read_own_object(store);
                  object.array = without_single_axes(std::move(object.array));
                  return object;
                },
                [&] { return two_columns(store, y_key, x_key); },
                [&] { return about_centre(store); }};
}

std::optional<Layout> find_ptychoshelves(const ArrayStore& store) {
  constexpr const char* positions = "outputs.probe_positions";
  if (!store.has(positions)) return std::nullopt;
  return Layout{"ptychoshelves",
                "PtychoShelves reconstruction: positions are patch corners (x, y) about the middle",
                {PPATCH_ANCHOR_CORNER, PPATCH_AXES_XY, PPATCH_SIGN_WINDOW},
                [&] {
                  NamedArray object = read_own_object(store);
                  object.array = layers_first(std::move(object.array));
                  return object;
                },
                [&] { return read_positions(store, positions); },
                [&] { return about_middle(store); }};
}

}  // namespace ptychopatch::formats
