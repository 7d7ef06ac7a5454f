// SPDX-License-Identifier: Apache-2.0
#pragma once

// CLI11 takes ten seconds to compile: argument.cpp and main.cpp alone include it.
namespace CLI {
class App;
class Option;
}  // namespace CLI
