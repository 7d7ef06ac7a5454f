// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "formats/format_error.hpp"

namespace test {

// The sentence of the FormatError that a call ends with.
template <class Function>
std::string refusal(const Function& function) {
  try {
    function();
  } catch (const ptychopatch::formats::FormatError& error) {
    return error.what();
  }
  return "not refused";
}

}  // namespace test
