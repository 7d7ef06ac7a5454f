// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/work_list.hpp"

#include <map>

#include "formats/format_error.hpp"

namespace ptychopatch::alignment {

SceneWork work_of(const rawnind::Scene& scene) {
  SceneWork work;
  work.references = scene.references.size();
  std::vector<std::string> names = scene.references;
  names.insert(names.end(), scene.images.begin(), scene.images.end());
  for (const std::string& name : names) work.images.push_back({scene.folder + name, std::nullopt});
  if (work.references == 0) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      work.pairs.push_back({SceneWork::no_reference, i, {scene.name, "", names[i], scene.type}, 0});
    }
  }
  for (std::size_t g = 0; g < work.references; ++g) {
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i == g) continue;
      work.pairs.push_back({g, i, {scene.name, names[g], names[i], scene.type}, 0});
    }
  }
  return work;
}

std::vector<mosaics::ImageItem> items_in(const std::string& path) {
  try {
    return mosaics::items_of(path);
  } catch (const formats::FormatError&) {
    return {{path, std::nullopt}};
  }
}

void require_own_names(const std::vector<mosaics::ImageItem>& moving) {
  std::map<std::string, const mosaics::ImageItem*> by_name;
  for (const mosaics::ImageItem& item : moving) {
    const mosaics::ImageItem& first = *by_name.emplace(item.name(), &item).first->second;
    if (first.path == item.path) continue;
    throw formats::FormatError("expected images of different names, got the file " +
                               formats::quoted(item.name()) + " and an image of " +
                               formats::quoted(item.index ? item.path : first.path) +
                               " that has this name");
  }
}

SceneWork work_of(const mosaics::ImageItem& reference,
                  const std::vector<mosaics::ImageItem>& moving) {
  SceneWork work;
  work.references = 1;
  work.images.push_back(reference);
  for (const mosaics::ImageItem& item : moving) {
    work.pairs.push_back({0, work.images.size(), {"", reference.name(), item.name()}, 0});
    work.images.push_back(item);
  }
  return work;
}

}  // namespace ptychopatch::alignment
