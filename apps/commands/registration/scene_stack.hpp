// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "commands/registration/image_stack.hpp"
#include "commands/registration/scene_aligner.hpp"
#include "formats/output_file.hpp"
#include "formats/unforked_memory.hpp"
#include "mosaics/dng_writer.hpp"

namespace ptychopatch::alignment {

// The reference and the images that are aligned onto it, combined to one on the reference's pixels
// and in its numbers, and the file of that.
class SceneStack {
 public:
  // What a stack's file may end with, for a sentence.
  static constexpr const char* endings = ".dng, .tif, .mrc, .h5 or .npy";
  static bool knows_ending(const std::string& path);

  struct Settings {
    StackMode mode = StackMode::mean;
    double clip_limit = 4;
    std::string path;
    bool overwrite = false;
    int threads = 1;
    std::size_t max_images = 0;  // with the reference
  };
  // The output is refused where it cannot be written.
  explicit SceneStack(const Settings& settings);

  // Bytes of memory beside the images: of a reference and an image of so many pixels; moves: by a
  // motion that is measured.
  static std::uint64_t bytes(StackMode mode, std::uint64_t reference, std::uint64_t image,
                             bool mosaic, bool moves);

  // Before any image. UsageError where the file cannot hold it, FormatError where the folder has no
  // room for what is kept there.
  void set_reference(const app::Session& session, const mosaics::RawImage& reference);
  void add(const app::Session& session, const mosaics::RawImage& reference,
           const mosaics::RawImage& image, const Aligned& aligned);

  std::size_t images() const { return images_; }  // with the reference
  // What all make together; advance as of ImageStack.
  void combine(const std::function<void(double)>& advance);
  // Metadata is what HDF5 keeps beside the image, less what the stack itself tells.
  void write(nlohmann::ordered_json metadata);
  // "3 images; 0.20 % of their values were left out"
  std::string summary() const;

 private:
  // Into source_: (pixel - from) * gain + to.
  void take(const mosaics::RawImage& image, double from, double gain, double to);
  double left_out() const;
  void lay(const Context& context, const mosaics::RawImage& image, const Aligned& aligned);
  void interpolate(const Context& context, const mosaics::RawImage& image, const Aligned& aligned);
  void write_dng(std::span<const float> pixels);

  Settings settings_;
  std::string folder_, backend_;
  formats::OutputFile file_;
  std::unique_ptr<ImageStack> stack_;
  std::size_t images_ = 0;
  std::int64_t height_ = 0, width_ = 0;
  mosaics::Cfa cfa_;
  double black_ = 0, white_ = 0;
  mosaics::DngCamera camera_;
  formats::UnforkedVector<float> reference_;  // its own pixels, for where no image tells anything
  formats::UnforkedVector<float> source_, moved_, weights_;
};

}  // namespace ptychopatch::alignment
