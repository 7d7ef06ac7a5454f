// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <numbers>
#include <span>

#include "argument.hpp"
#include "choices.hpp"
#include "commands/command.hpp"
#include "commands/output_paths.hpp"
#include "commands/patches/patch_settings.hpp"
#include "commands/patches/scan_map.hpp"
#include "commands/scan_positions.hpp"
#include "common_options.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/output_file.hpp"
#include "formats/scan_input.hpp"
#include "formats/tensor.hpp"

namespace ptychopatch::app {
namespace {

using Json = nlohmann::ordered_json;

struct PositionsOptions {
  CommonOptions common;
  std::string nominal, refined, picture;
  std::optional<std::int32_t> axes;
  std::optional<std::array<double, 2>> pixel_size;
  double sigma = 0;
  bool json = false;
};

// Of errors of one length, those beyond so many of them are rare.
constexpr double far = 2.4477468306808161;

std::string text_of(const char* format, double value, double error) {
  char text[100];
  std::snprintf(text, sizeof text, format, value, error);
  return text;
}

class Positions {
 public:
  Positions(const PositionsOptions& options, Console& console)
      : options_(options), console_(console) {
    if (!options.picture.empty()) {
      OutputPaths paths;
      for (const std::string& input : {options.nominal, options.refined}) paths.add_input(input);
      paths.add_output("the report", "-");
      paths.add_output("--picture", options.picture);
      formats::OutputTarget::check(options.picture, options.common.overwrite);
    }
    nominal_ = read(options.nominal, &nominal_source_);
    refined_ = read(options.refined, &refined_source_);
    formats::require_shape(refined_.shape == nominal_.shape, refined_source_, refined_.shape,
                           formats::shape_text(nominal_.shape) + " as " + nominal_source_ + " has");
  }

  int run() {
    residual_ = formats::Tensor::make(PPATCH_F64, nominal_.shape, "the residuals");
    ppatch_scan_fit_options how = scan_fit_options();
    how.sigma = options_.sigma;
    const Array residual = residual_.view();
    with_sources(
        [&] { fit_ = fit_scan(nominal_.view(), refined_.view(), nullptr, &residual, how); });
    if (!options_.picture.empty()) {
      const std::string bytes = draw_scan_map(steps(), fit_).encoded_for(options_.picture);
      formats::write_file(options_.picture, options_.common.overwrite,
                          std::as_bytes(std::span(bytes)));
    }
    options_.json ? print_json() : print_text();
    if (!options_.picture.empty()) console_.note("wrote " + formats::quoted(options_.picture));
    return done;
  }

 private:
  // (K, 2) f64 in (y, x) of window coordinates, pixels.
  formats::Tensor read(const std::string& path, std::string* source) {
    formats::ScanInput input = formats::read_part(path, {false, true});
    ScanPositions positions =
        ScanPositions::take_from(input, options_.axes, options_.pixel_size, console_);
    *source = positions.source;
    formats::Tensor read = std::move(positions.values);
    auto* values = read.as<double>();
    for (std::int64_t k = 0; k < read.shape[0]; ++k, values += 2) {
      if (positions.convention.axes == PPATCH_AXES_XY) std::swap(values[0], values[1]);
      if (positions.convention.sign != PPATCH_SIGN_CONTENT) continue;
      values[0] = -values[0];
      values[1] = -values[1];
    }
    return read;
  }

  // What is wrong with numbers is told with the file that they are from.
  template <class Body>
  void with_sources(Body&& body) const {
    try {
      body();
    } catch (const Error& error) {
      if (error.status() != PPATCH_ERROR_INVALID_ARGUMENT) throw;
      const std::string text = sentence(error);
      throw UsageError((text.starts_with("refined") ? refined_source_ : nominal_source_) + ": " +
                       text);
    }
  }

  std::vector<ScanStep> steps() const {
    std::vector<ScanStep> out;
    for (std::int64_t k = 0; k < nominal_.shape[0]; ++k) {
      const double* q = nominal_.as<double>() + 2 * k;
      const double* p = refined_.as<double>() + 2 * k;
      const double* r = residual_.as<double>() + 2 * k;
      out.push_back({{q[0], q[1]},
                     {p[0] - q[0], p[1] - q[1]},
                     {r[0], r[1]},
                     std::hypot(r[0], r[1]) > far * fit_.sigma});
    }
    return out;
  }

