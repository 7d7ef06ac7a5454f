// SPDX-License-Identifier: Apache-2.0
#include "formats/format_error.hpp"
#include "patch_settings.hpp"

namespace ptychopatch::app {
namespace {

using Json = nlohmann::ordered_json;

class OptionReader {
 public:
  OptionReader(const Json& json, const std::string& source) : json_(json), source_(source) {}

  std::int32_t choice(const char* key, Choices choices) const {
    const Json& value = at(key);
    if (value.is_string()) {
      for (const Choice& each : choices) {
        if (value.get<std::string>() == each.name) return each.value;
      }
    }
    fail(key, "one of " + listed(choices), value);
  }
  std::int64_t integer(const char* key) const {
    const Json& value = at(key);
    if (!value.is_number_integer()) fail(key, "an integer", value);
    return value.get<std::int64_t>();
  }
  std::uint64_t seed(const char* key) const { return static_cast<std::uint64_t>(integer(key)); }
  double number(const char* key) const { return number(key, at(key)); }
  std::complex<double> complex(const char* key) const {
    const Json& value = at(key);
    if (!value.is_array() || value.size() != 2) fail(key, "[real, imaginary]", value);
    return {number(key, value[0]), number(key, value[1])};
  }

 private:
  double number(const char* key, const Json& value) const {
    if (!value.is_number()) fail(key, "a number", value);
    return value.get<double>();
  }
  const Json& at(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) {
      throw formats::FormatError(source_ + ": option " + formats::quoted(key) + " is missing");
    }
    return *found;
  }
  [[noreturn]] void fail(const char* key, const std::string& expected, const Json& value) const {
    throw formats::FormatError(source_ + ": option " + formats::quoted(key) + ": expected " +
                               expected + ", got " +
                               formats::quoted(value.dump(-1, ' ', true).substr(0, 60)));
  }

  const Json& json_;
  const std::string& source_;
};

}  // namespace

Json to_json(const ppatch_patch_options& options) {
  return {{"patch_height", options.patch_height},
          {"patch_width", options.patch_width},
          {"interpolation", name_of(kInterpolationChoices, options.interpolation)},
          {"boundary", name_of(kBoundaryChoices, options.boundary)},
          {"constant", {options.constant_real, options.constant_imag}},
          {"anchor", name_of(kAnchorChoices, options.anchor)},
          {"axes", name_of(kAxesChoices, options.axes)},
          {"sign", name_of(kSignChoices, options.sign)},
          {"layout", name_of(kLayoutChoices, options.layout)},
          {"algorithm", name_of(kAlgorithmChoices, options.algorithm)},
          {"group_size", options.group_size},
          {"local_offsets", name_of(kLocalOffsetsChoices, options.local_offsets)},
          {"jitter_sigma", options.jitter_sigma},
          {"jitter_seed", options.jitter_seed}};
}

ppatch_patch_options patch_options_from_json(const Json& json, const std::string& source) {
  if (!json.is_object()) throw formats::FormatError(source + ": expected a JSON object of options");
  const OptionReader reader(json, source);
  ppatch_patch_options options =
      patch_options(reader.integer("patch_height"), reader.integer("patch_width"));
  options.interpolation = reader.choice("interpolation", kInterpolationChoices);
  options.boundary = reader.choice("boundary", kBoundaryChoices);
  const std::complex<double> constant = reader.complex("constant");
  options.constant_real = constant.real();
  options.constant_imag = constant.imag();
  options.anchor = reader.choice("anchor", kAnchorChoices);
  options.axes = reader.choice("axes", kAxesChoices);
  options.sign = reader.choice("sign", kSignChoices);
  options.layout = reader.choice("layout", kLayoutChoices);
  options.group_size = reader.integer("group_size");
  options.local_offsets = reader.choice("local_offsets", kLocalOffsetsChoices);
  options.jitter_sigma = reader.number("jitter_sigma");
  options.jitter_seed = reader.seed("jitter_seed");
  return options;
}

}  // namespace ptychopatch::app
