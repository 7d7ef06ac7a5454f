// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "formats/array_writer.hpp"
#include "session.hpp"

namespace ptychopatch::app {

// Groups of a scan's positions, drawn or given, in PtychoPINN's shapes: nn_indices (S, C), offsets
// (S, 1, 2, 1), relative and coords (S, 1, 2, C). Columns stay in the positions' order.
class ScanGroups {
 public:
  // What is wrong with the positions or the groups is told as a UsageError, begun by their source.
  static ScanGroups draw(const Session& session, const formats::Tensor& positions,
                         const std::string& source, const ppatch_group_options& options);
  static ScanGroups given(const Session& session, const formats::Tensor& positions,
                          const ppatch_group_options& options, formats::Tensor indices,
                          const std::string& source);

  std::int64_t count() const { return indices_.shape[0]; }
  std::int64_t size() const { return indices_.shape[1]; }
  const formats::Tensor& indices() const { return indices_; }

  // Positions (S C, 2) of all members; as_ptychopinn: offset + relative, rounded to float32.
  formats::Tensor positions(const formats::Tensor& scan, bool as_ptychopinn) const;

  // coords_offsets and coords_relative, nn_indices, and the centres of drawn groups.
  void add_to(formats::ArrayWriter& writer) const;

  // Where the groups lie among positions, by the mean of each.
  struct Coordinates {
    formats::Tensor offsets, relative;
  };
  const Coordinates& coordinates() const { return coordinates_; }
  // The same groups in another scan's positions.
  Coordinates coordinates(const Session& session, const formats::Tensor& positions,
                          const ppatch_group_options& options) const;
  // The members' positions themselves, coords.
  formats::Tensor coords(const formats::Tensor& positions) const;

 private:
  formats::Tensor indices_, centres_;
  Coordinates coordinates_;
};

// (B, c) integers under nn_indices, or a .npy file's.
formats::Tensor read_groups(const std::string& path, std::string* source);

}  // namespace ptychopatch::app
