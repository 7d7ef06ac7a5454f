// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/pair_targets.hpp"

#include <unistd.h>

#include <algorithm>
#include <climits>
#include <filesystem>

#include "formats/format_error.hpp"
#include "formats/output_file.hpp"
#include "formats/utf8.hpp"

namespace ptychopatch::alignment {
namespace {

namespace fs = std::filesystem;

constexpr const char* endings[] = {".dng", ".npy"};

bool exists(const std::string& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

// A path in a record and one here are compared as text, for bytes cannot be had back from that.
std::string whole(const std::string& text) {
  std::error_code ignored;
  const fs::path here = formats::text_of_name(fs::current_path(ignored).string());
  return (here / text).lexically_normal().string();
}

std::string text_in(const Record& record, const char* key) {
  const Record value = record.value(key, Record());
  return value.is_string() ? value.get<std::string>() : "";
}

bool names_it(const std::string& recorded, const std::string& path) {
  return !recorded.empty() && whole(recorded) == whole(formats::text_of_name(path));
}

// With "applied_fpath" of x.dng, x.reference.dng is the pair's, too.
bool is_of(const Record& record, const std::string& path) {
  const std::string applied = text_in(record, "applied_fpath");
  const std::size_t ending = applied.rfind('.');
  if (ending != std::string::npos &&
      names_it(applied.substr(0, ending) + ".reference" + applied.substr(ending), path)) {
    return true;
  }
  return names_it(applied, path) || names_it(text_in(record, "mask_fpath"), path);
}

}  // namespace

PairTargets::PairTargets(PairPaths paths, const std::string& masks, const std::string& apply,
                         ApplyMode mode)
    : paths_(std::move(paths)), masks_(masks), apply_(apply), mode_(mode) {}

std::string PairTargets::mask(const PairNames& names) const {
  return (fs::path(masks_) / (paths_.mask(names) + ".png")).string();
}

std::string PairTargets::image(const PairNames& names) const {
  return (fs::path(apply_) / paths_.folder(names) / paths_.image(names)).string();
}

std::vector<std::string> PairTargets::masks_of(const PairNames& names) const {
  if (masks_.empty()) return {};
  return {mask(names)};
}

std::vector<std::string> PairTargets::images_of(const PairNames& names) const {
  std::vector<std::string> paths;
  if (apply_.empty()) return paths;
  const std::string stem = image(names);
  for (const char* ending : endings) {
    paths.push_back(stem + ending);
    if (mode_ == ApplyMode::crop) paths.push_back(stem + ".reference" + ending);
  }
  return paths;
}

bool PairTargets::made(const PairNames& names, const Record& record) const {
  // Where levels are not known there is no mask.
  if (!masks_.empty() && !record.value("mask_mean", Record()).is_null()) {
    const std::string path = mask(names);
    if (!names_it(text_in(record, "mask_fpath"), path) || !exists(path)) return false;
  }
  if (apply_.empty()) return true;
  const std::string applied = text_in(record, "applied");
  if (applied.empty() || (applied == "crop") != (mode_ == ApplyMode::crop)) return false;
  const std::string stem = image(names);
  return std::ranges::any_of(endings, [&](const std::string& ending) {
    return names_it(text_in(record, "applied_fpath"), stem + ending) && exists(stem + ending) &&
           (mode_ != ApplyMode::crop || exists(stem + ".reference" + ending));
  });
}

void PairTargets::check(const PairNames& names, const Record* record, bool overwrite) {
  std::vector<std::string> paths = masks_of(names);
  for (std::string& path : images_of(names)) paths.push_back(std::move(path));
  for (const std::string& path : paths) {
    const fs::path file = path;
    if (file.filename().string().size() > NAME_MAX) {
      throw formats::FormatError("cannot write output " + formats::quoted(path) +
                                 ": File name too long");
    }
    check_folder(file.parent_path().string());
    if (!exists(path)) continue;
    const bool replaces = overwrite || (record != nullptr && is_of(*record, path));
    if (!replaces) {
      throw formats::FormatError("output " + formats::quoted(path) +
                                 " exists, and no record that is gone on with is of it; give "
                                 "--overwrite to replace it");
    }
    formats::OutputTarget::check(path, true);
  }
}

// The part of its path that is there must be a folder, where the rest can be made.
void PairTargets::check_folder(const std::string& folder) {
  if (!checked_.insert(folder).second) return;
  fs::path there = folder.empty() ? fs::path(".") : fs::path(folder);
  while (!exists(there.string()) && there.has_relative_path()) {
    there = there.has_parent_path() ? there.parent_path() : fs::path(".");
  }
  std::error_code code;
  if (!fs::is_directory(there, code) && !code)
    code = std::make_error_code(std::errc::not_a_directory);
  if (!code && ::access(there.c_str(), W_OK | X_OK) != 0) {
    code = std::error_code(errno, std::generic_category());
  }
  if (!code) return;
  throw formats::FormatError("cannot write into folder " + formats::quoted(folder) + ": " +
                             code.message());
}

}  // namespace ptychopatch::alignment
