// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "support/field.hpp"

// Scenes whose motion is exact: a sum of Gaussian blobs, evaluated where each pixel of an image
// looks.

// What content does from the reference to the moving image: d(x) = shift + (matrix - 1) (x - c),
// R[x] = M[x - d(x)], c being the centre of size x size pixels.
struct Affine {
  std::array<double, 2> shift{0.0, 0.0};
  std::array<double, 4> matrix{1.0, 0.0, 0.0, 1.0};  // yy, yx, xy, xx

  static Affine of(double dy, double dx, double radians = 0.0, double scale = 1.0);
};

class BlobScene {
 public:
  // Seen up to a tenth, or another part, beyond size x size pixels; contrast of variance about one.
  BlobScene(Random& random, std::int64_t size, double beyond = 0.1);

  // The reference is seen with Affine().
  Picture look(const Affine& affine) const;

 private:
  struct Blob {
    double y, x, radius, height;
  };
  std::int64_t size_;
  std::vector<Blob> blobs_;
};

// The pixels of `moved` where those of `still` in the rectangle lie once they have moved by
// (dy, dx), whole pixels, taken from another picture: an object before a background.
struct Rectangle {
  std::int64_t y, x, height, width;
};
void put_object(const Picture& object, const Rectangle& place, std::int64_t dy, std::int64_t dx,
                Picture& still, Picture& moved);

// Seen through a CFA: luminance is 1 + contrast times the picture, colours a second one besides.
Picture through_cfa(const Picture& luminance, const Picture& chroma, const std::string& letters,
                    double contrast);
