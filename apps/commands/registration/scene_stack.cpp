// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/scene_stack.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>

#include "commands/metadata.hpp"
#include "commands/registration/mosaic_resample.hpp"
#include "commands/registration/pair_resample.hpp"
#include "exit_status.hpp"
#include "formats/array_writer.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "formats/npy_header.hpp"
#include "mosaics/plane_writer.hpp"

namespace ptychopatch::alignment {
namespace {

// Stands for pixels that tell nothing while an image is resampled: whatever one of them has a part
// in is far beyond all others. A NaN would take more with it, as taps of weight 0 would be NaN.
constexpr float unknown = 1e38F;
constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

bool ends(const std::string& path, const char* end) { return path.ends_with(end); }

// mean(reference - black) / mean(image - black) over what both have and neither has clipped; 1
// where that is no brightness.
double gain_of(const mosaics::RawImage& reference, const mosaics::RawImage& image,
               const ppatch_common_area& common) {
  const auto sound = [](const mosaics::RawImage& raw, double pixel) {
    return std::isfinite(pixel) && !(raw.clip > 0 && pixel >= raw.clip);
  };
  double sums[2] = {};
  for (std::int64_t y = 0; y < common.height; ++y) {
    for (std::int64_t x = 0; x < common.width; ++x) {
      const double one = reference.pixel(common.reference_y + y, common.reference_x + x);
      const double other = image.pixel(common.moving_y + y, common.moving_x + x);
      if (!sound(reference, one) || !sound(image, other)) continue;
      sums[0] += one - reference.black;
      sums[1] += other - image.black;
    }
  }
  const double gain = sums[0] / sums[1];
  return std::isfinite(gain) && gain > 0 ? gain : 1;
}

bool has_levels(const mosaics::RawImage& image) { return image.white > image.black; }

}  // namespace

bool SceneStack::knows_ending(const std::string& path) {
  static constexpr std::array<const char*, 7> known = {".dng", ".tif",  ".tiff", ".mrc",
                                                       ".h5",  ".hdf5", ".npy"};
  return std::ranges::any_of(known, [&](const char* end) { return ends(path, end); });
}

SceneStack::SceneStack(const Settings& settings)
    : settings_(settings),
      folder_(formats::OutputTarget::check(settings.path, settings.overwrite).folder()),
      file_(settings.path, settings.overwrite) {}

std::uint64_t SceneStack::bytes(StackMode mode, std::uint64_t reference, std::uint64_t image,
                                bool mosaic, bool moves) {
  // The reference's own pixels, and those of an image before and after; weights; coordinates.
  std::uint64_t planes = 2 * reference + image;
  if (mosaic) planes += reference;
  if (mosaic && moves) planes += 2 * reference + image;
  return planes * sizeof(float) +
         (mode == StackMode::mean ? mean_stack_bytes * reference : clipped_stack_memory);
}

void SceneStack::set_reference(const app::Session& session, const mosaics::RawImage& reference) {
  constexpr std::int64_t max_dng_side = 65535;
  height_ = reference.height();
  width_ = reference.width();
  cfa_ = reference.cfa;
  black_ = reference.black;
  white_ = reference.white;
  camera_ = {reference.camera, reference.rgb_xyz};
  backend_ = session.backend_name();
  if (ends(settings_.path, ".dng") && (!cfa_.mosaic() || !has_levels(reference) || black_ < 0 ||
                                       height_ > max_dng_side || width_ > max_dng_side)) {
    throw app::UsageError(
        "argument -o: a .dng is of mosaics of up to 65535 pixels a side whose black and white "
        "levels are known and not below 0; expected .tif, .mrc, .h5 or .npy for this reference");
  }
  const auto pixels = static_cast<std::size_t>(height_ * width_);
  if (settings_.mode == StackMode::mean) {
    stack_ = mean_stack(pixels);
  } else {
    const std::uint64_t kept =
        settings_.max_images * pixels * sizeof(float) * (cfa_.mosaic() ? 2 : 1);
    if (kept > file_.free_bytes()) {
      throw formats::FormatError("cannot keep " + formats::size_text(kept) + " of images beside " +
                                 formats::quoted(settings_.path) + ", where " +
                                 formats::size_text(file_.free_bytes()) + " are free");
    }
    stack_ = clipped_stack(pixels, settings_.clip_limit, folder_);
  }
  moved_.resize(pixels);
  if (cfa_.mosaic()) weights_.resize(pixels);
  reference_.resize(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    reference_[i] = static_cast<float>(reference.pixel(static_cast<std::int64_t>(i) / width_,
                                                       static_cast<std::int64_t>(i) % width_));
  }
  take(reference, 0, 1, 0);
  if (cfa_.mosaic()) {
    lay(session.context(), reference, Aligned());
  } else {
    stack_->add(source_, {});
  }
  images_ = 1;
}

void SceneStack::take(const mosaics::RawImage& image, double from, double gain, double to) {
  constexpr double max = std::numeric_limits<float>::max() / 4;
  const auto pixels = static_cast<std::size_t>(image.height() * image.width());
  // Another size is not to take the memory of both.
  if (pixels > source_.capacity()) source_ = {};
  source_.resize(pixels);
  auto value = source_.begin();
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width(); ++x, ++value) {
      const double pixel = image.pixel(y, x);
      const double scaled = (pixel - from) * gain + to;
      const bool known = std::abs(scaled) <= max && !(image.clip > 0 && pixel >= image.clip);
      *value = known ? static_cast<float>(scaled) : nothing;
    }
  }
}

