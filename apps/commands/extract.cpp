// SPDX-License-Identifier: Apache-2.0
#include <memory>

#include "commands/command.hpp"
#include "commands/metadata.hpp"
#include "commands/outputs.hpp"
#include "commands/patch_cutter.hpp"
#include "commands/patch_montage.hpp"
#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "patch_settings.hpp"
#include "placement_options.hpp"

namespace ptychopatch::app {
namespace {

const Choices& dtypes() {
  static const Choices choices = {
      {"f32", PPATCH_F32}, {"f64", PPATCH_F64}, {"c64", PPATCH_C64}, {"c128", PPATCH_C128}};
  return choices;
}

struct ExtractOptions {
  CommonOptions common;
  PatchSettings patches;
  std::string input, image, positions, montage;
  std::optional<std::int32_t> dtype;
  std::optional<std::array<double, 2>> pixel_size;
  std::optional<formats::Origin> origin;
};

// Image and positions, each from its own file where one is named.
struct Inputs {
  std::unique_ptr<formats::ScanInput> image, positions;
};

Inputs open_inputs(const ExtractOptions& options) {
  const bool pair = !options.image.empty() && !options.positions.empty();
  if (options.input.empty() && !pair) {
    throw UsageError("expected a scan INPUT, or both --image FILE and --positions FILE");
  }
  if (!options.input.empty() && pair) {
    throw UsageError("argument INPUT: " + formats::quoted(options.input) +
                     " would not be used, as --image and --positions name both parts");
  }
  const auto open = [&](const std::string& part) {
    return part.empty() ? formats::open_scan(options.input) : formats::open_part(part);
  };
  return {open(options.image), open(options.positions)};
}

class Extract {
 public:
  Extract(const ExtractOptions& options, Console& console)
      : options_(options), console_(console), outputs_(options.common, options.montage) {}

  int run() {
    if (!options_.patches.height || !options_.patches.width) {
      throw UsageError("expected the patch size: -N, or --patch-height and --patch-width");
    }
    const Inputs inputs = open_inputs(options_);
    choose_convention(*inputs.positions);
    read_image(*inputs.image);
    choose_placement(*inputs.positions);
    read_positions(*inputs.positions);
    geometry_.layout = patch_options_.layout;
    geometry_.height = patch_options_.patch_height;
    geometry_.width = patch_options_.patch_width;
    outputs_.require_room(bytes_of_all());
    formats::require_memory(bytes_of(geometry_.part_shape(geometry_.group)),
                            "one group of patches");

    Session session(options_.common, console_);
    PatchCutter cutter(session, geometry_, image_, positions_, patch_options_, positions_source_);
    describe(*inputs.image, *inputs.positions, session, cutter);
    if (options_.common.dry_run) {
      say_convention();
      console_.note("dry run: would write " + summary());
      return kDone;
    }
    write(cutter);
    say_convention();
    console_.note("wrote " + summary());
    return kDone;
  }

 private:
  void choose_convention(const formats::ScanInput& input) {
    patch_options_ = patch_options(0, 0);
    patch_options_.group_size = 1;
    apply(input.convention(), patch_options_);
    options_.patches.apply(patch_options_);
    geometry_.group = patch_options_.group_size;
    convention_note_ = input.convention_text() + "; used: " + convention_text(patch_options_) +
                       " (change with --anchor, --axes, --sign)";
  }

  void choose_placement(const formats::ScanInput& input) {
    placement_ = input.placement();
    if (options_.pixel_size) {
      placement_.pixel_size = options_.pixel_size;
      placement_.size_source = "--pixel-size";
    }
    if (options_.origin) {
      placement_.origin = *options_.origin;
      placement_.origin_source = "--origin";
    }
    if (placement_.trivial()) return;
    placement_note_ = formats::placement_text(placement_) + " (change with --pixel-size, --origin)";
  }

  void read_image(const formats::ScanInput& input) {
    formats::NamedArray image = input.image();
    geometry_.set_image(image.array.shape, image.source);
    stored_dtype_ = image.array.type.name();
    image_source_ = image.source;
    const ppatch_dtype dtype = options_.dtype.value_or(formats::nearest_dtype(image.array.type));
    image_ = formats::to_tensor(std::move(image.array), dtype, image.source);
  }

  void read_positions(const formats::ScanInput& input) {
    formats::NamedArray positions = input.positions();
    positions_source_ = positions.source;
    geometry_.set_positions(positions.array.shape, positions.source);
    positions.array =
        formats::place(std::move(positions.array), placement_, patch_options_,
                       geometry_.image_height, geometry_.image_width, positions.source);
    const bool single = positions.array.type.kind == formats::Kind::kFloat &&
                        positions.array.type.size == sizeof(float);
    positions_ = formats::to_tensor(std::move(positions.array), single ? PPATCH_F32 : PPATCH_F64,
                                    positions.source);
  }

