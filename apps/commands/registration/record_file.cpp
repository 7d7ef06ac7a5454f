// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/record_file.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "formats/format_error.hpp"
#include "formats/json_text.hpp"
#include "formats/memory_limit.hpp"
#include "formats/utf8.hpp"
#include "formats/yaml_text.hpp"

namespace ptychopatch::alignment {
namespace {

std::string encode_json(const std::vector<const Record*>& records) {
  std::string text = "[";
  for (std::size_t i = 0; i < records.size(); ++i) {
    text += i == 0 ? "\n" : ",\n";
    text += records[i]->dump(-1, ' ', false, Record::error_handler_t::replace);
  }
  text += "\n]\n";
  return text;
}

std::vector<Record> decode_json(const std::string& text, const std::string& source) {
  Record all = formats::parse_json(text, source);
  if (!all.is_array()) throw formats::FormatError(source + " is no JSON array of records");
  return {all.begin(), all.end()};
}

// CSV, as RFC 4180 has it.

// Of these a cell is the text itself; of all others it is JSON.
constexpr std::array<std::string_view, 15> texts = {
    "gt_fpath",        "f_fpath", "image_set",     "mask_fpath", "alignment_method",
    "status",          "reason",  "fixed_pattern", "cfa",        "schema",
    "library_version", "backend", "applied",       "type",       "applied_fpath"};

bool is_text(std::string_view key) { return std::ranges::find(texts, key) != texts.end(); }

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
  Record value = formats::parse_json(cell, source);
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

std::string encode_csv(const std::vector<const Record*>& records) {
  if (records.empty()) return "";
  const Record& first_record = *records[0];
  std::string text;
  for (const auto& [key, value] : first_record.items()) text += (text.empty() ? "" : ",") + key;
  text += '\n';
  for (const Record* record : records) {
    bool first = true;
    for (const auto& [key, ignored] : first_record.items()) {
      if (!first) text += ',';
      first = false;
      text += cell_of(key, record->value(key, Record()));
    }
    text += '\n';
  }
  return text;
}

std::vector<Record> decode_csv(const std::string& text, const std::string& source) {
  constexpr std::uint64_t bytes_a_mark = 128;
  formats::require_memory_to_parse(text, bytes_a_mark, source);
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

// YAML. Texts that another reader could take for something else are quoted as JSON does it, which
// YAML understands.

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view plain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=./+-";

bool is_plain(const std::string& text) {
  // Shorter words may be a YAML reader's true, off or null.
  constexpr std::size_t longest_word = 5;
  const bool safe = !text.empty() && (letters.find(text[0]) != std::string_view::npos) &&
                    text.find_first_not_of(plain) == std::string::npos;
  return safe && (text.size() > longest_word || text == "ok" || text == "cpu" || text == "ml");
}

std::string scalar(const Record& value) {
  if (value.is_string()) return value.get<std::string>();
  std::string text = value.dump(-1, ' ', false, Record::error_handler_t::replace);
  // "1e-05" is a text to YAML 1.1, which wants a point.
  const std::size_t exponent = text.find('e');
  if (value.is_number_float() && exponent != std::string::npos &&
      text.find('.') == std::string::npos) {
    text.insert(exponent, ".0");
  }
  return text;
}

void emit(YAML::Emitter& out, const Record& value) {
  if (value.is_array()) {
    out << YAML::BeginSeq;
    for (const Record& each : value) emit(out, each);
    out << YAML::EndSeq;
  } else if (value.is_object()) {
    out << YAML::BeginMap;
    for (const auto& [key, each] : value.items()) {
      out << YAML::Key << key << YAML::Value;
      emit(out, each);
    }
    out << YAML::EndMap;
  } else if (value.is_string() && !is_plain(value.get<std::string>())) {
    // The emitter itself would leave a text that reads as a number without quotes.
    out << YAML::DoubleQuoted << value.get<std::string>();
  } else if (value.is_null()) {
    out << YAML::Null;
  } else {
    out << scalar(value);
  }
}

class Reader {
 public:
  explicit Reader(const std::string& source) : source_(source) {}

  Record read(const YAML::Node& node) const {
    if (node.IsSequence()) {
      Record list = Record::array();
      for (const YAML::Node& each : node) list.push_back(read(each));
      return list;
    }
    if (node.IsMap()) {
      Record object = Record::object();
      for (const auto& each : node) {
        object[each.first.as<std::string>()] = read(each.second);
        if (object.size() > formats::most_json_keys) {
          throw formats::FormatError(source_ + " has too many keys for a record");
        }
      }
      return object;
    }
    if (!node.IsScalar()) return nullptr;
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return text;  // quoted
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string::npos || text[first] == '[' || text[first] == '{') return text;
    Record value = formats::parse_json(text, source_);
    return value.is_discarded() ? Record(text) : value;
  }

 private:
  const std::string& source_;
};

std::string encode_yaml(const std::vector<const Record*>& records) {
  if (records.empty()) return "[]\n";
  YAML::Emitter out;
  out.SetNullFormat(YAML::LowerNull);
  out << YAML::BeginSeq;
  for (const Record* record : records) emit(out, *record);
  out << YAML::EndSeq << YAML::Newline;
  return {out.c_str(), out.size()};
}

std::vector<Record> decode_yaml(const std::string& text, const std::string& source) {
  try {
    const YAML::Node all = formats::parse_yaml(text, source);
    if (!all.IsSequence()) throw formats::FormatError(source + " is no YAML list of records");
    std::vector<Record> records;
    for (const YAML::Node& each : all) records.push_back(Reader(source).read(each));
    return records;
  } catch (const YAML::Exception& error) {
    throw formats::FormatError(source + " is no YAML: " + error.what());
  }
}

}  // namespace

std::string encode_records_at(const std::vector<const Record*>& records, RecordFormat format) {
  switch (format) {
    case RecordFormat::csv:
      return encode_csv(records);
    case RecordFormat::yaml:
      return encode_yaml(records);
    default:
      return encode_json(records);
  }
}

std::string encode_records(const std::vector<Record>& records, RecordFormat format) {
  std::vector<const Record*> places;
  places.reserve(records.size());
  for (const Record& record : records) places.push_back(&record);
  return encode_records_at(places, format);
}

std::vector<Record> decode_records(const std::string& text, RecordFormat format,
                                   const std::string& source) {
  // Two keys that are not text would be written as one.
  if (!formats::is_utf8(text)) throw formats::FormatError(source + " is no text in UTF-8");
  std::vector<Record> records = format == RecordFormat::csv    ? decode_csv(text, source)
                                : format == RecordFormat::yaml ? decode_yaml(text, source)
                                                               : decode_json(text, source);
  for (const Record& record : records) {
    if (!record.is_object() || !record.contains("f_fpath") || !record.contains("status")) {
      throw formats::FormatError(source + " holds something that is no record of an alignment");
    }
  }
  return records;
}

}  // namespace ptychopatch::alignment
