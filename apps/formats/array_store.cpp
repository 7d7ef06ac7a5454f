// SPDX-License-Identifier: Apache-2.0
#include "formats/array_store.hpp"

#include "formats/bzip2.hpp"
#include "formats/format_error.hpp"
#include "formats/hdf5_file.hpp"
#include "formats/input_file.hpp"
#include "formats/mat_file.hpp"
#include "formats/npz_reader.hpp"
#include "formats/tensor.hpp"

namespace ptychopatch::formats {
namespace {

// An archive that owns the bytes it was unpacked to.
class UnpackedNpz : public NpzReader {
 public:
  UnpackedNpz(std::unique_ptr<const Bytes> bytes, const std::string& name)
      : NpzReader(bytes->span(), name), bytes_(std::move(bytes)) {}

  std::string format() const override { return "npz, compressed by bzip2"; }

 private:
  std::unique_ptr<const Bytes> bytes_;
};

[[noreturn]] void refuse(Container container, const std::string& name) {
  switch (container) {
    case Container::kNpy:
      throw FormatError(quoted(name) +
                        " is a single .npy array, expected a scan; give it as --image or "
                        "--positions");
    case Container::kMat73:
      throw FormatError(quoted(name) +
                        " is a MAT file of version 7.3; save it with -v7, which is read");
    default:
      throw FormatError(quoted(name) +
                        " is neither .npz nor HDF5 nor MAT: its first bytes are of another "
                        "format");
  }
}

}  // namespace

std::unique_ptr<ArrayStore> open_store(const std::string& path) {
  const Container container = container_of(path);
  switch (container) {
    case Container::kZip:
      return std::make_unique<NpzReader>(path);
    case Container::kHdf5:
      return std::make_unique<Hdf5File>(path);
    case Container::kMat5:
      return std::make_unique<MatFile>(path);
    case Container::kBzip2: {
      InputFile file(path);
      auto bytes = std::make_unique<const Bytes>(unpack_bzip2(file, quoted(path)));
      return std::make_unique<UnpackedNpz>(std::move(bytes), path);
    }
    default:
      refuse(container, path);
  }
}

std::unique_ptr<ArrayStore> open_store(std::span<const std::byte> bytes, const std::string& name) {
  const Container container = container_of(bytes.first(std::min(bytes.size(), kMagicBytes)));
  switch (container) {
    case Container::kZip:
      return std::make_unique<NpzReader>(bytes, name);
    case Container::kHdf5:
      return std::make_unique<Hdf5File>(bytes, name);
    case Container::kMat5:
      return std::make_unique<MatFile>(bytes, name);
    case Container::kBzip2: {
      SpanReader reader(bytes);
      auto unpacked = std::make_unique<const Bytes>(unpack_bzip2(reader, quoted(name)));
      return std::make_unique<UnpackedNpz>(std::move(unpacked), name);
    }
    default:
      refuse(container, name);
  }
}

std::vector<double> read_numbers(const ArrayStore& store, const std::string& key,
                                 std::size_t count) {
  const std::string source = store.source(key);
  const NpyHeader header = store.header(key);
  const std::uint64_t wanted = bytes_of_shape(header.shape, 1, source);
  if (wanted != count) {
    throw FormatError(source + " has shape " + shape_text(header.shape) + ", expected " +
                      std::to_string(count) + (count == 1 ? " number" : " numbers"));
  }
  const Tensor values = to_tensor(store.read(key), PPATCH_F64, source);
  return {values.as<double>(), values.as<double>() + count};
}

double read_number(const ArrayStore& store, const std::string& key) {
  return read_numbers(store, key, 1)[0];
}

}  // namespace ptychopatch::formats
