// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_COMMANDS_EXTRACT_INPUT_HPP_
#define PTYCHOPATCH_APPS_COMMANDS_EXTRACT_INPUT_HPP_

#include <array>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "commands/patch_geometry.hpp"
#include "formats/scan_input.hpp"
#include "formats/tensor.hpp"
#include "patch_settings.hpp"

namespace ptychopatch::app {

// What the command line says of the scan; it goes before what the file documents.
struct ExtractChoices {
  PatchSettings patches;
  std::string input, image, positions;
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
  const formats::Tensor& positions() const { return positions_; }
  const std::string& positions_source() const { return positions_source_; }
  const PatchGeometry& geometry() const { return geometry_; }
  const ppatch_patch_options& options() const { return options_; }

  // One group's patches, and all.
  std::uint64_t bytes_of_group() const;
  std::uint64_t bytes_of_all() const;

  // For the user: which convention and which place were used, and how to change them.
  const std::vector<std::string>& notes() const { return notes_; }
  // For the output's metadata.
  void describe(nlohmann::ordered_json& metadata) const;

 private:
  void choose_convention(const formats::ScanInput& input);
  void choose_placement(const formats::ScanInput& input);
  void read_image(const formats::ScanInput& input);
  void read_positions(const formats::ScanInput& input);
  std::uint64_t bytes_of(const formats::Shape& shape) const;

  const ExtractChoices& choices_;
  ppatch_patch_options options_{};
  PatchGeometry geometry_;
  formats::Placement placement_;
  formats::Tensor image_, positions_;
  std::string image_source_, image_format_, stored_dtype_, positions_source_, positions_format_;
  std::vector<std::string> notes_;
};

}  // namespace ptychopatch::app

#endif  // PTYCHOPATCH_APPS_COMMANDS_EXTRACT_INPUT_HPP_
