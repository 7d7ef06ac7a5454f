// SPDX-License-Identifier: Apache-2.0
#include "formats/yaml_text.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <sstream>

#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

// Goes through a text without keeping any of it.
class Bounds : public YAML::EventHandler {
 public:
  explicit Bounds(const std::string& source) : source_(source) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
  void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t,
                const std::string&) override {}
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    begin(mark);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    begin(mark);
  }
  void OnSequenceEnd() override { --depth_; }
  void OnMapEnd() override { --depth_; }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw FormatError(at(mark) + " has an alias, expected YAML without any");
  }

 private:
  std::string at(const YAML::Mark& mark) const {
    return source_ + ", line " + std::to_string(mark.line + 1) + ",";
  }

  void begin(const YAML::Mark& mark) {
    if (++depth_ > deepest_yaml) {
      throw FormatError(at(mark) + " nests deeper than the " + std::to_string(deepest_yaml) +
                        " levels that are read of YAML");
    }
  }

  const std::string& source_;
  std::size_t depth_ = 0;
};

}  // namespace

YAML::Node parse_yaml(const std::string& text, const std::string& source) {
  constexpr std::uint64_t bytes_a_mark = 512;
  require_memory_to_parse(text, bytes_a_mark, source);
  {
    Bounds bounds(source);
    std::istringstream stream(text);
    YAML::Parser(stream).HandleNextDocument(bounds);
  }
  return YAML::Load(text);
}

}  // namespace ptychopatch::formats
