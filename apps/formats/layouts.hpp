// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <functional>
#include <optional>
#include <string>

#include "formats/scan_input.hpp"
#include "formats/tensor.hpp"

namespace ptychopatch::formats {

// How the parts of a scan are read from a store, which must outlive this. What a file lacks is
// refused when it is asked for.
struct Layout {
  std::string format, convention_text;  // as those of ScanInput
  Convention convention;
  std::function<NamedArray()> image, positions;
  std::function<Placement()> placement = [] { return Placement{}; };
  std::function<NamedArray()> start_positions = {};  // none where the file does not say
};

// One for each format: none where the store's names are not the format's.

// PtychoPINN's .npz: objectGuess (H, W), xcoords (K,) and ycoords (K,), which are the patches'
// centres (element N div 2) in pixels of the object.
std::optional<Layout> find_ptychopinn(const ArrayStore& store);
// What to read where it may be of that format and lacks something, to say what.
Layout ptychopinn_layout(const ArrayStore& store);

// A Ptychodus product: object (H, W) or (layers, H, W), probe_position_x_m and probe_position_y_m
// (K,) in metres about the object's centre. Pixel size and centre are the object's attributes in
// HDF5, arrays of their own in .npz.
std::optional<Layout> find_ptychodus(const ArrayStore& store);

// Results of cdtools, .mat or HDF5: obj (H, W), translations (K, 3) of the optics in metres (older
// files: translation), the object's basis (3, 2) in metres a pixel (obj_basis, probe_basis or
// basis), probe (modes, h, w).
std::optional<Layout> find_cdtools(const ArrayStore& store);

// A reconstruction of PtychoShelves or fold_slice, .mat: object (H, W) or (H, W, layers), probe
// (h, w, ...), outputs.probe_positions (K, 2) as (x, y) in pixels about the object's middle.
std::optional<Layout> find_ptychoshelves(const ArrayStore& store);

// A scan for tike, .npz: scan (K, 2) or (1, K, 2) as (row, column) of the patches' corners in
// pixels, probe. It holds no object.
std::optional<Layout> find_tike(const ArrayStore& store);

// CXI 1.x and NXcxi_ptycho, which has the same names: the translations (K, 3) of the sample in
// metres, (x, y, z) with y up, z along the beam; the detector's basis vectors say where the rows
// and columns of an image run, down and to -x where they are missing. Files that Ptychodus writes
// hold the probe's translations instead, and say where the object lies.
std::optional<Layout> find_cxi(const ArrayStore& store);

// A reconstruction of ptypy, .ptyr: content/obj/ID with data (layers, H, W), _psize (2,) in metres
// and _center (2,) in pixels; content/positions/ID (K, 2) in metres, where it recorded them. Of
// several objects the first is read.
std::optional<Layout> find_ptyr(const ArrayStore& store);

// Data prepared for ptypy, .ptyd: chunks/N/positions (K, 2) as (y, x) in metres. It holds no
// object; how large a pixel of it is follows from meta/energy (keV), distance, psize and the frame.
std::optional<Layout> find_ptyd(const ArrayStore& store);

// What several of these are read by.

// An image; layers that are one only are dropped.
NamedArray read_object(const ArrayStore& store, const std::string& key);

// (K, 2) f64.
NamedArray read_positions(const ArrayStore& store, const std::string& key);

// (K, 2) f64 from two arrays (K,).
NamedArray two_columns(const ArrayStore& store, const std::string& first,
                       const std::string& second);

// (K, columns) f64. FormatError where there are fewer columns than least or more than most.
Tensor read_table(const ArrayStore& store, const std::string& key, std::int64_t least,
                  std::int64_t most);

// A third axis of one layer is dropped; more layers stay.
NpyArray without_single_axes(NpyArray array);

// Coordinates of a vector (x, y) in a plane's basis (rows, columns), times the lengths of its
// vectors: lengths along them where they are orthogonal.
struct Basis {
  std::array<double, 2> row, column;  // (x, y)

  std::array<double, 2> lengths() const;
  std::array<double, 2> along(double x, double y) const;
};

// Vectors (x, y, ...) of a table along a basis, times a factor: (K, 2).
NamedArray along_basis(const ArrayStore& store, const std::string& key, const Basis& basis,
                       double factor = 1);

// From an array (3, 2) or (2, 3) of x, y, z; row first. FormatError where the two are parallel.
Basis read_basis(const ArrayStore& store, const std::string& key);

// Planck's constant times the speed of light, J m.
inline constexpr double planck_light = 6.62607015e-34 * 299792458.0;
inline constexpr double electron_volt = 1.602176634e-19;  // J

// What a placement says of such a pixel.
inline constexpr const char* far_field =
    "in the far field: wavelength x distance / (detector pixel x frame)";

// Size in metres of a pixel of the object (row, column) whose far field falls on a detector, whose
// frames are the last two axes of their array.
inline std::array<double, 2> far_field_pixel(double wavelength, double distance,
                                             const std::array<double, 2>& detector_pixel,
                                             const Shape& frames) {
  const auto side = [&](std::size_t d) {
    return static_cast<double>(frames[frames.size() - 2 + d]);
  };
  return {wavelength * distance / (detector_pixel[0] * side(0)),
          wavelength * distance / (detector_pixel[1] * side(1))};
}

}  // namespace ptychopatch::formats
