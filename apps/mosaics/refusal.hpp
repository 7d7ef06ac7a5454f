// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "formats/format_error.hpp"

namespace ptychopatch::mosaics {

// Why a file is no image to register: one word for the record, one sentence for people.
enum class Reason { kUnreadable, kTruncated, kNoImageData, kDemosaiced, kNotAMosaic, kUnsupported };

inline const char* word_of(Reason reason) {
  switch (reason) {
    case Reason::kUnreadable:
      return "unreadable";
    case Reason::kTruncated:
      return "truncated";
    case Reason::kNoImageData:
      return "no-image-data";
    case Reason::kDemosaiced:
      return "demosaiced";
    case Reason::kNotAMosaic:
      return "not-a-mosaic";
    case Reason::kUnsupported:
      return "unsupported";
  }
  return "unreadable";
}

class Refusal : public formats::FormatError {
 public:
  Refusal(Reason reason, const std::string& sentence)
      : formats::FormatError(sentence), reason_(reason) {}
  Reason reason() const { return reason_; }

 private:
  Reason reason_;
};

}  // namespace ptychopatch::mosaics
