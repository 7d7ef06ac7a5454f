// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <memory>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/groups/scan_groups.hpp"
#include "commands/metadata.hpp"
#include "commands/outputs.hpp"
#include "commands/patches/extract_input.hpp"
#include "commands/patches/patch_extractor.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "pictures/panel.hpp"
#include "pictures/ticks.hpp"

namespace ptychopatch::app {
namespace {

using pictures::grouped;

constexpr Choice dtypes[] = {
    {"f32", PPATCH_F32}, {"f64", PPATCH_F64}, {"c64", PPATCH_C64}, {"c128", PPATCH_C128}};

constexpr std::int64_t max_columns = 12;
constexpr std::int64_t max_rows = 8;
constexpr std::int64_t wanted_side = 96;
constexpr std::int64_t largest_side = 512;
constexpr std::int64_t gap = 8;
constexpr std::int64_t line = 16;
constexpr pictures::Font number = {.size = 10, .colour = pictures::faint};

// A picture of some of the patches, evenly spread over the scan, on one scale. Above each is the
// number of its position, after that of its image where there are several.
class PatchMontage {
 public:
  explicit PatchMontage(const PatchGeometry& geometry) : geometry_(geometry) {
    const std::int64_t count = geometry.images * geometry.positions;
    const std::int64_t shown = std::min(count, max_columns * max_rows);
    for (std::int64_t i = 0; i < shown; ++i) {
      chosen_.push_back(shown == 1 ? 0 : i * (count - 1) / (shown - 1));
    }
  }

  // Patches `first` and on (of images * positions) are in part.
  void take(std::int64_t first, std::int64_t count, const formats::Tensor& part) {
    auto next = std::lower_bound(chosen_.begin(), chosen_.end(), first);
    for (; next != chosen_.end() && *next < first + count; ++next) {
      views_.emplace_back(geometry_.patch(part, *next - first), largest_side, wanted_side);
    }
  }

  pictures::Canvas picture() const {
    pictures::Canvas canvas;
    const auto count = static_cast<std::int64_t>(views_.size());
    const std::int64_t all = geometry_.images * geometry_.positions;
    canvas.text({0, 0},
                (count == all ? "" : grouped(count) + " of ") + grouped(all) +
                    (all == 1 ? " patch, " : " patches, ") + grouped(geometry_.height) + " x " +
                    grouped(geometry_.width) + " pixels",
                {.size = 13, .bold = true});
    if (views_.empty()) return canvas;
    std::vector<const pictures::Plane*> planes;
    for (const auto& view : views_) planes.push_back(&view.plane);
    const pictures::Scale scale = pictures::scale_of(planes);
    const auto name = [this](std::int64_t i) {
      const std::int64_t patch = chosen_[static_cast<std::size_t>(i)];
      const std::string position = std::to_string(patch % geometry_.positions);
      return geometry_.batch ? std::to_string(patch / geometry_.positions) + ", " + position
                             : position;
    };
    double widest = 0;
    for (std::int64_t i = 0; i < count; ++i)
      widest = std::max(widest, canvas.width_of(name(i), number));
    const std::int64_t width =
        std::max(views_[0].width(), static_cast<std::int64_t>(std::ceil(widest))) + gap;
    const std::int64_t height = views_[0].height() + line + gap / 2;
    const std::int64_t columns = std::clamp<std::int64_t>(
        std::llround(std::ceil(std::sqrt(1.5 * static_cast<double>(count)))), 1, max_columns);
    const double top = 2 * line;
    for (std::int64_t i = 0; i < count; ++i) {
      const auto& view = views_[static_cast<std::size_t>(i)];
      const auto x = static_cast<double>(i % columns * width);
      const std::int64_t row = i / columns;
      const double y = top + static_cast<double>(row * height);
      canvas.text({x, y - 3}, name(i), number);
      canvas.image({x, y}, pictures::render(view.plane, scale), view.zoom);
    }
    const auto right = static_cast<double>(std::min(columns, count) * width + gap);
    const std::int64_t rows = (count + columns - 1) / columns;
    const auto bottom = static_cast<double>(rows * height);
    draw_key(canvas, {right, top}, std::min(bottom - line, 320.0), scale, views_[0].plane.complex);
    return canvas;
  }

