// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_ARGUMENT_HPP_
#define PTYCHOPATCH_APPS_ARGUMENT_HPP_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "choices.hpp"

namespace ptychopatch::app {

// Options that explain themselves when what they were given is wrong: UsageError names the option,
// what was expected and what came.

// "corner, half or centre"
std::string listed(Choices choices);

std::int64_t parse_integer(const std::string& option, const std::string& text, std::int64_t least,
                           std::int64_t most);
double parse_number(const std::string& option, const std::string& text, double least);
// "512M", "2GiB", "1.5e9": k, M, G, T (also kB, MB, ...) are powers of 1000, KiB, MiB, ... of 1024.
std::uint64_t parse_size(const std::string& option, const std::string& text);
std::int32_t parse_choice(const std::string& option, const std::string& text, Choices choices);

template <class Set>
CLI::Option* add_integer(CLI::App& app, const std::string& name, std::int64_t least,
                         const std::string& help, Set set,
                         std::int64_t most = std::numeric_limits<std::int64_t>::max()) {
  const std::function<void(const std::string&)> function = [=](const std::string& text) {
    set(parse_integer(name, text, least, most));
  };
  return app.add_option_function(name, function, help)->type_name("N");
}

template <class Set>
CLI::Option* add_number(CLI::App& app, const std::string& name, double least,
                        const std::string& help, Set set) {
  const std::function<void(const std::string&)> function = [=](const std::string& text) {
    set(parse_number(name, text, least));
  };
  return app.add_option_function(name, function, help)->type_name("X");
}

template <class Set>
CLI::Option* add_choice(CLI::App& app, const std::string& name, Choices choices,
                        const std::string& help, Set set) {
  const std::function<void(const std::string&)> function = [=](const std::string& text) {
    set(parse_choice(name, text, choices));
  };
  return app.add_option_function(name, function, help)->type_name("{" + listed(choices) + "}");
}

}  // namespace ptychopatch::app

#endif  // PTYCHOPATCH_APPS_ARGUMENT_HPP_
