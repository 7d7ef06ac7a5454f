// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

namespace test {

// A little-endian DNG put together byte by byte, with no library: what the readers are held to.
struct Dng {
  std::uint32_t height = 0, width = 0;
  std::vector<std::uint16_t> pixels;
  std::string pattern = "RGGB";            // of the active area, from its first pixel
  std::array<std::uint32_t, 4> active{};   // top, left, bottom, right; zeros: all
  std::vector<std::uint32_t> black = {0};  // black_rows x black_columns of them
  std::uint16_t black_rows = 1, black_columns = 1;
  std::uint32_t white = 65535;
  std::uint16_t photometric = 32803;
  std::uint16_t orientation = 1;

  std::string bytes() const {
    std::vector<Entry> entries;
    const auto longs = [](const std::vector<std::uint32_t>& values) {
      std::string data;
      for (const std::uint32_t value : values) append(data, value, 4);
      return data;
    };
    const auto shorts = [](const std::vector<std::uint16_t>& values) {
      std::string data;
      for (const std::uint16_t value : values) append(data, value, 2);
      return data;
    };
    const std::uint16_t side = pattern.size() == 4 ? 2 : 6;
    std::string colours;
    for (const char c : pattern) colours += static_cast<char>(c == 'R' ? 0 : c == 'G' ? 1 : 2);
    std::string data;
    for (const std::uint16_t pixel : pixels) append(data, pixel, 2);
    entries.push_back({254, 4, 1, longs({0})});
    entries.push_back({256, 4, 1, longs({width})});
    entries.push_back({257, 4, 1, longs({height})});
    entries.push_back({258, 3, 1, shorts({16})});
    entries.push_back({259, 3, 1, shorts({1})});
    entries.push_back({262, 3, 1, shorts({photometric})});
    entries.push_back({271, 2, 5, std::string("Test\0", 5)});
    entries.push_back({272, 2, 5, std::string("Made\0", 5)});
    entries.push_back({273, 4, 1, longs({0})});  // set below
    entries.push_back({274, 3, 1, shorts({orientation})});
    entries.push_back({277, 3, 1, shorts({1})});
    entries.push_back({278, 4, 1, longs({height})});
    entries.push_back({279, 4, 1, longs({static_cast<std::uint32_t>(data.size())})});
    entries.push_back({33421, 3, 2, shorts({side, side})});
    entries.push_back({33422, 1, static_cast<std::uint32_t>(colours.size()), colours});
    entries.push_back({50706, 1, 4, std::string("\1\4\0\0", 4)});
    entries.push_back({50707, 1, 4, std::string("\1\1\0\0", 4)});
    entries.push_back({50708, 2, 10, std::string("Test Made\0", 10)});
    entries.push_back({50713, 3, 2, shorts({black_rows, black_columns})});
    entries.push_back({50714, 4, static_cast<std::uint32_t>(black.size()), longs(black)});
    entries.push_back({50717, 4, 1, longs({white})});
    if (active[2] != 0) {
      entries.push_back({50829, 4, 4, longs({active.begin(), active.end()})});
    }
    return put_together(entries, data);
  }

 private:
  struct Entry {
    std::uint16_t tag, type;
    std::uint32_t count;
    std::string data;
  };

  static void append(std::string& text, std::uint32_t value, int size) {
    for (int i = 0; i < size; ++i) text += static_cast<char>(value >> (8 * i) & 0xff);
  }

  static std::string put_together(std::vector<Entry> entries, const std::string& data) {
    const std::size_t directory = 8;
    std::size_t extra = directory + 2 + 12 * entries.size() + 4;
    std::size_t outside = 0;
    for (const Entry& entry : entries) outside += entry.data.size() > 4 ? entry.data.size() + 1 : 0;
    for (Entry& entry : entries) {
      if (entry.tag != 273) continue;
      entry.data.clear();
      append(entry.data, static_cast<std::uint32_t>(extra + outside), 4);
    }
    std::string text("II*\0", 4), rest;
    append(text, directory, 4);
    append(text, static_cast<std::uint32_t>(entries.size()), 2);
    for (Entry& entry : entries) {
      append(text, entry.tag, 2);
      append(text, entry.type, 2);
      append(text, entry.count, 4);
      if (entry.data.size() > 4) {
        append(text, static_cast<std::uint32_t>(extra + rest.size()), 4);
        rest += entry.data + '\0';
      } else {
        text += entry.data + std::string(4 - entry.data.size(), '\0');
      }
    }
    append(text, 0, 4);
    return text + rest + data;
  }
};

}  // namespace test
