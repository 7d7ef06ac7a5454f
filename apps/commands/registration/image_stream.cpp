// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/image_stream.hpp"

#include "formats/child_process.hpp"
#include "interrupt.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::alignment {
namespace {

Decoded decode(const mosaics::ImageItem& item, const mosaics::ImageSettings& settings,
               const std::atomic<bool>& stop) {
  try {
    return {std::make_unique<mosaics::RawImage>(
                mosaics::read_image(item, settings, [&] { return stop || app::interrupted(); })),
            "", ""};
  } catch (const mosaics::Refusal& refusal) {
    return {nullptr, mosaics::word_of(refusal.reason()), refusal.what()};
  } catch (const formats::FormatError& error) {
    return {nullptr, mosaics::word_of(mosaics::Reason::unreadable), error.what()};
  }
}

}  // namespace

ImageStream::ImageStream(std::vector<mosaics::ImageItem> items,
                         const mosaics::ImageSettings& settings, bool ahead)
    : items_(std::move(items)), settings_(settings), ahead_(ahead && formats::beside_threads) {
  begin();
}

void ImageStream::begin() {
  if (begun_ == items_.size()) return;
  next_ = std::async(ahead_ ? std::launch::async : std::launch::deferred,
                     [this, &item = items_[begun_++]] { return decode(item, settings_, stop_); });
}

Decoded ImageStream::next() {
  Decoded result = next_.get();
  begin();
  return result;
}

}  // namespace ptychopatch::alignment
