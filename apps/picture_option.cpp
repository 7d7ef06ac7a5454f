// SPDX-License-Identifier: Apache-2.0
#include "picture_option.hpp"

#include <filesystem>
#include <functional>

#include "exit_status.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {

CLI::Option* add_picture(CLI::App& app, const std::string& name, std::string& path,
                         const std::string& help) {
  const std::function<void(const std::string&)> set = [name, &path](const std::string& text) {
    std::error_code ignored;
    if (!pictures::format_of(text) && text != "-" && !std::filesystem::is_other(text, ignored)) {
      throw UsageError("argument " + name + ": expected a file's name that ends in .png, .svg or " +
                       ".pdf, got " + formats::quoted(text));
    }
    path = text;
  };
  return app.add_option_function(name, set, help + " (.png, .svg or .pdf)")->type_name("FILE");
}

void write_picture(formats::OutputFile& file, const std::string& path,
                   const pictures::Canvas& picture) {
  const std::string bytes =
      picture.encoded(pictures::format_of(path).value_or(pictures::Format::kPng));
  file.write(std::as_bytes(std::span(bytes)));
}

}  // namespace ptychopatch::app
