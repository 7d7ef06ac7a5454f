// SPDX-License-Identifier: Apache-2.0
#include "mosaics/tiff_directory.hpp"

#include <set>
#include <string_view>

#include "formats/bytes.hpp"

namespace ptychopatch::mosaics {
namespace {

constexpr std::size_t max_directories = 100;
constexpr std::size_t entry_bytes = 12;

class Walk {
 public:
  explicit Walk(std::span<const std::byte> bytes) : bytes_(bytes) {
    if (bytes.size() < 8) return;
    big_endian_ = bytes[0] == std::byte{'M'};
    pending_.push_back(number(4, 4));
    while (!pending_.empty() && directories_.size() < max_directories) {
      const std::uint32_t at = pending_.back();
      pending_.pop_back();
      if (at != 0 && seen_.insert(at).second) read(at);
    }
  }

  std::vector<TiffDirectory> take() { return std::move(directories_); }

 private:
  bool holds(std::uint64_t at, std::uint64_t count) const {
    return at <= bytes_.size() && count <= bytes_.size() - at;
  }

  std::uint32_t number(std::uint64_t at, std::size_t size) const {
    return static_cast<std::uint32_t>(formats::number_of(bytes_.subspan(at, size), big_endian_));
  }

  void read(std::uint64_t at) {
    TiffDirectory directory;
    const std::size_t count = holds(at, 2) ? number(at, 2) : 0;
    directory.cut = count == 0 || !holds(at + 2, count * entry_bytes);
    for (std::size_t i = 0; i < count && !directory.cut; ++i) {
      read_entry(at + 2 + i * entry_bytes, directory);
    }
    const std::uint64_t next = at + 2 + count * entry_bytes;
    if (!directory.cut && holds(next, 4)) pending_.push_back(number(next, 4));
    const auto below = directory.tags.find(tiff_sub_directories);
    if (below != directory.tags.end()) {
      for (const std::uint32_t each : below->second) {
        if (pending_.size() < max_directories) pending_.push_back(each);
      }
    }
    directories_.push_back(std::move(directory));
  }

  void read_entry(std::uint64_t at, TiffDirectory& directory) {
    const auto tag = static_cast<std::uint16_t>(number(at, 2));
    const std::uint32_t type = number(at + 2, 2);
    const std::uint64_t count = number(at + 4, 4);
    const std::size_t size = type == 1 ? 1 : type == 3 ? 2 : type == 4 || type == 13 ? 4 : 0;
    if (size == 0) return;
    std::uint64_t from = at + 8;
    if (count * size > 4) from = number(at + 8, 4);
    if (!holds(from, count * size)) {
      directory.cut = true;
      return;
    }
    // What a directory's numbers may cost is bounded by the file, but not what many copies may.
    constexpr std::uint64_t max_numbers = 1 << 22;
    numbers_ += count;
    if (numbers_ > max_numbers) return;
    std::vector<std::uint32_t>& values = directory.tags[tag];
    values.clear();
    for (std::uint64_t i = 0; i < count; ++i) values.push_back(number(from + i * size, size));
  }

  std::span<const std::byte> bytes_;
  bool big_endian_ = false;
  std::vector<std::uint32_t> pending_;
  std::set<std::uint32_t> seen_;
  std::uint64_t numbers_ = 0;
  std::vector<TiffDirectory> directories_;
};

}  // namespace

std::vector<TiffDirectory> tiff_directories(std::span<const std::byte> bytes) {
  constexpr std::string_view little("II*\0", 4), big("MM\0*", 4);
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (!text.starts_with(little) && !text.starts_with(big)) return {};
  return Walk(bytes).take();
}

const TiffDirectory* find_raw_image(const std::vector<TiffDirectory>& directories) {
  const TiffDirectory* found = nullptr;
  const auto pixels = [](const TiffDirectory& each) {
    return std::uint64_t{each.number(tiff_width)} * each.number(tiff_height);
  };
  for (const TiffDirectory& each : directories) {
    const std::uint32_t photometric = each.number(tiff_photometric);
    if (photometric != photometric_cfa && photometric != photometric_linear_raw) continue;
    if (found == nullptr || pixels(each) > pixels(*found)) found = &each;
  }
  return found;
}

}  // namespace ptychopatch::mosaics
