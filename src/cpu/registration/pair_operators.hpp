// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CPU_REGISTRATION_PAIR_OPERATORS_HPP_
#define PTYCHOPATCH_CPU_REGISTRATION_PAIR_OPERATORS_HPP_

#include "core/backend.hpp"
#include "cpu/threads/arena.hpp"

// What Backend asks about aligned pairs and mosaics. Sums are kept by row and added up in order.
namespace ppatch {

class PairOperators {
 public:
  PairOperators(const Arena& arena, const Allocator& allocator)
      : arena_(arena), allocator_(allocator) {}

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
  // Body over the pixels of so many images.
  template <class Body>
  void each_pixel(const Body& body, std::int64_t count, std::int64_t height,
                  std::int64_t width) const;
  template <class Value>
  double sum_over_rows(const ImageView& shape, const Value& value) const;

  const Arena& arena_;
  const Allocator& allocator_;
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CPU_REGISTRATION_PAIR_OPERATORS_HPP_
