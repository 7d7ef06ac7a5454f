// SPDX-License-Identifier: Apache-2.0
#include "argument.hpp"

#include <CLI/CLI.hpp>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "pictures/canvas.hpp"

namespace ptychopatch::app {
namespace {

[[noreturn]] void wrong(const std::string& option, const std::string& expected,
                        const std::string& text) {
  throw UsageError("argument " + option + ": expected " + expected + ", got " +
                   formats::quoted(text));
}

std::string plain(double value) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

}  // namespace

std::string listed(Choices choices) {
  std::string text;
  for (const Choice& choice : choices) text.append(text.empty() ? "" : ",").append(choice.name);
  return text;
}

std::string braced(Choices choices) {
  std::string text = "{";
  return text.append(listed(choices)).append("}");
}

std::int64_t parse_integer(const std::string& option, const std::string& text, std::int64_t least,
                           std::int64_t most) {
  std::int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || value < least || value > most) {
    const bool bounded = most != std::numeric_limits<std::int64_t>::max();
    wrong(option,
          "an integer of at least " + std::to_string(least) +
              (bounded ? " and at most " + std::to_string(most) : ""),
          text);
  }
  return value;
}

double parse_number(const std::string& option, const std::string& text, double least) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || parsed.ptr != end || !std::isfinite(value) || value < least) {
    const bool bounded = least > std::numeric_limits<double>::lowest();
    wrong(option, bounded ? "a number of at least " + plain(least) : "a number", text);
  }
  return value;
}

std::array<double, 2> parse_pair(const std::string& option, const std::string& text, double least,
                                 std::optional<double> second_alone) {
  const std::size_t comma = text.find(',');
  const double first = parse_number(option, text.substr(0, comma), least);
  if (comma == std::string::npos) return {first, second_alone.value_or(first)};
  return {first, parse_number(option, text.substr(comma + 1), least)};
}

std::uint64_t parse_size(const std::string& option, const std::string& text) {
  const std::string expected = "a size in bytes such as 800M or 2GiB";
  double value = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, value);
  if (parsed.ec != std::errc() || !std::isfinite(value) || value < 0) wrong(option, expected, text);
  std::string unit(parsed.ptr, end);
  if (unit.ends_with('B')) unit.pop_back();
  const bool binary = unit.ends_with('i');
  if (binary) unit.pop_back();
  static constexpr std::string_view prefixes = "kMGTP";
  if (!unit.empty()) {
    if (unit == "K") unit = "k";
    const std::size_t power = prefixes.find(unit);
    if (unit.size() != 1 || power == std::string_view::npos) wrong(option, expected, text);
    value *= std::pow(binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
  } else if (binary) {
    wrong(option, expected, text);
  }
  if (value < 1 || value >= 0x1p63) wrong(option, expected, text);
  return static_cast<std::uint64_t>(value);
}

std::int32_t parse_choice(const std::string& option, const std::string& text, Choices choices) {
  for (const Choice& choice : choices) {
    if (text == choice.name) return choice.value;
  }
  std::string names = listed(choices);
  const std::size_t last = names.rfind(',');
  if (last != std::string::npos) names.replace(last, 1, " or ");
  for (std::size_t at = 0; (at = names.find(',', at)) != std::string::npos; at += 2) {
    names.replace(at, 1, ", ");
  }
  wrong(option, names, text);
}

std::string with_default(std::string help, const std::string& value) {
  const std::size_t at = help.find("{}");
  return at == std::string::npos ? help : help.replace(at, 2, value);
}

std::string with_default(const std::string& help, std::int64_t value) {
  return with_default(help, std::to_string(value));
}

std::string with_default(const std::string& help, double value) {
  return with_default(help, plain(value));
}

std::string with_default(const std::string& help, std::int32_t value, Choices choices) {
  return with_default(help, std::string(name_of(choices, value)));
}

CLI::App* add_word(CLI::App& parent, const std::string& name, const std::string& help,
                   const std::string& footer) {
  CLI::App* word = parent.add_subcommand(name, help);
  word->footer(footer);
  return word;
}

void require_word(CLI::App& parent) { parent.require_subcommand(1); }

bool was_given(const CLI::App& word) { return word.parsed(); }

void OptionSet::flag(const std::string& name, bool& target, const std::string& help) {
  app_.add_flag(name, target, help)->group(group_);
}

void OptionSet::text(const std::string& name, std::string& target, const std::string& type,
                     const std::string& help) {
  app_.add_option(name, target, with_default(help, target))->type_name(type)->group(group_);
}

void OptionSet::texts(const std::string& name, std::vector<std::string>& target,
                      const std::string& type, const std::string& help, int min,
                      std::optional<int> max) {
  std::string values;
  for (const std::string& value : target) values.append(values.empty() ? "" : " ").append(value);
  app_.add_option(name, target, with_default(help, values))
      ->expected(min, max.value_or(-1))
      ->type_name(type)
      ->group(group_);
}

void OptionSet::operand(const std::string& name, std::string& target, const std::string& help) {
  app_.add_option(name, target, help)->group(group_);
}

void OptionSet::required_operand(const std::string& name, std::string& target,
                                 const std::string& help) {
  app_.add_option(name, target, help)->required()->group(group_);
}

void OptionSet::operands(const std::string& name, std::vector<std::string>& target,
                         const std::string& help) {
  app_.add_option(name, target, help)->group(group_);
}

void OptionSet::parsed(const std::string& name, const std::string& type, const std::string& help,
                       const std::function<void(const std::string&)>& set) {
  app_.add_option_function(name, set, help)->type_name(type)->group(group_);
}

void OptionSet::picture(const std::string& name, std::string& path, const std::string& help) {
  parsed(name, "FILE", help + " (.png, .svg or .pdf)", [name, &path](const std::string& text) {
    std::error_code ignored;
    if (!pictures::format_of(text) && text != "-" && !std::filesystem::is_other(text, ignored)) {
      wrong(name, "a file's name that ends in .png, .svg or .pdf", text);
    }
    path = text;
  });
}

}  // namespace ptychopatch::app