  std::uint64_t bytes_of(const formats::Shape& shape) const {
    const auto element = static_cast<std::size_t>(ppatch_dtype_size(image_.dtype));
    return formats::bytes_of_shape(shape, element, "the patches");
  }
  std::uint64_t bytes_of_all() const { return bytes_of(geometry_.patches_shape()); }

  void describe(const formats::ScanInput& image, const formats::ScanInput& positions,
                const Session& session, const PatchCutter& cutter) {
    ppatch_patch_options used = patch_options_;
    used.algorithm = cutter.algorithm();
    metadata_ = make_metadata(kPatchesSchema, session.backend_name());
    metadata_["dtype"] = name_of(dtypes(), image_.dtype);
    metadata_["options"] = to_json(used);
    metadata_["image"] = {{"source", image_source_},
                          {"format", image.format()},
                          {"shape", image_.shape},
                          {"dtype", stored_dtype_}};
    metadata_["positions"] = {{"source", positions_source_},
                              {"format", positions.format()},
                              {"count", geometry_.positions},
                              {"units", "pixels of the image"}};
    if (!placement_.trivial()) {
      metadata_["positions"]["stored"] = {{"units", placement_.units},
                                          {"pixel_size", *placement_.pixel_size},
                                          {"zero", placement_.zero},
                                          {"origin", formats::origin_text(placement_.origin)}};
    }
    metadata_["seed"] = patch_options_.jitter_seed;
  }

  void write(PatchCutter& cutter) {
    PatchMontage montage(geometry_);
    if (outputs_.wants_picture()) {
      cutter.observe([&](std::int64_t first, std::int64_t count, const formats::Tensor& part) {
        montage.take(first, count, part);
      });
    }
    const auto writer = outputs_.make_writer();
    writer->add_stream("patches", image_.dtype, geometry_.patches_shape(),
                       [&cutter] { return cutter.next(); });
    writer->add("positions", cutter.positions());
    writer->add_text(kMetadataKey, metadata_text(metadata_));
    console_.begin("extract", geometry_.images * geometry_.positions);
    outputs_.write_arrays(*writer);
    if (outputs_.wants_picture()) outputs_.write_picture(montage.picture());
    outputs_.publish();
    console_.end();
  }

  void say_convention() {
    console_.note(convention_note_);
    if (!placement_note_.empty()) console_.note(placement_note_);
  }

  std::string summary() const {
    return formats::quoted(options_.common.output) + ": patches " +
           formats::shape_text(geometry_.patches_shape()) + " " +
           formats::element_type(image_.dtype).name() + ", " + formats::size_text(bytes_of_all()) +
           (options_.montage.empty() ? "" : "; and " + formats::quoted(options_.montage));
  }

  const ExtractOptions& options_;
  Console& console_;
  Outputs outputs_;
  ppatch_patch_options patch_options_{};
  PatchGeometry geometry_;
  formats::Tensor image_, positions_;
  formats::Placement placement_;
  std::string convention_note_, placement_note_, stored_dtype_, image_source_, positions_source_;
  nlohmann::ordered_json metadata_;
};

}  // namespace

Command add_extract(CLI::App& root) {
  const auto options = std::make_shared<ExtractOptions>();
  CLI::App* app = root.add_subcommand("extract", "Cut patches at the positions of a scan");
  app->add_option("INPUT", options->input,
                  "A scan: PtychoPINN .npz, Ptychodus product, CXI, NXcxi_ptycho, ptypy .ptyr or "
                  ".ptyd, PtychoShelves or cdtools .mat, tike .npz");
  app->add_option("--image", options->image,
                  "Image (H, W) or images (M, H, W), .npy, or a scan's file that has one")
      ->type_name("FILE");
  app->add_option("--positions", options->positions,
                  "Positions (K, 2) or (B, c, 2) in pixels, .npy; default: corner, yx, window; or "
                  "a scan's file")
      ->type_name("FILE");
  add_pixel_size(*app, options->pixel_size);
  add_origin(*app, options->origin);
  options->patches.add_cutting_options(*app);
  options->patches.add_geometry_options(*app);
  add_choice(*app, "--dtype", dtypes(), "Type of the patches (default: the image's, or nearest)",
             [options](std::int32_t value) { options->dtype = value; });
  app->add_option("--montage", options->montage, "Also draw patches, evenly spread over the scan")
      ->type_name("PNG");
  options->common.add_output_options(*app);
  options->common.add_run_options(*app);
  return {app, [options](Console& console) {
            options->common.apply(console);
            return Extract(*options, console).run();
          }};
}

}  // namespace ptychopatch::app
