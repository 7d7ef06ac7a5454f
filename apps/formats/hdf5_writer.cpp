// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cerrno>

#include "formats/array_writer.hpp"
#include "formats/format_error.hpp"
#include "formats/hdf5_library.hpp"

namespace ptychopatch::formats {
namespace {

constexpr unsigned deflate_level = 4;

using Extents = std::vector<hsize_t>;

// Writes the elements of a dataset in C order, in as few slabs as each piece allows.
class SlabWriter {
 public:
  SlabWriter(hid_t dataset, hid_t memory, const Extents& shape)
      : dataset_(dataset), memory_(memory), shape_(shape), stride_(shape.size() + 1, 1) {
    for (std::size_t d = shape.size(); d-- > 0;) stride_[d] = stride_[d + 1] * shape[d];
  }

  bool write(const std::byte* data, hsize_t count, std::size_t element) {
    while (count != 0) {
      std::size_t axis = 0;
      while (axis + 1 < shape_.size() &&
             (next_ % stride_[axis + 1] != 0 || count < stride_[axis + 1])) {
        ++axis;
      }
      Extents start(shape_.size(), 0), extent(shape_.size(), 1);
      for (std::size_t d = 0; d <= axis; ++d) start[d] = next_ % stride_[d] / stride_[d + 1];
      for (std::size_t d = axis + 1; d < shape_.size(); ++d) extent[d] = shape_[d];
      extent[axis] = std::min(count / stride_[axis + 1], shape_[axis] - start[axis]);
      const hsize_t done = extent[axis] * stride_[axis + 1];
      if (!write_slab(start, extent, done, data)) return false;
      data += done * element;
      next_ += done;
      count -= done;
    }
    return true;
  }

  bool complete() const { return next_ == stride_[0]; }

 private:
  bool write_slab(const Extents& start, const Extents& extent, hsize_t count,
                  const std::byte* data) {
    const Hdf5Handle file_space(H5Dget_space(dataset_), &H5Sclose);
    const Hdf5Handle memory_space(H5Screate_simple(1, &count, nullptr), &H5Sclose);
    return H5Sselect_hyperslab(file_space.get(), H5S_SELECT_SET, start.data(), nullptr,
                               extent.data(), nullptr) >= 0 &&
           H5Dwrite(dataset_, memory_, memory_space.get(), file_space.get(), H5P_DEFAULT, data) >=
               0;
  }

  hid_t dataset_, memory_;
  const Extents& shape_;
  Extents stride_;  // of each axis, in elements; the first is of all
  hsize_t next_ = 0;
};

Hdf5Handle creation(const Extents& shape, bool deflate) {
  Hdf5Handle plist(H5Pcreate(H5P_DATASET_CREATE), &H5Pclose);
  H5Pset_obj_track_times(plist.get(), false);
  H5Pset_fill_time(plist.get(), H5D_FILL_TIME_NEVER);
  const bool empty = std::find(shape.begin(), shape.end(), hsize_t{0}) != shape.end();
  if (deflate && !empty && !shape.empty()) {
    Extents chunk = shape;
    constexpr std::size_t patch_axes = 2;
    for (std::size_t d = 0; d + patch_axes < shape.size(); ++d) chunk[d] = 1;
    H5Pset_chunk(plist.get(), static_cast<int>(chunk.size()), chunk.data());
    H5Pset_shuffle(plist.get());
    H5Pset_deflate(plist.get(), deflate_level);
  }
  return plist;
}

}  // namespace

void Hdf5Writer::write(OutputFile& file, bool deflate) {
  // What it could not write it would try again at the end of the process, and crash. Comes first.
  H5dont_atexit();
  const Hdf5Silence silence;
  errno = 0;
  const auto require = [&](bool good) {
    if (good) return;
    for (const int full : {ENOSPC, EFBIG, EDQUOT, EIO}) {
      if (errno == full) throw system_error("cannot write " + file.name());
    }
    throw FormatError("cannot write " + file.name() + ": " + hdf5_reason());
  };
  // The default driver asks for the real path of a symbolic link, which a file without a name
  // lacks.
  const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), &H5Pclose);
  H5Pset_fapl_stdio(access.get());
  Hdf5Handle opened(H5Fcreate(file.path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()),
                    &H5Fclose);
  require(static_cast<bool>(opened));
  for (Array& array : arrays_) {
    const Extents shape(array.shape.begin(), array.shape.end());
    const Hdf5Handle memory = memory_type(array.type, H5I_INVALID_HID);
    const Hdf5Handle space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr),
                           &H5Sclose);
    const Hdf5Handle plist = creation(shape, deflate);
    Hdf5Handle dataset(H5Dcreate2(opened.get(), array.key.c_str(), memory.get(), space.get(),
                                  H5P_DEFAULT, plist.get(), H5P_DEFAULT),
                       &H5Dclose);
    require(static_cast<bool>(dataset));
    SlabWriter slabs(dataset.get(), memory.get(), shape);
    for (auto part = array.produce(); !part.empty(); part = array.produce()) {
      require(slabs.write(part.data(), part.size() / array.type.size, array.type.size));
    }
    if (!slabs.complete()) throw FormatError(file.name() + ": " + array.key + " is incomplete");
    require(dataset.reset());
  }
  for (const auto& [key, text] : texts_) require(write_hdf5_text(opened.get(), key, text));
  require(opened.reset());
}

}  // namespace ptychopatch::formats
