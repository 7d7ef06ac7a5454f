// SPDX-License-Identifier: Apache-2.0
#include "suite/device.hpp"

#include <charconv>

namespace ptychopatch::bench {
namespace {

constexpr std::string_view cuda = "cuda:";

std::int32_t parse_ordinal(const std::string& name) {
  std::int32_t ordinal = -1;
  const char* const end = name.data() + name.size();
  const auto result = std::from_chars(name.data() + cuda.size(), end, ordinal);
  if (result.ec != std::errc() || result.ptr != end || ordinal < 0) {
    throw std::invalid_argument("--device: expected cpu or cuda:N, got '" + name + "'");
  }
  return ordinal;
}

}  // namespace

ppatch_backend backend_named(const std::string& name) {
  if (name == "cpu") return PPATCH_BACKEND_CPU;
  if (!name.starts_with(cuda)) {
    throw std::invalid_argument("--device: expected cpu or cuda:N, got '" + name + "'");
  }
  parse_ordinal(name);
  return PPATCH_BACKEND_CUDA;
}

Device::Device(const std::string& name) : name_(name), backend_(backend_named(name)) {
  if (backend_ == PPATCH_BACKEND_CPU) return;
  ordinal_ = parse_ordinal(name);
  std::int32_t count = 0;
  if (ppatch_backend_probe(backend_, &count) != PPATCH_OK) {
    throw DeviceMissing(name + ": " + ppatch_last_error());
  }
  if (ordinal_ >= count) {
    throw DeviceMissing(name + ": there are " + std::to_string(count) + " CUDA devices");
  }
  gpu_ = std::make_unique<Gpu>(ordinal_);
}

Context Device::context(int threads, std::uint64_t memory_budget) const {
  ppatch_context_options options = context_options();
  options.backend = backend_;
  options.device = ordinal_;
  options.num_threads = threads;
  options.memory_budget = memory_budget;
  return Context(options);
}

}  // namespace ptychopatch::bench
