// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <memory>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/metadata.hpp"
#include "commands/registration/file_name.hpp"
#include "commands/registration/scene_folder.hpp"
#include "commands/simulate/mosaic_scene.hpp"
#include "commands/simulate/random.hpp"
#include "common_options.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "interrupt.hpp"
#include "mosaics/dng_writer.hpp"

namespace ptychopatch::app {
namespace {

using Json = nlohmann::ordered_json;
using simulate::Shift;

constexpr std::int64_t largest_side = 16384;
constexpr std::size_t max_images = 1000;
constexpr std::uint64_t shift_stream = 7;

struct SceneOptions {
  CommonOptions common;
  std::string root;
  std::string name = "simulated";
  std::string cfa = "RGGB";
  std::vector<std::string> size = {"600", "800"};
  std::vector<std::string> iso = {"800", "3200", "12800", "65535"};
  std::vector<std::string> gain = {"1"};
  std::vector<std::string> shifts;
  std::int64_t references = 1;
  double furthest = 3;
  simulate::Sensor sensor;
  std::uint64_t seed = 0;
};

// One photograph to be taken.
struct Exposure {
  bool reference = false;
  std::int64_t iso = 100;
  double gain = 1;
  Shift shift;
};

class SimulateScene {
 public:
  SimulateScene(const SceneOptions& options, Console& console)
      : options_(options), console_(console), sensor_(options.sensor) {
    read_sensor();
    plan_exposures();
  }

  int run() {
    const std::string type = sensor_.cfa.period == 2 ? "Bayer" : "X-Trans";
    SceneFolder folder(options_.root, type, options_.name, options_.common.overwrite);
    formats::require_memory(simulate::MosaicScene::bytes_needed(sensor_, furthest_),
                            "argument --size");
    const std::string what = std::to_string(exposures_.size()) + " images of " +
                             std::to_string(sensor_.height) + " x " +
                             std::to_string(sensor_.width) + " pixels, " + sensor_.cfa.name() +
                             ", seed " + std::to_string(options_.seed);
    if (options_.common.dry_run) {
      console_.note("dry run: would write " + what + " to " + formats::quoted(folder.path()));
      return done;
    }
    console_.note(what);
    folder.begin();
    const simulate::MosaicScene scene(sensor_, furthest_, options_.seed);
    console_.begin("simulate", static_cast<std::int64_t>(exposures_.size()));
    for (std::size_t i = 0; i < exposures_.size(); ++i) {
      stop_if_interrupted();
      take(scene, i, type, folder);
      console_.advance(static_cast<double>(i + 1) / static_cast<double>(exposures_.size()));
    }
    console_.end();
    folder.publish();
    console_.note("wrote " + formats::quoted(folder.path()) + " and " +
                  formats::quoted(folder.truth_path()));
    return done;
  }

 private:
  void read_sensor() {
    const auto extent = [&](std::size_t i) {
      return parse_integer("--size", options_.size[i], 16, largest_side);
    };
    sensor_.height = extent(0);
    sensor_.width = options_.size.size() > 1 ? extent(1) : sensor_.height;
    const auto cfa = mosaics::parse_cfa(options_.cfa);
    if (!cfa || !cfa->mosaic()) {
      throw UsageError(std::string("argument --cfa: expected ") + mosaics::cfa_names + ", got " +
                       formats::quoted(options_.cfa));
    }
    sensor_.cfa = *cfa;
    const rawnind::FileName name{"Bayer", options_.name, false, "ISO1"};
    const auto parsed = rawnind::parse_file_name(name.text());
    if (options_.name.empty() || options_.name.size() > 100 || options_.name[0] == '.' ||
        options_.name.find('/') != std::string::npos || !parsed || parsed->scene != options_.name) {
      throw UsageError("argument --name: expected a name that a folder and a file can have, got " +
                       formats::quoted(options_.name));
    }
    if (sensor_.hot_pixels > 1) {
      throw UsageError("argument --hot-pixels: expected a share of at most 1, got '" +
                       std::to_string(sensor_.hot_pixels) + "'");
    }
  }

  Shift parse_shift(const std::string& text) const {
    const std::size_t comma = text.find(',');
    if (comma == std::string::npos) {
      throw UsageError("argument --shift: expected DY,DX, got " + formats::quoted(text));
    }
    const auto [y, x] = parse_pair("--shift", text, -static_cast<double>(largest_side));
    if (!(std::abs(y) < static_cast<double>(sensor_.height)) ||
        !(std::abs(x) < static_cast<double>(sensor_.width))) {
      throw UsageError("argument --shift: expected less than the image's size, got " +
                       formats::quoted(text));
    }
    return {y, x};
  }

