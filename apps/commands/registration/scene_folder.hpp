// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <vector>

#include "formats/output_lock.hpp"

namespace ptychopatch::app {

// A scene that is being made below ROOT/src: it appears complete or not at all, and ROOT/truth.json
// then tells of its images besides those of other scenes. One that it replaces is whole until then.
// A run that is killed once its scene is there and before truth.json tells of it leaves that to the
// next one.
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
  void put_back() const;
  void appear();

  std::string below_;  // "src/Bayer/NAME/"
  std::string top_, path_, truth_path_, temporary_, replaced_;
  std::vector<std::string> untold_;
  formats::OutputLock lock_;  // of truth.json, and with it of all scenes that it tells of
  bool overwrite_, replaces_ = false;
  bool begun_ = false;  // the temporary folder is ours
  bool moved_ = false;  // so is the one that holds the old scene
  // Of this scene, and of all others.
  nlohmann::ordered_json own_ = nlohmann::ordered_json::array();
  nlohmann::ordered_json truth_ = nlohmann::ordered_json::array();
};

}  // namespace ptychopatch::app
