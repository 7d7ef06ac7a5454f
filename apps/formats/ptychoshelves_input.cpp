// SPDX-License-Identifier: Apache-2.0
#include "formats/columns.hpp"
#include "formats/layouts.hpp"

namespace ptychopatch::formats {
namespace {

constexpr const char* kObject = "object";
constexpr const char* kProbe = "probe";
constexpr const char* kPositions = "outputs.probe_positions";

// MATLAB keeps layers in the last axis.
NpyArray layers_first(NpyArray array) {
  if (array.shape.size() != 3) return array;
  const std::size_t element = array.type.size;
  const auto layers = static_cast<std::size_t>(array.shape[2]);
  const std::size_t pixels = layers == 0 ? 0 : array.data.size() / element / layers;
  Bytes moved(array.data.size());
  for (std::size_t l = 0; l < layers; ++l) {
    for (std::size_t p = 0; p < pixels; ++p) {
      std::memcpy(moved.data() + (l * pixels + p) * element,
                  array.data.data() + (p * layers + l) * element, element);
    }
  }
  return {array.type, {array.shape[2], array.shape[0], array.shape[1]}, std::move(moved)};
}

// The first pixel of a patch whose position is zero, counted from 0.
double first_pixel(std::int64_t object, std::int64_t probe) {
  const std::int64_t rest = object - probe;
  const std::int64_t half = (rest + (rest > 0 ? 1 : 0)) / 2;
  return static_cast<double>(half - 1);
}

Placement placement_of(const ArrayStore& store) {
  Placement placement;
  placement.origin.kind = Origin::Kind::kFit;
  placement.origin_source = "there is no object or no probe that would say";
  if (!store.has(kObject) || !store.has(kProbe)) return placement;
  const Shape object = store.header(kObject).shape;
  const Shape probe = store.header(kProbe).shape;
  if (object.size() < 2 || probe.size() < 2) return placement;
  placement.origin.kind = Origin::Kind::kPlace;
  placement.origin.place = {first_pixel(object[0], probe[0]), first_pixel(object[1], probe[1])};
  placement.origin_source = "ceil((object - probe) / 2) - 1";
  return placement;
}

}  // namespace

std::optional<Layout> find_ptychoshelves(const ArrayStore& store) {
  if (!store.has(kPositions)) return std::nullopt;
  return Layout{"ptychoshelves",
                "PtychoShelves reconstruction: positions are patch corners (x, y) about the middle",
                {PPATCH_ANCHOR_CORNER, PPATCH_AXES_XY, PPATCH_SIGN_WINDOW},
                [&] {
                  require_object(store, kObject);
                  return NamedArray{layers_first(store.read(kObject)), store.source(kObject)};
                },
                [&] { return read_positions(store, kPositions); },
                [&] { return placement_of(store); }};
}

}  // namespace ptychopatch::formats
