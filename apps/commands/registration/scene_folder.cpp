// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/scene_folder.hpp"

#include <filesystem>

#include "commands/registration/scene.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/json_text.hpp"
#include "formats/output_file.hpp"

namespace ptychopatch::app {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

Json read_truth(const std::string& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return Json::array();
  Json truth = formats::parse_json(formats::read_text_file(path, formats::kMaxRecordBytes),
                                   formats::quoted(path));
  if (!truth.is_array()) {
    throw formats::FormatError(formats::quoted(path) +
                               " is no list of images, expected what simulate scene wrote");
  }
  return truth;
}

void require(const std::error_code& code, const std::string& path) {
  if (code) {
    throw formats::FormatError("cannot write " + formats::quoted(path) + ": " + code.message());
  }
}

}  // namespace

SceneFolder::SceneFolder(const std::string& root, const std::string& type, const std::string& name,
                         bool overwrite)
    : below_("src/" + type + "/" + name + "/"), overwrite_(overwrite) {
  path_ = rawnind::scene_folder(root, type, name);
  const std::string top = path_.substr(0, path_.size() - below_.size());
  truth_path_ = top + "truth.json";
  temporary_ = top + "src/" + type + "/." + name + ".tmp";
  take_over();
}

void SceneFolder::take_over() {
  bool known = false;
  truth_.clear();
  for (Json& each : read_truth(truth_path_)) {
    const Json file = each.is_object() ? each.value("file", Json()) : Json();
    const bool ours = file.is_string() && file.get<std::string>().starts_with(below_);
    known = known || ours;
    if (!ours) truth_.push_back(std::move(each));
  }
  std::error_code ignored;
  if (!fs::exists(path_, ignored)) return;
  replaces_ = overwrite_ && known;
  if (!replaces_) {
    throw formats::FormatError("scene " + formats::quoted(path_) + " exists" +
                               (known ? "; give --overwrite to replace it"
                                      : " and was not simulated; it will not be replaced"));
  }
}

SceneFolder::~SceneFolder() {
  std::error_code ignored;
  if (begun_) fs::remove_all(temporary_, ignored);
}

void SceneFolder::begin() {
  std::error_code code;
  fs::create_directories(fs::path(temporary_).parent_path(), code);
  require(code, temporary_);
  lock_ = formats::OutputLock(truth_path_, formats::quoted(truth_path_));
  take_over();  // another process may have added to it
  begun_ = true;
  fs::remove_all(temporary_, code);
  fs::create_directories(temporary_ + "/gt", code);
  require(code, temporary_);
}

void SceneFolder::add(const std::string& name, std::span<const std::byte> bytes, Json truth) {
  formats::write_file(temporary_ + "/" + name, false, bytes);
  truth["file"] = below_ + name;
  truth_.push_back(std::move(truth));
}

void SceneFolder::publish() {
  formats::OutputFile truth(truth_path_, true);
  const std::string text = truth_.dump(1) + "\n";
  truth.write(std::as_bytes(std::span(text)));
  truth.finish();
  std::error_code code;
  if (replaces_) fs::remove_all(path_, code);
  require(code, path_);
  fs::rename(temporary_, path_.substr(0, path_.size() - 1), code);
  require(code, path_);
  begun_ = false;
  truth.publish();
}

}  // namespace ptychopatch::app
