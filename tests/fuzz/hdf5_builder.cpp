// SPDX-License-Identifier: Apache-2.0
#include "hdf5_builder.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <array>

#include "require.hpp"

namespace {

constexpr std::array names = {
    "object",
    "probe_position_x_m",
    "probe_position_y_m",
    "object_pixel_height_m",
    "object_pixel_width_m",
    "costs",
    "obj",
    "translations",
    "obj_basis",
    "probe",
    "state_dict/min_translation",
    "original_translations",
    "scan",
    "metadata",
    "entry_1/definition",
    "entry_1/image_1/data",
    "entry_1/image_1/data_space",
    "entry_1/data_1/data",
    "entry_1/data_1/translation",
    "entry_1/sample_1/geometry_1/translation",
    "entry_1/instrument_1/detector_1/translation",
    "entry_1/instrument_1/detector_1/basis_vectors",
    "entry_1/instrument_1/detector_1/distance",
    "entry_1/instrument_1/detector_1/x_pixel_size",
    "entry_1/instrument_1/detector_1/y_pixel_size",
    "entry_1/instrument_1/source_1/energy",
    "entry_1/instrument_1/source_1/wavelength",
    "entry_1/ptychodus/object_pixel_height_m",
    "entry_1/image_2/data",
    "content/obj/S00/data",
    "content/obj/S00/_psize",
    "content/obj/S00/_center",
    "content/positions/S00",
    "chunks/0/positions",
    "chunks/1/positions",
    "chunks/0/data",
    "meta/energy",
    "meta/distance",
    "meta/psize",
    "a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r",
    "\xc3\xa4\n'",
};

constexpr std::array attributes = {"pixel_height_m", "pixel_width_m", "center_y_m",
                                   "center_x_m",     "units",         "metadata"};
constexpr std::array texts = {"m", "eV", "real", "NXcxi_ptycho", "{}", "", "a\nb\xff"};

struct Pair {
  double real, imaginary;
};

}  // namespace

Hdf5Builder::Hdf5Builder(FuzzInput& input) : input_(input) {
  // The library's own images of files that are open have checksums that do not hold.
  const int memory = ::memfd_create("built", MFD_CLOEXEC);
  require(memory >= 0);
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_stdio(access);
  if (input.small(0, 1) != 0) {
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);
  }
  const std::string path = "/proc/self/fd/" + std::to_string(memory);
  file_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
  require(file_ >= 0);
  H5Pclose(access);
  with_groups_ = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(with_groups_, 1);
  for (std::int64_t left = input.small(1, 7); left != 0; --left) {
    switch (input.small(0, 9)) {
      case 0:
        oddity();
        break;
      case 1:
        text(file_, name(), false);
        break;
      case 2:
        link();
        break;
      case 3:
        view();
        break;
      case 4:
        attribute();
        break;
      default:
        numbers();
    }
  }
  H5Pclose(with_groups_);
  require(H5Fclose(file_) >= 0);
  const off_t size = ::lseek(memory, 0, SEEK_END);
  require(size > 0);
  bytes_.resize(static_cast<std::size_t>(size));
  require(::pread(memory, bytes_.data(), bytes_.size(), 0) == size);
  ::close(memory);
}

std::string Hdf5Builder::name() {
  const auto which = static_cast<std::size_t>(input_.take<std::uint8_t>());
  std::string chosen;
  if (which < 5 * names.size()) {
    chosen = names[which % names.size()];
  } else {
    for (std::int64_t left = input_.small(1, 6); left != 0; --left) {
      const auto letter = static_cast<char>(input_.small(1, 255));
      chosen += letter == '/' || letter == '.' ? '_' : letter;
    }
  }
  names_.push_back(chosen);
  return chosen;
}

hid_t Hdf5Builder::space(bool may_be_large) {
  constexpr hsize_t large = hsize_t{1} << 40;
  if (may_be_large && input_.small(0, 7) == 0) return H5Screate(H5S_NULL);
  std::vector<hsize_t> extents(static_cast<std::size_t>(input_.small(0, 4)));
  for (hsize_t& extent : extents) extent = static_cast<hsize_t>(input_.small(0, 5));
  if (may_be_large && !extents.empty() && input_.small(0, 1) == 0) extents[0] = large;
  return H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
}

