// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <type_traits>

#include "kernels/registration/conditioning.hpp"
#include "kernels/registration/hot_pixels.hpp"
#include "kernels/registration/scene_image.hpp"

namespace ppatch {

// A coordinate of an axis of n samples beyond which it is reflected without repeating the sample at
// its edge, or wrapped; extended_index says the same of all.
PPATCH_HD std::int32_t mirrored_index(bool wraps, std::int32_t i, std::int32_t n) {
  if (i >= 0 && i < n) return i;
  if (n == 1) return 0;
  const std::int32_t period = wraps ? n : 2 * (n - 1);
  std::int32_t r = i % period;
  if (r < 0) r += period;
  return r < n ? r : period - r;
}

// Pixels of an image that is decimated by Step, scaled, repaired, levelled and masked: one at a
// time, and for short periods groups of a row's.
template <class T, int Step>
struct ConditionedPixels {
  static constexpr int period = Step == 1 ? 1 : Step == 2 ? 2 : 6;
  static constexpr int phases = period * period;
  static constexpr bool has_groups = Step < 3;
  static constexpr int group = 16;
  static constexpr std::uint32_t all_of_group = (1U << group) - 1;

  using Work = std::conditional_t<std::is_same_v<T, double>, double, float>;
  struct alignas(2 * sizeof(Work)) Scaling {
    Work black, factor;
  };
  // With two of the neighbours.
  struct alignas(16) Test {
    float clip, clip_value, threshold;
    signed char first_y, first_x, second_y, second_x;
  };
  struct Tables {
    Scaling scaling[phases];
    Test test[phases];
    float bound[phases];
    float offset;
    bool repairs, clips;
  };
  // A row of the image, with what its groups have in common, by CFA phase. bound: of products
  // that tell of a pixel that may be hot or dead.
  struct Row {
    std::int32_t y;
    std::int64_t begin;  // in pixels
    Work black[period], factor[period];
    float clip[period], clip_value[period], bound[period];
    float offset;
    bool clips;
  };

  ScenePixels image;
  // Of the image; without them pixels are floats that are taken as they are.
  const Conditioning* conditioning = nullptr;
  const float* threshold = nullptr;
  NearPixels near;
  bool pairs = false;  // the two neighbours are Step pixels to the left and right, everywhere
  bool wraps = false;
  bool aligned = false;  // rows begin at multiples of 16 bytes, and pixels lie side by side

  PPATCH_HD std::int32_t height() const { return static_cast<std::int32_t>(image.height); }
  PPATCH_HD std::int32_t width() const { return static_cast<std::int32_t>(image.width); }

  PPATCH_HD void begin(int thread, int threads, Tables& tables) const {
    if (!conditioning) return;
    PPATCH_ROLLED
    for (int i = thread; i < phases; i += threads) {
      tables.scaling[i] = {static_cast<Work>(conditioning->black[i]),
                           static_cast<Work>(conditioning->factor[i])};
      tables.test[i] = {conditioning->clip[i],
                        conditioning->clip_value[i],
                        conditioning->repairs ? threshold[i] : 0.0F,
                        near.y[i][0],
                        near.x[i][0],
                        near.y[i][1],
                        near.x[i][1]};
      tables.bound[i] = -(tables.test[i].threshold * tables.test[i].threshold);
    }
    if (thread > 0) return;
    tables.offset = static_cast<float>(conditioning->offset);
    tables.repairs = conditioning->repairs;
    // Integers, scaled, never reach what stands for no clipping.
    tables.clips = !std::is_integral_v<T>;
    for (int i = 0; i < phases; ++i) {
      tables.clips = tables.clips || conditioning->clip[i] < no_bound;
    }
  }

  PPATCH_HD std::int32_t row_index(std::int32_t beyond_y) const {
    return mirrored_index(wraps, beyond_y, height());
  }
  // Of the image's row y; beyond_x may lie beyond it.
  PPATCH_HD float at(std::int32_t y, std::int32_t beyond_x, const Tables& tables) const {
    const std::int32_t x = mirrored_index(wraps, beyond_x, width());
    float value = scaled_at(y, x, tables);
    if (!conditioning) return value;
    const int phase = phase_of(y, x);
    const Test test = tables.test[phase];
    if (tables.repairs && is_within(y, height()) && is_within(x, width())) {
      float a = scaled_at(y + test.first_y, x + test.first_x, tables);
      float b = scaled_at(y + test.second_y, x + test.second_x, tables);
      order(a, b);
      if (lies_beyond(value, a, b, test.threshold)) {
        value = repaired(value, y, x, test, tables);
      }
    }
    value = value >= test.clip ? test.clip_value : value - tables.offset;
    return image.masked(y, x) ? 0.0F : value;
  }

