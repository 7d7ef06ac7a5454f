// SPDX-License-Identifier: Apache-2.0
#include "commands/suite_program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::app {
namespace {

constexpr const char* suite = "ptychopatch-bench";

// The program's name, its arguments, and the null pointer at the end.
std::vector<char*> words_of(std::vector<std::string>& arguments) {
  arguments.insert(arguments.begin(), suite);
  std::vector<char*> words;
  words.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  return words;
}

}  // namespace

std::string find_suite() {
  const std::filesystem::path folder =
      std::filesystem::read_symlink("/proc/self/exe").parent_path();
  for (const std::filesystem::path& place :
       {folder / suite, folder.parent_path() / "benchmarks" / suite}) {
    if (::access(place.c_str(), X_OK) == 0) return place;
  }
  throw Error(PPATCH_ERROR_NOT_BUILT, "there is no " + std::string(suite) +
                                          " beside the command, in " +
                                          formats::quoted(folder.string()) +
                                          "; it is built with -DPTYCHOPATCH_BENCHMARKS=ON");
}

std::vector<std::string> device_names(std::string* missing) {
  std::vector<std::string> names = {"cpu"};
  std::int32_t count = 0;
  const ppatch_status status = ppatch_backend_probe(PPATCH_BACKEND_CUDA, &count);
  if (status != PPATCH_OK) *missing = sentence(Error(status, ppatch_last_error()));
  for (std::int32_t i = 0; i < count; ++i) names.push_back("cuda:" + std::to_string(i));
  return names;
}

void become_suite(const std::string& program, std::vector<std::string> arguments) {
  ::execv(program.c_str(), words_of(arguments).data());
  throw formats::system_error("cannot run " + formats::quoted(program));
}

int run_suite(std::vector<std::string> arguments) {
  const std::string program = find_suite();
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t child = 0;
  errno = ::posix_spawn(&child, program.c_str(), &actions, nullptr, words_of(arguments).data(),
                        environ);
  posix_spawn_file_actions_destroy(&actions);
  if (errno != 0) throw formats::system_error("cannot run " + formats::quoted(program));
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

}  // namespace ptychopatch::app
