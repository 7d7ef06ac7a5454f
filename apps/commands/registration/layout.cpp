// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "commands/registration/scene.hpp"
#include "formats/format_error.hpp"
#include "mosaics/image_input.hpp"

namespace ptychopatch::rawnind {
namespace {

namespace fs = std::filesystem;

std::string with_slash(std::string folder) {
  if (!folder.empty() && folder.back() != '/') folder += '/';
  return folder;
}

// Names in a folder, sorted by their bytes.
std::vector<std::string> names_in(const std::string& folder, bool folders) {
  std::vector<std::string> names;
  std::error_code code;
  fs::directory_iterator entry(folder, code);
  for (; !code && entry != fs::directory_iterator(); entry.increment(code)) {
    const std::string name = entry->path().filename().string();
    std::error_code ignored;
    const bool wanted = folders ? entry->is_directory(ignored) : !entry->is_directory(ignored);
    if (wanted && !name.starts_with('.')) names.push_back(name);
  }
  if (code) {
    throw formats::FormatError("cannot list folder " + formats::quoted(folder) + ": " +
                               code.message());
  }
  std::ranges::sort(names);
  return names;
}

// Leaves other files out, and counts them.
std::vector<std::string> images_in(const std::string& folder, std::size_t& left_out) {
  std::vector<std::string> names = names_in(folder, false);
  left_out +=
      std::erase_if(names, [](const std::string& name) { return !mosaics::names_image(name); });
  return names;
}

Scene read_scene(const std::string& root, const std::string& type, const std::string& name) {
  Scene scene{type, name, with_slash(root) + type + "/" + name + "/", {}, {}, 0};
  std::error_code ignored;
  if (fs::is_directory(scene.folder + "gt", ignored)) {
    for (const std::string& each : images_in(scene.folder + "gt", scene.left_out)) {
      scene.references.push_back("gt/" + each);
    }
  }
  scene.images = images_in(scene.folder, scene.left_out);
  return scene;
}

}  // namespace

std::string scene_folder(const std::string& root, const std::string& type,
                         const std::string& name) {
  return with_slash(root) + "src/" + type + "/" + name + "/";
}

std::vector<Scene> walk_layout(const std::string& root) {
  std::error_code ignored;
  const std::string below = with_slash(root) + "src";
  const std::string& top = fs::is_directory(below, ignored) ? below : root;
  std::vector<Scene> scenes;
  for (const char* type : {"Bayer", "X-Trans"}) {
    const std::string folder = with_slash(top) + type;
    if (!fs::is_directory(folder, ignored)) continue;
    for (const std::string& name : names_in(folder, true)) {
      scenes.push_back(read_scene(top, type, name));
    }
  }
  if (scenes.empty()) {
    throw formats::FormatError(
        formats::quoted(root) +
        " holds no scene: expected folders src/Bayer/SCENE or src/X-Trans/SCENE with images and "
        "their references in gt/");
  }
  return scenes;
}

}  // namespace ptychopatch::rawnind
