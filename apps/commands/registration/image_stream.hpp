// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "mosaics/image_input.hpp"

namespace ptychopatch::alignment {

// An image, or why there is none.
struct Decoded {
  std::unique_ptr<mosaics::Mosaic> mosaic;
  std::string word, sentence;
};

// Images one after the other, each decoded while the one before is at work: at most one waits.
class ImageStream {
 public:
  ImageStream(std::vector<mosaics::ImageItem> items, const mosaics::ImageSettings& settings);
  ~ImageStream();
  ImageStream(const ImageStream&) = delete;
  ImageStream& operator=(const ImageStream&) = delete;

  // Throws Interruption, bad_alloc and what is no fault of the file.
  Decoded next();

 private:
  void begin();

  std::vector<mosaics::ImageItem> items_;
  mosaics::ImageSettings settings_;
  std::size_t begun_ = 0;
  Decoded decoded_;
  std::exception_ptr failure_;
  std::optional<std::jthread> worker_;
};

}  // namespace ptychopatch::alignment
