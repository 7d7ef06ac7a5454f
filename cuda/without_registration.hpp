// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_WITHOUT_REGISTRATION_HPP_
#define PTYCHOPATCH_CUDA_WITHOUT_REGISTRATION_HPP_

#include "core/backend.hpp"
#include "core/error.hpp"

namespace ptychopatch {

// A backend that leaves registration to the CPU: nobody asks it for any of these.
class WithoutRegistration : public Backend {
 public:
  bool registers() const override { return false; }
  std::uint64_t scene_engine_bytes(const SceneSettings&) const override { refuse(); }
  std::unique_ptr<SceneEngine> make_scene_engine(const SceneSettings&) override { refuse(); }
  void shift_image(const ImageView&, const double*, const ResampleSettings&,
                   const ImageView&) override {
    refuse();
  }
  void normalise_mosaic(const SceneImageView&, int, const ImageView&) override { refuse(); }
  void bin_mosaic(const SceneImageView&, const Mosaic&, int, const ImageView&) override {
    refuse();
  }
  double pair_gain(const ImageView&, const ImageView&) override { refuse(); }
  double pair_loss(const ImageView&, const ImageView&, double) override { refuse(); }
  double pair_mask(const ImageView&, const ImageView&, const PairMaskSettings&,
                   const ImageView&) override {
    refuse();
  }

 private:
  [[noreturn]] static void refuse() {
    fail(PPATCH_ERROR_UNSUPPORTED, "this backend does no registration");
  }
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_CUDA_WITHOUT_REGISTRATION_HPP_
