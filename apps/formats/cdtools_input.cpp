// SPDX-License-Identifier: Apache-2.0
#include "formats/cdtools_input.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "formats/columns.hpp"

namespace ptychopatch::formats {
namespace {

constexpr const char* kObject = "obj";

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

}  // namespace

CdtoolsInput::CdtoolsInput(std::unique_ptr<ArrayStore> store)
    : StoreInput(std::move(store), "cdtools",
                 {PPATCH_ANCHOR_CORNER, PPATCH_AXES_YX, PPATCH_SIGN_WINDOW},
                 "cdtools results: positions are patch corners by the object's basis") {}

bool CdtoolsInput::recognises(const ArrayStore& store) {
  return store.has(kObject) && translations_key(store) != nullptr && basis_key(store) != nullptr;
}

NamedArray CdtoolsInput::image() const {
  return {without_single_axes(store().read(kObject)), store().source(kObject)};
}

// Of translations in metres, along the object's basis.
NamedArray CdtoolsInput::along_basis(const char* key) const {
  const Tensor table = read_table(store(), key, 2, 3);
  const Basis basis = read_basis(store(), basis_key(store()));
  const std::int64_t columns = table.shape[1];
  NpyArray positions = positions_array(table.shape[0]);
  auto* to = reinterpret_cast<double*>(positions.data.data());
  for (std::int64_t k = 0; k < table.shape[0]; ++k) {
    const double* from = table.as<double>() + k * columns;
    const auto along = basis.along(from[0], from[1]);
    to[2 * k] = along[0];
    to[2 * k + 1] = along[1];
  }
  return {std::move(positions), store().source(key)};
}

NamedArray CdtoolsInput::positions() const { return along_basis(translations_key(store())); }

Placement CdtoolsInput::placement() const {
  Placement placement;
  placement.units = "metres along the object's basis";
  placement.pixel_size = read_basis(store(), basis_key(store())).lengths();
  placement.size_source = basis_key(store());
  if (const char* least =
          first_of(store(), {"state_dict/min_translation", "state_dict.min_translation"})) {
    const std::vector<double> pixels = read_numbers(store(), least, 2);
    placement.origin.place = {-pixels[0], -pixels[1]};
    placement.origin_source = "the model's min_translation";
    return placement;
  }
  placement.origin.kind = Origin::Kind::kFit;
  placement.origin_source = "the results do not say how the object was padded";
  if (!store().has("probe")) return placement;
  // The object is as wide as the scan, rounded up, and the probe, with equal padding about them;
  // as the scan was before its positions were refined.
  const char* original = first_of(store(), {"original_translations"});
  const NamedArray positions =
      along_basis(original != nullptr ? original : translations_key(store()));
  const Shape object = without_single_axes({{}, store().header(kObject).shape, {}}).shape;
  const Shape probe = store().header("probe").shape;
  if (object.size() < 2 || probe.size() < 2 || positions.array.shape[0] == 0) return placement;
  const auto* values = reinterpret_cast<const double*>(positions.array.data.data());
  for (std::size_t d = 0; d < 2; ++d) {
    double least = std::numeric_limits<double>::infinity(), most = -least;
    for (std::int64_t k = 0; k < positions.array.shape[0]; ++k) {
      const double value =
          values[2 * k + static_cast<std::int64_t>(d)] / (*placement.pixel_size)[d];
      least = std::min(least, value);
      most = std::max(most, value);
    }
    const auto rest =
        static_cast<double>(object[object.size() - 2 + d] - probe[probe.size() - 2 + d]);
    placement.origin.place[d] = std::floor((rest - std::ceil(most - least)) / 2) - least;
  }
  placement.origin.kind = Origin::Kind::kPlace;
  placement.origin_source = "equal padding about the scan and the probe";
  return placement;
}

}  // namespace ptychopatch::formats
