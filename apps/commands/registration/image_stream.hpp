// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "mosaics/image_input.hpp"

namespace ptychopatch::alignment {

// An image, or why there is none.
struct Decoded {
  std::unique_ptr<mosaics::RawImage> raw;
  std::string word, sentence;
};

// Images one after the other, each decoded while the one before is at work, if there is memory for
// it: at most one waits.
class ImageStream {
 public:
  // ahead: else each is decoded when it is asked for.
  ImageStream(std::vector<mosaics::ImageItem> items, const mosaics::ImageSettings& settings,
              bool ahead);
  ~ImageStream() { stop_ = true; }  // what is being decoded is waited for
  ImageStream(const ImageStream&) = delete;
  ImageStream& operator=(const ImageStream&) = delete;

  // Throws Interruption, bad_alloc and what is no fault of the file.
  Decoded next();

 private:
  void begin();

  std::vector<mosaics::ImageItem> items_;
  mosaics::ImageSettings settings_;
  bool ahead_;
  std::size_t begun_ = 0;
  std::atomic<bool> stop_ = false;
  std::future<Decoded> next_;  // ends before what it works with
};

}  // namespace ptychopatch::alignment
