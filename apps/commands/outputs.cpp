// SPDX-License-Identifier: Apache-2.0
#include "commands/outputs.hpp"

#include <algorithm>

#include "commands/output_paths.hpp"
#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"
#include "interrupt.hpp"

namespace ptychopatch::app {

Outputs::Outputs(const CommonOptions& options, const std::vector<std::string>& inputs,
                 const std::string& picture, const std::string& picture_option)
    : options_(options), picture_path_(picture) {
  OutputPaths paths;
  paths.add_output("-o", options.output);
  for (const std::string& input : inputs) paths.add_input(input);
  if (wants_picture()) paths.add_output(picture_option, picture);
  if (options.dry_run) {
    formats::OutputTarget::check(options.output, options.overwrite);
    if (wants_picture()) formats::OutputTarget::check(picture, options.overwrite);
    return;
  }
  arrays_ = std::make_unique<formats::OutputFile>(options.output, options.overwrite);
  if (wants_picture()) {
    picture_ = std::make_unique<formats::OutputFile>(picture, options.overwrite);
  }
}

void Outputs::require_room(std::uint64_t bytes) const {
  if (options_.compress || !arrays_ || bytes <= arrays_->free_bytes()) return;
  throw formats::FormatError("cannot write " + arrays_->name() + ": " + formats::size_text(bytes) +
                             " are needed, but only " + formats::size_text(arrays_->free_bytes()) +
                             " are free there");
}

std::unique_ptr<formats::ArrayWriter> Outputs::make_writer() const {
  if (options_.wants_hdf5()) return std::make_unique<formats::Hdf5Writer>();
  return std::make_unique<formats::NpzWriter>();
}

void Outputs::write_arrays(formats::ArrayWriter& writer) {
  writer.write(*arrays_, options_.compress);
}

void Outputs::write_picture(const pictures::Canvas& picture) {
  const std::string bytes = picture.encoded_for(picture_path_);
  picture_->write(std::as_bytes(std::span(bytes)));
}

void Outputs::publish() {
  std::vector<formats::OutputFile*> files = {arrays_.get()};
  if (picture_) files.push_back(picture_.get());
  for (formats::OutputFile* file : files) file->finish();
  stop_if_interrupted();
  // What may still fail, a pipe or a device, comes first.
  std::stable_partition(files.begin(), files.end(),
                        [](const formats::OutputFile* file) { return file->special(); });
  for (formats::OutputFile* file : files) file->publish();
}

}  // namespace ptychopatch::app