hid_t Hdf5Builder::layout(hid_t space) {
  const hid_t plist = H5Pcreate(H5P_DATASET_CREATE);
  std::array<hsize_t, H5S_MAX_RANK> extents{};
  const int axes = H5Sget_simple_extent_dims(space, extents.data(), nullptr);
  switch (axes > 0 ? input_.small(0, 3) : input_.small(0, 1)) {
    case 0:
      break;
    case 1:
      // Beyond 64 KiB it cannot be made, which is as well.
      H5Pset_layout(plist, H5D_COMPACT);
      break;
    default: {
      std::array<hsize_t, H5S_MAX_RANK> chunk{};
      for (int d = 0; d < axes; ++d) chunk.at(d) = static_cast<hsize_t>(input_.small(1, 4));
      H5Pset_chunk(plist, axes, chunk.data());
      if (input_.small(0, 1) != 0) H5Pset_shuffle(plist);
      if (input_.small(0, 1) != 0) H5Pset_deflate(plist, 1);
      if (input_.small(0, 1) != 0) H5Pset_fletcher32(plist);
    }
  }
  return plist;
}

hid_t Hdf5Builder::number_type(BuiltDataset& dataset) {
  const std::array whole = {H5T_STD_I8LE,  H5T_STD_U8LE,  H5T_STD_I16LE, H5T_STD_U16BE,
                            H5T_STD_I32BE, H5T_STD_U32LE, H5T_STD_I64LE, H5T_STD_U64BE};
  const std::array real = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_IEEE_F32BE, H5T_IEEE_F64BE};
  const auto which = static_cast<std::size_t>(input_.small(0, 255));
  switch (input_.small(0, 4)) {
    case 0:
      return H5Tcopy(whole[which % whole.size()]);
    case 1: {
      const hid_t half = H5Tcopy(which % 2 != 0 ? H5T_IEEE_F32LE : H5T_IEEE_F32BE);
      require(H5Tset_fields(half, 15, 10, 5, 0, 10) >= 0 && H5Tset_precision(half, 16) >= 0 &&
              H5Tset_ebias(half, 15) >= 0 && H5Tset_size(half, 2) >= 0);
      return half;
    }
    case 2: {
      dataset.is_complex = true;
      const hid_t part = real[which % real.size()];
      const hid_t pair = H5Tcreate(H5T_COMPOUND, 2 * H5Tget_size(part));
      const bool named = which < 128;
      H5Tinsert(pair, named ? "r" : "real", 0, part);
      H5Tinsert(pair, named ? "i" : "imag", H5Tget_size(part), part);
      return pair;
    }
    case 3: {
      dataset.is_boolean = true;
      const hid_t truth = H5Tenum_create(H5T_NATIVE_INT8);
      constexpr std::int8_t false_value = 0, true_value = 1;
      H5Tenum_insert(truth, "FALSE", &false_value);
      H5Tenum_insert(truth, "TRUE", &true_value);
      return truth;
    }
    default:
      return H5Tcopy(real[which % real.size()]);
  }
}

void Hdf5Builder::numbers() {
  BuiltDataset dataset;
  dataset.key = name();
  const hid_t type = number_type(dataset), extents = space(false), how = layout(extents);
  const hid_t id =
      H5Dcreate2(file_, dataset.key.c_str(), type, extents, with_groups_, how, H5P_DEFAULT);
  std::array<hsize_t, H5S_MAX_RANK> shape{};
  const int axes = H5Sget_simple_extent_dims(extents, shape.data(), nullptr);
  const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(extents));
  dataset.shape.assign(shape.begin(), shape.begin() + axes);
  if (id >= 0) {
    std::vector<Pair> pairs(count);
    std::vector<double> reals(count);
    std::vector<std::int8_t> truths(count);
    for (std::size_t i = 0; i < count; ++i) {
      reals[i] = BuiltDataset::value(i);
      pairs[i] = {reals[i], reals[i] / 2};
      truths[i] = static_cast<std::int8_t>(i % 2);
    }
    const hid_t pair = H5Tcreate(H5T_COMPOUND, sizeof(Pair));
    if (dataset.is_complex) {
      for (unsigned part = 0; part < 2; ++part) {
        char* const called = H5Tget_member_name(type, part);
        H5Tinsert(pair, called, part * sizeof(double), H5T_NATIVE_DOUBLE);
        H5free_memory(called);
      }
    }
    const hid_t memory = dataset.is_complex ? pair : dataset.is_boolean ? type : H5T_NATIVE_DOUBLE;
    const void* const from = dataset.is_complex   ? static_cast<const void*>(pairs.data())
                             : dataset.is_boolean ? static_cast<const void*>(truths.data())
                                                  : static_cast<const void*>(reals.data());
    require(H5Dwrite(id, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, from) >= 0);
    H5Tclose(pair);
    H5Dclose(id);
    datasets_.push_back(dataset);
  }
  H5Pclose(how);
  H5Sclose(extents);
  H5Tclose(type);
}