  PPATCH_HD Row row_of(std::int32_t beyond_y, const Tables& tables) const {
    Row row;
    row.y = row_index(beyond_y);
    row.begin = row.y * image.stride_y;
    if (!conditioning) return row;
    const int phase = phase_along(row.y) * period;
    const bool is_tested = tables.repairs && is_within(row.y, height());
    for (int p = 0; p < period; ++p) {
      row.black[p] = tables.scaling[phase + p].black;
      row.factor[p] = tables.scaling[phase + p].factor;
      row.clip[p] = tables.test[phase + p].clip;
      row.clip_value[p] = tables.test[phase + p].clip_value;
      row.bound[p] = is_tested ? tables.bound[phase + p] : -no_bound;
    }
    row.offset = tables.offset;
    row.clips = tables.clips;
    return row;
  }
  // Whether condition_group may be asked.
  PPATCH_HD bool knows_groups() const { return pairs || !conditioning; }
  // Conditions all of the group that begins at x, a multiple of its length, but those pixels that
  // may be hot or dead, which it returns. The group may lie beyond the image: what is reflected
  // there keeps its CFA phase and its neighbours.
  PPATCH_HD std::uint32_t condition_group(const Row& row, std::int32_t x,
                                          float (&value)[group]) const {
    T seen[group + 2 * Step];
    read(row, x, seen);
    if (!conditioning) {
      for (int k = 0; k < group; ++k) value[k] = static_cast<float>(seen[k + Step]);
      return 0;
    }
    float scaled[group + 2 * Step];
    for (int k = 0; k < group + 2 * Step; ++k) {
      const int p = (k + Step) % period;
      scaled[k] = scaled_by({row.black[p], row.factor[p]}, seen[k]);
    }
    for (int k = 0; k < group; ++k) value[k] = scaled[k + Step] - row.offset;
    if (row.clips) {
      for (int k = 0; k < group; ++k) {
        const int p = k % period;
        value[k] = scaled[k + Step] >= row.clip[p] ? row.clip_value[p] : value[k];
      }
    }
    if (image.mask) {
      for (int k = 0; k < group; ++k) {
        const std::int32_t from = mirrored_index(wraps, x + k, width());
        value[k] = image.masked(row.y, from) ? 0.0F : value[k];
      }
    }
    return suspects(scaled, row);
  }

 private:
  PPATCH_HD static int phase_along(std::int32_t i) {
    return static_cast<int>(static_cast<std::uint32_t>(i) % period);
  }
  PPATCH_HD static int phase_of(std::int32_t y, std::int32_t x) {
    return phase_along(y) * period + phase_along(x);
  }
  PPATCH_HD bool is_within(std::int32_t i, std::int32_t n) const {
    return i >= near.reach && i < n - near.reach;
  }
  PPATCH_HD static float scaled_by(const Scaling& scaling, T value) {
    return static_cast<float>((static_cast<Work>(value) - scaling.black) * scaling.factor);
  }
  PPATCH_HD float scaled_at(std::int32_t y, std::int32_t x, const Tables& tables) const {
    const T value = image.row<T>(y)[x * image.stride_x];
    if (!conditioning) return static_cast<float>(value);
    return scaled_by(tables.scaling[phase_of(y, x)], value);
  }

  PPATCH_HD float repaired(float value, std::int32_t y, std::int32_t x, const Test& test,
                           const Tables& tables) const {
    const int phase = phase_of(y, x);
    float around[8];
    PPATCH_UNROLLED
    for (int k = 0; k < 8; ++k) {
      around[k] = scaled_at(y + near.y[phase][k], x + near.x[phase][k], tables);
    }
    const float median = median_of_eight(around);
    return lies_beyond(value, around[0], around[7], test.threshold) ? median : value;
  }

  // Pixels x - Step to x + group + Step.
  PPATCH_HD void read(const Row& row, std::int32_t x, T (&seen)[group + 2 * Step]) const {
    const T* from = static_cast<const T*>(image.data) + row.begin;
    if (!aligned || x < Step || x > width() - group - Step) {
      PPATCH_UNROLLED
      for (int k = 0; k < group + 2 * Step; ++k) {
        seen[k] = from[mirrored_index(wraps, x - Step + k, width()) * image.stride_x];
      }
      return;
    }
    constexpr int bytes = group * static_cast<int>(sizeof(T));
    constexpr int vector = (bytes < 16 ? bytes : 16) / static_cast<int>(sizeof(T));
    from += x;
    read_vectors<Step>(from - Step, 1, seen);
    read_vectors<vector>(from, group / vector, seen + Step);
    read_vectors<Step>(from + group, 1, seen + Step + group);
  }
  template <int Vector>
  PPATCH_HD static void read_vectors(const T* from, int count, T* to) {
    struct alignas(Vector * sizeof(T)) Wide {
      T value[Vector];
    };
    for (int v = 0; v < count; ++v) {
      const Wide all = reinterpret_cast<const Wide*>(from)[v];
      for (int k = 0; k < Vector; ++k) to[v * Vector + k] = all.value[k];
    }
  }

  // A pixel that lies beyond its two neighbours by more than the threshold: the product of its
  // distances to them, which have one sign, exceeds the threshold's square, roundings included.
  PPATCH_HD static std::uint32_t suspects(const float (&scaled)[group + 2 * Step], const Row& row) {
    float product[group];
    float min[period];
    for (int k = 0; k < group; ++k) {
      product[k] = (scaled[k + Step] - scaled[k]) * (scaled[k + 2 * Step] - scaled[k + Step]);
    }
    for (int p = 0; p < period; ++p) min[p] = product[p];
    for (int k = period; k < group; ++k) min[k % period] = std::fmin(min[k % period], product[k]);
    bool any = false;
    for (int p = 0; p < period; ++p) any = any || min[p] <= row.bound[p];
    std::uint32_t found = 0;
    if (!any) return found;
    for (int k = 0; k < group; ++k) found |= product[k] <= row.bound[k % period] ? 1U << k : 0U;
    return found;
  }
};

}  // namespace ppatch
