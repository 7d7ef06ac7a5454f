// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/layouts.hpp"

namespace ptychopatch::formats {
namespace {

constexpr const char* object_key = "obj";

const char* first_of(const ArrayStore& store, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    if (store.has(key)) return key;
  }
  return nullptr;
}

const char* translations_key(const ArrayStore& store) {
  return first_of(store, {"translations", "translation"});
}

const char* basis_key(const ArrayStore& store) {
  return first_of(store, {"obj_basis", "basis", "probe_basis"});
}

Placement placement_of(const ArrayStore& store) {
  Placement placement;
  placement.units = "metres along the object's basis";
  const Basis basis = read_basis(store, basis_key(store));
  placement.pixel_size = basis.lengths();
  placement.size_source = basis_key(store);
  if (const char* least =
          first_of(store, {"state_dict/min_translation", "state_dict.min_translation"})) {
    const std::vector<double> pixels = read_numbers(store, least, 2);
    placement.origin.place = {-pixels[0], -pixels[1]};
    placement.origin_source = "the model's min_translation";
    return placement;
  }
  placement.origin.kind = Origin::Kind::fit;
  placement.origin_source = "the results do not say how the object was padded";
  if (!store.has("probe")) return placement;
  // The object is as wide as the scan, rounded up, and the probe, with equal padding about them;
  // as the scan was before its positions were refined.
  const char* original = first_of(store, {"original_translations"});
  const NpyArray positions =
      along_basis(store, original != nullptr ? original : translations_key(store), basis).array;
  const Shape object = without_single_axes({{}, store.header(object_key).shape, {}}).shape;
  const Shape probe = store.header("probe").shape;
  if (object.size() < 2 || probe.size() < 2 || positions.shape[0] == 0) return placement;
  const auto* values = reinterpret_cast<const double*>(positions.data.data());
  for (std::size_t d = 0; d < 2; ++d) {
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (std::int64_t k = 0; k < positions.shape[0]; ++k) {
      const double value =
          values[2 * k + static_cast<std::int64_t>(d)] / (*placement.pixel_size)[d];
      least = std::min(least, value);
      most = std::max(most, value);
    }
    const auto rest =
        static_cast<double>(object[object.size() - 2 + d] - probe[probe.size() - 2 + d]);
    placement.origin.place[d] = std::floor((rest - std::ceil(most - least)) / 2) - least;
  }
  placement.origin.kind = Origin::Kind::place;
  placement.origin_source = "equal padding about the scan and the probe";
  return placement;
}

}  // namespace

std::optional<Layout> find_cdtools(const ArrayStore& store) {
  if (!store.has(object_key) || translations_key(store) == nullptr || basis_key(store) == nullptr) {
    return std::nullopt;
  }
  return Layout{"cdtools",
                "cdtools results: positions are patch corners by the object's basis",
                {PPATCH_ANCHOR_CORNER, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW},
                [&] { return read_object(store, object_key); },
                [&] {
                  return along_basis(store, translations_key(store),
                                     read_basis(store, basis_key(store)));
                },
                [&] { return placement_of(store); }};
}

}  // namespace ptychopatch::formats
