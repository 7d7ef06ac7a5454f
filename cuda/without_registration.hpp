// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_WITHOUT_REGISTRATION_HPP_
#define PTYCHOPATCH_CUDA_WITHOUT_REGISTRATION_HPP_

#include "core/backend.hpp"
#include "core/error.hpp"

namespace ptychopatch {

// A backend that leaves the shifts of scenes to the CPU: nobody asks it for any of these.
class WithoutRegistration : public Backend {
 public:
  bool aligns(ShiftMethod, std::string* reason) const override {
    if (reason) *reason = "its backend does patches and groups alone";
    return false;
  }
  bool registers() const override { return false; }
  std::uint64_t scene_engine_bytes(const SceneSettings&) const override { refuse(); }
  std::unique_ptr<SceneEngine> make_scene_engine(const SceneSettings&) override { refuse(); }

 private:
  [[noreturn]] static void refuse() {
    fail(PPATCH_ERROR_UNSUPPORTED, "this backend does no registration");
  }
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CUDA_WITHOUT_REGISTRATION_HPP_
