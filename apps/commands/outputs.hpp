// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "common_options.hpp"
#include "formats/array_writer.hpp"
#include "formats/output_file.hpp"
#include "pictures/canvas.hpp"

namespace ptychopatch::app {

// The files that a command makes: arrays (.npz or HDF5) and perhaps a picture. All are checked
// before any work, and they appear together at the end.
class Outputs {
 public:
  // picture may be "": none. With --dry-run nothing is opened. Of inputs arrays may replace one,
  // which is read by then, and the picture none.
  Outputs(const CommonOptions& options, const std::vector<std::string>& inputs,
          const std::string& picture = "", const std::string& picture_option = "");

  bool wants_picture() const { return !picture_path_.empty(); }

  // Refuses, before the work, what the disk has no room for.
  void require_room(std::uint64_t bytes) const;

  // Of the format that was asked for, or that the output's name says.
  std::unique_ptr<formats::ArrayWriter> make_writer() const;
  void write_arrays(formats::ArrayWriter& writer);
  void write_picture(const pictures::Canvas& picture);
  void publish();

 private:
  const CommonOptions& options_;
  std::string picture_path_;
  std::unique_ptr<formats::OutputFile> arrays_;
  std::unique_ptr<formats::OutputFile> picture_;
};

}  // namespace ptychopatch::app
