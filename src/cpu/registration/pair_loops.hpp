// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace ppatch {

// The channels of a row of an aligned pair, n values each.
template <class V>
struct PairRow {
  const V *anchor = nullptr, *target = nullptr;
  std::int64_t count = 1, n = 0;
};

// A difference in 7 bits: its first bits less those of a base, 0 or the last code where it is
// beyond these. The eighth says that a place is clipped.
constexpr std::uint8_t last_code = 127, clipped_code = 128;
constexpr int code_shift = 19;  // of a float's bits: 16 codes an octave

template <class V>
struct PairValueLoops {
  // out[i] = the sum over channels of |G(anchor) - G(gain target)|, G being gamma_of.
  void (*differences)(const PairRow<V>& row, double gain, float* out);
  // The sum over values of a channel of |anchor - gain target|, as sum_of_row has it.
  double (*loss)(const V* anchor, const V* target, double gain, std::int64_t n);
  // Sets clipped_code in out[i] where a value is not below the bound.
  void (*mark_clipped)(const V* values, double bound, std::int64_t n, std::uint8_t* out);
};

// out[i] = row[i] - black of its lane, of pixel_lanes.
template <class T>
using LessBlack = void (*)(const T* row, const float* black, float* out, std::int64_t n);

// What aligned pairs are measured by, row by row.
struct PairLoops {
  PairValueLoops<float> singles;
  PairValueLoops<double> doubles;

  LessBlack<std::uint8_t> bytes_less_black;
  LessBlack<std::uint16_t> less_black;
  LessBlack<std::int16_t> signed_less_black;
  // out[i] = in[i] / span of its lane; in may be out.
  void (*divide)(const float* in, const float* span, float* out, std::int64_t n);
  // As sum_of_row has it.
  double (*sum)(const float* in, std::int64_t n);
  // Of blocks of 2 x 2 values of two rows, which have these colours, two of them green: out[c * n +
  // i] = the sum of the values of colour c of block i over spans[c].
  void (*bin_bayer)(const float* upper, const float* lower, const int (&colours)[4],
                    const float (&spans)[3], float* out, std::int64_t n);
  // out[i] = the code of value[i].
  void (*encode)(const float* value, std::int32_t base, std::int64_t n, std::uint8_t* out);
  // out[i] = 1 where code[i], of a value, is below the bound's, else 0; whether any is the bound's.
  bool (*mark_below)(const std::uint8_t* code, std::uint8_t bound, std::int64_t n,
                     std::uint8_t* out);
  // out[i] = 1 where value[i] is at most the bound, else 0.
  void (*mark_kept)(const float* value, float bound, std::int64_t n, std::uint8_t* out);
  // out[x] = all, or any, of a place and the four about it; beyond a row there is none.
  void (*erode)(const std::uint8_t* above, const std::uint8_t* here, const std::uint8_t* below,
                std::int64_t n, std::uint8_t* out);
  void (*dilate)(const std::uint8_t* above, const std::uint8_t* here, const std::uint8_t* below,
                 std::int64_t n, std::uint8_t* out);
  // Clears the flags of clipped places; returns how many are left.
  std::uint64_t (*take_out_clipped)(const std::uint8_t* code, std::int64_t n, std::uint8_t* flags);
};

}  // namespace ppatch
