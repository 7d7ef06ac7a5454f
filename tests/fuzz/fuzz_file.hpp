// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_TESTS_FUZZ_FUZZ_FILE_HPP_
#define PTYCHOPATCH_TESTS_FUZZ_FUZZ_FILE_HPP_

#include <span>
#include <string>

#include "formats/array_store.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/scan_input.hpp"
#include "require.hpp"

// All that `info` and `extract` do with a file, from memory. To refuse it in one line is success;
// any other exception ends the fuzzer.
class FuzzFile {
 public:
  FuzzFile(const std::uint8_t* data, std::size_t size)
      : bytes_(reinterpret_cast<const std::byte*>(data), size) {}

  std::span<const std::byte> bytes() const { return bytes_; }

  ptychopatch::formats::Container container() const {
    using ptychopatch::formats::kMagicBytes;
    return ptychopatch::formats::container_of(bytes_.first(std::min(bytes_.size(), kMagicBytes)));
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

  void list() const {
    attempt([&] {
      const auto store = ptychopatch::formats::open_store(bytes_, "f");
      for (const std::string& key : store->keys()) {
        attempt([&] { store->link(key); });
        attempt([&] { require(!store->header(key).type.name().empty()); });
      }
      attempt([&] { store->text("metadata"); });
    });
  }

  void scan() const {
    attempt([&] {
      const auto scan = ptychopatch::formats::open_scan(bytes_, "f");
      require(!scan->convention_text().empty());
      attempt([&] { placement_text(scan->placement()); });
      attempt([&] { check(scan->image().array); });
      attempt([&] {
        ptychopatch::formats::NamedArray positions = scan->positions();
        check(positions.array);
        ppatch_patch_options options = PPATCH_PATCH_OPTIONS_INIT;
        options.patch_height = options.patch_width = 4;
        options.anchor = scan->convention().anchor;
        options.axes = scan->convention().axes;
        options.sign = scan->convention().sign;
        place(std::move(positions.array), scan->placement(), options, 9, 7, positions.source);
      });
    });
  }

 private:
  std::span<const std::byte> bytes_;
};

#endif  // PTYCHOPATCH_TESTS_FUZZ_FUZZ_FILE_HPP_
