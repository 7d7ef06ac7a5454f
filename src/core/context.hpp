// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "core/backend.hpp"

namespace ppatch {

// What the plans of one ppatch_context share.
class Context : public Reach {
 public:
  static constexpr int host = -1;  // in place of a card's number

  explicit Context(const ppatch_context_options& options);

  // That of its options; the CPU's where it follows the arrays.
  Backend& backend() const { return *backend_; }
  // Whether a call runs where its arrays lie, be it the host or any card.
  bool follows_arrays() const { return kind_ == PPATCH_BACKEND_AUTO; }
  // The backend for arrays on a card, or on the host.
  Backend& backend_at(int card) const;
  // That of work that outweighs the copies of its arrays: a card's where there is one.
  Backend& heavy_backend() const;
  bool accepts(ppatch_device_type type, int device) const override;
  std::string device_name() const override;
  void synchronize() const;
  // The CPU's: the context's own, or one that is made when it is first asked for.
  Backend& cpu_backend() const;
  // The one that aligns such scenes.
  Backend& scene_backend(const SceneSettings& settings) const {
    Backend& backend = heavy_backend();
    return backend.aligns(settings, nullptr) ? backend : cpu_backend();
  }
  const Callbacks& callbacks() const { return callbacks_; }
  // Of memory that the host reaches: the caller's, unless that is a device's.
  const Allocator& host_allocator() const {
    return kind_ == PPATCH_BACKEND_CUDA ? host_allocator_ : allocator_;
  }
  void get_info(ppatch_context_info* info) const;

 private:
  void make_backend(const ppatch_context_options& options);
  BackendSettings host_settings() const;

  Allocator allocator_;
  Allocator host_allocator_;  // where the caller's gives a device's memory
  Callbacks callbacks_;
  BackendSettings settings_;
  ppatch_backend kind_ = PPATCH_BACKEND_CPU;
  std::unique_ptr<Backend> backend_;
  // Of those that follow the arrays: of each card, made when it is first asked for.
  std::int32_t card_count_ = 0;
  mutable std::mutex cards_guard_;
  mutable std::vector<std::unique_ptr<Backend>> cards_;
  mutable std::once_flag cpu_once_;
  mutable std::unique_ptr<Backend> cpu_;  // beside a device's
};

}  // namespace ppatch
