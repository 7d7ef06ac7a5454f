// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "choices.hpp"
#include "cli_fwd.hpp"

namespace ptychopatch::app {

// Arguments that explain themselves when what they were given is wrong: UsageError names the
// option, what was expected and what came.

inline constexpr double any_number = std::numeric_limits<double>::lowest();

// A choice of the command's own.
template <class Enum>
constexpr Choice choice_of(const char* name, Enum value) {
  return {name, static_cast<std::int32_t>(value)};
}

// "corner,half,centre", and the same in braces
std::string listed(Choices choices);
std::string braced(Choices choices);

std::int64_t parse_integer(const std::string& option, const std::string& text, std::int64_t least,
                           std::int64_t most);
double parse_number(const std::string& option, const std::string& text, double least);
// "Y,X", or one number for both; second_alone: the second where there is but one.
std::array<double, 2> parse_pair(const std::string& option, const std::string& text,
                                 double least = any_number,
                                 std::optional<double> second_alone = std::nullopt);
// "512M", "2GiB", "1.5e9": k, M, G, T (also kB, MB, ...) are powers of 1000, KiB, MiB, ... of 1024.
std::uint64_t parse_size(const std::string& option, const std::string& text);
std::int32_t parse_choice(const std::string& option, const std::string& text, Choices choices);

// A word below another, or below the command itself, and what its help ends with.
CLI::App* add_word(CLI::App& parent, const std::string& name, const std::string& help,
                   const std::string& footer = {});
// Words below it, one of which must be given.
void require_word(CLI::App& parent);
bool was_given(const CLI::App& word);

// A help whose "{}" is replaced by the value that holds where none is given.
std::string with_default(std::string help, const std::string& value);
std::string with_default(const std::string& help, std::int64_t value);
std::string with_default(const std::string& help, double value);
std::string with_default(const std::string& help, std::int32_t value, Choices choices);

// Adds options to one group of a command's help. What an option sets may be a variable of any type
// that its values fit into, or std::optional of one, whose default is 0; it must outlive the
// parsing. Where a help says "{}" it gets the present value, which is the default.
class OptionSet {
 public:
  explicit OptionSet(CLI::App& app, const char* group = "Options") : app_(app), group_(group) {}

  template <class T>
  void integer(const std::string& name, T& target, std::int64_t least, const std::string& help,
               std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
    parsed(name, "N", with_default(help, static_cast<std::int64_t>(present(target))),
           [=, &target](const std::string& text) {
             assign(target, parse_integer(name, text, least, most));
           });
  }
  template <class T>
  void number(const std::string& name, T& target, double least, const std::string& help) {
    parsed(name, "X", with_default(help, static_cast<double>(present(target))),
           [=, &target](const std::string& text) { target = parse_number(name, text, least); });
  }
  template <class T>
  void choice(const std::string& name, T& target, Choices choices, const std::string& help) {
    parsed(name, braced(choices),
           with_default(help, static_cast<std::int32_t>(present(target)), choices),
           [=, &target](const std::string& text) {
             assign(target, parse_choice(name, text, choices));
           });
  }
  void flag(const std::string& name, bool& target, const std::string& help);
  void text(const std::string& name, std::string& target, const std::string& type,
            const std::string& help);
  // From min to max values; no max: any number of them.
  void texts(const std::string& name, std::vector<std::string>& target, const std::string& type,
             const std::string& help, int min, std::optional<int> max = std::nullopt);
  // What stands for itself, without an option's name.
  void operand(const std::string& name, std::string& target, const std::string& help);
  void required_operand(const std::string& name, std::string& target, const std::string& help);
  void operands(const std::string& name, std::vector<std::string>& target, const std::string& help);
  // A picture's file, whose ending says its format: .png, .svg or .pdf. Standard output and
  // devices, which have no ending, get PNG.
  void picture(const std::string& name, std::string& path, const std::string& help);
  void parsed(const std::string& name, const std::string& type, const std::string& help,
              const std::function<void(const std::string&)>& set);

 private:
  template <class T>
  static T present(const T& target) {
    return target;
  }
  template <class T>
  static T present(const std::optional<T>& target) {
    return target.value_or(T{});
  }
  template <class T, class Value>
  static void assign(T& target, Value value) {
    target = static_cast<T>(value);
  }
  template <class T, class Value>
  static void assign(std::optional<T>& target, Value value) {
    target = static_cast<T>(value);
  }

  CLI::App& app_;
  const char* group_;
};

}  // namespace ptychopatch::app
