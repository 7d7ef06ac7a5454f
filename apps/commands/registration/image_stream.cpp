// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/image_stream.hpp"

#include <stdexcept>

#include "interrupt.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::alignment {
namespace {

Decoded decode(const mosaics::ImageItem& item, const mosaics::ImageSettings& settings,
               const std::stop_token& stop) {
  try {
    return {std::make_unique<mosaics::Mosaic>(mosaics::read_image(
                item, settings, [&] { return stop.stop_requested() || app::interrupted(); })),
            "", ""};
  } catch (const mosaics::Refusal& refusal) {
    return {nullptr, mosaics::word_of(refusal.reason()), refusal.what()};
  } catch (const formats::FormatError& error) {
    return {nullptr, mosaics::word_of(mosaics::Reason::kUnreadable), error.what()};
  }
}

}  // namespace

ImageStream::ImageStream(std::vector<mosaics::ImageItem> items,
                         const mosaics::ImageSettings& settings)
    : items_(std::move(items)), settings_(settings) {
  begin();
}

ImageStream::~ImageStream() = default;  // the worker is asked to stop, and waited for

void ImageStream::begin() {
  if (begun_ == items_.size()) return;
  const mosaics::ImageItem& item = items_[begun_++];
  worker_.emplace([this, &item](const std::stop_token& stop) {
    try {
      decoded_ = decode(item, settings_, stop);
    } catch (...) {
      failure_ = std::current_exception();
    }
  });
}

Decoded ImageStream::next() {
  if (!worker_) throw std::logic_error("no image is left");
  worker_->join();
  worker_.reset();
  if (failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  Decoded result = std::move(decoded_);
  begin();
  return result;
}

}  // namespace ptychopatch::alignment
