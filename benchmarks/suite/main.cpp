// SPDX-License-Identifier: Apache-2.0
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <iostream>
#include <utility>

#include "render/page.hpp"
#include "suite/device.hpp"
#include "suite/options.hpp"
#include "suite/report.hpp"
#include "suite/suite.hpp"

namespace ptychopatch::bench {
namespace {

void complain(const char* what) { std::fprintf(stderr, "ptychopatch-bench: %s\n", what); }

enum ExitStatus { done = 0, done_in_part = 1, bad_input = 2, device_missing = 3 };

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
  for (const std::string& path : options.render) {
    for (Report& report : read_reports(path)) reports.push_back(std::move(report));
  }
  if (reports.empty()) throw std::invalid_argument("--render: there is no report in these files");
  write_pictures(options, reports);
  return done;
}

// On every device that is there; those that are not are named, and the status says so.
int run_all(const Options& options) {
  int status = done;
  std::vector<Device> devices;
  for (const std::string& name : options.devices) {
    try {
      devices.emplace_back(name);
    } catch (const DeviceMissing& missing) {
      complain(missing.what());
      status = device_missing;
    }
  }
  if (devices.empty()) return status;
  check_folder_of(options.json);
  check_folder_of(options.html);
  if (!options.pictures.empty()) check_folder_of(options.pictures + "/");
  std::vector<Report> reports;
  for (const Device& device : devices) {
    reports.push_back(Suite(options, device.backend()).run(device));
    if (!reports.back().skipped.empty()) status = std::max<int>(status, done_in_part);
  }
  if (!options.json.empty()) write_file(options.json, to_text(reports));
  write_pictures(options, reports);
  return status;
}

int run(const Options& options) {
  if (!options.render.empty()) return render(options);
  if (!options.memory_case.empty()) {
    const Device device(options.devices.front());
    const Suite suite(options, device.backend());
    std::cout << nlohmann::json(suite.run_memory_case(device, options.memory_case)) << '\n';
    return done;
  }
  for (const std::string& device : options.devices) {
    const Suite suite(options, backend_named(device));
    if (suite.names().empty()) {
      throw std::invalid_argument("--filter: no case of " + device + " has a match of '" +
                                  options.filter + "'");
    }
    if (!options.list) continue;
    for (const std::string& name : suite.names()) std::cout << name << '\n';
  }
  return options.list ? done : run_all(options);
}

}  // namespace
}  // namespace ptychopatch::bench

int main(int argc, char** argv) {
  namespace bench = ptychopatch::bench;
  try {
    return bench::run(bench::parse_options(argc, argv));
  } catch (const CLI::ParseError& error) {
    bench::complain((std::string(error.what()) + "; see --help").c_str());
    return bench::bad_input;
  } catch (const bench::DeviceMissing& error) {
    bench::complain(error.what());
    return bench::device_missing;
  } catch (const std::exception& error) {
    bench::complain(error.what());
    return bench::bad_input;
  }
}
