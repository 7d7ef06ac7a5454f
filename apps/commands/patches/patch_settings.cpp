// SPDX-License-Identifier: Apache-2.0
#include "patch_settings.hpp"

#include <CLI/CLI.hpp>
#include <limits>

#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {
namespace {

constexpr const char* kGroup = "Patches";

std::complex<double> parse_constant(const std::string& text) {
  constexpr double kLeast = std::numeric_limits<double>::lowest();
  const std::size_t comma = text.find(',');
  const double real = parse_number("--constant", text.substr(0, comma), kLeast);
  if (comma == std::string::npos) return real;
  return {real, parse_number("--constant", text.substr(comma + 1), kLeast)};
}

void put(std::int32_t& field, const std::optional<std::int32_t>& value) {
  if (value) field = *value;
}

}  // namespace

void PatchSettings::add_geometry_options(CLI::App& app) {
  const auto into = [](std::optional<std::int32_t>& field) {
    return [&field](std::int32_t value) { field = value; };
  };
  add_choice(app, "--anchor", kAnchorChoices, "Place in the patch that a position names",
             into(anchor))
      ->group(kGroup);
  add_choice(app, "--axes", kAxesChoices, "Order of the positions' columns", into(axes))
      ->group(kGroup);
  add_choice(app, "--sign", kSignChoices, "Positions move the window, or the content under it",
             into(sign))
      ->group(kGroup);
  add_choice(app, "--interp", kInterpolationChoices, "Interpolation (default bilinear)",
             into(interpolation))
      ->group(kGroup);
  add_choice(app, "--boundary", kBoundaryChoices, "What lies outside of the image (default zero)",
             into(boundary))
      ->group(kGroup);
  const std::function<void(const std::string&)> set_constant = [this](const std::string& text) {
    constant = parse_constant(text);
  };
  app.add_option_function("--constant", set_constant, "Value outside, for --boundary constant")
      ->type_name("RE[,IM]")
      ->group(kGroup);
  add_choice(app, "--layout", kLayoutChoices, "Axes of the patches (default flat)", into(layout))
      ->group(kGroup);
  add_integer(app, "--group-size", 1, "Positions that make a group (default 1)",
              [this](std::int64_t value) { group_size = value; })
      ->group(kGroup);
  add_choice(app, "--algorithm", kAlgorithmChoices, "How the work is done; equal bits",
             into(algorithm))
      ->group(kGroup);
}

void PatchSettings::add_cutting_options(CLI::App& app) {
  add_integer(app, "-N", 1, "Patch height and width in pixels", [this](std::int64_t value) {
    height = width = value;
  })->group(kGroup);
  add_integer(app, "--patch-height", 1, "Patch height, where it differs",
              [this](std::int64_t value) { height = value; })
      ->group(kGroup);
  add_integer(app, "--patch-width", 1, "Patch width, where it differs", [this](std::int64_t value) {
    width = value;
  })->group(kGroup);
  add_choice(app, "--local-offsets", kLocalOffsetsChoices,
             "Mirror each group about its mean as PtychoPINN does",
             [this](std::int32_t value) { local_offsets = value; })
      ->group(kGroup);
  add_number(app, "--jitter", 0, "Move each position by N(0, X) pixels on each axis",
             [this](double value) { jitter = value; })
      ->group(kGroup);
  add_integer(app, "--jitter-seed", 0, "Seed of the jitter (default 0)",
              [this](std::int64_t value) { jitter_seed = static_cast<std::uint64_t>(value); })
      ->group(kGroup);
}

void PatchSettings::apply(ppatch_patch_options& options) const {
  put(options.interpolation, interpolation);
  put(options.boundary, boundary);
  put(options.anchor, anchor);
  put(options.axes, axes);
  put(options.sign, sign);
  put(options.layout, layout);
  put(options.algorithm, algorithm);
  put(options.local_offsets, local_offsets);
  options.patch_height = height.value_or(options.patch_height);
  options.patch_width = width.value_or(options.patch_width);
  options.group_size = group_size.value_or(options.group_size);
  options.jitter_sigma = jitter.value_or(options.jitter_sigma);
  options.jitter_seed = jitter_seed.value_or(options.jitter_seed);
  if (constant) {
    if (options.boundary != PPATCH_BOUNDARY_CONSTANT) {
      throw UsageError("argument --constant: needs --boundary constant, got --boundary " +
                       std::string(name_of(kBoundaryChoices, options.boundary)));
    }
    options.constant_real = constant->real();
    options.constant_imag = constant->imag();
  }
}

void apply(const formats::Convention& convention, ppatch_patch_options& options) {
  options.anchor = convention.anchor;
  options.axes = convention.axes;
  options.sign = convention.sign;
}

std::string convention_text(const ppatch_patch_options& options) {
  return std::string("anchor ") + name_of(kAnchorChoices, options.anchor) + ", axes " +
         name_of(kAxesChoices, options.axes) + ", sign " + name_of(kSignChoices, options.sign);
}

}  // namespace ptychopatch::app
