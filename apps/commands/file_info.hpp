// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>

namespace ptychopatch::app {

// What is in a .npy or .npz file: arrays with shape and type, the scan that it is, metadata. An
// array that cannot be read is listed with the reason.
nlohmann::ordered_json file_info(const std::string& path);

void print_file(const nlohmann::ordered_json& info, std::ostream& out);

}  // namespace ptychopatch::app
