// SPDX-License-Identifier: Apache-2.0
#include "suite/patches/memory_use.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <stdexcept>

#include "suite/patches/arrays.hpp"
#include "suite/patches/workload.hpp"

namespace ptychopatch::bench {
namespace {

// Bytes that the system counts under a key of /proc/self/status.
std::uint64_t status_bytes(const std::string& key) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with(key + ":")) return std::stoull(line.substr(key.size() + 1)) * 1024;
  }
  throw std::runtime_error("/proc/self/status has no " + key);
}

void forget_peak() {
  std::ofstream file("/proc/self/clear_refs");
  if (!(file << 5 << std::flush)) throw std::runtime_error("cannot write /proc/self/clear_refs");
}

// Threads, their stacks and pages of code are there whatever the case: a tiny one brings them in.
void warm_up(const Case& one, const Device& device) {
  Case tiny = one;
  tiny.patches = 64;
  tiny.size = 8;
  tiny.memory_budget = 0;
  std::vector<Arrays> sets;
  sets.emplace_back(tiny);
  const Context context = device.context(tiny.threads, tiny.memory_budget);
  Workload(tiny, context, sets).run();
}

}  // namespace

MemoryRecord measure_memory(const Case& one, const Device& device) {
  warm_up(one, device);
  std::vector<Arrays> sets;
  Arrays& arrays = sets.emplace_back(one);
  arrays.poison_outputs();

  forget_peak();
  const std::uint64_t before = status_bytes("VmRSS");
  const Context context = device.context(one.threads, one.memory_budget);
  Workload workload(one, context, sets);
  workload.run();
  const std::uint64_t peak = status_bytes("VmHWM");
  if (!arrays.outputs_look_finite()) throw std::runtime_error("outputs were not written");

  MemoryRecord record;
  record.name = one.name();
  record.operation = name(one.operation);
  record.order = name(one.order);
  record.patches_shape = {one.patches, one.size, one.size};
  record.array_bytes = static_cast<std::uint64_t>(one.total_bytes());
  record.budget_bytes = one.memory_budget;
  record.plan_bytes = workload.plan().info().bytes;
  record.peak_bytes = peak > before ? peak - before : 0;
  return record;
}

std::string run_self(const std::vector<std::string>& arguments) {
  std::array<int, 2> ends{};
  if (pipe(ends.data()) != 0) throw std::runtime_error("cannot make a pipe");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  posix_spawn_file_actions_addclose(&actions, ends[0]);
  posix_spawn_file_actions_addclose(&actions, ends[1]);

  std::string self = "/proc/self/exe";
  std::vector<std::string> words = arguments;
  std::vector<char*> argv = {self.data()};
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  pid_t child = 0;
  const int failed = posix_spawn(&child, self.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string output;
  std::array<char, 4096> block{};
  for (ssize_t got = 0; !failed && (got = read(ends[0], block.data(), block.size())) > 0;) {
    output.append(block.data(), static_cast<std::size_t>(got));
  }
  close(ends[0]);
  int status = 0;
  if (failed || waitpid(child, &status, 0) != child || status != 0) {
    throw std::runtime_error("a process of its own failed; what it said is above");
  }
  return output;
}

}  // namespace ptychopatch::bench
