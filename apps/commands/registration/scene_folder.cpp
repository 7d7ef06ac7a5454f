// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/scene_folder.hpp"

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
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
  Json truth = formats::parse_json(formats::read_text_file(path, formats::max_record_bytes),
                                   formats::quoted(path));
  if (!truth.is_array()) {
    throw formats::FormatError(formats::quoted(path) +
                               " is no list of images, expected what simulate scene wrote");
  }
  return truth;
}

// In a scene, what truth.json is to tell of it, until it does.
constexpr const char* untold_name = ".truth.json";

bool is_below(const Json& image, const std::string& folder) {
  const Json file = image.is_object() ? image.value("file", Json()) : Json();
  return file.is_string() && file.get<std::string>().starts_with(folder);
}

// "src/Bayer/NAME/" of each scene that truth.json does not tell of yet.
std::vector<std::string> untold_scenes(const std::string& top) {
  std::vector<std::string> found;
  for (const char* type : {"Bayer", "X-Trans"}) {
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(top + "src/" + type, ignored)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with('.') || !fs::exists(entry.path() / untold_name, ignored)) continue;
      found.push_back(std::string("src/") + type + "/" + name + "/");
    }
  }
  std::ranges::sort(found);
  return found;
}

std::string without_slash(const std::string& path) { return path.substr(0, path.size() - 1); }

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
  top_ = path_.substr(0, path_.size() - below_.size());
  truth_path_ = top_ + "truth.json";
  temporary_ = top_ + "src/" + type + "/." + name + ".tmp";
  replaced_ = top_ + "src/" + type + "/." + name + ".old";
  take_over();
}

void SceneFolder::take_over() {
  Json all = read_truth(truth_path_);
  untold_ = untold_scenes(top_);
  bool known = std::ranges::find(untold_, below_) != untold_.end();
  for (const std::string& scene : untold_) {
    Json others = Json::array();
    for (Json& each : all) {
      if (!is_below(each, scene)) others.push_back(std::move(each));
    }
    for (Json& each : read_truth(top_ + scene + untold_name)) {
      if (is_below(each, scene)) others.push_back(std::move(each));
    }
    all = std::move(others);
  }
  truth_.clear();
  replaces_ = false;
  for (Json& each : all) {
    const bool ours = is_below(each, below_);
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
  put_back();
  take_over();  // another process may have added to it
  begun_ = true;
  fs::remove_all(temporary_, code);
  fs::create_directories(temporary_ + "/gt", code);
  require(code, temporary_);
}

void SceneFolder::add(const std::string& name, std::span<const std::byte> bytes, Json truth) {
  formats::write_file(temporary_ + "/" + name, false, bytes);
  truth["file"] = below_ + name;
  own_.push_back(std::move(truth));
}

// What a run left that was killed within appear() or before it had done away with the old scene.
void SceneFolder::put_back() const {
  std::error_code code;
  if (!fs::exists(replaced_, code)) return;
  if (fs::exists(path_ + untold_name, code)) {
    fs::remove_all(replaced_, code);
  } else if (!fs::exists(path_, code) && fs::exists(temporary_ + "/" + untold_name, code)) {
    fs::rename(replaced_, without_slash(path_), code);
  }
  require(code, path_);
}

// Of a scene that is there and this one, one is whole under its name at any moment; in two steps,
// with the old one beside it between them, where the file system cannot exchange names.
void SceneFolder::appear() {
  const std::string path = without_slash(path_);
  const char *from = temporary_.c_str(), *to = path.c_str();
  std::error_code code;
  if (replaces_) {
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_EXCHANGE) == 0) return;
    if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP) {
      throw formats::system_error("cannot write " + formats::quoted(path_));
    }
    fs::rename(path, replaced_, code);
    require(code, path_);
    moved_ = true;
  }
  fs::rename(temporary_, path, code);
  if (code && moved_) {
    std::error_code ignored;
    fs::rename(replaced_, path, ignored);
  }
  require(code, path_);
}

void SceneFolder::publish() {
  const std::string untold = own_.dump() + "\n";
  formats::write_file(temporary_ + "/" + untold_name, false, std::as_bytes(std::span(untold)));
  for (Json& each : own_) truth_.push_back(std::move(each));
  formats::OutputFile truth(truth_path_, true);
  const std::string text = truth_.dump(1) + "\n";
  truth.write(std::as_bytes(std::span(text)));
  truth.finish();
  appear();
  truth.publish();
  std::error_code ignored;
  if (moved_) fs::remove_all(replaced_, ignored);
  untold_.push_back(below_);
  for (const std::string& scene : untold_) fs::remove(top_ + scene + untold_name, ignored);
}

}  // namespace ptychopatch::app
