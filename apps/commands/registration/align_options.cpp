// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/align_options.hpp"

#include "argument.hpp"
#include "commands/registration/scene_stack.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {

using alignment::ApplyMode;
using alignment::RecordFormat;
using alignment::SceneStack;
using alignment::StackMode;

RecordFormat AlignOptions::record_format() const {
  if (format) return *format;
  const auto ends = [this](const char* end) { return record_path().ends_with(end); };
  if (ends(".csv")) return RecordFormat::csv;
  return ends(".yaml") || ends(".yml") ? RecordFormat::yaml : RecordFormat::json;
}

void AlignOptions::check() const {
  if (closure) check_closure();
  if (scene.motion_search != PPATCH_MOTION_SEARCH_NONE) check_search();
  check_stack();
}

void AlignOptions::check_closure() const {
  if (scene.method != PPATCH_METHOD_ML) {
    throw UsageError("argument --closure: expected --method ml, whose shifts have errors, got " +
                     formats::quoted(name_of(method_choices, scene.method)));
  }
  if (!mask.empty()) {
    throw UsageError(
        "arguments --closure and --mask exclude each other: what the mask hides in the reference "
        "is in the images");
  }
  if (!reference.empty() && shards > 1) {
    throw UsageError(
        "arguments --closure and --shard exclude each other with --ref: a shard has a part of "
        "the images alone");
  }
}

void AlignOptions::check_search() const {
  const ppatch_motion_model model = scene.motion;
  if (scene.method != PPATCH_METHOD_ML) {
    throw UsageError("argument --search: expected --method ml, whose models it is for, got " +
                     formats::quoted(name_of(method_choices, scene.method)));
  }
  if (model < PPATCH_MOTION_MODEL_SIMILARITY) {
    throw UsageError("argument --search: expected --model similarity, affine or field, got " +
                     formats::quoted(name_of(motion_model_choices, model)));
  }
  if (closure) {
    throw UsageError(
        "arguments --closure and --search exclude each other: shifts of images that are turned "
        "do not add up");
  }
}

void AlignOptions::check_stack() const {
  if (clip_limit && stack != StackMode::clip) {
    throw UsageError("argument --clip-limit: needs --stack clip");
  }
  if (!stack) {
    if (!records.empty())
      throw UsageError("argument --records: needs --stack, whose -o is an image");
    return;
  }
  if (reference.empty()) {
    throw UsageError("argument --stack: expected --ref, whose images are stacked");
  }
  if (resume || shards > 1) {
    throw UsageError(std::string("arguments --stack and ") + (resume ? "--resume" : "--shard") +
                     " exclude each other: a stack is made of all images");
  }
  if (records.empty() && writes_pairs()) {
    throw UsageError(
        "argument --stack: expected --records with --apply or --write-masks, whose files they "
        "tell of");
  }
  if (!SceneStack::knows_ending(common.output)) {
    throw UsageError(std::string("argument --stack: expected -o FILE that ends with ") +
                     SceneStack::endings + ", got " + formats::quoted(common.output));
  }
}

nlohmann::ordered_json AlignOptions::json() const {
  return {{"method", name_of(method_choices, scene.method)},
          {"max_shift", scene.max_shift},
          {"extent", name_of(extent_choices, scene.extent)},
          {"hot_pixels", name_of(switch_choices, scene.hot_pixels)},
          {"fixed_pattern", name_of(switch_choices, scene.fixed_pattern)},
          {"plane_average", name_of(plane_average_choices, scene.plane_average)},
          {"upsample", scene.upsample},
          {"false_alarm_limit", scene.false_alarm_limit},
          {"ambiguity_limit", scene.ambiguity_limit},
          {"model", name_of(motion_model_choices, scene.motion)},
          {"search", name_of(motion_search_choices, scene.motion_search)},
          {"closure", closure},
          {"cfa", image.cfa.name()},
          {"black", image.black},
          {"white", image.white},
          {"mask", mask}};
}

void AlignOptions::add_options(CLI::App& app) {
  add_input_options(app);
  add_scene_options(app);
  add_result_options(app);
  common.add_run_options(app);
}

void AlignOptions::add_input_options(CLI::App& app) {
  OptionSet set(app);
  set.operands("INPUT", inputs,
               std::string("Images to align onto --ref (") + mosaics::image_formats +
                   "; arrays and stacks of several too); or the data set's ROOT with --layout");
  set.text("--ref", reference, "REF", "The image to align onto");
  set.parsed("--layout", "{rawnind}",
             "All scenes of ROOT/src/{Bayer,X-Trans}/SCENE: every image and every other reference "
             "onto every reference in gt/",
             [this](const std::string& text) {
               static constexpr Choice choices[] = {{"rawnind", 0}};
               parse_choice("--layout", text, choices);
               layout = text;
             });
  set.text("--index", index, "FILE",
           "Scenes from the data set's index instead of its folders (RawNIND's YAML)");
  set.parsed("--shard", "i/N", "The i-th of N parts of the scenes (or of the images)",
             [this](const std::string& text) {
               const std::size_t slash = text.find('/');
               if (slash == std::string::npos) {
                 throw UsageError("argument --shard: expected i/N with 1 <= i <= N, got " +
                                  formats::quoted(text));
               }
               shards = parse_integer("--shard", text.substr(slash + 1), 1, 1'000'000);
               shard = parse_integer("--shard", text.substr(0, slash), 1, shards);
             });
}

