// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <hdf5.h>

#include <cstdint>
#include <string>
#include <vector>

#include "fuzz_input.hpp"

// A dataset whose numbers have to be read: element i has value(i), and half of it as imaginary
// part.
struct BuiltDataset {
  std::string key;
  std::vector<std::int64_t> shape;
  bool is_boolean = false;
  bool is_complex = false;

  static double value(std::size_t i) { return static_cast<double>(i % 100); }
};

// A valid HDF5 file in memory, as the fuzzer's bytes choose it: datasets of every type, shape and
// layout, those that are read and those that are not, texts, links and attributes, under the names
// of known scans and others.
class Hdf5Builder {
 public:
  explicit Hdf5Builder(FuzzInput& input);

  const std::vector<std::byte>& bytes() const { return bytes_; }
  const std::vector<BuiltDataset>& datasets() const { return datasets_; }

 private:
  std::string name();
  hid_t space(bool may_be_large);
  hid_t layout(hid_t space);
  hid_t number_type(BuiltDataset& dataset);
  hid_t odd_type();
  hid_t text_type();
  void numbers();
  void oddity();
  void text(hid_t at, const std::string& key, bool is_attribute);
  void attribute();
  void link();
  void view();

  FuzzInput& input_;
  hid_t file_ = H5I_INVALID_HID;
  hid_t with_groups_ = H5I_INVALID_HID;
  std::vector<std::byte> bytes_;
  std::vector<std::string> names_;
  std::vector<BuiltDataset> datasets_;
};
