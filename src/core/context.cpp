// SPDX-License-Identifier: Apache-2.0
#include "core/context.hpp"

#include <cstdio>

#include "core/backend_module.hpp"

namespace ppatch {
namespace {

constexpr std::uint64_t default_memory_budget = std::uint64_t{1} << 30;

void check_options(const ppatch_context_options& options) {
  if (options.backend < PPATCH_BACKEND_AUTO || options.backend > PPATCH_BACKEND_CUDA) {
    invalid("options.backend: expected PPATCH_BACKEND_AUTO (0), _CPU (1) or _CUDA (2), got ",
            options.backend);
  }
  if (options.num_threads < 0 || options.num_threads > 4096) {
    invalid("options.num_threads: expected 0 to 4096, got ", options.num_threads);
  }
  if (options.device < 0) invalid("options.device: expected at least 0, got ", options.device);
  if (options.log_level < 0 || options.log_level > PPATCH_LOG_LEVEL_WARNING) {
    invalid("options.log_level: expected 0 to ", PPATCH_LOG_LEVEL_WARNING, ", got ",
            options.log_level);
  }
  if (options.reserved != 0) invalid("options.reserved: expected 0, got ", options.reserved);
  if (!options.allocate != !options.deallocate) {
    invalid("options.allocate and options.deallocate: expected both or neither, got only ",
            options.allocate ? "allocate" : "deallocate");
  }
}

ppatch_context_options with_defaults(ppatch_context_options options) {
  if (options.log_level == 0) options.log_level = PPATCH_LOG_LEVEL_INFO;
  if (options.memory_budget == 0) options.memory_budget = default_memory_budget;
  check_options(options);
  return options;
}

}  // namespace

Context::Context(const ppatch_context_options& given) {
  const ppatch_context_options options = with_defaults(given);
  allocator_ = Allocator(options.allocate, options.deallocate, options.allocator_user);
  callbacks_ = Callbacks(options);
  settings_ = {options.device, options.num_threads, options.memory_budget, &allocator_,
               &callbacks_};
  make_backend(options);
}

void Context::make_backend(const ppatch_context_options& options) {
  if (options.backend == PPATCH_BACKEND_AUTO && options.allocate) {
    callbacks_.log(PPATCH_LOG_LEVEL_INFO, "using the CPU: options.allocate gives host memory");
  } else if (options.backend != PPATCH_BACKEND_CPU) {
    try {
      const std::int32_t devices = cuda_device_count();
      if (options.device >= devices) {
        invalid("options.device: expected 0 to ", devices - 1, ", got ", options.device);
      }
      backend_.reset(cuda_module().make_backend(settings_));
      kind_ = PPATCH_BACKEND_CUDA;
      return;
    } catch (const Error& error) {
      const bool fall_back =
          options.backend == PPATCH_BACKEND_AUTO &&
          (error.status() == PPATCH_ERROR_NOT_BUILT || error.status() == PPATCH_ERROR_NO_DEVICE);
      if (!fall_back) throw;
      callbacks_.log(PPATCH_LOG_LEVEL_INFO, "using the CPU: ", error.what());
    }
  }
  if (options.device != 0) {
    invalid("options.device: expected 0 for the CPU, got ", options.device);
  }
  backend_ = make_cpu_backend(settings_);
}

Backend& Context::cpu_backend() const {
  if (kind_ == PPATCH_BACKEND_CPU) return *backend_;
  std::call_once(cpu_once_, [&] {
    BackendSettings settings = settings_;
    settings.device = 0;
    settings.allocator = &host_allocator_;
    cpu_ = make_cpu_backend(settings);
  });
  return *cpu_;
}

void Context::get_info(ppatch_context_info* info) const {
  const BackendInfo from = backend_->info();
  info->backend = kind_;
  info->device = settings_.device;
  info->num_threads = from.num_threads;
  info->memory_budget = settings_.memory_budget;
  std::snprintf(info->device_name, sizeof info->device_name, "%s", from.device_name.c_str());
  std::snprintf(info->simd, sizeof info->simd, "%s", from.simd.c_str());
}

}  // namespace ppatch