// What is refused, in one sentence.
hid_t Hdf5Builder::odd_type() {
  switch (input_.small(0, 8)) {
    case 0:
      return H5Tcreate(H5T_OPAQUE, static_cast<std::size_t>(input_.small(1, 9)));
    case 1:
      return H5Tvlen_create(H5T_NATIVE_DOUBLE);
    case 2: {
      const hsize_t extent = static_cast<hsize_t>(input_.small(1, 4));
      return H5Tarray_create2(H5T_NATIVE_FLOAT, 1, &extent);
    }
    case 3:
      return H5Tcopy(H5T_STD_REF_OBJ);
    case 4: {
      const hid_t record = H5Tcreate(H5T_COMPOUND, 16);
      H5Tinsert(record, "r", 0, input_.small(0, 1) != 0 ? H5T_NATIVE_INT : H5T_NATIVE_FLOAT);
      H5Tinsert(record, "i", static_cast<std::size_t>(input_.small(4, 12)), H5T_NATIVE_FLOAT);
      return record;
    }
    case 5: {
      const hid_t bits = H5Tcopy(H5T_NATIVE_INT32);
      H5Tset_precision(bits, static_cast<std::size_t>(input_.small(1, 32)));
      H5Tset_offset(bits, static_cast<std::size_t>(input_.small(0, 31)));
      return bits;
    }
    case 6: {
      const hid_t several = H5Tenum_create(H5T_NATIVE_INT16);
      for (std::int16_t i = 0; i < 3; ++i) {
        H5Tenum_insert(several, std::to_string(i).c_str(), &i);
      }
      return several;
    }
    case 7: {
      const hid_t shifted = H5Tcopy(H5T_IEEE_F32LE);
      H5Tset_ebias(shifted, static_cast<std::size_t>(input_.small(1, 255)));
      return shifted;
    }
    default:
      return H5Tcopy(H5T_NATIVE_LDOUBLE);
  }
}

void Hdf5Builder::oddity() {
  const std::string key = name();
  const hid_t type = odd_type(), extents = space(true), how = layout(extents);
  // The library itself fails where it makes a compact one of some of these.
  if (H5Pget_layout(how) == H5D_COMPACT) H5Pset_layout(how, H5D_CONTIGUOUS);
  switch (input_.small(0, 3)) {
    case 0:
      H5Tcommit2(file_, key.c_str(), type, with_groups_, H5P_DEFAULT, H5P_DEFAULT);
      break;
    case 1:
      H5Pset_external(how, "none", 0, H5F_UNLIMITED);
      [[fallthrough]];
    default:
      // Declared, and never written.
      const hid_t id =
          H5Dcreate2(file_, key.c_str(), type, extents, with_groups_, how, H5P_DEFAULT);
      if (id >= 0) H5Dclose(id);
  }
  H5Pclose(how);
  H5Sclose(extents);
  H5Tclose(type);
}

hid_t Hdf5Builder::text_type() {
  const hid_t type = H5Tcopy(H5T_C_S1);
  const bool is_variable = input_.small(0, 1) != 0;
  H5Tset_size(type, is_variable ? H5T_VARIABLE : static_cast<std::size_t>(input_.small(1, 16)));
  H5Tset_cset(type, input_.small(0, 1) != 0 ? H5T_CSET_UTF8 : H5T_CSET_ASCII);
  H5Tset_strpad(type, static_cast<H5T_str_t>(input_.small(0, 2)));
  return type;
}