void AlignOptions::add_scene_options(CLI::App& app) {
  OptionSet set(app);
  set.choice("--method", scene.method, method_choices,
             "ml: the maximum-likelihood estimate; others to compare with (default {})");
  set.parsed(
      "--max-shift", "D[,DX]",
      with_default("Largest shift to look for in pixels, or of y and of x (default {}); 0: any",
                   scene.max_shift[0]),
      [this](const std::string& text) {
        const std::size_t comma = text.find(',');
        const auto part = [&](std::size_t from, std::size_t count) {
          return parse_integer("--max-shift", text.substr(from, count), 0, 1'000'000);
        };
        scene.max_shift[0] = scene.max_shift[1] = part(0, comma);
        if (comma != std::string::npos) scene.max_shift[1] = part(comma + 1, std::string::npos);
      });
  set.text("--mask", mask, "FILE",
           "Image of the reference's size; where it is 0, pixels are left out");
  set.parsed("--cfa", "PATTERN",
             std::string("Colours of images that do not say them: none (default), ") +
                 mosaics::cfa_names + "; a camera RAW knows its own",
             [this](const std::string& text) {
               const auto cfa = mosaics::parse_cfa(text);
               if (!cfa) {
                 throw UsageError(std::string("argument --cfa: expected none, ") +
                                  mosaics::cfa_names + ", got " + formats::quoted(text));
               }
               image.cfa = *cfa;
             });
  set.number("--black", image.black, -1e300, "Their black level (default {})");
  set.number("--white", image.white, -1e300,
             "Their white level; at or above it a pixel is clipped (default: not known)");
  set.choice("--extent", scene.extent, extent_choices, "What lies beyond an image (default {})");
  set.choice("--hot-pixels", scene.hot_pixels, switch_choices,
             "Repair hot and dead pixels (default {})");
  set.choice("--fixed-pattern", scene.fixed_pattern, switch_choices,
             "Find and leave out patterns of rows and columns (default {})");
  set.choice("--plane-average", scene.plane_average, plane_average_choices,
             "Of per-plane (default {})");
  set.integer("--upsample", scene.upsample, 1,
              "Grid of phase, cross and per-plane in 1/N pixel (default {})", 1000);
  set.number("--false-alarm-limit", scene.false_alarm_limit, 0.0,
             "Of ml: unrelated is what noise shows with a higher probability (default {}); 1: "
             "nothing");
  set.number("--ambiguity-limit", scene.ambiguity_limit, 0.0,
             "Of ml: ambiguous is what has a second shift that is likelier than that times the "
             "best (default {}); 1: nothing");
  set.choice("--model", scene.motion, motion_model_choices,
             "Of ml: also measure tiles and fit a model of how they move; field: their own shifts "
             "(default {})");
  set.choice("--search", scene.motion_search, motion_search_choices,
             "With --model similarity, affine or field: rotation finds any rotation with scales of "
             "1/2 to 2 (default {})");
  set.flag("--closure", closure,
           "Of ml: also align a scene's images onto each other; where their shifts do not add up, "
           "standard errors grow. Holds all images of a scene in memory");
}

void AlignOptions::add_result_options(CLI::App& app) {
  OptionSet set(app);
  set.text("-o,--output", common.output, "FILE", "File to write; - is standard output (default)");
  static constexpr Choice record_formats[] = {choice_of("json", RecordFormat::json),
                                              choice_of("csv", RecordFormat::csv),
                                              choice_of("yaml", RecordFormat::yaml)};
  set.choice("--format", format, record_formats,
             "Of the records (default: what the output's name says, else json)");
  set.flag(
      "--resume", resume,
      "Go on with the output that is there: what is ok in it and has the files that --apply and "
      "--write-masks ask for is kept, the rest done");
  set.picture(
      "--plot", plot,
      "Also draw the shifts with their errors, details before and after, and with --model maps "
      "of how tiles moved");
  static constexpr Choice stacks[] = {choice_of("mean", StackMode::mean),
                                      choice_of("clip", StackMode::clip)};
  set.choice("--stack", stack, stacks,
             std::string("With --ref: combine the reference and all images to one, which -o is "
                         "then (") +
                 SceneStack::endings + "); clip leaves out what other images contradict");
  set.number("--clip-limit", clip_limit, 0.0,
             with_default("Of --stack clip: how many standard errors from the median stay "
                          "(default {})",
                          SceneStack::Settings().clip_limit));
  set.text("--records", records, "FILE", "With --stack: the records (default: none)");
  set.text("--apply", apply, "DIR", "Also write the aligned images");
  static constexpr Choice modes[] = {choice_of("crop", ApplyMode::crop),
                                     choice_of("resample", ApplyMode::resample)};
  set.choice(
      "--apply-mode", apply_mode, modes,
      "crop: the common area of both, at the lattice shift, colours kept; resample: the image "
      "on the reference's pixels, by the motion that --model names (default {})");
  set.text("--write-masks", masks, "DIR", "Also write where each pair agrees, as PNG");
  set.flag("--overwrite", common.overwrite, "Replace outputs that exist");
  set.flag("--dry-run", common.dry_run,
           "List what would be aligned (scene, reference, image), write nothing");
}

}  // namespace ptychopatch::app
