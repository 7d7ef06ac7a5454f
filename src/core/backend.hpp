// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/allocator.hpp"
#include "core/callbacks.hpp"
#include "core/groups/group_engine.hpp"
#include "core/patches/patch_engine.hpp"
#include "core/registration/pair_operators.hpp"
#include "core/registration/scene_engine.hpp"

// The seam between plans and the machines that run them. Everything that crosses it has been
// validated, but for the coordinates of points, which a group engine looks at where they lie; a
// backend meets only legal shapes. Its methods throw Error.
namespace ppatch {

// What a context gives to its backend. allocator and callbacks outlive it; the allocator's memory
// is where the backend works, on a device's backend its own.
struct BackendSettings {
  int device = 0;
  int num_threads = 0;  // 0: as many as the process may use
  std::uint64_t memory_budget = 0;
  const Allocator* allocator = nullptr;
  const Callbacks* callbacks = nullptr;
};

struct BackendInfo {
  int num_threads = 0;
  std::string device_name;
  std::string simd;
};

// What memory can be used where it lies.
class Reach {
 public:
  virtual ~Reach() = default;
  virtual bool accepts(ppatch_device_type type, int device) const = 0;
  // Of whom or what reaches it.
  virtual std::string device_name() const = 0;
};

class Backend : public Reach {
 public:
  virtual BackendInfo info() const = 0;
  std::string device_name() const final { return info().device_name; }
  virtual ppatch_backend kind() const = 0;
  virtual void synchronize() = 0;
  // What a plan takes of the memory that the budget is about: the scratch of make_patch_engine, and
  // on a host's backend the plan's positions too, which its engine borrows. Throws OUT_OF_MEMORY
  // where the budget cannot hold it.
  virtual std::uint64_t patch_engine_bytes(const PatchSettings& settings) const = 0;
  virtual std::unique_ptr<PatchEngine> make_patch_engine(const PatchSettings& settings) = 0;
  virtual std::uint64_t group_engine_bytes(const GroupSettings& settings) const = 0;
  virtual std::unique_ptr<GroupEngine> make_group_engine(const GroupSettings& settings) = 0;

  // Whether it aligns such scenes; else the CPU does it, on host arrays, and `reason` says why.
  virtual bool aligns(const SceneSettings& settings, std::string* reason) const {
    static_cast<void>(settings);
    static_cast<void>(reason);
    return true;
  }
  virtual std::uint64_t scene_engine_bytes(const SceneSettings& settings) const = 0;
  virtual std::unique_ptr<SceneEngine> make_scene_engine(const SceneSettings& settings) = 0;

  virtual const PairOperators& pair_operators() const = 0;
};

std::unique_ptr<Backend> make_cpu_backend(const BackendSettings& settings);

}  // namespace ppatch
