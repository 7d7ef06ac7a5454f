// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
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

// What patches are extracted from: the image in the type that the patches get, the positions in
// pixels of it, and the options that a plan takes.
struct ExtractInput {
  // UsageError or FormatError where the choices or the files do not make a scan.
  explicit ExtractInput(const ExtractChoices& asked);

  bool given() const { return !choices.group_file.empty(); }
  std::uint64_t bytes_of(const formats::Shape& shape) const;

  const ExtractChoices& choices;
  ppatch_patch_options options{};
  PatchGeometry geometry;
  formats::Placement placement;
  formats::Tensor image;
  // (K, 2), or where there are groups what they are made from, (n, 2).
  formats::Tensor positions;
  std::string positions_source;
  // (n, 2), or of no shape: what PtychoPINN calls the start of its coordinates.
  formats::Tensor start_positions;

  bool grouped = false;
  ppatch_group_options group_options{};
  formats::Tensor given_groups;  // (B, c), where they are given()
  std::string given_groups_source;

  // For the user: which convention and which place were used, and how to change them.
  std::vector<std::string> notes;
  // For the output: image, positions and groups.
  nlohmann::ordered_json metadata;

 private:
  void choose_convention(const formats::ScanInput& input);
  void choose_placement(formats::ScanInput& input);
  void read_image(formats::ScanInput& input);
  void read_positions(formats::ScanInput& input);
  void check_group_choices();
  void choose_groups(formats::ScanInput& input);
  formats::NpyArray place(formats::NpyArray array, const std::string& source) const;
};

}  // namespace ptychopatch::app
