// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/hd.hpp"
#include "math/multiply_add.hpp"

// The sums over two spectra that a shift is found by, and the bins that they run over.
namespace ppatch {

// c(r), its gradient and its Hessian: in units of 1, 2 pi, (2 pi)^2.
enum NewtonSum {
  value_sum,
  gradient_y,
  gradient_x,
  hessian_yy,
  hessian_yx,
  hessian_xx,
  newton_sums
};

// Over the band at the final shift.
enum BandSum {
  cross_power,
  reference_power,
  moving_power,
  fisher_yy,
  fisher_yx,
  fisher_xx,
  leak_y,
  leak_x,
  leak_square,
  leak_slope,
  // Of the gradient's parts by bins; of the slopes' power without regard to phases, and its square.
  square_yy,
  square_yx,
  square_xx,
  slope_power,
  slope_square,
  // Of the bins above a frequency: the gradient, Fisher's information, and the gradient's squares.
  high_gradient_y,
  high_gradient_x,
  high_fisher_yy,
  high_fisher_yx,
  high_fisher_xx,
  high_square_yy,
  high_square_yx,
  high_square_xx,
  band_sums
};

// A complex number.
struct SpectrumValue {
  float re = 0.0F, im = 0.0F;
};

// e^{2 pi i f.r} from its parts along both axes.
PPATCH_HD SpectrumValue phase_of(SpectrumValue y, SpectrumValue x) {
  return {multiply_add(y.re, x.re, -(y.im * x.im)), multiply_add(y.re, x.im, y.im * x.re)};
}

PPATCH_HD SpectrumValue turned(SpectrumValue value, SpectrumValue phase) {
  return {multiply_add(value.re, phase.re, -(value.im * phase.im)),
          multiply_add(value.re, phase.im, value.im * phase.re)};
}

// conj(r) m.
PPATCH_HD SpectrumValue cross_of(SpectrumValue r, SpectrumValue m) {
  return {multiply_add(r.re, m.re, r.im * m.im), multiply_add(r.re, m.im, -(r.im * m.re))};
}

PPATCH_HD float power_of(SpectrumValue value) {
  return multiply_add(value.re, value.re, value.im * value.im);
}

// Bins whose radius is a whole number of rings lie on their border: rounding must not deal them
// out.
PPATCH_HD int ring_of(float scale, float f) { return static_cast<int>(scale * f + 1e-3F); }

// How many bins of the whole plane a column stands for: column 0 is its own mirror image.
PPATCH_HD float multiplicity(std::int64_t column) { return column == 0 ? 1.0F : 2.0F; }

// What a bin at frequency (fy, fx) adds to the NewtonSums, for its weight w times its multiplicity.
PPATCH_HD void newton_parts(float w, SpectrumValue z, float fy, float fx,
                            float (&part)[newton_sums]) {
  const float re = w * z.re;
  const float im = w * z.im;
  part[value_sum] = re;
  part[gradient_y] = -fy * im;
  part[gradient_x] = -fx * im;
  part[hessian_yy] = -fy * fy * re;
  part[hessian_yx] = -fy * fx * re;
  part[hessian_xx] = -fx * fx * re;
}

// The same for the BandSums; turn: of its leaked chroma.
struct BandBin {
  SpectrumValue z;
  float reference = 0.0F, moving = 0.0F;  // powers
  float fy = 0.0F, fx = 0.0F;
  float weight = 0.0F, signal = 0.0F, turn = 0.0F, copies = 0.0F;
  float size = 0.0F;  // |z|
  float high = 0.0F;  // 1 above that frequency
};

PPATCH_HD void band_parts(const BandBin& bin, float (&part)[band_sums]) {
  const float in_band = bin.weight > 0.0F ? bin.copies : 0.0F;
  const float information = bin.copies * bin.weight * bin.signal;
  part[cross_power] = in_band * bin.z.re;
  part[reference_power] = in_band * bin.reference;
  part[moving_power] = in_band * bin.moving;
  part[fisher_yy] = bin.fy * bin.fy * information;
  part[fisher_yx] = bin.fy * bin.fx * information;
  part[fisher_xx] = bin.fx * bin.fx * information;
  part[leak_y] = bin.fy * bin.turn * information;
  part[leak_x] = bin.fx * bin.turn * information;
  part[leak_square] = bin.turn * bin.turn * information;
  part[leak_slope] = bin.copies * bin.weight * bin.turn * bin.z.im;
  const float gy = bin.fy * bin.weight * bin.z.im;
  const float gx = bin.fx * bin.weight * bin.z.im;
  part[square_yy] = bin.copies * gy * gy;
  part[square_yx] = bin.copies * gy * gx;
  part[square_xx] = bin.copies * gx * gx;
  const float slope = bin.weight * bin.size * (bin.fy * bin.fy + bin.fx * bin.fx);
  part[slope_power] = bin.copies * slope;
  part[slope_square] = bin.copies * slope * slope;
  part[high_gradient_y] = bin.high * bin.copies * gy;
  part[high_gradient_x] = bin.high * bin.copies * gx;
  for (int i = 0; i < 3; ++i) {
    part[high_fisher_yy + i] = bin.high * part[fisher_yy + i];
    part[high_square_yy + i] = bin.high * part[square_yy + i];
  }
}

}  // namespace ppatch
