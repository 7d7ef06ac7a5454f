// SPDX-License-Identifier: Apache-2.0
#include "formats/ptypy_input.hpp"

#include <algorithm>

#include "formats/columns.hpp"
#include "formats/far_field.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

const std::string kObjects = "content/obj";
const std::string kPositions = "content/positions";
const std::string kChunks = "chunks";

NamedArray as_positions(Tensor table, const std::string& source) {
  return {{{Kind::kFloat, sizeof(double)}, std::move(table.shape), std::move(table.data)}, source};
}

// ptypy keeps a pair, or one number for both.
std::array<double, 2> read_pair(const Hdf5File& file, const std::string& key) {
  const NpyHeader header = file.header(key);
  const bool single = bytes_of_shape(header.shape, 1, file.source(key)) == 1;
  const std::vector<double> values = read_numbers(file, key, single ? 1 : 2);
  return {values.front(), values.back()};
}

}  // namespace

PtypyInput::PtypyInput(std::unique_ptr<Hdf5File> file) : file_(std::move(file)) {
  id_ = file_->children(kObjects).front();
}

bool PtypyInput::recognises(const Hdf5File& file) { return !file.children(kObjects).empty(); }

NamedArray PtypyInput::image() const {
  const std::string key = kObjects + "/" + id_ + "/data";
  return {without_single_axes(file_->read(key)), file_->source(key)};
}

NamedArray PtypyInput::positions() const {
  const std::string key = kPositions + "/" + id_;
  if (!file_->has(key)) {
    throw FormatError(file_->source(key) +
                      " is missing: ptypy was not asked to record positions (record_positions); "
                      "name some with --positions");
  }
  return as_positions(read_table(*file_, key, 2, 2), file_->source(key));
}

Placement PtypyInput::placement() const {
  const std::string object = kObjects + "/" + id_;
  Placement placement;
  placement.units = "metres";
  placement.pixel_size = read_pair(*file_, object + "/_psize");
  placement.size_source = "_psize";
  placement.origin.place = read_pair(*file_, object + "/_center");
  placement.origin_source = "_center";
  return placement;
}

PtydInput::PtydInput(std::unique_ptr<Hdf5File> file) : file_(std::move(file)) {
  chunks_ = file_->children(kChunks);
  std::sort(chunks_.begin(), chunks_.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() < b.size() : a < b;
  });
}

bool PtydInput::recognises(const Hdf5File& file) { return !file.children(kChunks).empty(); }

NamedArray PtydInput::image() const {
  throw FormatError(file_->source(kChunks) +
                    ": a .ptyd file holds data and no object; name an image with --image");
}

NamedArray PtydInput::positions() const {
  std::vector<Tensor> parts;
  std::int64_t count = 0;
  for (const std::string& chunk : chunks_) {
    std::string key = kChunks;
    key.append("/").append(chunk).append("/positions");
    parts.push_back(read_table(*file_, key, 2, 2));
    count += parts.back().shape[0];
  }
  NpyArray all = positions_array(count);
  std::byte* to = all.data.data();
  for (const Tensor& part : parts) {
    if (part.data.size() != 0) std::memcpy(to, part.data.data(), part.data.size());
    to += part.data.size();
  }
  return {std::move(all), file_->source(kChunks + "/*/positions")};
}

Placement PtydInput::placement() const {
  Placement placement;
  placement.units = "metres";
  placement.pixel_size.reset();
  placement.size_source = "in the far field: wavelength x distance / (detector pixel x frame)";
  placement.origin.kind = Origin::Kind::kFit;
  placement.origin_source = "as ptypy lays its object about the scan";
  const std::string frames = kChunks + "/" + chunks_.front() + "/data";
  for (const char* key : {"meta/energy", "meta/distance", "meta/psize"}) {
    if (!file_->has(key)) return placement;
  }
  if (!file_->has(frames)) return placement;
  const Shape shape = file_->header(frames).shape;
  if (shape.size() < 2) return placement;
  const double energy = 1e3 * kElectronVolt * read_number(*file_, "meta/energy");
  placement.pixel_size = far_field_pixel(
      kPlanckLight / energy, read_number(*file_, "meta/distance"), read_pair(*file_, "meta/psize"),
      {shape[shape.size() - 2], shape[shape.size() - 1]});
  return placement;
}

}  // namespace ptychopatch::formats
