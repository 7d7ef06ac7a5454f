// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

#include "formats/array_store.hpp"
#include "formats/tensor.hpp"

namespace ptychopatch::formats {

// FormatError where there is none: it can come from elsewhere.
void require_object(const ArrayStore& store, const std::string& key);

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

NpyArray positions_array(std::int64_t count);

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

}  // namespace ptychopatch::formats
