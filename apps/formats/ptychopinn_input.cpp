// SPDX-License-Identifier: Apache-2.0
#include "formats/ptychopinn_input.hpp"

#include "formats/format_error.hpp"
#include "formats/tensor.hpp"

namespace ptychopatch::formats {
namespace {

constexpr const char* kObject = "objectGuess";
constexpr const char* kX = "xcoords";
constexpr const char* kY = "ycoords";

Tensor read_column(const NpzReader& archive, const char* key) {
  Tensor column = to_tensor(archive.read(key), PPATCH_F64, archive.source(key));
  if (column.shape.size() != 1) {
    throw FormatError(archive.source(key) + " has shape " + shape_text(column.shape) +
                      ", expected (K,)");
  }
  return column;
}

}  // namespace

bool PtychoPinnInput::recognises(const NpzReader& archive) {
  return archive.has(kObject) && archive.has(kX) && archive.has(kY);
}

NamedArray PtychoPinnInput::image() const {
  return {archive_.read(kObject), archive_.source(kObject)};
}

NamedArray PtychoPinnInput::positions() const {
  const Tensor x = read_column(archive_, kX);
  const Tensor y = read_column(archive_, kY);
  if (x.shape != y.shape) {
    throw FormatError(archive_.source(kX) + " has shape " + shape_text(x.shape) +
                      " but 'ycoords' " + shape_text(y.shape) + ", expected the same length");
  }
  const std::int64_t count = x.shape[0];
  NpyArray both{{Kind::kFloat, sizeof(double)}, {count, 2}, Bytes(2 * x.data.size())};
  auto* to = reinterpret_cast<double*>(both.data.data());
  for (std::int64_t k = 0; k < count; ++k) {
    to[2 * k] = x.as<double>()[k];
    to[2 * k + 1] = y.as<double>()[k];
  }
  return {std::move(both), archive_.source("xcoords, ycoords")};
}

}  // namespace ptychopatch::formats
