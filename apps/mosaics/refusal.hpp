// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <string>

#include "formats/format_error.hpp"

namespace ptychopatch::mosaics {

// Why a file is no image to register: one word for the record, one sentence for people.
enum class Reason { unreadable, truncated, no_image_data, demosaiced, not_a_mosaic, unsupported };

inline const char* word_of(Reason reason) {
  static constexpr std::array<const char*, 6> words = {
      "unreadable", "truncated", "no-image-data", "demosaiced", "not-a-mosaic", "unsupported"};
  return words[static_cast<std::size_t>(reason)];
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
