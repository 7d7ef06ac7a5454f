// SPDX-License-Identifier: Apache-2.0
#include "suite/machine.hpp"

#include <sched.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

namespace ptychopatch::bench {
namespace {

std::string first_line(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string cpu_model() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown CPU";
}

std::vector<std::string> cache_sizes() {
  std::vector<std::string> caches;
  for (int i = 0;; ++i) {
    const std::filesystem::path folder =
        "/sys/devices/system/cpu/cpu0/cache/index" + std::to_string(i);
    if (!std::filesystem::exists(folder)) return caches;
    const std::string type = first_line(folder / "type");
    if (type == "Instruction") continue;
    std::string cache("L");
    cache.append(first_line(folder / "level")).append(type == "Data" ? "d " : " ");
    caches.push_back(cache.append(first_line(folder / "size")));
  }
}

int usable_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

Machine this_machine() {
  Machine machine;
  machine.cpu = cpu_model();
  machine.cores = usable_cores();
  machine.caches = cache_sizes();
  machine.memory_bytes = sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
  return machine;
}

std::string clocks_of(int ordinal) {
  const std::string command =
      "nvidia-smi --query-gpu=clocks.sm,clocks.mem,power.draw,temperature.gpu "
      "--format=csv,noheader "
      "-i " +
      std::to_string(ordinal) + " 2> /dev/null";
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (!pipe) return "";
  char line[256] = "";
  const bool told = std::fgets(line, sizeof line, pipe) != nullptr;
  if (::pclose(pipe) != 0 || !told) return "";
  std::string text = line;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

std::string Machine::summary() const {
  std::string text = device.empty() ? cpu : device + " beside " + cpu;
  text += ", " + std::to_string(cores) + (cores == 1 ? " core" : " cores");
  for (const std::string& cache : caches) text += ", " + cache;
  if (!simd.empty()) text += ", " + simd;
  return text;
}

}  // namespace ptychopatch::bench
