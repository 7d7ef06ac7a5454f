// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands/groups/group_choices.hpp"
#include "commands/patches/patch_geometry.hpp"
#include "commands/patches/patch_settings.hpp"
#include "formats/scan_input.hpp"
#include "formats/tensor.hpp"

namespace ptychopatch::app {

// What the command line says of the scan; it goes before what the file documents.
struct ExtractChoices {
  PatchSettings patches;
  GroupChoices groups;
  std::string input, image, positions;
  std::string group_file;        // given groups; "": none
  bool ptychopinn_keys = false;  // the output is PtychoPINN's dictionary
  std::optional<std::int32_t> dtype;
  std::optional<std::array<double, 2>> pixel_size;
  std::optional<formats::Origin> origin;
};

// What patches are cut from: the image in the type that the patches get, the positions in pixels of
// it, and the options that a plan takes.
class ExtractInput {
 public:
  // UsageError or FormatError where the choices or the files do not make a scan.
  explicit ExtractInput(const ExtractChoices& choices);

  const formats::Tensor& image() const { return image_; }
  // (K, 2), or where there are groups what they are made from, (n, 2).
  const formats::Tensor& positions() const { return positions_; }
  const std::string& positions_source() const { return positions_source_; }
  const PatchGeometry& geometry() const { return geometry_; }
  const ppatch_patch_options& options() const { return options_; }

  bool grouped() const { return grouped_; }
  const ppatch_group_options& group_options() const { return group_options_; }
  // Whether groups are given; they, (B, c), to be taken once, and where they came from.
  bool groups_given() const { return !given_groups_source_.empty(); }
  formats::Tensor take_given_groups() { return std::move(given_groups_); }
  const std::string& given_groups_source() const { return given_groups_source_; }
  // (n, 2), or of no shape: what PtychoPINN calls the start of its coordinates.
  const formats::Tensor& start_positions() const { return start_positions_; }

  // One group's patches, and all.
  std::uint64_t bytes_of_group() const;
  std::uint64_t bytes_of_all() const;

  // For the user: which convention and which place were used, and how to change them.
  const std::vector<std::string>& notes() const { return notes_; }
  // For the output's metadata.
  void describe(nlohmann::ordered_json& metadata) const;

 private:
  void choose_convention(const formats::ScanInput& input);
  void choose_placement(formats::ScanInput& input);
  void read_image(formats::ScanInput& input);
  void read_positions(formats::ScanInput& input);
  void check_group_choices();
  void choose_groups(formats::ScanInput& input);
  std::uint64_t bytes_of(const formats::Shape& shape) const;

  const ExtractChoices& choices_;
  ppatch_patch_options options_{};
  bool grouped_ = false;
  ppatch_group_options group_options_{};
  formats::Tensor given_groups_, start_positions_;
  std::string given_groups_source_;
  PatchGeometry geometry_;
  formats::Placement placement_;
  formats::Tensor image_, positions_;
  std::string image_source_, image_format_, stored_dtype_, positions_source_, positions_format_;
  std::vector<std::string> notes_;
};

}  // namespace ptychopatch::app
