// SPDX-License-Identifier: Apache-2.0
#include <yaml-cpp/yaml.h>

#include <algorithm>

#include "commands/registration/scene.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/yaml_text.hpp"

namespace ptychopatch::rawnind {
namespace {

// A name becomes part of a path, which may not lead out of the scene's folder.
bool plain_name(const std::string& name) {
  return !name.empty() && name.size() < 256 && name.find('/') == std::string::npos &&
         name.find('\0') == std::string::npos && name[0] != '.';
}

class Index {
 public:
  Index(const std::string& root, const std::string& source) : root_(root), source_(source) {}

  std::vector<Scene> read(const std::string& yaml) {
    try {
      const YAML::Node index = formats::parse_yaml(yaml, source_);
      if (!index.IsMap()) wrong("expected types (Bayer, X-Trans), each with its scenes");
      for (const auto& type : index) read_type(text_of(type.first, "a type"), type.second);
    } catch (const YAML::Exception& error) {
      wrong(error.what());
    }
    if (scenes_.empty()) wrong("it lists no scene");
    std::ranges::stable_sort(scenes_, {}, [](const Scene& scene) {
      return std::pair<const std::string&, const std::string&>(scene.type, scene.name);
    });
    return std::move(scenes_);
  }

 private:
  [[noreturn]] void wrong(const std::string& what) const {
    throw formats::FormatError(source_ + " is no index of a data set: " + what);
  }

  std::string text_of(const YAML::Node& node, const std::string& what) const {
    if (!node.IsScalar() || !plain_name(node.Scalar())) {
      wrong("expected the name of " + what +
            (node.IsScalar() ? ", got " + formats::quoted(node.Scalar().substr(0, 80)) : ""));
    }
    return node.Scalar();
  }

  void read_type(const std::string& type, const YAML::Node& scenes) {
    if (type != "Bayer" && type != "X-Trans") {
      wrong("expected the type Bayer or X-Trans, got " + formats::quoted(type));
    }
    if (!scenes.IsMap()) wrong("expected scenes under " + type);
    for (const auto& each : scenes) {
      Scene scene;
      scene.type = type;
      scene.name = text_of(each.first, "a scene");
      scene.folder = scene_folder(root_, type, scene.name);
      if (!each.second.IsMap()) wrong("expected images under " + formats::quoted(scene.name));
      scene.references = files_of(each.second["clean_images"], "gt/", scene.name);
      scene.images = files_of(each.second["noisy_images"], "", scene.name);
      scenes_.push_back(std::move(scene));
    }
  }

  std::vector<std::string> files_of(const YAML::Node& list, const std::string& folder,
                                    const std::string& scene) const {
    std::vector<std::string> names;
    if (!list || list.IsNull()) return names;
    if (!list.IsSequence()) wrong("expected lists of images under " + formats::quoted(scene));
    for (const YAML::Node& each : list) {
      const YAML::Node name = each.IsMap() ? each["filename"] : each;
      if (!name) wrong("an image under " + formats::quoted(scene) + " has no filename");
      names.push_back(folder + text_of(name, "an image"));
    }
    std::ranges::sort(names);
    return names;
  }

  const std::string& root_;
  const std::string& source_;
  std::vector<Scene> scenes_;
};

}  // namespace

std::vector<Scene> parse_index(const std::string& yaml, const std::string& root,
                               const std::string& source) {
  return Index(root, source).read(yaml);
}

std::vector<Scene> read_index(const std::string& path, const std::string& root) {
  return parse_index(formats::read_text_file(path, formats::max_index_bytes), root,
                     formats::quoted(path));
}

}  // namespace ptychopatch::rawnind
