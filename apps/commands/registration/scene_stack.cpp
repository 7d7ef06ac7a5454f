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
#include "formats/npy_header.hpp"
#include "mosaics/dng_writer.hpp"
#include "mosaics/plane_writer.hpp"

namespace ptychopatch::alignment {
namespace {

// Stands for pixels that tell nothing while an image is resampled: whatever one of them has a part
// in is far beyond all others. A NaN would take more with it, as taps of weight 0 would be NaN.
constexpr float unknown = 1e38F;
constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

bool ends(const std::string& path, const char* end) { return path.ends_with(end); }

formats::OutputTarget target_of(const std::string& path, bool overwrite) {
  return formats::OutputTarget::check(path, overwrite);
}

}  // namespace

bool SceneStack::knows_ending(const std::string& path) {
  static constexpr std::array<const char*, 8> known = {".dng", ".tif",  ".tiff", ".mrc",
                                                       ".h5",  ".hdf5", ".npy",  ".hdf"};
  return std::ranges::any_of(known, [&](const char* end) { return ends(path, end); });
}

SceneStack::SceneStack(StackMode mode, double limit, const std::string& path, bool overwrite)
    : mode_(mode),
      limit_(limit),
      path_(path),
      folder_(target_of(path, overwrite).folder()),
      file_(path, overwrite) {}

std::uint64_t SceneStack::bytes(StackMode mode, std::uint64_t reference, std::uint64_t image,
                                bool mosaic, bool moves) {
  // The reference's own pixels, and those of an image before and after; weights; coordinates.
  std::uint64_t planes = 2 * reference + image;
  if (mosaic) planes += reference;
  if (mosaic && moves) planes += 2 * reference + image;
  return planes * sizeof(float) +
         (mode == StackMode::mean ? mean_stack_bytes * reference : clipped_stack_memory);
}

void SceneStack::begin(const Context& context, const mosaics::RawImage& reference) {
  height_ = reference.height();
  width_ = reference.width();
  cfa_ = reference.cfa;
  black_ = reference.black;
  white_ = reference.white;
  if (ends(path_, ".dng") && (!cfa_.mosaic() || !(white_ > black_) || !(black_ >= 0))) {
    throw app::UsageError(
        "argument -o: a .dng is of mosaics whose black and white levels are known, expected " +
        std::string(".tif, .mrc, .h5 or .npy for this reference"));
  }
  const auto pixels = static_cast<std::size_t>(height_ * width_);
  stack_ = mode_ == StackMode::mean ? mean_stack(pixels) : clipped_stack(pixels, limit_, folder_);
  moved_.resize(pixels);
  if (cfa_.mosaic()) weights_.resize(pixels);
  reference_.resize(pixels);
  for (std::size_t i = 0; i < pixels; ++i) {
    reference_[i] = static_cast<float>(reference.pixel(static_cast<std::int64_t>(i) / width_,
                                                       static_cast<std::int64_t>(i) % width_));
  }
  take(reference, 1);
  if (cfa_.mosaic()) {
    lay(context, reference, Aligned());
  } else {
    stack_->add(source_, {});
  }
  images_ = 1;
}

void SceneStack::take(const mosaics::RawImage& image, double gain) {
  source_.resize(static_cast<std::size_t>(image.height() * image.width()));
  auto value = source_.begin();
  for (std::int64_t y = 0; y < image.height(); ++y) {
    for (std::int64_t x = 0; x < image.width(); ++x, ++value) {
      const double pixel = image.pixel(y, x);
      const bool known = std::isfinite(pixel) && !(image.clip > 0 && pixel >= image.clip);
      *value = known ? static_cast<float>(black_ + (pixel - image.black) * gain) : nothing;
    }
  }
}

void SceneStack::add(const Context& context, const mosaics::RawImage& reference,
                     const mosaics::RawImage& image, const Aligned& aligned) {
  if (images_ == 0) begin(context, reference);
  // Where levels are not known neither are gains: brightness stays.
  const double gain =
      std::isfinite(aligned.measures.raw_gain)
          ? aligned.measures.raw_gain * (white_ - black_) / (image.white - image.black)
          : 1.0;
  take(image, gain);
  cfa_.mosaic() ? lay(context, image, aligned) : interpolate(context, image, aligned);
  ++images_;
}

void SceneStack::lay(const Context& context, const mosaics::RawImage& image,
                     const Aligned& aligned) {
  const SourcePositions positions(context, aligned, image.height(), image.width(), height_, width_);
  resample_mosaic({source_, image.height(), image.width(), image.cfa}, positions, cfa_, height_,
                  width_, moved_, weights_, context.info().num_threads);
  stack_->add(moved_, weights_);
}

void SceneStack::interpolate(const Context& context, const mosaics::RawImage& image,
                             const Aligned& aligned) {
  float most = 0;
  for (float& value : source_) {
    if (std::isnan(value)) {
      value = unknown;
    } else {
      most = std::max(most, std::abs(value));
    }
  }
  resample(context, array(source_.data(), PPATCH_F32, {image.height(), image.width()}), image.cfa,
           aligned, unknown, array(moved_.data(), PPATCH_F32, {height_, width_}));
  for (float& value : moved_) {
    // What bicubic weights make of sound pixels stays below that.
    if (!(std::abs(value) <= 2 * most)) value = nothing;
  }
  stack_->add(moved_, {});
}

void SceneStack::write(const std::string& metadata) {
  source_ = {};
  weights_ = {};
  stack_->combine(moved_);
  for (std::size_t i = 0; i < moved_.size(); ++i) {
    if (std::isnan(moved_[i])) moved_[i] = reference_[i];
  }
  reference_ = {};
  if (ends(path_, ".dng")) {
    write_dng(moved_);
  } else if (ends(path_, ".tif") || ends(path_, ".tiff")) {
    mosaics::write_tiff(file_, moved_, height_, width_);
  } else if (ends(path_, ".mrc")) {
    mosaics::write_mrc(file_, moved_, height_, width_);
  } else if (ends(path_, ".npy")) {
    const std::string header =
        formats::format_npy_header({formats::Kind::floating, sizeof(float)}, {height_, width_});
    file_.write(std::as_bytes(std::span(header)));
    file_.write(std::as_bytes(std::span(moved_)));
  } else {
    formats::Hdf5Writer writer;
    writer.add_stream(
        "image", PPATCH_F32, {height_, width_},
        [left = std::as_bytes(std::span(moved_))]() mutable { return std::exchange(left, {}); });
    writer.add_text(app::metadata_key, metadata);
    writer.write(file_, false);
  }
  file_.finish();
  file_.publish();
}

// Levels are raised to what 16 bits hold: a mean has finer steps than its images.
void SceneStack::write_dng(std::span<const float> pixels) {
  constexpr double most = 65535;
  const double factor = std::max(std::floor(most / white_), 1.0);
  std::vector<std::uint16_t> values(pixels.size());
  std::ranges::transform(pixels, values.begin(), [&](float pixel) {
    return static_cast<std::uint16_t>(std::lround(std::clamp(pixel * factor, 0.0, most)));
  });
  const mosaics::DngSettings settings{cfa_,
                                      static_cast<std::uint32_t>(std::lround(black_ * factor)),
                                      static_cast<std::uint32_t>(std::lround(white_ * factor))};
  file_.write(mosaics::encode_dng(values, height_, width_, settings).span());
}

std::string SceneStack::summary() const {
  std::string text = std::to_string(images_) + " images";
  if (mode_ == StackMode::mean) return text;
  std::array<char, 32> share{};
  const double all = static_cast<double>(std::max<std::uint64_t>(stack_->values(), 1));
  std::snprintf(share.data(), share.size(), "%.2f", 100 * stack_->rejected() / all);
  return text + "; " + share.data() + " % of their values are left out";
}

}  // namespace ptychopatch::alignment