  void print_text() const {
    const std::int64_t count = nominal_.shape[0];
    std::cout << count << " positions, " << nominal_source_ << " to " << refined_source_ << '\n';
    if (count > 0) {
      std::cout << "shift     " << text_of("dy %+.4f +- %.4f px", fit_.shift[0], error_of(0))
                << ", " << text_of("dx %+.4f +- %.4f px", fit_.shift[1], error_of(1)) << '\n';
    }
    if (fit_.status == PPATCH_SCAN_FIT_STATUS_OK) {
      constexpr double degrees = 180 / std::numbers::pi;
      std::cout << "rotation  "
                << text_of("%+.4f +- %.4f degrees, from y towards x", degrees * fit_.rotation,
                           degrees * fit_.rotation_sigma)
                << "\nscales    " << text_of("y %.5f +- %.5f", fit_.scale[0], fit_.scale_sigma[0])
                << ", " << text_of("x %.5f +- %.5f", fit_.scale[1], fit_.scale_sigma[1])
                << "\nshear     " << text_of("%+.5f +- %.5f", fit_.shear, fit_.shear_sigma) << '\n';
    } else {
      std::cout << "no affine map: "
                << (fit_.status == PPATCH_SCAN_FIT_STATUS_FEW ? "fewer than three positions"
                                                              : "the positions lie on one line")
                << '\n';
    }
    const std::vector<ScanStep> all = steps();
    double squares = 0, most = 0;
    std::size_t farthest = 0, outliers = 0;
    for (std::size_t k = 0; k < all.size(); ++k) {
      const double length = std::hypot(all[k].left[0], all[k].left[1]);
      squares += length * length;
      outliers += all[k].outlier;
      if (length <= most) continue;
      most = length;
      farthest = k;
    }
    if (all.empty()) return;
    std::cout << "left      "
              << text_of("rms %.4f px on an axis, at most %.4f px",
                         std::sqrt(squares / 2 / static_cast<double>(count)), most)
              << " (position " << farthest << "), " << outliers << " beyond "
              << text_of("%.3f px", far * fit_.sigma, 0) << "\nerror     "
              << text_of(options_.sigma > 0 ? "%.4f px as given" : "%.4f px, found", fit_.sigma, 0);
    if (std::isfinite(fit_.chi2_per_dof)) {
      std::cout << text_of(options_.sigma > 0 ? ", chi^2 %.3f per degree of freedom"
                                              : "; chi^2 %.3f per degree of freedom",
                           fit_.chi2_per_dof, 0)
                << " (" << fit_.degrees_of_freedom << ")";
    }
    std::cout << '\n';
  }

  double error_of(int parameter) const { return std::sqrt(fit_.covariance[7 * parameter]); }

  void print_json() const {
    constexpr const char* status_words[] = {"ok", "few", "line"};
    Json json;
    json["nominal"] = nominal_source_;
    json["refined"] = refined_source_;
    json["count"] = nominal_.shape[0];
    json["status"] = status_words[fit_.status];
    json["centre"] = fit_.centre;
    json["shift"] = fit_.shift;
    json["matrix"] = fit_.matrix;
    json["covariance"] = fit_.covariance;
    json["rotation_degrees"] = fit_.rotation * 180 / std::numbers::pi;
    json["rotation_degrees_sigma"] = fit_.rotation_sigma * 180 / std::numbers::pi;
    json["scale"] = fit_.scale;
    json["scale_sigma"] = fit_.scale_sigma;
    json["shear"] = fit_.shear;
    json["shear_sigma"] = fit_.shear_sigma;
    json["sigma"] = fit_.sigma;
    json["chi2_per_dof"] = fit_.chi2_per_dof;
    json["degrees_of_freedom"] = fit_.degrees_of_freedom;
    for (std::int64_t k = 0; k < nominal_.shape[0]; ++k) {
      const double* r = residual_.as<double>() + 2 * k;
      json["residual"].push_back({r[0], r[1]});
    }
    std::cout << json.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
  }

  const PositionsOptions& options_;
  Console& console_;
  formats::Tensor nominal_, refined_, residual_;
  std::string nominal_source_, refined_source_;
  ppatch_scan_fit_info fit_{};
};

}  // namespace

Command add_positions(CLI::App& root) {
  const auto options = std::make_shared<PositionsOptions>();
  CLI::App* app = add_word(root, "positions", "Compare refined scan positions with nominal ones",
                           "Numbers are (y, x) in pixels, whatever the files have.");
  OptionSet set(*app);
  set.required_operand("NOMINAL", options->nominal,
                       "A scan, as `ptychopatch extract` reads it, or positions (n, 2), .npy");
  set.required_operand("REFINED", options->refined, "The same scan's refined positions, likewise");
  set.choice("--axes", options->axes, axes_choices, "Order of the positions' columns, in both");
  set.number("--sigma", options->sigma, 0,
             "Expected error of a position on an axis in pixels (default: found)");
  set.picture("--picture", options->picture, "Draw both as arrows, and what the affine map leaves");
  set.flag("--json", options->json, "Print JSON, with each position's residual");
  set.flag("--overwrite", options->common.overwrite, "Replace the picture's file where it exists");
  add_pixel_size(*app, options->pixel_size);
  options->common.add_run_options(*app);
  return command<Positions>(app, options);
}

}  // namespace ptychopatch::app
