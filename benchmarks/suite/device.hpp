// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <stdexcept>
#include <string>

#include "ptychopatch/ptychopatch.hpp"
#include "suite/gpu.hpp"

namespace ptychopatch::bench {

// The backend or its device is not there; what() says why.
class DeviceMissing : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What "cpu" or "cuda:0" names. Throws std::invalid_argument.
ppatch_backend backend_named(const std::string& name);

// Where the suite runs.
class Device {
 public:
  // "cpu" or "cuda:0". Throws std::invalid_argument or DeviceMissing.
  explicit Device(const std::string& name);

  const std::string& name() const { return name_; }
  ppatch_backend backend() const { return backend_; }
  // The card, or NULL on the CPU.
  const Gpu* gpu() const { return gpu_.get(); }
  std::string backend_name() const { return backend_ == PPATCH_BACKEND_CPU ? "cpu" : "cuda"; }
  Context context(int threads, std::uint64_t memory_budget) const;

 private:
  std::string name_;
  ppatch_backend backend_;
  std::int32_t ordinal_ = 0;
  std::unique_ptr<Gpu> gpu_;
};

}  // namespace ptychopatch::bench
