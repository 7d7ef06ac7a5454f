// SPDX-License-Identifier: Apache-2.0
#include "placement_options.hpp"

#include <CLI/CLI.hpp>
#include <limits>

#include "argument.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {
namespace {

constexpr const char* kGroup = "Patches";

std::array<double, 2> parse_pair(const std::string& option, const std::string& text) {
  constexpr double kLeast = std::numeric_limits<double>::lowest();
  const std::size_t comma = text.find(',');
  const double first = parse_number(option, text.substr(0, comma), kLeast);
  if (comma == std::string::npos) return {first, first};
  return {first, parse_number(option, text.substr(comma + 1), kLeast)};
}

}  // namespace

void add_pixel_size(CLI::App& app, std::optional<std::array<double, 2>>& pixel_size) {
  const std::function<void(const std::string&)> set = [&pixel_size](const std::string& text) {
    pixel_size = parse_pair("--pixel-size", text);
    if ((*pixel_size)[0] > 0 && (*pixel_size)[1] > 0) return;
    throw UsageError("argument --pixel-size: expected numbers above 0, got " +
                     formats::quoted(text));
  };
  app.add_option_function("--pixel-size", set,
                          "Height and width of a pixel in the positions' units (metres)")
      ->type_name("P[,PX]")
      ->group(kGroup);
}

void add_origin(CLI::App& app, std::optional<formats::Origin>& origin) {
  const std::function<void(const std::string&)> set = [&origin](const std::string& text) {
    using Kind = formats::Origin::Kind;
    if (text == "corner") {
      origin = formats::Origin{};
    } else if (text == "centre") {
      origin = formats::Origin{Kind::kCentre, {0, 0}};
    } else if (text == "fit") {
      origin = formats::Origin{Kind::kFit, {0, 0}};
    } else if (text.find(',') != std::string::npos) {
      origin = formats::Origin{Kind::kPlace, parse_pair("--origin", text)};
    } else {
      throw UsageError("argument --origin: expected corner, centre, fit or Y,X, got " +
                       formats::quoted(text));
    }
  };
  app.add_option_function("--origin", set,
                          "Pixel of the image where the positions' zero lies: corner, centre, Y,X; "
                          "or fit: the scan lies in the middle")
      ->type_name("{corner, centre, fit or Y,X}")
      ->group(kGroup);
}

}  // namespace ptychopatch::app
