// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/work_list.hpp"

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
