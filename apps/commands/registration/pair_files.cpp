// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/pair_files.hpp"

#include <cmath>
#include <filesystem>

#include "commands/registration/pair_resample.hpp"
#include "formats/format_error.hpp"
#include "formats/output_file.hpp"
#include "formats/utf8.hpp"
#include "mosaics/dng_writer.hpp"
#include "pictures/canvas.hpp"

namespace ptychopatch::alignment {
namespace {

namespace fs = std::filesystem;

// Rows one after the other.
formats::Bytes packed(const ppatch_array& image) {
  const auto element = static_cast<std::size_t>(ppatch_dtype_size(image.dtype));
  const std::size_t row = static_cast<std::size_t>(image.shape[1]) * element;
  formats::Bytes bytes(static_cast<std::size_t>(image.shape[0]) * row);
  const auto* from = static_cast<const std::byte*>(image.data);
  for (std::int64_t y = 0; y < image.shape[0]; ++y) {
    std::memcpy(bytes.data() + static_cast<std::size_t>(y) * row,
                from + static_cast<std::size_t>(y * image.strides[0]) * element, row);
  }
  return bytes;
}

formats::ElementType type_of(ppatch_dtype dtype) {
  if (dtype == PPATCH_U16) return {formats::Kind::unsigned_integer, 2};
  return {formats::Kind::floating, static_cast<std::size_t>(ppatch_dtype_size(dtype))};
}

void make_folder(const fs::path& folder) {
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) {
    throw formats::FormatError("cannot make folder " + formats::quoted(folder.string()) + ": " +
                               code.message());
  }
}

}  // namespace

PairFiles::PairFiles(const app::Session& session, const PairTargets* targets)
    : session_(session), targets_(targets) {
  if (targets_ == nullptr) return;
  for (const std::string& folder : {targets_->masks(), targets_->apply()}) {
    if (!folder.empty()) make_folder(folder);
  }
}

PairFiles::~PairFiles() {
  std::error_code ignored;
  for (const std::string& path : unrecorded_) fs::remove(path, ignored);
}

void PairFiles::write(const PairNames& names, bool replaces, const mosaics::RawImage& reference,
                      const mosaics::RawImage& image, const Aligned& aligned, Record& record) {
  if (targets_ == nullptr) return;
  replaces_ = replaces;
  if (!targets_->masks().empty()) write_mask(targets_->mask(names), aligned, record);
  if (targets_->apply().empty()) return;
  const std::string stem = targets_->image(names);
  make_folder(fs::path(stem).parent_path());
  const ppatch_common_area& common = aligned.measures.common;
  if (targets_->mode() == ApplyMode::crop) {
    if (common.height < 1 || common.width < 1) return;
    const std::string path = write_image(
        stem,
        cropped(pixels_of(image), common.moving_y, common.moving_x, common.height, common.width),
        image.cfa.shifted(common.moving_y, common.moving_x), image);
    write_image(stem + ".reference",
                cropped(pixels_of(reference), common.reference_y, common.reference_x, common.height,
                        common.width),
                reference.cfa.shifted(common.reference_y, common.reference_x), reference);
    record["applied"] = "crop";
    record["applied_fpath"] = formats::text_of_name(path);
    return;
  }
  write_resampled(stem, reference, image, aligned, record);
}

void PairFiles::write_resampled(const std::string& stem, const mosaics::RawImage& reference,
                                const mosaics::RawImage& image, const Aligned& aligned,
                                Record& record) {
  const ppatch_array from = pixels_of(image);
  const auto bytes = static_cast<std::size_t>(reference.height() * reference.width() *
                                              ppatch_dtype_size(from.dtype));
  formats::Bytes moved(bytes);
  const ppatch_array to = array(moved.data(), from.dtype, {reference.height(), reference.width()});
  const bool warps = resample(session_.context(), from, image.cfa, aligned, image.black, to);
  record["applied"] = warps ? name_of(motion_model_choices, aligned.motion->motion.model) : "shift";
  const std::string path = write_image(stem, to, reference.cfa, image);
  record["applied_fpath"] = formats::text_of_name(path);
}

void PairFiles::write_mask(const std::string& path, const Aligned& aligned, Record& record) {
  const PairMeasures& measures = aligned.measures;
  if (measures.mask.size() == 0) return;
  pictures::Image mask(measures.mask_height, measures.mask_width);
  for (std::int64_t i = 0; i < measures.mask_height * measures.mask_width; ++i) {
    if (measures.mask.data()[i] == std::byte{0}) continue;
    mask.set(i / measures.mask_width, i % measures.mask_width, {255, 255, 255});
  }
  const std::string png = pictures::encode_png(mask);
  write_file(path, std::as_bytes(std::span(png)));
  record["mask_fpath"] = formats::text_of_name(path);
}

std::string PairFiles::write_image(const std::string& stem, const ppatch_array& pixels,
                                   const mosaics::Cfa& cfa, const mosaics::RawImage& levels) {
  const formats::Bytes bytes = packed(pixels);
  if (pixels.dtype == PPATCH_U16 && cfa.mosaic() && levels.white > levels.black &&
      levels.black >= 0) {
    const std::span<const std::uint16_t> values(
        reinterpret_cast<const std::uint16_t*>(bytes.data()), bytes.size() / 2);
    const mosaics::DngSettings settings{cfa,
                                        static_cast<std::uint32_t>(std::lround(levels.black)),
                                        static_cast<std::uint32_t>(std::lround(levels.white)),
                                        {levels.camera, levels.rgb_xyz}};
    write_file(stem + ".dng",
               mosaics::encode_dng(values, pixels.shape[0], pixels.shape[1], settings).span());
    return stem + ".dng";
  }
  const std::string header =
      formats::format_npy_header(type_of(pixels.dtype), {pixels.shape[0], pixels.shape[1]});
  formats::Bytes file(header.size() + bytes.size());
  std::memcpy(file.data(), header.data(), header.size());
  std::memcpy(file.data() + header.size(), bytes.data(), bytes.size());
  write_file(stem + ".npy", file.span());
  return stem + ".npy";
}

void PairFiles::write_file(const std::string& path, std::span<const std::byte> bytes) {
  std::error_code ignored;
  const bool is_new = !fs::exists(path, ignored);
  formats::write_file(path, replaces_, bytes);
  if (is_new) unrecorded_.push_back(path);
}

}  // namespace ptychopatch::alignment
