// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/csv_text.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "formats/format_error.hpp"

namespace ptychopatch::alignment {
namespace {

// Of these a cell is the text itself; of all others it is JSON.
constexpr std::array<std::string_view, 12> kTexts = {
    "gt_fpath", "f_fpath",       "image_set", "mask_fpath", "alignment_method", "status",
    "reason",   "fixed_pattern", "cfa",       "schema",     "library_version",  "backend"};

bool is_text(std::string_view key) { return std::ranges::find(kTexts, key) != kTexts.end(); }

std::string quoted_cell(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string cell = "\"";
  for (const char c : text) cell += c == '"' ? "\"\"" : std::string(1, c);
  return cell + '"';
}

std::string cell_of(const std::string& key, const Record& value) {
  if (value.is_null()) return "";
  if (is_text(key) && value.is_string()) return quoted_cell(value.get<std::string>());
  return quoted_cell(value.dump(-1, ' ', false, Record::error_handler_t::replace));
}

Record value_of(const std::string& key, const std::string& cell, const std::string& source) {
  if (cell.empty()) return nullptr;
  if (is_text(key)) return cell;
  Record value = Record::parse(cell, nullptr, false);
  if (value.is_discarded()) {
    throw formats::FormatError(source + " has " + formats::quoted(cell.substr(0, 60)) +
                               " in the column " + formats::quoted(key) + ", expected JSON");
  }
  return value;
}

// Rows of cells.
std::vector<std::vector<std::string>> rows_of(const std::string& text, const std::string& source) {
  std::vector<std::vector<std::string>> rows;
  std::vector<std::string> row;
  std::string cell;
  bool in_quotes = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_quotes) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += '"';
        ++i;
      } else {
        in_quotes = false;
      }
    } else if (c == '"') {
      in_quotes = true;
    } else if (c == ',' || c == '\n') {
      row.push_back(std::move(cell));
      cell.clear();
      if (c == '\n') {
        rows.push_back(std::move(row));
        row.clear();
      }
    } else if (c != '\r') {
      cell += c;
    }
  }
  if (in_quotes || !row.empty() || !cell.empty()) {
    throw formats::FormatError(source + " ends in the middle of a line, expected CSV");
  }
  return rows;
}

}  // namespace

std::string encode_csv(const std::vector<Record>& records) {
  if (records.empty()) return "";
  std::string text;
  for (const auto& [key, value] : records[0].items()) text += (text.empty() ? "" : ",") + key;
  text += '\n';
  for (const Record& record : records) {
    bool first = true;
    for (const auto& [key, ignored] : records[0].items()) {
      if (!first) text += ',';
      first = false;
      text += cell_of(key, record.value(key, Record()));
    }
    text += '\n';
  }
  return text;
}

std::vector<Record> decode_csv(const std::string& text, const std::string& source) {
  const std::vector<std::vector<std::string>> rows = rows_of(text, source);
  std::vector<Record> records;
  for (std::size_t i = 1; i < rows.size(); ++i) {
    if (rows[i].size() != rows[0].size()) {
      throw formats::FormatError(source + " has " + std::to_string(rows[i].size()) +
                                 " cells in line " + std::to_string(i + 1) + ", expected " +
                                 std::to_string(rows[0].size()));
    }
    Record record = Record::object();
    for (std::size_t k = 0; k < rows[i].size(); ++k) {
      record[rows[0][k]] = value_of(rows[0][k], rows[i][k], source);
    }
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace ptychopatch::alignment