  // References first. The first one is where it is; others stand as a camera put back would.
  void plan_exposures() {
    simulate::Random random(options_.seed, shift_stream);
    const auto anywhere = [&](double reach) {
      // Thousandths can be written down and read back.
      const auto draw = [&] { return std::round(1000 * random.uniform(-reach, reach)) / 1000; };
      const double y = draw();
      return Shift{y, draw()};
    };
    for (std::int64_t i = 0; i < options_.references; ++i) {
      const Shift shift = i == 0 ? Shift{} : anywhere(std::min(1.0, options_.furthest));
      exposures_.push_back({true, 100, 1, shift});
    }
    const std::size_t count =
        std::max({options_.iso.size(), options_.shifts.size(), options_.gain.size()});
    if (count > max_images) {
      throw UsageError("argument --iso: expected at most " + std::to_string(max_images) +
                       " images, got '" + std::to_string(count) + "'");
    }
    for (std::size_t i = 0; i < count; ++i) {
      // The last of a list goes for the rest.
      const auto of = [i](const std::vector<std::string>& list) {
        return list[std::min(i, list.size() - 1)];
      };
      Exposure exposure;
      exposure.iso = parse_integer("--iso", of(options_.iso), 1, 10'000'000);
      exposure.gain = parse_number("--gain", of(options_.gain), 0);
      exposure.shift =
          options_.shifts.empty() ? anywhere(options_.furthest) : parse_shift(of(options_.shifts));
      exposures_.push_back(exposure);
    }
    for (const Exposure& each : exposures_) {
      furthest_ = std::max({furthest_, std::abs(each.shift.y), std::abs(each.shift.x)});
    }
  }

  void take(const simulate::MosaicScene& scene, std::size_t i, const std::string& type,
            SceneFolder& folder) const {
    const Exposure& exposure = exposures_[i];
    const auto pixels =
        scene.photograph(exposure.shift, exposure.gain, static_cast<double>(exposure.iso), i);
    const formats::Bytes file = mosaics::encode_dng(pixels, sensor_.height, sensor_.width,
                                                    {sensor_.cfa, sensor_.black, sensor_.white});
    const rawnind::FileName name{
        type, options_.name, exposure.reference,
        "ISO" + std::to_string(exposure.iso) + "_sha1=" + rawnind::sha1(file.span()) + ".dng"};
    Json truth = {{"file", ""},
                  {"image_set", options_.name},
                  {"cfa", sensor_.cfa.name()},
                  {"gt", exposure.reference},
                  {"iso", exposure.iso},
                  {"gain", exposure.gain},
                  {"shift", {exposure.shift.y, exposure.shift.x}}};
    truth.update(make_metadata(scene_schema, "none"));
    truth["options"] = {{"size", {sensor_.height, sensor_.width}},
                        {"black", sensor_.black},
                        {"white", sensor_.white},
                        {"full_signal", simulate::full_signal},
                        {"shot_noise", sensor_.shot},
                        {"read_noise", sensor_.read},
                        {"fixed_pattern", sensor_.fixed_pattern},
                        {"hot_pixels", sensor_.hot_pixels},
                        {"max_shift", options_.furthest}};
    truth["generator"] = "SplitMix64";
    truth["seed"] = options_.seed;
    folder.add((exposure.reference ? "gt/" : "") + name.text(), file.span(), std::move(truth));
  }

  const SceneOptions& options_;
  Console& console_;
  simulate::Sensor sensor_;
  double furthest_ = 0;
  std::vector<Exposure> exposures_;
};

void add_options(CLI::App& app, const std::shared_ptr<SceneOptions>& options) {
  OptionSet set(app);
  set.required_operand("ROOT", options->root,
                       "Folder of the data set; the scene comes to ROOT/src/{Bayer,X-Trans}/NAME, "
                       "its truth to ROOT/truth.json");
  set.text("--name", options->name, "NAME", "Of the scene (default {})");
  set.texts("--size", options->size, "H [W]", "Height and width in pixels (default {})", 1, 2);
  set.text("--cfa", options->cfa, "PATTERN", std::string(mosaics::cfa_names) + " (default {})");
  set.integer("--references", options->references, 1, "How many clean references (default {})", 7);
  set.texts("--iso", options->iso, "N ...", "Of each noisy image (default {}); noise grows with it",
            1);
  set.texts("--gain", options->gain, "X ...", "Brightness of each noisy image (default {})", 1);
  set.number("--max-shift", options->furthest, 0, "Largest random shift in pixels (default {})");
  set.texts("--shift", options->shifts, "DY,DX ...",
            "Shift that registers each noisy image onto the first reference, instead of "
            "random ones",
            1);
  simulate::Sensor& sensor = options->sensor;
  set.number("--shot-noise", sensor.shot, 0, "Variance over signal at ISO 100 (default {})");
  set.number("--read-noise", sensor.read, 0,
             "Noise of a dark pixel over green's mean (default {})");
  set.number("--fixed-pattern", sensor.fixed_pattern, 0,
             "Offsets of rows and columns, the same in all images, over green's mean (default {})");
  set.number("--hot-pixels", sensor.hot_pixels, 0,
             "Share of hot pixels, the same in all images (default {})");
  set.integer("--seed", options->seed, 0,
              "Seed of scene, shifts and noise (default {}; SplitMix64)");
  set.flag("--overwrite", options->common.overwrite, "Replace a simulated scene of that name");
  set.flag("--dry-run", options->common.dry_run, "Check everything, write nothing");
  options->common.add_run_options(app);
}

}  // namespace

Command add_simulate_scene(CLI::App& simulate) {
  const auto options = std::make_shared<SceneOptions>();
  CLI::App* app = add_word(simulate, "scene",
                           "A reference and noisy, shifted images of it as camera RAWs (DNG)");
  add_options(*app, options);
  return command<SimulateScene>(app, options);
}

}  // namespace ptychopatch::app
