// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_REGISTRATION_PAIR_OPERATORS_HPP_
#define PTYCHOPATCH_CUDA_REGISTRATION_PAIR_OPERATORS_HPP_

#include "cuda/runtime/machine.hpp"

// What Backend asks about aligned pairs and mosaics, on the device. Arrays on the host are copied
// within the budget; every call is complete on return. Sums are kept by row and added up in order,
// as the CPU does.
namespace ppatch {

class CudaPairOperators {
 public:
  explicit CudaPairOperators(const Machine& machine) : machine_(machine) {}

  void shift_image(const ImageView& image, const double shift[2], const ResampleSettings& settings,
                   const ImageView& out) const;
  void normalise_mosaic(const SceneImageView& image, int period, const ImageView& out) const;
  void bin_mosaic(const SceneImageView& image, const CfaPattern& mosaic, int block,
                  const ImageView& out) const;
  double pair_gain(const ImageView& anchor, const ImageView& target) const;
  double pair_loss(const ImageView& anchor, const ImageView& target, double gain) const;
  double pair_mask(const ImageView& anchor, const ImageView& target,
                   const PairMaskSettings& settings, const ImageView& mask) const;

 private:
  const Machine& machine_;
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_REGISTRATION_PAIR_OPERATORS_HPP_
