// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>

#include "formats/output_lock.hpp"

namespace ptychopatch::app {

// A scene that is being made below ROOT/src: it appears complete or not at all, and ROOT/truth.json
// then tells of its images besides those of other scenes.
class SceneFolder {
 public:
  // Refuses what cannot be written or, without overwrite, is there. With it, only a scene that
  // truth.json knows, so one made before, is replaced.
  SceneFolder(const std::string& root, const std::string& type, const std::string& name,
              bool overwrite);
  ~SceneFolder();
  SceneFolder(const SceneFolder&) = delete;
  SceneFolder& operator=(const SceneFolder&) = delete;

  const std::string& path() const { return path_; }
  const std::string& truth_path() const { return truth_path_; }

  void begin();
  // name is below the scene's folder; truth's "file" becomes its path below ROOT.
  void add(const std::string& name, std::span<const std::byte> bytes, nlohmann::ordered_json truth);
  void publish();

 private:
  // What truth.json tells of other scenes, and whether this one may be written.
  void take_over();

  std::string below_;  // "src/Bayer/NAME/"
  std::string path_, truth_path_, temporary_;
  formats::OutputLock lock_;  // of truth.json, and with it of all scenes that it tells of
  bool overwrite_, replaces_ = false;
  bool begun_ = false;  // the temporary folder is ours
  nlohmann::ordered_json truth_ = nlohmann::ordered_json::array();
};

}  // namespace ptychopatch::app
