// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/metadata.hpp"
#include "commands/outputs.hpp"
#include "commands/patches/preview.hpp"
#include "commands/simulate/probe.hpp"
#include "commands/simulate/specimen.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "interrupt.hpp"

namespace ptychopatch::app {
namespace {

using formats::Tensor;
using simulate::PathKind;

constexpr Choice paths[] = {choice_of("raster", PathKind::raster),
                            choice_of("raster-jittered", PathKind::raster_jittered),
                            choice_of("fermat", PathKind::fermat)};
constexpr std::int64_t largest_side = 1 << 20;
constexpr std::int64_t max_positions = 100'000'000;

struct SimulateOptions {
  CommonOptions common;
  std::vector<std::string> size = {"256"};
  std::int64_t patch = 64;
  PathKind path = PathKind::fermat;
  std::optional<double> step;
  std::optional<std::int64_t> count;
  std::optional<double> diameter;
  std::uint64_t seed = 0;
  std::string preview;
};

class SimulateScan {
 public:
  SimulateScan(const SimulateOptions& options, Console& console)
      : options_(options),
        console_(console),
        outputs_(options.common, {}, options.preview, "--preview") {
    const auto extent = [&](std::size_t i) {
      return parse_integer("--size", options.size[i], 1, largest_side);
    };
    height_ = extent(0);
    width_ = options.size.size() > 1 ? extent(1) : height_;
  }

  int run() {
    make_positions();
    console_.note("object (" + std::to_string(height_) + ", " + std::to_string(width_) + "), " +
                  std::to_string(centres_.size()) + " positions, seed " +
                  std::to_string(options_.seed));
    object_ = Tensor::make(PPATCH_C128, {height_, width_}, "argument --size");
    probe_ = Tensor::make(PPATCH_C128, {options_.patch, options_.patch}, "argument -N");
    if (options_.common.dry_run) {
      console_.note("dry run: would write " + formats::quoted(options_.common.output));
      return done;
    }
    make_object();
    const auto probe = simulate::defocused_probe(options_.patch, diameter());
    std::memcpy(probe_.data.data(), probe.data(), probe_.data.size());
    stop_if_interrupted();
    write();
    console_.note("wrote " + formats::quoted(options_.common.output) +
                  (options_.preview.empty() ? "" : " and " + formats::quoted(options_.preview)));
    return done;
  }

 private:
  double diameter() const {
    return options_.diameter.value_or(0.45 * static_cast<double>(options_.patch));
  }

  // Every patch of N x N about a centre lies within the object, its interpolation too.
  simulate::Field field() const {
    const std::int64_t before = options_.patch / 2, after = options_.patch - before;
    if (options_.patch > height_ || options_.patch > width_) {
      throw UsageError("argument -N: expected at most the object's size, (" +
                       std::to_string(height_) + ", " + std::to_string(width_) + "), got '" +
                       std::to_string(options_.patch) + "'");
    }
    return {static_cast<double>(before), static_cast<double>(before),
            static_cast<double>(height_ - after), static_cast<double>(width_ - after)};
  }

  void make_positions() {
    const simulate::Field area = field();
    if (options_.step && options_.count) {
      throw UsageError("arguments --step and --count exclude each other");
    }
    if (options_.count) {
      const bool room = area.height() >= 1 && area.width() >= 1;
      if (!room && *options_.count > 1) {
        throw UsageError(
            "argument --count: expected 1 where the object is no larger than a patch, "
            "got '" +
            std::to_string(*options_.count) + "'");
      }
      centres_ = simulate::path_by_count(options_.path, area, *options_.count, options_.seed);
      return;
    }
    const double step = options_.step.value_or(0.1 * static_cast<double>(options_.patch));
    if (!(simulate::expected_count(area, step) <= static_cast<double>(max_positions))) {
      throw UsageError("argument --step: expected a step that gives at most " +
                       std::to_string(max_positions) + " positions, got '" + std::to_string(step) +
                       "'");
    }
    centres_ = simulate::path_by_step(options_.path, area, step, options_.seed);
  }

