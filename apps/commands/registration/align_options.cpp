// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/align_options.hpp"

#include <CLI/CLI.hpp>

#include "argument.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {
namespace {

using alignment::ApplyMode;
using alignment::RecordFormat;

Choices record_formats() {
  static constexpr Choice kChoices[] = {{"json", static_cast<std::int32_t>(RecordFormat::kJson)},
                                        {"csv", static_cast<std::int32_t>(RecordFormat::kCsv)},
                                        {"yaml", static_cast<std::int32_t>(RecordFormat::kYaml)}};
  return kChoices;
}

Choices apply_modes() {
  static constexpr Choice kChoices[] = {
      {"crop", static_cast<std::int32_t>(ApplyMode::kCrop)},
      {"resample", static_cast<std::int32_t>(ApplyMode::kResample)}};
  return kChoices;
}

}  // namespace

RecordFormat AlignOptions::record_format() const {
  if (format) return *format;
  const auto ends = [this](const char* end) { return common.output.ends_with(end); };
  if (ends(".csv")) return RecordFormat::kCsv;
  return ends(".yaml") || ends(".yml") ? RecordFormat::kYaml : RecordFormat::kJson;
}

void AlignOptions::add_options(CLI::App& app) {
  add_input_options(app);
  settings.add_options(app);
  add_result_options(app);
  common.add_run_options(app);
  app.footer(
      "shift = (dy, dx) registers the image onto the reference: moved by it, it lies on it.\n"
      "best_alignment is the nearest shift that keeps the colours of the mosaic.\n"
      "Exit status: 0 all aligned; 1 some were rejected, each with its reason; 2 none could be.");
}

void AlignOptions::set_shard(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) {
    throw UsageError("argument --shard: expected i/N with 1 <= i <= N, got " +
                     formats::quoted(text));
  }
  shards = parse_integer("--shard", text.substr(slash + 1), 1, 1'000'000);
  shard = parse_integer("--shard", text.substr(0, slash), 1, shards);
}

void AlignOptions::add_input_options(CLI::App& app) {
  app.add_option(
      "INPUT", inputs,
      "Images to align onto --ref (camera RAW, .npy, .tif, .png, .mrc; arrays and stacks "
      "of several too); or the data set's ROOT with --layout");
  app.add_option("--ref", reference, "The image to align onto")->type_name("REF");
  const std::function<void(const std::string&)> set_layout = [this](const std::string& text) {
    static constexpr Choice kChoices[] = {{"rawnind", 0}};
    parse_choice("--layout", text, kChoices);
    layout = text;
  };
  app.add_option_function("--layout", set_layout,
                          "All scenes of ROOT/src/{Bayer,X-Trans}/SCENE: every image and every "
                          "other reference onto every reference in gt/")
      ->type_name("{rawnind}");
  app.add_option("--index", index,
                 "Scenes from the data set's index instead of its folders (RawNIND's YAML)")
      ->type_name("FILE");
  const std::function<void(const std::string&)> shard_function = [this](const std::string& text) {
    set_shard(text);
  };
  app.add_option_function("--shard", shard_function,
                          "The i-th of N parts of the scenes (or of the images)")
      ->type_name("i/N");
}

void AlignOptions::add_result_options(CLI::App& app) {
  app.add_option("-o,--output", common.output, "File to write; - is standard output (default)")
      ->type_name("FILE");
  add_choice(app, "--format", record_formats(),
             "Of the records (default: what the output's name says, else json)",
             [this](std::int32_t value) { format = static_cast<RecordFormat>(value); });
  app.add_flag("--resume", resume,
               "Go on with the output that is there: what is ok in it is kept, the rest done");
  add_picture(app, "--plot", plot,
              "Also draw the shifts with their errors, and details before and after");
  app.add_option("--apply", apply, "Also write the aligned images")->type_name("DIR");
  add_choice(app, "--apply-mode", apply_modes(),
             "crop (default): the common area of both, at the lattice shift, colours kept; "
             "resample: the image on the reference's pixels",
             [this](std::int32_t value) { apply_mode = static_cast<ApplyMode>(value); });
  app.add_option("--write-masks", masks, "Also write where each pair agrees, as PNG")
      ->type_name("DIR");
  app.add_flag("--overwrite", common.overwrite, "Replace outputs that exist");
  app.add_flag("--dry-run", common.dry_run,
               "List what would be aligned (scene, reference, image), write nothing");
}

}  // namespace ptychopatch::app
