// SPDX-License-Identifier: Apache-2.0
#pragma once

// CLI11 takes ten seconds to compile: headers name its types, sources that add options include it.
namespace CLI {
class App;
class Option;
}  // namespace CLI
