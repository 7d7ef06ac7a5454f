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
  kind_ = options.backend;
  if (kind_ == PPATCH_BACKEND_AUTO && options.allocate) {
    callbacks_.log(PPATCH_LOG_LEVEL_INFO, "using the CPU: options.allocate gives host memory");
    kind_ = PPATCH_BACKEND_CPU;
  }
  if (kind_ != PPATCH_BACKEND_CPU) {
    try {
      card_count_ = cuda_device_count();
      if (options.device >= card_count_) {
        invalid("options.device: expected 0 to ", card_count_ - 1, ", got ", options.device);
      }
    } catch (const Error& error) {
      const bool fall_back =
          kind_ == PPATCH_BACKEND_AUTO &&
          (error.status() == PPATCH_ERROR_NOT_BUILT || error.status() == PPATCH_ERROR_NO_DEVICE);
      if (!fall_back) throw;
      callbacks_.log(PPATCH_LOG_LEVEL_INFO, "using the CPU: ", error.what());
      kind_ = PPATCH_BACKEND_CPU;
    }
  }
  if (kind_ == PPATCH_BACKEND_CPU && options.device != 0) {
    invalid("options.device: expected 0 for the CPU, got ", options.device);
  }
  if (kind_ == PPATCH_BACKEND_CUDA) {
    backend_.reset(cuda_module().make_backend(settings_));
  } else {
    cards_.resize(static_cast<std::size_t>(card_count_));
    backend_ = make_cpu_backend(host_settings());
  }
}

BackendSettings Context::host_settings() const {
  BackendSettings settings = settings_;
  settings.device = 0;
  settings.allocator = &host_allocator();
  return settings;
}

Backend& Context::backend_at(int card) const {
  if (!follows_arrays() || card == host) return *backend_;
  const std::scoped_lock lock(cards_guard_);
  std::unique_ptr<Backend>& backend = cards_[static_cast<std::size_t>(card)];
  if (!backend) {
    BackendSettings settings = settings_;
    settings.device = card;
    backend.reset(cuda_module().make_backend(settings));
  }
  return *backend;
}

Backend& Context::heavy_backend() const {
  if (!follows_arrays()) return *backend_;
  try {
    return backend_at(settings_.device);
  } catch (const Error& error) {
    callbacks_.log(PPATCH_LOG_LEVEL_WARNING, "using the CPU: ", error.what());
    return *backend_;
  }
}

bool Context::accepts(ppatch_device_type type, int device) const {
  return backend_->accepts(type, device) ||
         (type == PPATCH_DEVICE_CUDA && device >= 0 && device < card_count_ && follows_arrays());
}

std::string Context::device_name() const {
  return backend_->device_name() + (follows_arrays() ? " or one of the cards" : "");
}

void Context::synchronize() const {
  backend_->synchronize();
  const std::scoped_lock lock(cards_guard_);
  for (const std::unique_ptr<Backend>& card : cards_) {
    if (card) card->synchronize();
  }
}

Backend& Context::cpu_backend() const {
  if (kind_ != PPATCH_BACKEND_CUDA) return *backend_;
  std::call_once(cpu_once_, [&] { cpu_ = make_cpu_backend(host_settings()); });
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
