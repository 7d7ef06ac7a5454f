// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <memory>

#include "argument.hpp"
#include "commands/command.hpp"
#include "commands/groups/scan_groups.hpp"
#include "commands/metadata.hpp"
#include "commands/outputs.hpp"
#include "commands/patches/extract_input.hpp"
#include "commands/patches/patch_cutter.hpp"
#include "commands/patches/patch_montage.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "placement_options.hpp"

namespace ptychopatch::app {
namespace {

Choices dtypes() {
  static constexpr Choice kChoices[] = {
      {"f32", PPATCH_F32}, {"f64", PPATCH_F64}, {"c64", PPATCH_C64}, {"c128", PPATCH_C128}};
  return kChoices;
}

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
        outputs_(options.common, options.montage),
        input_(options.choices) {}

  int run() {
    outputs_.require_room(input_.bytes_of_all());
    formats::require_memory(input_.bytes_of_group(), "one group of patches");
    Session session(options_.common, console_);
    if (input_.grouped()) make_groups(session);
    PatchCutter cutter(session, input_.geometry(), input_.image(),
                       groups_ ? grouped_positions_ : input_.positions(), input_.options(),
                       input_.positions_source());
    if (!options_.common.dry_run) write(session, cutter, metadata(session, cutter));
    for (const std::string& note : input_.notes()) console_.note(note);
    console_.note((options_.common.dry_run ? "dry run: would write " : "wrote ") + summary());
    return kDone;
  }

 private:
  void make_groups(const Session& session) {
    console_.begin("group", input_.geometry().positions / input_.geometry().group);
    groups_ = input_.groups_given()
                  ? ScanGroups::given(session, input_.positions(), input_.group_options(),
                                      input_.take_given_groups(), input_.given_groups_source())
                  : ScanGroups::draw(session, input_.positions(), input_.positions_source(),
                                     input_.group_options());
    const bool mirrors = input_.options().local_offsets == PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN;
    // Mirroring rounds by itself.
    grouped_positions_ =
        groups_->positions(input_.positions(), options_.choices.ptychopinn_keys && !mirrors);
  }

  nlohmann::ordered_json metadata(const Session& session, const PatchCutter& cutter) const {
    ppatch_patch_options used = input_.options();
    used.algorithm = cutter.algorithm();
    nlohmann::ordered_json metadata = make_metadata(kPatchesSchema, session.backend_name());
    metadata["dtype"] = name_of(dtypes(), input_.image().dtype);
    metadata["options"] = to_json(used);
    input_.describe(metadata);
    metadata["seed"] = used.jitter_seed;
    return metadata;
  }

  // What PtychoPINN's dictionary has besides.
  void add_ptychopinn(const Session& session, formats::ArrayWriter& writer) {
    const bool has_start = !input_.start_positions().shape.empty();
    coords_ = groups_->coords(input_.positions());
    if (has_start) {
      start_ = groups_->coordinates(session, input_.start_positions(), input_.group_options());
      start_coords_ = groups_->coords(input_.start_positions());
    }
    const ScanGroups::Coordinates& start = has_start ? start_ : groups_->coordinates();
    writer.add("coords_nn", coords_);
    writer.add("coords_start_offsets", start.offsets);
    writer.add("coords_start_relative", start.relative);
    writer.add("coords_start_nn", has_start ? start_coords_ : coords_);
  }

  void write(const Session& session, PatchCutter& cutter, const nlohmann::ordered_json& metadata) {
    const PatchGeometry& geometry = input_.geometry();
    PatchMontage montage(geometry);
    if (outputs_.wants_picture()) {
      cutter.observe([&](std::int64_t first, std::int64_t count, const formats::Tensor& part) {
        montage.take(first, count, part);
      });
    }
    const auto writer = outputs_.make_writer();
    const bool ptychopinn = options_.choices.ptychopinn_keys;
    writer->add_stream(ptychopinn ? "Y" : "patches", input_.image().dtype, geometry.patches_shape(),
                       [&cutter] { return cutter.next(); });
    writer->add("positions", cutter.positions());
    if (groups_) groups_->add_to(*writer);
    if (ptychopinn) add_ptychopinn(session, *writer);
    writer->add_text(kMetadataKey, metadata_text(metadata));
    console_.begin("extract", geometry.images * geometry.positions);
    outputs_.write_arrays(*writer);
    if (outputs_.wants_picture()) outputs_.write_picture(montage.picture());
    outputs_.publish();
    console_.end();
  }

  std::string summary() const {
    return formats::quoted(options_.common.output) + ": patches " +
           formats::shape_text(input_.geometry().patches_shape()) + " " +
           formats::element_type(input_.image().dtype).name() + ", " +
           formats::size_text(input_.bytes_of_all()) +
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
  CLI::App* app = root.add_subcommand("extract", "Cut patches at the positions of a scan");
  app->add_option("INPUT", options->choices.input,
                  "A scan: PtychoPINN .npz, Ptychodus product, CXI, NXcxi_ptycho, ptypy .ptyr or "
                  ".ptyd, PtychoShelves or cdtools .mat, tike .npz");
  app->add_option("--image", options->choices.image,
                  "Image (H, W) or images (M, H, W), .npy, or a scan's file that has one")
      ->type_name("FILE");
  app->add_option("--positions", options->choices.positions,
                  "Positions (K, 2) or (B, c, 2) in pixels, .npy; default: corner, yx, window; or "
                  "a scan's file")
      ->type_name("FILE");
  add_pixel_size(*app, options->choices.pixel_size);
  add_origin(*app, options->choices.origin);
  options->choices.patches.add_cutting_options(*app);
  options->choices.patches.add_geometry_options(*app);
  options->choices.groups.add_options(*app);
  app->add_option("--groups", options->choices.group_file,
                  "Given groups (B, c) of positions: nn_indices of a file, or .npy")
      ->type_name("FILE")
      ->group("Groups");
  static constexpr Choice kKeys[] = {{"ptychopatch", 0}, {"ptychopinn", 1}};
  add_choice(*app, "--keys", kKeys,
             "Names of the arrays: ours, or all that PtychoPINN's generate_grouped_data gives",
             [options](std::int32_t value) { options->choices.ptychopinn_keys = value == 1; })
      ->group("Groups");
  add_choice(*app, "--dtype", dtypes(), "Type of the patches (default: the image's, or nearest)",
             [options](std::int32_t value) { options->choices.dtype = value; });
  add_picture(*app, "--montage", options->montage,
              "Also draw patches, evenly spread over the scan");
  options->common.add_output_options(*app);
  options->common.add_run_options(*app);
  return {app, [options](Console& console) {
            options->common.apply(console);
            return Extract(*options, console).run();
          }};
}

}  // namespace ptychopatch::app
