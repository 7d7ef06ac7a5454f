// SPDX-License-Identifier: Apache-2.0
#include "core/backend_module.hpp"

#include <dlfcn.h>

#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>

namespace ppatch {
namespace {

// The folder `ptychopatch` beside the library itself, unless the environment names another.
std::filesystem::path module_folder() {
  if (const char* folder = std::getenv("PPATCH_BACKEND_DIR"); folder && *folder) return folder;
  Dl_info info;
  if (!dladdr(reinterpret_cast<void*>(&module_folder), &info) || !info.dli_fname) return {};
  return std::filesystem::path(info.dli_fname).parent_path() / "ptychopatch";
}

struct Close {
  void operator()(void* handle) const { dlclose(handle); }
};

// Modules of CUDA 13 and 12 lie side by side; the last name is of none in particular.
constexpr const char* module_names[] = {"libptychopatch_cuda13.so", "libptychopatch_cuda12.so",
                                        "libptychopatch_cuda.so"};

const BackendModule& open_module(const std::filesystem::path& path) {
  const std::unique_ptr<void, Close> handle(dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL));
  if (!handle) {
    const char* reason = dlerror();
    fail(PPATCH_ERROR_NOT_BUILT,
         "the CUDA backend could not be loaded: ", reason ? reason : path.c_str());
  }
  using Init = const BackendModule* (*)();
  const auto init = reinterpret_cast<Init>(dlsym(handle.get(), "ppatch_backend_module"));
  if (!init) {
    fail(PPATCH_ERROR_NOT_BUILT, path.string(),
         " is no backend of this library: it has no symbol ppatch_backend_module");
  }
  const BackendModule* module = init();
  if (!module || module->interface_version != backend_interface_version) {
    fail(PPATCH_ERROR_NOT_BUILT, path.string(),
         " is of another version: expected backend interface ", backend_interface_version, ", got ",
         module ? module->interface_version : 0);
  }
  // A second handle keeps a module that is in use open for good: its code outlives every plan.
  dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  return *module;
}

bool has_device(const BackendModule& module) {
  char reason[512];
  return module.device_count(reason, sizeof reason) > 0;
}

}  // namespace

const BackendModule& cuda_module() {
  const std::filesystem::path folder = module_folder();
  const BackendModule* without_device = nullptr;
  std::exception_ptr problem;
  for (const char* name : module_names) {
    std::error_code ignored;
    if (!std::filesystem::exists(folder / name, ignored)) continue;
    try {
      const BackendModule& module = open_module(folder / name);
      if (has_device(module)) return module;
      if (!without_device) without_device = &module;
    } catch (const Error&) {
      if (!problem) problem = std::current_exception();
    }
  }
  if (without_device) return *without_device;
  if (problem) std::rethrow_exception(problem);
  fail(PPATCH_ERROR_NOT_BUILT, "the CUDA backend is not part of this installation: there is no ",
       (folder / module_names[0]).string(), ", nor one of ", module_names[1], " and ",
       module_names[2]);
}

std::int32_t cuda_device_count() {
  char reason[512] = "";
  const std::int32_t count = cuda_module().device_count(reason, sizeof reason);
  if (count < 1) fail(PPATCH_ERROR_NO_DEVICE, "no CUDA device can be used: ", reason);
  return count;
}

}  // namespace ppatch
