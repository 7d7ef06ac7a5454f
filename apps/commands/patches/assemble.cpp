// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <memory>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/metadata.hpp"
#include "commands/outputs.hpp"
#include "commands/patches/patch_file.hpp"
#include "commands/patches/preview.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "interrupt.hpp"
#include "session.hpp"

namespace ptychopatch::app {
namespace {

using formats::Shape;
using formats::Tensor;

// Of --solve, as the library's.
constexpr std::int64_t max_iterations = 100;
constexpr double tolerance = 1e-10;

struct AssembleOptions {
  CommonOptions common;
  PatchSettings patches;
  std::string input, preview;
  std::vector<std::string> shape;
  double eps = 1e-9;
  bool solve = false;
  std::optional<std::int32_t> iterations;
  std::optional<double> tolerance, lambda;
};

class Assemble {
 public:
  Assemble(const AssembleOptions& options, Console& console)
      : options_(options),
        console_(console),
        outputs_(options.common, {options.input}, options.preview, "--preview"),
        file_(options.input, options.patches, options.shape),
        how_(how(options)) {}

  int run() {
    make_outputs();
    Session session(options_.common, console_);
    if (options_.common.dry_run) {
      make_plan(session);
      say_convention();
      console_.note("dry run: would write " + summary());
      return done;
    }
    assemble(session);
    write(session);
    say_convention();
    console_.note("wrote " + summary());
    return done;
  }

 private:
  static ppatch_patch_solve_options how(const AssembleOptions& options) {
    const char* needy = options.iterations  ? "--iterations"
                        : options.tolerance ? "--tolerance"
                        : options.lambda    ? "--lambda"
                                            : nullptr;
    if (needy && !options.solve) {
      throw UsageError(std::string("argument ") + needy + ": needs --solve");
    }
    ppatch_patch_solve_options how = solve_options();
    how.max_iterations = options.iterations.value_or(max_iterations);
    how.tolerance = options.tolerance.value_or(tolerance);
    how.lambda = options.lambda.value_or(0);
    return how;
  }

  void make_outputs() {
    Shape shape = file_.geometry.image_shape();
    if (file_.geometry.batch) shape.insert(shape.begin(), file_.geometry.images);
    const ppatch_dtype dtype = file_.patches.dtype;
    image_ = Tensor::make(dtype, shape, formats::quoted(options_.input) + ": the image");
    const bool single = dtype == PPATCH_F32 || dtype == PPATCH_C64;
    coverage_ = Tensor::make(single ? PPATCH_F32 : PPATCH_F64, shape,
                             formats::quoted(options_.input) + ": the coverage");
  }

  PatchPlan make_plan(const Session& session) const {
    return with_source(file_.positions_source, [&] {
      return PatchPlan(session.context(), file_.positions.view(), file_.options);
    });
  }

  void assemble(Session& session) {
    PatchPlan plan = make_plan(session);
    console_.begin("assemble", file_.geometry.images * file_.geometry.positions);
    const Shape image = file_.geometry.image_shape();
    const std::int64_t pixels = file_.geometry.image_height * file_.geometry.image_width;
    const std::int64_t step = file_.geometry.positions * file_.geometry.patch_size();
    for (std::int64_t m = 0; m < file_.geometry.images; ++m) {
      const auto total = static_cast<double>(file_.geometry.images);
      session.set_part(static_cast<double>(m) / total, static_cast<double>(m + 1) / total);
      const Array patches =
          file_.patches.view(m * step, file_.geometry.part_shape(file_.geometry.positions));
      const Array coverage = coverage_.view(m * pixels, image);
      if (options_.solve) {
        const auto info =
            plan.solve(patches, image_.view(m * pixels, image), &coverage, nullptr, how_);
        iterations_ = std::max(iterations_, info.iterations);
        residual_ = std::max(residual_, info.residual);
      } else {
        plan.assemble(patches, image_.view(m * pixels, image), coverage, options_.eps);
      }
      stop_if_interrupted();
    }
    session.context().synchronize();
  }

