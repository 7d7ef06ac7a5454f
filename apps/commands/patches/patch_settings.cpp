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

const Choices& interpolations() {
  static const Choices choices = {{"bilinear", PPATCH_INTERPOLATION_BILINEAR},
                                  {"nearest", PPATCH_INTERPOLATION_NEAREST},
                                  {"bicubic", PPATCH_INTERPOLATION_BICUBIC},
                                  {"lanczos3", PPATCH_INTERPOLATION_LANCZOS3}};
  return choices;
}

const Choices& boundaries() {
  static const Choices choices = {{"zero", PPATCH_BOUNDARY_ZERO},
                                  {"constant", PPATCH_BOUNDARY_CONSTANT},
                                  {"edge", PPATCH_BOUNDARY_EDGE},
                                  {"reflect", PPATCH_BOUNDARY_REFLECT},
                                  {"wrap", PPATCH_BOUNDARY_WRAP}};
  return choices;
}

const Choices& anchors() {
  static const Choices choices = {{"corner", PPATCH_ANCHOR_CORNER},
                                  {"half", PPATCH_ANCHOR_HALF},
                                  {"centre", PPATCH_ANCHOR_CENTRE}};
  return choices;
}

const Choices& axes_orders() {
  static const Choices choices = {{"yx", PPATCH_AXES_YX}, {"xy", PPATCH_AXES_XY}};
  return choices;
}

const Choices& signs() {
  static const Choices choices = {{"window", PPATCH_SIGN_WINDOW}, {"content", PPATCH_SIGN_CONTENT}};
  return choices;
}

const Choices& layouts() {
  static const Choices choices = {{"flat", PPATCH_LAYOUT_FLAT},
                                  {"channel-last", PPATCH_LAYOUT_CHANNEL_LAST},
                                  {"channel-first", PPATCH_LAYOUT_CHANNEL_FIRST}};
  return choices;
}

const Choices& algorithms() {
  static const Choices choices = {{"auto", PPATCH_ALGORITHM_AUTO},
                                  {"batched", PPATCH_ALGORITHM_BATCHED},
                                  {"iterative", PPATCH_ALGORITHM_ITERATIVE}};
  return choices;
}

const Choices& local_offset_kinds() {
  static const Choices choices = {
      {"as-given", PPATCH_LOCAL_OFFSETS_AS_GIVEN},
      {"mirrored-ptychopinn", PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN}};
  return choices;
}

void PatchSettings::add_geometry_options(CLI::App& app) {
  const auto into = [](std::optional<std::int32_t>& field) {
    return [&field](std::int32_t value) { field = value; };
  };
  add_choice(app, "--anchor", anchors(), "Place in the patch that a position names", into(anchor))
      ->group(kGroup);
  add_choice(app, "--axes", axes_orders(), "Order of the positions' columns", into(axes))
      ->group(kGroup);
  add_choice(app, "--sign", signs(), "Positions move the window, or the content under it",
             into(sign))
      ->group(kGroup);
  add_choice(app, "--interp", interpolations(), "Interpolation (default bilinear)",
             into(interpolation))
      ->group(kGroup);
  add_choice(app, "--boundary", boundaries(), "What lies outside of the image (default zero)",
             into(boundary))
      ->group(kGroup);
  const std::function<void(const std::string&)> set_constant = [this](const std::string& text) {
    constant = parse_constant(text);
  };
  app.add_option_function("--constant", set_constant, "Value outside, for --boundary constant")
      ->type_name("RE[,IM]")
      ->group(kGroup);
  add_choice(app, "--layout", layouts(), "Axes of the patches (default flat)", into(layout))
      ->group(kGroup);
  add_integer(app, "--group-size", 1, "Positions that make a group (default 1)",
              [this](std::int64_t value) { group_size = value; })
      ->group(kGroup);
  add_choice(app, "--algorithm", algorithms(), "How the work is done; equal bits", into(algorithm))
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
  add_choice(app, "--local-offsets", local_offset_kinds(),
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
                       std::string(name_of(boundaries(), options.boundary)));
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
  return std::string("anchor ") + name_of(anchors(), options.anchor) + ", axes " +
         name_of(axes_orders(), options.axes) + ", sign " + name_of(signs(), options.sign);
}

}  // namespace ptychopatch::app
