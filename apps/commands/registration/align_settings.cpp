// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/align_settings.hpp"

#include <CLI/CLI.hpp>

#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::alignment {
namespace {

void set_cfa(AlignSettings& settings, const std::string& text) {
  const auto cfa = mosaics::parse_cfa(text);
  if (!cfa) {
    throw app::UsageError(
        "argument --cfa: expected RGGB, BGGR, GRBG, GBRG, XTRANS, none, or 36 letters of an "
        "X-Trans, got " +
        formats::quoted(text));
  }
  settings.image.cfa = *cfa;
}

}  // namespace

ppatch_scene_options AlignSettings::scene_options() const {
  ppatch_scene_options options = ptychopatch::scene_options(0, 0);
  options.method = method;
  options.max_shift[0] = max_shift[0];
  options.max_shift[1] = max_shift[1];
  options.extent = extent;
  options.hot_pixels = hot_pixels;
  options.fixed_pattern = fixed_pattern;
  options.plane_average = plane_average;
  options.upsample = upsample;
  return options;
}

nlohmann::ordered_json AlignSettings::json() const {
  return {{"method", name_of(kMethodChoices, method)},
          {"max_shift", max_shift},
          {"extent", name_of(kExtentChoices, extent)},
          {"hot_pixels", name_of(kSwitchChoices, hot_pixels)},
          {"fixed_pattern", name_of(kSwitchChoices, fixed_pattern)},
          {"plane_average", name_of(kPlaneAverageChoices, plane_average)},
          {"upsample", upsample},
          {"cfa", image.cfa.name()},
          {"black", image.black},
          {"white", image.white},
          {"mask", mask}};
}

void AlignSettings::add_options(CLI::App& app) {
  constexpr std::int64_t kFurthest = 1'000'000;
  app::add_choice(app, "--method", kMethodChoices,
                  "ml (default): the maximum-likelihood estimate; others to compare with",
                  [this](std::int32_t value) { method = value; });
  const std::function<void(const std::string&)> furthest = [this](const std::string& text) {
    const std::size_t comma = text.find(',');
    max_shift[0] = app::parse_integer("--max-shift", text.substr(0, comma), 0, kFurthest);
    max_shift[1] = comma == std::string::npos
                       ? max_shift[0]
                       : app::parse_integer("--max-shift", text.substr(comma + 1), 0, kFurthest);
  };
  app.add_option_function(
         "--max-shift", furthest,
         "Largest shift to look for in pixels, or of y and of x (default 128); 0: any")
      ->type_name("D[,DX]");
  app.add_option("--mask", mask,
                 "Image of the reference's size; where it is 0, pixels are left out")
      ->type_name("FILE");
  const std::function<void(const std::string&)> cfa = [this](const std::string& text) {
    set_cfa(*this, text);
  };
  app.add_option_function(
         "--cfa", cfa,
         "Colours of .npy, .tif, .png and .mrc: RGGB, BGGR, GRBG, GBRG, XTRANS, 36 "
         "letters of an X-Trans, or none (default); a camera RAW knows its own")
      ->type_name("PATTERN");
  app::add_number(app, "--black", -1e300, "Their black level (default 0)",
                  [this](double value) { image.black = value; });
  app::add_number(app, "--white", -1e300,
                  "Their white level; at or above it a pixel is clipped (default: not known)",
                  [this](double value) { image.white = value; });
  app::add_choice(app, "--extent", kExtentChoices,
                  "What lies beyond an image (default linear: nothing)",
                  [this](std::int32_t value) { extent = value; });
  app::add_choice(app, "--hot-pixels", kSwitchChoices, "Repair hot and dead pixels (default auto)",
                  [this](std::int32_t value) { hot_pixels = value; });
  app::add_choice(app, "--fixed-pattern", kSwitchChoices,
                  "Find and leave out patterns of rows and columns (default auto)",
                  [this](std::int32_t value) { fixed_pattern = value; });
  app::add_choice(app, "--plane-average", kPlaneAverageChoices, "Of per-plane (default median)",
                  [this](std::int32_t value) { plane_average = value; });
  app::add_integer(
      app, "--upsample", 1, "Grid of phase, cross and per-plane in 1/N pixel (default 1)",
      [this](std::int64_t value) { upsample = static_cast<std::int32_t>(value); }, 10000);
}

}  // namespace ptychopatch::alignment
