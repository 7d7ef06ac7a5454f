// SPDX-License-Identifier: Apache-2.0
#include "formats/array_store.hpp"

#include "formats/tensor.hpp"

namespace ptychopatch::formats {

std::unique_ptr<ArrayStore> open_store(const std::string& path) {
  switch (container_of(path)) {
    case Container::zip:
      return open_npz(path);
    case Container::hdf5:
      return open_hdf5(path);
    case Container::mat:
      return open_mat(path);
    case Container::bzip2:
      return open_bzip2(path);
    case Container::npy:
      throw FormatError(quoted(path) +
                        " is a single .npy array, expected a scan; give it as --image or "
                        "--positions");
    case Container::unknown:
      break;
  }
  throw FormatError(quoted(path) +
                    " is neither .npz nor HDF5 nor MAT: its first bytes are of another format");
}

std::vector<double> read_numbers(const ArrayStore& store, const std::string& key,
                                 std::size_t count) {
  const std::string source = store.source(key);
  const NpyHeader header = store.header(key);
  const std::uint64_t wanted = bytes_of_shape(header.shape, 1, source);
  require_shape(wanted == count, source, header.shape,
                std::to_string(count) + (count == 1 ? " number" : " numbers"));
  const Tensor values = to_tensor(store.read(key), PPATCH_F64, source);
  return {values.as<double>(), values.as<double>() + count};
}

double read_number(const ArrayStore& store, const std::string& key) {
  return read_numbers(store, key, 1)[0];
}

}  // namespace ptychopatch::formats
