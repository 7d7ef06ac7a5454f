// SPDX-License-Identifier: Apache-2.0
#include "formats/json_text.hpp"

#include <vector>

#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

using Json = nlohmann::ordered_json;

// Goes through a text without keeping any of it.
class Bounds : public nlohmann::json_sax<Json> {
 public:
  Bounds(const std::string& source, std::size_t deepest) : source_(source), deepest_(deepest) {}

  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return begin(); }
  bool start_array(std::size_t) override { return begin(); }
  bool end_object() override { return end(); }
  bool end_array() override { return end(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

  bool key(string_t&) override {
    if (++keys_.back() > most_json_keys) {
      throw FormatError(source_ + " has an object of more than " + std::to_string(most_json_keys) +
                        " keys, which is more than is read of JSON");
    }
    return true;
  }

 private:
  bool begin() {
    keys_.push_back(0);
    if (keys_.size() > deepest_) {
      throw FormatError(source_ + " nests deeper than the " + std::to_string(deepest_) +
                        " levels that are read of JSON");
    }
    return true;
  }

  bool end() {
    keys_.pop_back();
    return true;
  }

  const std::string& source_;
  std::size_t deepest_;
  std::vector<std::size_t> keys_;  // of every array and object that is open
};

}  // namespace

Json parse_json(const std::string& text, const std::string& source, std::size_t deepest) {
  // Cells of a table come one by one, and what is small is not worth a look.
  constexpr std::size_t small_text = 1 << 20;
  constexpr std::uint64_t bytes_a_mark = 128;
  if (text.size() > small_text) require_memory_to_parse(text, bytes_a_mark, source);
  Bounds bounds(source, deepest);
  if (!Json::sax_parse(text, &bounds)) return Json::value_t::discarded;
  return Json::parse(text, nullptr, false);
}

}  // namespace ptychopatch::formats