 private:
  const PatchGeometry& geometry_;
  std::vector<std::int64_t> chosen_;  // ascending
  std::vector<pictures::View> views_;
};

struct ExtractOptions {
  CommonOptions common;
  ExtractChoices choices;
  std::string montage;
};

class Extract {
 public:
  Extract(const ExtractOptions& options, Console& console)
      : options_(options),
        console_(console),
        outputs_(options.common,
                 {options.choices.input, options.choices.image, options.choices.positions,
                  options.choices.group_file},
                 options.montage, "--montage"),
        input_(read(options)) {}

  int run() {
    outputs_.require_room(input_.bytes_of(input_.geometry.patches_shape()));
    formats::require_memory(input_.bytes_of(input_.geometry.part_shape(input_.geometry.group)),
                            "one group of patches");
    CommonOptions common = options_.common;
    common.memory_budget = scratch_budget();
    Session session(common, console_);
    if (input_.grouped) make_groups(session);
    PatchExtractor extractor(session, input_.geometry, input_.image,
                             groups_ ? grouped_positions_ : input_.positions, input_.options,
                             input_.positions_source);
    if (!options_.common.dry_run) write(session, extractor, metadata(session, extractor));
    for (const std::string& note : input_.notes) console_.note(note);
    console_.note((options_.common.dry_run ? "dry run: would write " : "wrote ") + summary());
    return done;
  }

 private:
  static ExtractInput read(const ExtractOptions& options) {
    const formats::MemoryBudget budget(options.common.memory_budget, "--memory-budget");
    return ExtractInput(options.choices);
  }

  // Of the process's budget, if there is one, what is for the library's scratch: half as much again
  // is for patches.
  std::uint64_t scratch_budget() const {
    const std::uint64_t whole = options_.common.memory_budget;
    if (whole == 0) return 0;
    constexpr std::uint64_t position_bytes = 32, grouped_bytes = 128;
    const std::uint64_t patches =
        input_.bytes_of(input_.geometry.part_shape(input_.geometry.group));
    const std::uint64_t taken =
        process_bytes(options_.common) +
        static_cast<std::uint64_t>(input_.geometry.positions) *
            (input_.grouped ? position_bytes + grouped_bytes : position_bytes);
    const std::uint64_t left = (whole - std::min(whole, taken)) / 3;
    const std::uint64_t least = std::max(2 * patches, min_scratch());
    if (2 * left >= least) return 2 * left;
    const std::uint64_t beside = least + least / 2;
    throw formats::FormatError(
        "argument --memory-budget: " + formats::size_text(whole) +
        " do not hold this run: at least " + sufficient_budget(taken + beside) + " are needed, " +
        formats::size_text(taken) + " for what is read and for the process, " +
        formats::size_text(beside) + " for a group of patches and scratch");
  }

  // What plans do with, to a factor of two.
  std::uint64_t min_scratch() const {
    for (std::uint64_t budget = std::uint64_t{256} << 10;; budget *= 2) {
      ppatch_context_options context = options_.common.context();
      context.backend = PPATCH_BACKEND_CPU;
      context.memory_budget = budget;
      try {
        PatchPlan::bytes(Context(context), input_.geometry.positions, input_.options);
        return budget;
      } catch (const Error& error) {
        if (error.status() != PPATCH_ERROR_OUT_OF_MEMORY || budget > UINT64_MAX / 4) throw;
      }
    }
  }

  void make_groups(const Session& session) {
    console_.begin("group", input_.geometry.positions / input_.geometry.group);
    groups_ = input_.given()
                  ? ScanGroups::given(session, input_.positions, input_.group_options,
                                      std::move(input_.given_groups), input_.given_groups_source)
                  : ScanGroups::draw(session, input_.positions, input_.positions_source,
                                     input_.group_options);
    const bool mirrors = input_.options.local_offsets == PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN;
    // Mirroring rounds by itself.
    grouped_positions_ =
        groups_->positions(input_.positions, options_.choices.ptychopinn_keys && !mirrors);
  }

  nlohmann::ordered_json metadata(const Session& session, const PatchExtractor& extractor) const {
    ppatch_patch_options used = input_.options;
    used.algorithm = extractor.algorithm();
    nlohmann::ordered_json metadata = make_metadata(patches_schema, session.backend_name());
    metadata["dtype"] = name_of(dtypes, input_.image.dtype);
    metadata["options"] = to_json(used);
    metadata.update(input_.metadata);
    metadata["seed"] = used.jitter_seed;
    return metadata;
  }

