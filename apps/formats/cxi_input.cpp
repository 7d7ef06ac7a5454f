// SPDX-License-Identifier: Apache-2.0
#include "formats/layouts.hpp"

namespace ptychopatch::formats {
namespace {

const std::string entry = "entry_1";
const std::string detector = entry + "/instrument_1/detector_1";
const std::string basis_path = detector + "/basis_vectors";
const std::string source_path = entry + "/instrument_1/source_1";
const std::string frames_path = entry + "/data_1/data";
const std::string ptychodus = entry + "/ptychodus";

// By NeXus' name of a unit of length or energy; 1 for SI.
double si_factor(const std::optional<std::string>& units, const std::string& source) {
  static const std::vector<std::pair<std::string, double>> known = {
      {"m", 1},     {"mm", 1e-3}, {"um", 1e-6},          {"nm", 1e-9},
      {"meter", 1}, {"J", 1},     {"eV", electron_volt}, {"keV", 1e3 * electron_volt}};
  if (!units || units->empty()) return 1;
  for (const auto& [name, factor] : known) {
    if (*units == name) return factor;
  }
  throw FormatError(source + " has units " + quoted(*units) + ", expected m, mm, um, nm, J or eV");
}

class Cxi {
 public:
  explicit Cxi(const ArrayStore& store) : store_(store) {
    const auto definition = store.text(entry + "/definition");
    nexus_ = definition && (*definition == "NXcxi_ptycho" || *definition == "NXptycho");
    by_ptychodus_ = !store.children(ptychodus).empty();
  }

  bool by_ptychodus() const { return by_ptychodus_; }
  const char* format() const { return nexus_ ? "nxcxi_ptycho" : "cxi"; }

  std::string convention_text() const {
    if (by_ptychodus_) return "CXI by Ptychodus: translations of the probe, patch centres";
    const std::string name = nexus_ ? "NXcxi_ptycho" : "CXI";
    return name + ": translations of the sample, laid along the detector's " +
           (store_.has(basis_path) ? "basis_vectors" : "rows (down) and columns (to -x)") +
           "; a patch's centre lies at the beam";
  }

  NamedArray image() const {
    const std::string group = entry + (by_ptychodus_ ? "/image_2" : "/image_1");
    const std::string key = group + "/data";
    if (!store_.has(key)) {
      throw FormatError(store_.source(key) +
                        " is missing: the file holds no object; name an image with --image");
    }
    const auto space = store_.text(group + "/data_space");
    if (space && *space != "real") {
      throw FormatError(store_.source(key) + " is an image in " + quoted(*space) +
                        " space, expected real; name an image with --image");
    }
    return read_object(store_, key);
  }

  NamedArray positions() const {
    const std::string key = translation_key();
    const double factor = si_factor(store_.text_attribute(key, "units"), store_.source(key));
    NamedArray positions = along_basis(store_, key, axes(), factor);
    if (const auto target = store_.link(key)) {
      positions.source = store_.source(key + " -> " + *target);
    }
    return positions;
  }

  Placement placement() const {
    Placement placement;
    placement.units = "metres";
    if (by_ptychodus_) {
      const auto height = number(ptychodus + "/object_pixel_height_m");
      const auto width = number(ptychodus + "/object_pixel_width_m");
      placement.pixel_size.reset();
      if (height && width) placement.pixel_size = {*height, *width};
      placement.size_source = "object_pixel_height_m, object_pixel_width_m";
      placement.zero = {number(ptychodus + "/object_center_y_m").value_or(0),
                        number(ptychodus + "/object_center_x_m").value_or(0)};
      placement.origin.kind = Origin::Kind::centre;
      placement.origin_source = "object_center_y_m, object_center_x_m lies at H/2, W/2";
      return placement;
    }
    placement.pixel_size = object_pixel();
    placement.size_source = far_field;
    placement.origin.kind = Origin::Kind::fit;
    placement.origin_source = "CXI does not say where the stage's zero lies in the image";
    return placement;
  }

 private:
  std::string translation_key() const {
    for (const std::string& key :
         {entry + "/data_1/translation", entry + "/sample_1/geometry_1/translation",
          entry + "/sample_1/geometry/translation", detector + "/translation"}) {
      if (store_.has(key)) return key;
    }
    throw FormatError(store_.source(entry + "/data_1/translation") +
                      " is missing: the file holds no positions; name some with --positions");
  }

  Basis axes() const {
    if (by_ptychodus_) return {{0, 1}, {1, 0}};
    Basis basis{{0, -1}, {-1, 0}};
    if (store_.has(basis_path)) basis = read_basis(store_, basis_path);
    const auto length = basis.lengths();
    for (std::size_t i = 0; i < 2; ++i) {
      basis.row[i] /= length[0];
      basis.column[i] /= length[1];
    }
    return basis;
  }

  std::optional<double> number(const std::string& key) const {
    if (!store_.has(key)) return std::nullopt;
    return read_number(store_, key) *
           si_factor(store_.text_attribute(key, "units"), store_.source(key));
  }

  std::optional<double> wavelength() const {
    if (const auto wavelength = number(source_path + "/wavelength")) return wavelength;
    for (const std::string& key :
         {source_path + "/energy", entry + "/instrument_1/beam_1/energy"}) {
      if (const auto energy = number(key)) return planck_light / *energy;
    }
    return std::nullopt;
  }

  // None where the file lacks one of what it follows from.
  std::optional<std::array<double, 2>> object_pixel() const {
    const auto wave = wavelength(), distance = number(detector + "/distance");
    const auto x = number(detector + "/x_pixel_size"), y = number(detector + "/y_pixel_size");
    if (!wave || !distance || !x || !y || !store_.has(frames_path)) return std::nullopt;
    const Shape frames = store_.header(frames_path).shape;
    if (frames.size() < 3) return std::nullopt;
    return far_field_pixel(*wave, *distance, {*y, *x}, frames);
  }

  const ArrayStore& store_;
  bool nexus_ = false, by_ptychodus_ = false;
};

}  // namespace

std::optional<Layout> find_cxi(const ArrayStore& store) {
  for (const std::string& name : store.children(entry)) {
    if (name != "data_1" && name != "sample_1" && name != "instrument_1") continue;
    const Cxi cxi(store);
    return Layout{cxi.format(),
                  cxi.convention_text(),
                  {PPATCH_ANCHOR_HALF, PPATCH_AXES_YX,
                   cxi.by_ptychodus() ? PPATCH_SIGN_WINDOW : PPATCH_SIGN_CONTENT},
                  [cxi] { return cxi.image(); },
                  [cxi] { return cxi.positions(); },
                  [cxi] { return cxi.placement(); }};
  }
  return std::nullopt;
}

}  // namespace ptychopatch::formats
