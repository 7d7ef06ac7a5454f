// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "formats/scan_input.hpp"

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

}  // namespace ptychopatch::formats
