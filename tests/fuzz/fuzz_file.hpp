// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <string>

#include "formats/array_store.hpp"
#include "formats/format_error.hpp"
#include "formats/scan_input.hpp"
#include "require.hpp"

// All that `info` and `extract` do with a file. To refuse it in one line is success; any other
// exception ends the fuzzer.
class FuzzFile {
 public:
  FuzzFile(const std::uint8_t* data, std::size_t size)
      : bytes_(reinterpret_cast<const std::byte*>(data), size) {}
  ~FuzzFile() {
    if (!path_.empty()) std::filesystem::remove(path_);
  }
  FuzzFile(const FuzzFile&) = delete;
  FuzzFile& operator=(const FuzzFile&) = delete;

  std::span<const std::byte> bytes() const { return bytes_; }

  ptychopatch::formats::Container container() const {
    using ptychopatch::formats::magic_bytes;
    return ptychopatch::formats::container_of(bytes_.first(std::min(bytes_.size(), magic_bytes)));
  }

  // Where it lies on the disk, for libraries that read by name.
  const std::string& path() {
    if (path_.empty()) {
      path_ = std::filesystem::temp_directory_path() / ("fuzz-" + std::to_string(::getpid()));
      std::ofstream file(path_, std::ios::binary);
      file.write(reinterpret_cast<const char*>(bytes_.data()),
                 static_cast<std::streamsize>(bytes_.size()));
    }
    return path_;
  }

  template <class Function>
  static void attempt(Function function) {
    try {
      function();
    } catch (const ptychopatch::formats::FormatError& error) {
      const std::string text = error.what();
      require(!text.empty() && text.find('\n') == std::string::npos);
    }
  }

  static void check(const ptychopatch::formats::NpyArray& array) {
    require(array.data.size() == static_cast<std::size_t>(array.count()) * array.type.size);
  }

  static void list(const ptychopatch::formats::ArrayStore& store) {
    for (const std::string& key : store.keys()) {
      attempt([&] { store.link(key); });
      attempt([&] { require(!store.header(key).type.name().empty()); });
    }
    attempt([&] { store.text("metadata"); });
  }

  static void check(ptychopatch::formats::ScanInput scan) {
    require(!scan.convention_text.empty());
    attempt([&] { check(scan.image.take().array); });
    attempt([&] {
      const ptychopatch::formats::Placement placement = scan.placement.take();
      require(!placement_text(placement).empty());
      ptychopatch::formats::NamedArray positions = scan.positions.take();
      check(positions.array);
      ppatch_patch_options options = PPATCH_PATCH_OPTIONS_INIT;
      options.patch_height = options.patch_width = 4;
      options.anchor = scan.convention.anchor;
      options.axes = scan.convention.axes;
      options.sign = scan.convention.sign;
      place(std::move(positions.array), placement, options, 9, 7, positions.source);
    });
  }

  // As the command does, in a child where the format's library may fail.
  void read() {
    attempt([&] {
      ptychopatch::formats::ask_store<std::string>(path(), [](const auto& store) {
        list(store);
        return std::string();
      });
    });
    attempt([&] { check(ptychopatch::formats::read_scan(path())); });
  }

 private:
  std::span<const std::byte> bytes_;
  std::string path_;
};
