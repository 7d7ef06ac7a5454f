// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/registration/image_stack.hpp"
#include "commands/registration/scene_aligner.hpp"
#include "formats/output_file.hpp"

namespace ptychopatch::alignment {

// The reference and the images that are aligned onto it, combined to one on the reference's pixels
// and in its numbers, and the file of that.
class SceneStack {
 public:
  // What a stack's file may end with, for a sentence.
  static constexpr const char* endings = ".dng, .tif, .mrc, .h5 or .npy";
  static bool knows_ending(const std::string& path);

  // limit: of clip. The output is refused where it cannot be written.
  SceneStack(StackMode mode, double limit, const std::string& path, bool overwrite);

  // Bytes of memory beside the images: of a reference and an image of so many pixels; moves: by a
  // motion that is measured.
  static std::uint64_t bytes(StackMode mode, std::uint64_t reference, std::uint64_t image,
                             bool mosaic, bool moves);

  // Takes the reference with the first image that is aligned onto it.
  void add(const Context& context, const mosaics::RawImage& reference,
           const mosaics::RawImage& image, const Aligned& aligned);

  std::size_t images() const { return images_; }  // with the reference
  // Combines and writes; metadata is what HDF5 keeps beside the image.
  void write(const std::string& metadata);
  // "3 images; 0.20 % of their values were left out"
  std::string summary() const;

 private:
  void begin(const Context& context, const mosaics::RawImage& reference);
  // Into source_, in the reference's numbers.
  void take(const mosaics::RawImage& image, double gain);
  void lay(const Context& context, const mosaics::RawImage& image, const Aligned& aligned);
  void interpolate(const Context& context, const mosaics::RawImage& image, const Aligned& aligned);
  void write_dng(std::span<const float> pixels);

  StackMode mode_;
  double limit_;
  std::string path_, folder_;
  formats::OutputFile file_;
  std::unique_ptr<ImageStack> stack_;
  std::size_t images_ = 0;
  std::int64_t height_ = 0, width_ = 0;
  mosaics::Cfa cfa_;
  double black_ = 0, white_ = 0;
  std::vector<float> reference_;  // its own pixels, for where no image tells anything
  std::vector<float> source_, moved_, weights_;
};

}  // namespace ptychopatch::alignment