  // What PtychoPINN's dictionary has besides.
  void add_ptychopinn(const Session& session, formats::ArrayWriter& writer) {
    const bool has_start = !input_.start_positions.shape.empty();
    coords_ = groups_->coords(input_.positions);
    if (has_start) {
      start_ = groups_->coordinates(session, input_.start_positions, input_.group_options);
      start_coords_ = groups_->coords(input_.start_positions);
    }
    const ScanGroups::Coordinates& start = has_start ? start_ : groups_->coordinates();
    writer.add("coords_nn", coords_);
    writer.add("coords_start_offsets", start.offsets);
    writer.add("coords_start_relative", start.relative);
    writer.add("coords_start_nn", has_start ? start_coords_ : coords_);
  }

  void write(const Session& session, PatchExtractor& extractor,
             const nlohmann::ordered_json& metadata) {
    const PatchGeometry& geometry = input_.geometry;
    PatchMontage montage(geometry);
    if (outputs_.wants_picture()) {
      extractor.observe([&](std::int64_t first, std::int64_t count, const formats::Tensor& part) {
        montage.take(first, count, part);
      });
    }
    const auto writer = outputs_.make_writer();
    const bool ptychopinn = options_.choices.ptychopinn_keys;
    writer->add_stream(ptychopinn ? "Y" : "patches", input_.image.dtype, geometry.patches_shape(),
                       [&extractor] { return extractor.next(); });
    writer->add("positions", extractor.positions());
    if (groups_) groups_->add_to(*writer);
    if (ptychopinn) add_ptychopinn(session, *writer);
    writer->add_text(metadata_key, metadata_text(metadata));
    console_.begin("extract", geometry.images * geometry.positions);
    outputs_.write_arrays(*writer);
    if (outputs_.wants_picture()) outputs_.write_picture(montage.picture());
    outputs_.publish();
    console_.end();
  }

  std::string summary() const {
    return formats::quoted(options_.common.output) + ": patches " +
           formats::shape_text(input_.geometry.patches_shape()) + " " +
           formats::element_type(input_.image.dtype).name() + ", " +
           formats::size_text(input_.bytes_of(input_.geometry.patches_shape())) +
           (options_.montage.empty() ? "" : "; and " + formats::quoted(options_.montage));
  }

  const ExtractOptions& options_;
  Console& console_;
  Outputs outputs_;
  ExtractInput input_;
  std::optional<ScanGroups> groups_;
  formats::Tensor grouped_positions_;
  // Until they are written, what the writer was given.
  formats::Tensor coords_, start_coords_;
  ScanGroups::Coordinates start_;
};

}  // namespace

Command add_extract(CLI::App& root) {
  const auto options = std::make_shared<ExtractOptions>();
  CLI::App* app = add_word(root, "extract", "Extract patches at the positions of a scan");
  ExtractChoices& choices = options->choices;
  OptionSet set(*app), groups(*app, "Groups");
  set.operand("INPUT", choices.input,
              "A scan: PtychoPINN .npz, Ptychodus product, CXI, NXcxi_ptycho, ptypy .ptyr or "
              ".ptyd, PtychoShelves or cdtools .mat, tike .npz");
  set.text("--image", choices.image, "FILE",
           "Image (H, W) or images (M, H, W), .npy, or a scan's file that has one");
  set.text(
      "--positions", choices.positions, "FILE",
      "Positions (K, 2) or (B, c, 2) in pixels, .npy; default: corner, yx, window; or a scan's "
      "file");
  add_pixel_size(*app, choices.pixel_size);
  add_origin(*app, choices.origin);
  choices.patches.add_extraction_options(*app);
  choices.patches.add_geometry_options(*app);
  choices.groups.add_options(*app);
  groups.text("--groups", choices.group_file, "FILE",
              "Given groups (B, c) of positions: nn_indices of a file, or .npy");
  static constexpr Choice keys[] = {{"ptychopatch", 0}, {"ptychopinn", 1}};
  groups.choice("--keys", choices.ptychopinn_keys, keys,
                "Names of the arrays: ours, or all that PtychoPINN's generate_grouped_data gives");
  set.choice("--dtype", choices.dtype, dtypes,
             "Type of the patches (default: the image's, or nearest)");
  set.picture("--montage", options->montage, "Also draw patches, evenly spread over the scan");
  options->common.add_output_options(*app);
  options->common.add_run_options(*app);
  return command<Extract>(app, options);
}

}  // namespace ptychopatch::app
