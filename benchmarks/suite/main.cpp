// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <cstdio>
#include <iostream>

#include "render/page.hpp"
#include "suite/device.hpp"
#include "suite/options.hpp"
#include "suite/report.hpp"
#include "suite/suite.hpp"

namespace ptychopatch::bench {
namespace {

enum ExitStatus { kDone = 0, kDoneInPart = 1, kBadInput = 2, kDeviceMissing = 3 };

void write_pictures(const Options& options, const std::vector<Report>& reports) {
  if (!options.html.empty()) write_file(options.html, page(reports));
  if (options.pictures.empty()) return;
  for (const Picture& one : pictures(reports)) {
    write_file(options.pictures + "/" + one.name + ".svg", one.svg);
  }
}

int render(const Options& options) {
  if (options.html.empty() && options.pictures.empty()) {
    throw std::invalid_argument("--render needs --html or --pictures");
  }
  std::vector<Report> reports;
  for (const std::string& path : options.render) reports.push_back(read_report(path));
  write_pictures(options, reports);
  return kDone;
}

int run(const Options& options) {
  if (!options.render.empty()) return render(options);
  Suite suite(options);
  if (options.list) {
    for (const std::string& name : suite.names()) std::cout << name << '\n';
    return kDone;
  }
  const Device device(options.device);
  if (!options.memory_case.empty()) {
    std::cout << nlohmann::json(suite.run_memory_case(device, options.memory_case)) << '\n';
    return kDone;
  }
  if (suite.names().empty()) {
    throw std::invalid_argument("--filter: no case has a match of '" + options.filter + "'");
  }
  const Report report = suite.run(device);
  if (!options.json.empty()) write_file(options.json, to_text(report));
  write_pictures(options, {report});
  return report.skipped.empty() ? kDone : kDoneInPart;
}

}  // namespace
}  // namespace ptychopatch::bench

int main(int argc, char** argv) {
  namespace bench = ptychopatch::bench;
  const auto fail = [](const char* what, int status) {
    std::fprintf(stderr, "ptychopatch-bench: %s\n", what);
    return status;
  };
  try {
    return bench::run(bench::parse_options(argc, argv));
  } catch (const CLI::ParseError& error) {
    return fail((std::string(error.what()) + "; see --help").c_str(), bench::kBadInput);
  } catch (const bench::DeviceMissing& error) {
    return fail(error.what(), bench::kDeviceMissing);
  } catch (const std::exception& error) {
    return fail(error.what(), bench::kBadInput);
  }
}
