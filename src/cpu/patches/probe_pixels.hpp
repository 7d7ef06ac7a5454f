// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "math/patches/patch_views.hpp"
#include "math/pixel.hpp"

// Pixels of a probe's modes between the caller's strides and rows, `width` pixels each, that follow
// one another.
namespace ppatch {

// Such rows as a probe of one mode that all positions share.
template <class P>
ProbeView rows_as_probe(typename P::Storage* rows, std::int64_t width) {
  constexpr int C = P::components;
  return {rows, 1, true, 0, 0, width * C, C};
}

template <class P, class To>
void copy_mode(const ProbeView& probe, std::int64_t k, std::int64_t mode, std::int64_t height,
               std::int64_t width, To* rows) {
  constexpr int C = P::components;
  for (std::int64_t r = 0; r < height; ++r) {
    const auto* from = probe.at<typename P::Storage>(k, mode) + r * probe.stride_y;
    for (std::int64_t q = 0; q < width; ++q, from += probe.stride_x) {
      for (int c = 0; c < C; ++c) *rows++ = static_cast<To>(from[c]);
    }
  }
}

// Adds rows to a mode, or stores them.
template <class P>
void store_mode(const typename P::Storage* rows, const ProbeView& probe, std::int64_t k,
                std::int64_t mode, std::int64_t height, std::int64_t width, bool from_zero) {
  constexpr int C = P::components;
  for (std::int64_t r = 0; r < height; ++r) {
    auto* to = probe.at<typename P::Storage>(k, mode) + r * probe.stride_y;
    for (std::int64_t q = 0; q < width; ++q, to += probe.stride_x) {
      for (int c = 0; c < C; ++c, ++rows) {
        to[c] = from_zero ? *rows : P::store(P::load(to[c]) + P::load(*rows));
      }
    }
  }
}

}  // namespace ppatch
