// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "formats/layouts.hpp"

namespace ptychopatch::formats {
namespace {

Tensor read_column(const ArrayStore& store, const std::string& key) {
  Tensor column = to_tensor(store.read(key), PPATCH_F64, store.source(key));
  require_shape(column.shape.size() == 1, store.source(key), column.shape, "(K,)");
  return column;
}

}  // namespace

NamedArray read_object(const ArrayStore& store, const std::string& key) {
  return {without_single_axes(store.read(key)), store.source(key)};
}

NamedArray read_positions(const ArrayStore& store, const std::string& key) {
  return {to_array(read_table(store, key, 2, 2)), store.source(key)};
}

NamedArray two_columns(const ArrayStore& store, const std::string& first,
                       const std::string& second) {
  const Tensor a = read_column(store, first);
  const Tensor b = read_column(store, second);
  if (a.shape != b.shape) {
    throw FormatError(store.source(first) + " has shape " + shape_text(a.shape) + " but " +
                      quoted(second) + " " + shape_text(b.shape) + ", expected the same length");
  }
  const std::string source = store.source(first + ", " + second);
  Tensor both = Tensor::make(PPATCH_F64, {a.shape[0], 2}, source);
  for (std::int64_t k = 0; k < a.shape[0]; ++k) {
    both.as<double>()[2 * k] = a.as<double>()[k];
    both.as<double>()[2 * k + 1] = b.as<double>()[k];
  }
  return {to_array(std::move(both)), source};
}

Tensor read_table(const ArrayStore& store, const std::string& key, std::int64_t least,
                  std::int64_t most) {
  const std::string source = store.source(key);
  Tensor table = to_tensor(store.read(key), PPATCH_F64, source);
  require_shape(table.shape.size() == 2 && table.shape[1] >= least && table.shape[1] <= most,
                source, table.shape, "(K, " + std::to_string(most) + ")");
  return table;
}

NpyArray without_single_axes(NpyArray array) {
  while (array.shape.size() > 2 && array.shape.front() == 1) {
    array.shape.erase(array.shape.begin());
  }
  return array;
}

std::array<double, 2> Basis::lengths() const {
  return {std::hypot(row[0], row[1]), std::hypot(column[0], column[1])};
}

std::array<double, 2> Basis::along(double x, double y) const {
  const double area = row[0] * column[1] - row[1] * column[0];
  const std::array<double, 2> length = lengths();
  return {length[0] * ((x * column[1] - y * column[0]) / area),
          length[1] * ((row[0] * y - row[1] * x) / area)};
}

NamedArray along_basis(const ArrayStore& store, const std::string& key, const Basis& basis,
                       double factor) {
  const Tensor table = read_table(store, key, 2, 3);
  Tensor positions = Tensor::make(PPATCH_F64, {table.shape[0], 2}, store.source(key));
  double* to = positions.as<double>();
  for (std::int64_t k = 0; k < table.shape[0]; ++k) {
    const double* from = table.as<double>() + k * table.shape[1];
    for (const double along : basis.along(from[0], from[1])) *to++ = factor * along;
  }
  return {to_array(std::move(positions)), store.source(key)};
}

Basis read_basis(const ArrayStore& store, const std::string& key) {
  const std::string source = store.source(key);
  const NpyHeader header = store.header(key);
  const bool upright = header.shape == Shape{3, 2};
  require_shape(upright || header.shape == Shape{2, 3}, source, header.shape, "(3, 2) or (2, 3)");
  const std::vector<double> v = read_numbers(store, key, 6);
  const Basis basis =
      upright ? Basis{{v[0], v[2]}, {v[1], v[3]}} : Basis{{v[0], v[1]}, {v[3], v[4]}};
  const double area = basis.row[0] * basis.column[1] - basis.row[1] * basis.column[0];
  if (!std::isfinite(area) || area == 0) {
    throw FormatError(source + " has vectors that span no plane across the beam");
  }
  return basis;
}

}  // namespace ptychopatch::formats