  void make_object() {
    const simulate::Specimen specimen(height_, width_, options_.seed);
    auto* to = object_.as<std::complex<double>>();
    console_.begin("simulate", height_);
    for (std::int64_t y = 0; y < height_; ++y) {
      stop_if_interrupted();
      for (std::int64_t x = 0; x < width_; ++x) *to++ = specimen.pixel(y, x);
      console_.advance(static_cast<double>(y + 1) / static_cast<double>(height_));
    }
    console_.end();
  }

  void write() {
    const auto count = static_cast<std::int64_t>(centres_.size());
    Tensor x = Tensor::make(PPATCH_F64, {count}, "positions");
    Tensor y = Tensor::make(PPATCH_F64, {count}, "positions");
    for (std::int64_t k = 0; k < count; ++k) {
      x.as<double>()[k] = centres_[static_cast<std::size_t>(k)].x;
      y.as<double>()[k] = centres_[static_cast<std::size_t>(k)].y;
    }
    nlohmann::ordered_json metadata = make_metadata(scan_schema, "none");
    metadata["options"] = {
        {"size", {height_, width_}},
        {"patch_size", options_.patch},
        {"path", name_of(paths, static_cast<std::int32_t>(options_.path))},
        {"step", options_.step ? nlohmann::ordered_json(*options_.step) : nullptr},
        {"count", count},
        {"probe_diameter", diameter()},
        {"fresnel_number", simulate::fresnel_number}};
    metadata["positions"] = {{"anchor", "half"}, {"axes", "xy"}, {"units", "pixels of the object"}};
    metadata["generator"] = "SplitMix64";
    metadata["seed"] = options_.seed;
    const auto writer = outputs_.make_writer();
    writer->add("objectGuess", object_);
    writer->add("probeGuess", probe_);
    writer->add("xcoords", x);
    writer->add("ycoords", y);
    writer->add_text(metadata_key, metadata_text(metadata));
    outputs_.write_arrays(*writer);
    if (outputs_.wants_picture()) outputs_.write_picture(preview_scan(object_, probe_, centres_));
    outputs_.publish();
  }

  const SimulateOptions& options_;
  Console& console_;
  Outputs outputs_;
  std::int64_t height_ = 0;
  std::int64_t width_ = 0;
  std::vector<simulate::Position> centres_;
  Tensor object_, probe_;
};

void add_scan_options(CLI::App& app, const std::shared_ptr<SimulateOptions>& options) {
  OptionSet set(app);
  set.texts("--size", options->size, "H [W]", "Object height and width in pixels (default {})", 1,
            2);
  set.integer("-N", options->patch, 1, "Probe and patch size in pixels (default {})", largest_side);
  set.choice("--path", options->path, paths, "Order and place of the positions (default {})");
  set.number("--step", options->step, 1e-3, "Pixels between neighbours (default N / 10)");
  set.integer("--count", options->count, 1, "How many positions, instead of --step", max_positions);
  set.number("--probe-diameter", options->diameter, 0.5,
             "Pixels of the defocused probe (default 0.45 N)");
  set.integer("--seed", options->seed, 0, "Seed of specimen and scan (default {}; SplitMix64)");
  set.picture("--preview", options->preview, "Also draw object, scan and probe");
  options->common.add_output_options(app);
  options->common.add_run_options(app);
}

}  // namespace

Command add_simulate(CLI::App& root) {
  CLI::App* simulate = add_word(root, "simulate", "Make data with known truth");
  require_word(*simulate);
  const auto options = std::make_shared<SimulateOptions>();
  CLI::App* app = add_word(*simulate, "scan",
                           "A specimen, a probe and scan positions, named as in PtychoPINN's .npz");
  add_scan_options(*app, options);
  const Command scan = command<SimulateScan>(app, options);
  const Command scene = add_simulate_scene(*simulate);
  return {simulate, [scan, scene](Console& console) {
            return (was_given(*scene.app) ? scene : scan).run(console);
          }};
}

}  // namespace ptychopatch::app
