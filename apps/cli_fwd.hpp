// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_CLI_FWD_HPP_
#define PTYCHOPATCH_APPS_CLI_FWD_HPP_

// CLI11 takes ten seconds to compile: headers name its types, sources that add options include it.
namespace CLI {
class App;
class Option;
}  // namespace CLI

#endif  // PTYCHOPATCH_APPS_CLI_FWD_HPP_
