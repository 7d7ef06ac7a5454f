// SPDX-License-Identifier: Apache-2.0
#include <spdlog/version.h>
#include <zip.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <thread>

#include "commands/command.hpp"
#include "commands/file_info.hpp"
#include "common_options.hpp"
#include "exit_status.hpp"
#include "formats/memory_limit.hpp"
#include "session.hpp"

namespace ptychopatch::app {
namespace {

using Json = nlohmann::ordered_json;

struct InfoOptions {
  CommonOptions common;
  std::string file;
  bool json = false;
};

Json backend_info(ppatch_backend backend) {
  std::int32_t devices = 0;
  const ppatch_status status = ppatch_backend_probe(backend, &devices);
  Json info = {{"name", backend_name(backend)}, {"devices", devices}};
  if (status != PPATCH_OK) {
    info["status"] = ppatch_status_string(status);
    info["reason"] = sentence(Error(status, ppatch_last_error()));
  }
  return info;
}

Json machine_info(const InfoOptions& options, Console& console) {
  const Session session(options.common, console);
  const ppatch_context_info info = session.context().info();
  Json json = {{"version", ppatch_version_string()}, {"abi", ppatch_abi_version()}};
  json["backends"] = {backend_info(PPATCH_BACKEND_CPU), backend_info(PPATCH_BACKEND_CUDA)};
  json["context"] = {{"backend", session.backend_name()},
                     {"device", info.device_name},
                     {"threads", info.num_threads},
                     {"simd", info.simd},
                     {"memory_budget", info.memory_budget}};
  json["libraries"] = {{"libzip", zip_libzip_version()}};
  return json;
}

void print_machine(const Json& info) {
  std::cout << "ptychopatch " << info["version"].get<std::string>() << " (ABI " << info["abi"]
            << ")\n\nbackends\n";
  for (const Json& backend : info["backends"]) {
    std::cout << "  " << backend["name"].get<std::string>() << ": ";
    if (backend.contains("reason")) {
      std::cout << backend["status"].get<std::string>() << ": "
                << backend["reason"].get<std::string>() << '\n';
    } else {
      std::cout << backend["devices"] << (backend["devices"] == 1 ? " device\n" : " devices\n");
    }
  }
  const Json& context = info["context"];
  const std::string simd = context["simd"].get<std::string>();
  std::cout << "\nused by default\n  backend        " << context["backend"].get<std::string>()
            << "\n  device         " << context["device"].get<std::string>()
            << "\n  threads        " << context["threads"]
            << (simd.empty() ? "" : "\n  SIMD level     " + simd) << "\n  memory budget  "
            << formats::size_text(context["memory_budget"].get<std::uint64_t>()) << '\n';
}

}  // namespace

Command add_info(CLI::App& root) {
  const auto options = std::make_shared<InfoOptions>();
  CLI::App* app = root.add_subcommand("info", "Backends and devices; or what is in a file");
  app->add_option("FILE", options->file,
                  "What to describe: .npy, .npz, HDF5, .mat, or a camera RAW");
  app->add_flag("--json", options->json, "As JSON");
  options->common.add_run_options(*app);
  return {app, [options](Console& console) -> int {
            options->common.apply(console);
            const bool machine = options->file.empty();
            const Json info = machine ? machine_info(*options, console) : file_info(options->file);
            if (options->json) {
              std::cout << info.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
            } else if (machine) {
              print_machine(info);
            } else {
              print_file(info, std::cout);
            }
            return kDone;
          }};
}

}  // namespace ptychopatch::app
