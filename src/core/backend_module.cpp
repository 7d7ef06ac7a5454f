// SPDX-License-Identifier: Apache-2.0
#include "core/backend_module.hpp"

#include <dlfcn.h>

#include <cstdlib>
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

}  // namespace

const BackendModule& cuda_module() {
  const std::filesystem::path path = module_folder() / "libptychopatch_cuda.so";
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) {
    fail(PPATCH_ERROR_NOT_BUILT, "the CUDA backend is not part of this installation: there is no ",
         path.string());
  }
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

std::int32_t cuda_device_count() {
  char reason[512] = "";
  const std::int32_t count = cuda_module().device_count(reason, sizeof reason);
  if (count < 1) fail(PPATCH_ERROR_NO_DEVICE, "no CUDA device can be used: ", reason);
  return count;
}

}  // namespace ppatch
