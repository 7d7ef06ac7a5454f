// SPDX-License-Identifier: Apache-2.0
#if defined(PTYCHOPATCH_CPU_PATCHES_SHIFT_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef PTYCHOPATCH_CPU_PATCHES_SHIFT_INL_HPP_
#undef PTYCHOPATCH_CPU_PATCHES_SHIFT_INL_HPP_
#else
#define PTYCHOPATCH_CPU_PATCHES_SHIFT_INL_HPP_
#endif

#include <algorithm>
#include <type_traits>

#include "cpu/lanes-inl.hpp"
#include "cpu/patches/shift_loops.hpp"
#include "cpu/transpose-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace ppatch {
namespace HWY_NAMESPACE {

// Calls body with the lanes of a slab as a constant: they are a power of two.
template <class Body>
HWY_INLINE void with_slab_lanes(std::int64_t lanes, Body&& body) {
  switch (lanes) {
    case 16:
      return body(std::integral_constant<int, 16>{});
    case 8:
      return body(std::integral_constant<int, 8>{});
    case 4:
      return body(std::integral_constant<int, 4>{});
    case 2:
      return body(std::integral_constant<int, 2>{});
    default:
      return body(std::integral_constant<int, 1>{});
  }
}

// Whether lanes are taken four at a time, where there are as many.
template <class P>
constexpr bool in_blocks = std::is_same_v<typename P::Real, float> && !P::converts;

template <class P>
void gather_columns_of(const typename P::Real* rows, std::int64_t height, std::int64_t width,
                       std::int64_t x0, std::int64_t lanes, typename P::Real* slab) {
  using T = typename P::Real;
  constexpr int C = P::components;
  with_slab_lanes(lanes, [&](auto constant) HWY_ATTR {
    constexpr int L = constant();
    const std::int64_t count = std::min<std::int64_t>(L, width - x0);
    for (std::int64_t y = 0; y < height; ++y) {
      const T* HWY_RESTRICT row = rows + (y * width + x0) * C;
      T* HWY_RESTRICT re = slab + 2 * y * L;
      T* HWY_RESTRICT im = re + L;
      if constexpr (in_blocks<P> && C == 2) {
        if (L % 4 == 0 && count == L) {
          for (int l = 0; l < L; l += 4) split_block(row + 2 * l, re + l, im + l);
          continue;
        }
      }
      for (int l = 0; l < L; ++l) {
        re[l] = l < count ? row[l * C] : T(0);
        im[l] = C == 2 && l < count ? row[l * C + C - 1] : T(0);
      }
    }
  });
}

template <class P>
void scatter_columns_of(const typename P::Real* slab, std::int64_t height, std::int64_t width,
                        std::int64_t x0, std::int64_t lanes, typename P::Storage* rows) {
  using T = typename P::Real;
  using S = typename P::Storage;
  constexpr int C = P::components;
  with_slab_lanes(lanes, [&](auto constant) HWY_ATTR {
    constexpr int L = constant();
    const std::int64_t count = std::min<std::int64_t>(L, width - x0);
    for (std::int64_t y = 0; y < height; ++y) {
      const T* HWY_RESTRICT re = slab + 2 * y * L;
      const T* HWY_RESTRICT im = re + L;
      S* HWY_RESTRICT row = rows + (y * width + x0) * C;
      if constexpr (in_blocks<P> && C == 2) {
        if (L % 4 == 0 && count == L) {
          for (int l = 0; l < L; l += 4) join_block(re + l, im + l, row + 2 * l);
          continue;
        }
      }
      for (std::int64_t l = 0; l < count; ++l) {
        row[l * C] = P::store(re[l]);
        if constexpr (C == 2) row[l * C + 1] = P::store(im[l]);
      }
    }
  });
}

template <class P>
void turn_slab(const typename P::Real* slab, std::int64_t n, std::int64_t first, std::int64_t count,
               std::int64_t lanes, typename P::Real* to, std::int64_t slab_scalars) {
  using T = typename P::Real;
  with_slab_lanes(lanes, [&](auto constant) HWY_ATTR {
    constexpr int L = constant();
    constexpr std::int64_t step = 2 * L;
    const auto part = [&](const T* HWY_RESTRICT from, T* HWY_RESTRICT out) HWY_ATTR {
      for (std::int64_t i0 = 0; i0 < n; i0 += L, out += slab_scalars) {
        const std::int64_t samples = std::min<std::int64_t>(L, n - i0);
        if constexpr (in_blocks<P>) {
          if (L % 4 == 0 && samples == L && count == L) {
            for (int i = 0; i < L; i += 4) {
              for (int j = 0; j < L; j += 4) {
                transpose_block(from + (i0 + i) * step + j, step, out + j * step + i, step);
              }
            }
            continue;
          }
        }
        for (std::int64_t j = 0; j < count; ++j) {
          for (int i = 0; i < L; ++i) {
            out[j * step + i] = i < samples ? from[(i0 + i) * step + j] : T(0);
          }
        }
      }
    };
    part(slab, to + first * step);
    part(slab + L, to + first * step + L);
  });
}

// Calls body(re, im, phase_re, phase_im, &to_re, &to_im) for each value, with its phase of both
// ramps.
template <class T, class Body>
HWY_INLINE void with_ramps(const T* from, const Ramp<T>& across, const Ramp<T>& along,
                           std::int64_t n, std::int64_t lanes, T* to, Body&& body) {
  with_slab_lanes(lanes, [&](auto constant) HWY_ATTR {
    constexpr int L = constant();
    T by_re[L];
    T by_im[L];
    std::copy_n(across.re, L, by_re);
    std::copy_n(across.im, L, by_im);
    for (std::int64_t k = 0; k < n; ++k) {
      const T re = along.re[k];
      const T im = along.im[k];
      const T* HWY_RESTRICT in = from + 2 * k * L;
      T* HWY_RESTRICT out = to + 2 * k * L;
      for (int l = 0; l < L; ++l) {
        const T phase_re = by_re[l] * re + (-by_im[l]) * im;
        const T phase_im = by_re[l] * im + by_im[l] * re;
        body(in[l], in[L + l], phase_re, phase_im, out[l], out[L + l]);
      }
    }
  });
}

template <class P>
void apply_ramps(const typename P::Real* from, const Ramp<typename P::Real>& across,
                 const Ramp<typename P::Real>& along, std::int64_t n, std::int64_t lanes,
                 typename P::Real* to) {
  using T = typename P::Real;
  with_ramps(from, across, along, n, lanes, to,
             [](T re, T im, T phase_re, T phase_im, T& to_re, T& to_im) HWY_ATTR {
               to_re = re * phase_re + (-im) * phase_im;
               to_im = re * phase_im + im * phase_re;
             });
}

template <class P>
void add_ramps_back(const typename P::Real* from, const Ramp<typename P::Real>& across,
                    const Ramp<typename P::Real>& along, std::int64_t n, std::int64_t lanes,
                    typename P::Real* sum) {
  using T = typename P::Real;
  with_ramps(from, across, along, n, lanes, sum,
             [](T re, T im, T phase_re, T phase_im, T& sum_re, T& sum_im) HWY_ATTR {
               sum_re += re * phase_re + im * phase_im;
               sum_im += im * phase_re + (-re) * phase_im;
             });
}

}  // namespace HWY_NAMESPACE
}  // namespace ppatch
HWY_AFTER_NAMESPACE();

#endif
