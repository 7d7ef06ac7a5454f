// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/pair_paths.hpp"

#include <filesystem>
#include <map>

#include "formats/format_error.hpp"

namespace ptychopatch::alignment {
namespace {

// Where "[3]" begins, an image's place in its file, or npos.
std::size_t index_of(const std::string& name) {
  const std::size_t bracket = name.ends_with(']') ? name.rfind('[') : std::string::npos;
  if (bracket == std::string::npos || bracket + 2 >= name.size()) return std::string::npos;
  const bool counts = name.find_first_not_of("0123456789", bracket + 1) == name.size() - 1;
  return counts ? bracket : std::string::npos;
}

// One step of a path, that never leads to another folder.
std::string part_of(const std::string& name, bool whole) {
  const std::size_t bracket = index_of(name);
  const std::string index = bracket == std::string::npos ? "" : name.substr(bracket);
  const std::filesystem::path file = std::filesystem::path(name.substr(0, bracket)).filename();
  const auto leads_on = [](const std::string& part) {
    return part.empty() || part == "." || part == "..";
  };
  std::string part = (whole ? file : file.stem()).string() + index;
  if (leads_on(part)) part = file.string() + index;
  // No file has such a name, but what cannot be read has a path, too.
  return leads_on(part) ? part + "_" : part;
}

[[noreturn]] void refuse(const PairNames& one, const PairNames& other, const std::string& path) {
  throw formats::FormatError(
      "arguments --apply and --write-masks: expected pairs of different file names, but " +
      formats::quoted(one.image) + " on " + formats::quoted(one.reference) + " and " +
      formats::quoted(other.image) + " on " + formats::quoted(other.reference) +
      " would both be written to " + formats::quoted(path));
}

}  // namespace

PairPaths::PairPaths(const std::vector<PairNames>& pairs) {
  std::map<PairNames, std::set<std::string>> references;
  for (const PairNames& names : pairs) {
    references[{names.scene, reference(names), ""}].insert(names.reference);
  }
  for (const auto& [place, users] : references) {
    if (users.size() < 2) continue;
    for (const std::string& user : users) whole_references_.insert({place.scene, user, ""});
  }
  std::map<std::string, std::set<PairNames>> images;
  for (const PairNames& names : pairs) {
    for (const std::string& path : all_of(names)) images[path].insert(names);
  }
  for (const auto& [path, users] : images) {
    if (users.size() > 1) whole_images_.insert(users.begin(), users.end());
  }
  std::map<std::string, const PairNames*> users;
  for (const PairNames& names : pairs) {
    for (const std::string& path : all_of(names)) {
      const auto [user, is_new] = users.emplace(path, &names);
      if (!is_new) refuse(*user->second, names, path);
    }
  }
}

std::string PairPaths::folder(const PairNames& names) const {
  return (std::filesystem::path(names.scene) / reference(names)).string();
}

std::string PairPaths::image(const PairNames& names) const {
  return part_of(names.image, whole_images_.contains(names));
}

std::string PairPaths::mask(const PairNames& names) const {
  return (names.scene.empty() ? "" : names.scene + "_") + reference(names) + "_" + image(names);
}

std::string PairPaths::reference(const PairNames& names) const {
  return part_of(names.reference, whole_references_.contains({names.scene, names.reference, ""}));
}

// Paths that no other pair may have. Masks and images may lie in one folder.
std::vector<std::string> PairPaths::all_of(const PairNames& names) const {
  const std::string path = folder(names) + "/" + image(names);
  return {path, path + ".reference", mask(names) + ".png"};
}

}  // namespace ptychopatch::alignment
