// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/record_file.hpp"

#include "commands/registration/csv_text.hpp"
#include "commands/registration/yaml_text.hpp"
#include "formats/format_error.hpp"
#include "formats/utf8.hpp"

namespace ptychopatch::alignment {
namespace {

std::string encode_json(const std::vector<Record>& records) {
  std::string text = "[";
  for (std::size_t i = 0; i < records.size(); ++i) {
    text += i == 0 ? "\n" : ",\n";
    text += records[i].dump(-1, ' ', false, Record::error_handler_t::replace);
  }
  return text + "\n]\n";
}

std::vector<Record> decode_json(const std::string& text, const std::string& source) {
  Record all = Record::parse(text, nullptr, false);
  if (!all.is_array()) throw formats::FormatError(source + " is no JSON array of records");
  return {all.begin(), all.end()};
}

}  // namespace

std::string encode_records(const std::vector<Record>& records, RecordFormat format) {
  switch (format) {
    case RecordFormat::kCsv:
      return encode_csv(records);
    case RecordFormat::kYaml:
      return encode_yaml(records);
    default:
      return encode_json(records);
  }
}

std::vector<Record> decode_records(const std::string& text, RecordFormat format,
                                   const std::string& source) {
  // Two keys that are not text would be written as one.
  if (!formats::is_utf8(text)) throw formats::FormatError(source + " is no text in UTF-8");
  std::vector<Record> records = format == RecordFormat::kCsv    ? decode_csv(text, source)
                                : format == RecordFormat::kYaml ? decode_yaml(text, source)
                                                                : decode_json(text, source);
  for (const Record& record : records) {
    if (!record.is_object() || !record.contains("f_fpath") || !record.contains("status")) {
      throw formats::FormatError(source + " holds something that is no record of an alignment");
    }
  }
  return records;
}

}  // namespace ptychopatch::alignment
