// SPDX-License-Identifier: Apache-2.0
#include "formats/cxi_input.hpp"

#include "formats/far_field.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

const std::string kEntry = "entry_1";
const std::string kDetector = kEntry + "/instrument_1/detector_1";
const std::string kBasis = kDetector + "/basis_vectors";
const std::string kSource = kEntry + "/instrument_1/source_1";
const std::string kFrames = kEntry + "/data_1/data";
const std::string kPtychodus = kEntry + "/ptychodus";

// By NeXus' name of a unit of length or energy; 1 for SI.
double si_factor(const std::optional<std::string>& units, const std::string& source) {
  static const std::vector<std::pair<std::string, double>> known = {
      {"m", 1},     {"mm", 1e-3}, {"um", 1e-6},          {"nm", 1e-9},
      {"meter", 1}, {"J", 1},     {"eV", kElectronVolt}, {"keV", 1e3 * kElectronVolt}};
  if (!units || units->empty()) return 1;
  for (const auto& [name, factor] : known) {
    if (*units == name) return factor;
  }
  throw FormatError(source + " has units " + quoted(*units) + ", expected m, mm, um, nm, J or eV");
}

}  // namespace

CxiInput::CxiInput(std::unique_ptr<Hdf5File> file) : file_(std::move(file)) {
  const auto definition = file_->text(kEntry + "/definition");
  nexus_ = definition && (*definition == "NXcxi_ptycho" || *definition == "NXptycho");
  by_ptychodus_ = !file_->children(kPtychodus).empty();
}

bool CxiInput::recognises(const Hdf5File& file) {
  for (const std::string& name : file.children(kEntry)) {
    if (name == "data_1" || name == "sample_1" || name == "instrument_1") return true;
  }
  return false;
}

std::string CxiInput::convention_text() const {
  if (by_ptychodus_) return "CXI by Ptychodus: translations of the probe, patch centres";
  const std::string name = nexus_ ? "NXcxi_ptycho" : "CXI";
  return name + ": translations of the sample, laid along the detector's " +
         (file_->has(kBasis) ? "basis_vectors" : "rows (down) and columns (to -x)") +
         "; a patch's centre lies at the beam";
}

NamedArray CxiInput::image() const {
  const std::string group = kEntry + (by_ptychodus_ ? "/image_2" : "/image_1");
  const std::string key = group + "/data";
  if (!file_->has(key)) {
    throw FormatError(file_->source(key) +
                      " is missing: the file holds no object; name an image with --image");
  }
  const auto space = file_->text(group + "/data_space");
  if (space && *space != "real") {
    throw FormatError(file_->source(key) + " is an image in " + quoted(*space) +
                      " space, expected real; name an image with --image");
  }
  return {without_single_axes(file_->read(key)), file_->source(key)};
}

std::string CxiInput::translation_key() const {
  for (const std::string& key :
       {kEntry + "/data_1/translation", kEntry + "/sample_1/geometry_1/translation",
        kEntry + "/sample_1/geometry/translation", kDetector + "/translation"}) {
    if (file_->has(key)) return key;
  }
  throw FormatError(file_->source(kEntry + "/data_1/translation") +
                    " is missing: the file holds no positions; name some with --positions");
}

Basis CxiInput::axes() const {
  if (by_ptychodus_) return {{0, 1}, {1, 0}};
  Basis basis{{0, -1}, {-1, 0}};
  if (file_->has(kBasis)) basis = read_basis(*file_, kBasis);
  const auto length = basis.lengths();
  for (std::size_t i = 0; i < 2; ++i) {
    basis.row[i] /= length[0];
    basis.column[i] /= length[1];
  }
  return basis;
}

NamedArray CxiInput::positions() const {
  const std::string key = translation_key();
  const Tensor table = read_table(*file_, key, 2, 3);
  const double factor = si_factor(file_->text_attribute(key, "units"), file_->source(key));
  const Basis axes = this->axes();
  NpyArray positions = positions_array(table.shape[0]);
  auto* to = reinterpret_cast<double*>(positions.data.data());
  for (std::int64_t k = 0; k < table.shape[0]; ++k) {
    const double* from = table.as<double>() + k * table.shape[1];
    const auto along = axes.along(from[0], from[1]);
    to[2 * k] = factor * along[0];
    to[2 * k + 1] = factor * along[1];
  }
  const auto target = file_->link(key);
  return {std::move(positions), file_->source(key + (target ? " -> " + *target : std::string()))};
}

std::optional<double> CxiInput::number(const std::string& key) const {
  if (!file_->has(key)) return std::nullopt;
  return read_number(*file_, key) *
         si_factor(file_->text_attribute(key, "units"), file_->source(key));
}

std::optional<double> CxiInput::wavelength() const {
  if (const auto wavelength = number(kSource + "/wavelength")) return wavelength;
  for (const std::string& key : {kSource + "/energy", kEntry + "/instrument_1/beam_1/energy"}) {
    if (const auto energy = number(key)) return kPlanckLight / *energy;
  }
  return std::nullopt;
}

std::optional<std::array<double, 2>> CxiInput::object_pixel() const {
  const auto wave = wavelength(), distance = number(kDetector + "/distance");
  const auto x = number(kDetector + "/x_pixel_size"), y = number(kDetector + "/y_pixel_size");
  if (!wave || !distance || !x || !y || !file_->has(kFrames)) return std::nullopt;
  const Shape frames = file_->header(kFrames).shape;
  if (frames.size() < 3) return std::nullopt;
  return far_field_pixel(*wave, *distance, {*y, *x},
                         {frames[frames.size() - 2], frames[frames.size() - 1]});
}

Placement CxiInput::placement() const {
  Placement placement;
  placement.units = "metres";
  if (by_ptychodus_) {
    const auto height = number(kPtychodus + "/object_pixel_height_m");
    const auto width = number(kPtychodus + "/object_pixel_width_m");
    placement.pixel_size.reset();
    if (height && width) placement.pixel_size = {*height, *width};
    placement.size_source = "object_pixel_height_m, object_pixel_width_m";
    placement.zero = {number(kPtychodus + "/object_center_y_m").value_or(0),
                      number(kPtychodus + "/object_center_x_m").value_or(0)};
    placement.origin.kind = Origin::Kind::kCentre;
    placement.origin_source = "object_center_y_m, object_center_x_m lies at H/2, W/2";
    return placement;
  }
  placement.pixel_size = object_pixel();
  placement.size_source = "in the far field: wavelength x distance / (detector pixel x frame)";
  placement.origin.kind = Origin::Kind::kFit;
  placement.origin_source = "CXI does not say where the stage's zero lies in the image";
  return placement;
}

}  // namespace ptychopatch::formats
