// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_PICTURE_OPTION_HPP_
#define PTYCHOPATCH_APPS_PICTURE_OPTION_HPP_

#include <CLI/CLI.hpp>
#include <string>

#include "formats/output_file.hpp"
#include "pictures/canvas.hpp"

namespace ptychopatch::app {

// An option that takes a picture's file, whose ending says its format. Standard output and devices,
// which have no ending, get PNG.
CLI::Option* add_picture(CLI::App& app, const std::string& name, std::string& path,
                         const std::string& help);

// In the format that the path says.
void write_picture(formats::OutputFile& file, const std::string& path,
                   const pictures::Canvas& picture);

}  // namespace ptychopatch::app

#endif  // PTYCHOPATCH_APPS_PICTURE_OPTION_HPP_