  void write(const Session& session) {
    nlohmann::ordered_json metadata = make_metadata(image_schema, session.backend_name());
    metadata["options"] = to_json(file_.options);
    if (options_.solve) {
      metadata["solve"] = {{"max_iterations", how_.max_iterations},
                           {"tolerance", how_.tolerance},
                           {"lambda", how_.lambda},
                           {"iterations", iterations_},
                           {"residual", residual_}};
    } else {
      metadata["eps"] = options_.eps;
    }
    metadata["image"] = {{"shape", image_.shape},
                         {"dtype", formats::element_type(image_.dtype).name()}};
    metadata["patches"] = {{"source", formats::quoted(options_.input)},
                           {"shape", file_.patches.shape}};
    metadata["seed"] = nullptr;
    const auto writer = outputs_.make_writer();
    writer->add("image", image_);
    writer->add("coverage", coverage_);
    writer->add_text(metadata_key, metadata_text(metadata));
    outputs_.write_arrays(*writer);
    if (outputs_.wants_picture()) outputs_.write_picture(preview_assembled(image_, coverage_));
    outputs_.publish();
    console_.end();
  }

  void say_convention() {
    console_.note(formats::quoted(options_.input) + ": patches " +
                  formats::shape_text(file_.patches.shape) + ", " + convention_text(file_.options));
  }

  std::string summary() const {
    return formats::quoted(options_.common.output) + ": image " +
           formats::shape_text(image_.shape) + " " + formats::element_type(image_.dtype).name() +
           (iterations_ ? solved_text() : "") +
           (options_.preview.empty() ? "" : "; and " + formats::quoted(options_.preview));
  }

  std::string solved_text() const {
    char text[80];
    std::snprintf(text, sizeof text, ", %lld iterations, residual %.1e",
                  static_cast<long long>(iterations_), residual_);
    return text;
  }

  const AssembleOptions& options_;
  Console& console_;
  Outputs outputs_;
  PatchFile file_;
  Tensor image_, coverage_;
  ppatch_patch_solve_options how_;
  std::int64_t iterations_ = 0;  // of least squares: the most of an image
  double residual_ = 0;
};

}  // namespace

Command add_assemble(CLI::App& root) {
  const auto options = std::make_shared<AssembleOptions>();
  CLI::App* app = add_word(root, "assemble", "Put patches back together, with coverage");
  OptionSet set(*app);
  set.required_operand("PATCHES", options->input, "What `ptychopatch extract` wrote, .npz or .h5");
  set.texts("--shape", options->shape, "H W", "Image height and width (default: the metadata's)", 2,
            2);
  set.parsed("--eps", "X",
             with_default("image = sum / max(coverage, eps) (default {})", options->eps),
             [options](const std::string& text) {
               options->eps = parse_number("--eps", text, 0);
               if (options->eps > 0) return;
               throw UsageError("argument --eps: expected a number above 0, got 0");
             });
  OptionSet exact(*app, "Exact assembly");
  exact.flag(
      "--solve", options->solve,
      "The image whose patches come closest to these, by least squares, instead of the mean");
  exact.integer("--iterations", options->iterations, 1,
                with_default("The most of them (default {})", max_iterations), INT32_MAX);
  exact.parsed(
      "--tolerance", "X", with_default("Of the residual, where it ends (default {})", tolerance),
      [options](const std::string& text) {
        const double value = parse_number("--tolerance", text, 0);
        if (!(value > 0 && value < 1)) {
          throw UsageError("argument --tolerance: expected a number above 0 and below 1, got '" +
                           text + "'");
        }
        options->tolerance = value;
      });
  exact.number("--lambda", options->lambda, 0,
               "Keeps pixels near the mean where few patches reach (default {})");
  options->patches.add_geometry_options(*app);
  set.picture("--preview", options->preview, "Also draw the image and its coverage");
  options->common.add_output_options(*app);
  options->common.add_run_options(*app);
  return command<Assemble>(app, options);
}

}  // namespace ptychopatch::app
