// SPDX-License-Identifier: Apache-2.0
#include "suite/report.hpp"

#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>

namespace ptychopatch::bench {

std::vector<Report> read_reports(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::system_error(errno, std::generic_category(), "cannot read '" + path + "'");
  try {
    const auto json = nlohmann::json::parse(file);
    if (!json.is_array()) return {json.get<Report>()};
    return json.get<std::vector<Report>>();
  } catch (const nlohmann::json::exception& error) {
    throw std::runtime_error("'" + path + "' is no report of this suite: " + error.what());
  }
}

std::string to_text(const std::vector<Report>& reports) {
  const auto json = reports.size() == 1 ? nlohmann::json(reports.front()) : nlohmann::json(reports);
  return json.dump(1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

void write_file(const std::string& path, const std::string& text) {
  const std::string beside = path + "." + std::to_string(getpid()) + ".part";
  std::ofstream file(beside, std::ios::binary);
  file << text;
  file.close();
  std::error_code error(file ? 0 : errno, std::generic_category());
  if (!error) std::filesystem::rename(beside, path, error);
  if (!error) return;
  std::error_code ignored;
  std::filesystem::remove(beside, ignored);
  throw std::system_error(error, "cannot write '" + path + "'");
}

void check_folder_of(const std::string& path) {
  if (path.empty()) return;
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  if (access(folder.empty() ? "." : folder.c_str(), W_OK | X_OK) == 0) return;
  throw std::system_error(errno, std::generic_category(), "cannot write '" + path + "'");
}

}  // namespace ptychopatch::bench