void Hdf5Builder::text(hid_t at, const std::string& key, bool is_attribute) {
  const hid_t type = text_type();
  const hid_t extents = input_.small(0, 7) == 0 ? space(false) : H5Screate(H5S_SCALAR);
  const char* const chosen = texts.at(static_cast<std::size_t>(input_.small(0, 6)));
  const auto count = static_cast<std::size_t>(H5Sget_simple_extent_npoints(extents));
  const std::vector<const char*> pointers(count, chosen);
  std::string block(count * H5Tget_size(type), ' ');
  for (std::size_t i = 0; i < count; ++i) {
    if (*chosen != '\0') block.at(i * H5Tget_size(type)) = *chosen;
  }
  const void* const from = H5Tis_variable_str(type) > 0 ? static_cast<const void*>(pointers.data())
                                                        : static_cast<const void*>(block.data());
  if (is_attribute) {
    const hid_t id = H5Acreate2(at, key.c_str(), type, extents, H5P_DEFAULT, H5P_DEFAULT);
    if (id >= 0) H5Awrite(id, type, from), H5Aclose(id);
  } else {
    const hid_t id =
        H5Dcreate2(at, key.c_str(), type, extents, with_groups_, H5P_DEFAULT, H5P_DEFAULT);
    if (id >= 0) H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, from), H5Dclose(id);
  }
  H5Sclose(extents);
  H5Tclose(type);
}

void Hdf5Builder::attribute() {
  const bool of_root = names_.empty() || input_.small(0, 2) == 0;
  const hid_t at = H5Oopen(file_, of_root ? "/" : names_.back().c_str(), H5P_DEFAULT);
  if (at < 0) return;
  const char* const key = attributes.at(static_cast<std::size_t>(input_.small(0, 5)));
  if (input_.small(0, 2) == 0) {
    text(at, key, true);
  } else {
    BuiltDataset ignored;
    const hid_t type = input_.small(0, 2) != 0 ? number_type(ignored) : odd_type();
    const hid_t extents = input_.small(0, 2) != 0 ? H5Screate(H5S_SCALAR) : space(false);
    const hid_t id = H5Acreate2(at, key, type, extents, H5P_DEFAULT, H5P_DEFAULT);
    const auto value = input_.take<double>();
    if (id >= 0 && H5Sget_simple_extent_npoints(extents) == 1 && H5Tget_class(type) == H5T_FLOAT) {
      H5Awrite(id, H5T_NATIVE_DOUBLE, &value);
    }
    if (id >= 0) H5Aclose(id);
    H5Sclose(extents);
    H5Tclose(type);
  }
  H5Oclose(at);
}

void Hdf5Builder::link() {
  const std::string target = names_.empty() ? "/" : names_[names_.size() / 2];
  const std::string group = target.substr(0, target.rfind('/'));
  switch (input_.small(0, 4)) {
    case 0:
      H5Lcreate_soft(("/" + target).c_str(), file_, name().c_str(), with_groups_, H5P_DEFAULT);
      break;
    case 1:
      H5Lcreate_soft(target.c_str(), file_, name().c_str(), with_groups_, H5P_DEFAULT);
      break;
    case 2:
      H5Lcreate_external("none", target.c_str(), file_, name().c_str(), with_groups_, H5P_DEFAULT);
      break;
    case 3:
      H5Lcreate_hard(file_, target.c_str(), file_, name().c_str(), with_groups_, H5P_DEFAULT);
      break;
    default:
      // A group within itself.
      H5Lcreate_hard(file_, group.c_str(), file_, (group + "/again").c_str(), with_groups_,
                     H5P_DEFAULT);
  }
}

// A virtual dataset of what is in this file, or in one that is not there.
void Hdf5Builder::view() {
  const hsize_t extent = static_cast<hsize_t>(input_.small(1, 5));
  const hid_t extents = H5Screate_simple(1, &extent, nullptr);
  const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
  const std::array files = {".", "none", "none%b"};
  const char* const from = files.at(static_cast<std::size_t>(input_.small(0, 2)));
  const std::string source = names_.empty() ? "nothing" : names_.back();
  H5Pset_virtual(how, extents, from, source.c_str(), extents);
  const hid_t id =
      H5Dcreate2(file_, name().c_str(), H5T_IEEE_F64LE, extents, with_groups_, how, H5P_DEFAULT);
  if (id >= 0) H5Dclose(id);
  H5Pclose(how);
  H5Sclose(extents);
}