void SceneStack::add(const app::Session& session, const mosaics::RawImage& reference,
                     const mosaics::RawImage& image, const Aligned& aligned) {
  if (has_levels(reference) && has_levels(image)) {
    take(image, image.black, gain_of(reference, image, aligned.measures.common), black_);
  } else {
    take(image, 0, 1, 0);
  }
  cfa_.mosaic() ? lay(session.context(), image, aligned)
                : interpolate(session.context(), image, aligned);
  ++images_;
}

void SceneStack::lay(const Context& context, const mosaics::RawImage& image,
                     const Aligned& aligned) {
  const SourcePositions positions(context, aligned, image.height(), image.width(), height_, width_);
  resample_mosaic({source_, image.height(), image.width(), image.cfa}, positions, cfa_, height_,
                  width_, moved_, weights_, settings_.threads);
  stack_->add(moved_, weights_);
}

void SceneStack::interpolate(const Context& context, const mosaics::RawImage& image,
                             const Aligned& aligned) {
  float max = 0;
  for (float& value : source_) {
    if (std::isnan(value)) {
      value = unknown;
    } else {
      max = std::max(max, std::abs(value));
    }
  }
  resample(context, array(source_.data(), PPATCH_F32, {image.height(), image.width()}), image.cfa,
           aligned, unknown, array(moved_.data(), PPATCH_F32, {height_, width_}));
  for (float& value : moved_) {
    // What bicubic weights make of sound pixels stays below that.
    if (!(std::abs(value) <= 2 * max)) value = nothing;
  }
  stack_->add(moved_, {});
}

void SceneStack::combine(const std::function<void(double)>& advance) {
  source_ = {};
  weights_ = {};
  stack_->combine(moved_, settings_.threads, advance);
  for (std::size_t i = 0; i < moved_.size(); ++i) {
    if (std::isnan(moved_[i])) moved_[i] = reference_[i];
  }
  reference_ = {};
}

void SceneStack::write(nlohmann::ordered_json metadata) {
  if (ends(settings_.path, ".dng")) {
    write_dng(moved_);
  } else if (ends(settings_.path, ".tif") || ends(settings_.path, ".tiff")) {
    mosaics::write_tiff(file_, moved_, height_, width_);
  } else if (ends(settings_.path, ".mrc")) {
    mosaics::write_mrc(file_, moved_, height_, width_);
  } else if (ends(settings_.path, ".npy")) {
    const std::string header =
        formats::format_npy_header({formats::Kind::floating, sizeof(float)}, {height_, width_});
    file_.write(std::as_bytes(std::span(header)));
    file_.write(std::as_bytes(std::span(moved_)));
  } else {
    formats::Hdf5Writer writer;
    writer.add_stream(
        "image", PPATCH_F32, {height_, width_},
        [left = std::as_bytes(std::span(moved_))]() mutable { return std::exchange(left, {}); });
    metadata["backend"] = backend_;
    metadata["stack"] = settings_.mode == StackMode::mean ? "mean" : "clip";
    if (settings_.mode == StackMode::clip) metadata["clip_limit"] = settings_.clip_limit;
    metadata["images"] = images_;
    metadata["left_out"] = left_out();
    writer.add_text(app::metadata_key, app::metadata_text(metadata));
    writer.write(file_, false);
  }
  file_.finish();
  file_.publish();
}

// Levels fill 16 bits: a mean has finer steps than its images.
void SceneStack::write_dng(std::span<const float> pixels) {
  constexpr double max = 65535;
  const double factor = white_ > max ? max / white_ : std::floor(max / white_);
  std::vector<std::uint16_t> values(pixels.size());
  std::ranges::transform(pixels, values.begin(), [&](float pixel) {
    return static_cast<std::uint16_t>(std::lround(std::clamp(pixel * factor, 0.0, max)));
  });
  const mosaics::DngSettings settings{
      cfa_, static_cast<std::uint32_t>(std::lround(black_ * factor)),
      static_cast<std::uint32_t>(std::lround(white_ * factor)), camera_};
  file_.write(mosaics::encode_dng(values, height_, width_, settings).span());
}

double SceneStack::left_out() const {
  return static_cast<double>(stack_->rejected()) /
         static_cast<double>(std::max<std::uint64_t>(stack_->values(), 1));
}

std::string SceneStack::summary() const {
  std::string text = std::to_string(images_) + " images";
  if (settings_.mode == StackMode::mean) return text;
  std::array<char, 32> share{};
  std::snprintf(share.data(), share.size(), "%.2f", 100 * left_out());
  return text + "; " + share.data() + " % of their values are left out";
}

}  // namespace ptychopatch::alignment
