// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/yaml_text.hpp"

#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "formats/format_error.hpp"

namespace ptychopatch::alignment {
namespace {

constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
constexpr std::string_view kPlain =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_=./+-";

bool is_plain(const std::string& text) {
  // Shorter words may be a YAML reader's true, off or null.
  constexpr std::size_t kLongestWord = 5;
  const bool safe = !text.empty() && (kLetters.find(text[0]) != std::string_view::npos) &&
                    text.find_first_not_of(kPlain) == std::string::npos;
  return safe && (text.size() > kLongestWord || text == "ok" || text == "cpu" || text == "ml");
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

  Record read(const YAML::Node& node, int depth = 0) const {
    constexpr int kDeepest = 16;
    if (depth > kDeepest) throw formats::FormatError(source_ + " nests too deeply for a record");
    if (node.IsSequence()) {
      Record list = Record::array();
      for (const YAML::Node& each : node) list.push_back(read(each, depth + 1));
      return list;
    }
    if (node.IsMap()) {
      Record object = Record::object();
      for (const auto& each : node)
        object[each.first.as<std::string>()] = read(each.second, depth + 1);
      return object;
    }
    if (!node.IsScalar()) return nullptr;
    const std::string& text = node.Scalar();
    if (node.Tag() == "!") return text;  // quoted
    Record value = Record::parse(text, nullptr, false);
    return value.is_discarded() || value.is_structured() ? Record(text) : value;
  }

 private:
  const std::string& source_;
};

}  // namespace

std::string encode_yaml(const std::vector<Record>& records) {
  if (records.empty()) return "[]\n";
  YAML::Emitter out;
  out.SetNullFormat(YAML::LowerNull);
  emit(out, Record(records));
  return std::string(out.c_str(), out.size()) + "\n";
}

std::vector<Record> decode_yaml(const std::string& text, const std::string& source) {
  try {
    const YAML::Node all = YAML::Load(text);
    if (!all.IsSequence()) throw formats::FormatError(source + " is no YAML list of records");
    std::vector<Record> records;
    for (const YAML::Node& each : all) records.push_back(Reader(source).read(each));
    return records;
  } catch (const YAML::Exception& error) {
    throw formats::FormatError(source + " is no YAML: " + error.what());
  }
}

}  // namespace ptychopatch::alignment
