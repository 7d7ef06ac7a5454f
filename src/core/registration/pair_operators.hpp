// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registration/scene_engine.hpp"
#include "kernels/registration/channel_sum.hpp"
#include "math/registration/motion_map.hpp"

namespace ppatch {

// The part of the seam that aligned pairs and raw images need; a part of backend.hpp, which
// includes it. Every call is complete on return.
class PairOperators {
 public:
  virtual ~PairOperators() = default;

  // out[y, x] = gain * image(y - shift[0], x - shift[1]); one dtype of an image's samples.
  virtual void shift_image(const ImageView& image, const double shift[2],
                           const ResampleSettings& settings, const ImageView& out) const = 0;
  // The same with the shift that the map has at (y, x). Its field's numbers are on the host.
  virtual void warp_image(const ImageView& image, const MotionMap& map,
                          const ResampleSettings& settings, const ImageView& out) const = 0;
  // image holds the channels; out is one image of f32 or f64.
  virtual void image_luminance(const ImageView& image, const ChannelSum& sum,
                               const ImageView& out) const = 0;
  // (pixel - black) / (white - black).
  virtual void normalise_mosaic(const SceneImageView& image, int period,
                                const ImageView& out) const = 0;
  // The same, averaged by colour over block x block pixels; out holds three images.
  virtual void bin_mosaic(const SceneImageView& image, const CfaPattern& cfa, int block,
                          const ImageView& out) const = 0;
  // Both of one shape, f32 or f64 each.
  virtual double pair_gain(const ImageView& anchor, const ImageView& target) const = 0;
  virtual double pair_loss(const ImageView& anchor, const ImageView& target, double gain) const = 0;
  // mask: u8. Returns its mean.
  virtual double pair_mask(const ImageView& anchor, const ImageView& target,
                           const PairMaskSettings& settings, const ImageView& mask) const = 0;
  // All of these of one pair; a gain of 0 is its own. mask: u8, its data NULL where none is wanted.
  virtual ppatch_pair_measures measure_pair(const RawPair& pair, const PairMaskSettings& settings,
                                            const ImageView& mask) const = 0;
};

}  // namespace ppatch
