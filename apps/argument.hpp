// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_ARGUMENT_HPP_
#define PTYCHOPATCH_APPS_ARGUMENT_HPP_

#include <cstdint>
#include <functional>
#include <limits>
#include <string>

#include "choices.hpp"
#include "cli_fwd.hpp"

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

// A picture's file, whose ending says its format: .png, .svg or .pdf. Standard output and devices,
// which have no ending, get PNG.
CLI::Option* add_picture(CLI::App& app, const std::string& name, std::string& path,
                         const std::string& help);

CLI::Option* add_integer(CLI::App& app, const std::string& name, std::int64_t least,
                         const std::string& help, std::function<void(std::int64_t)> set,
                         std::int64_t most = std::numeric_limits<std::int64_t>::max());
CLI::Option* add_number(CLI::App& app, const std::string& name, double least,
                        const std::string& help, std::function<void(double)> set);
CLI::Option* add_choice(CLI::App& app, const std::string& name, Choices choices,
                        const std::string& help, std::function<void(std::int32_t)> set);

}  // namespace ptychopatch::app

#endif  // PTYCHOPATCH_APPS_ARGUMENT_HPP_
