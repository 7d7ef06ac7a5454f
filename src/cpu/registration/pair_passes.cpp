// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/pair_passes.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <type_traits>

#include "core/registration/pair_operators_by_call.hpp"

namespace ppatch {
namespace {

constexpr std::int64_t halves = std::int64_t{1} << 16;
constexpr std::int64_t strip_rows = 32;  // of a mask that a thread makes at once

double sum_of(const double* values, std::int64_t n) {
  double sum = 0.0;
  for (std::int64_t i = 0; i < n; ++i) sum += values[i];
  return sum;
}

// The place of a rank among counts; what is left of it is the rank within that place.
std::int64_t place_of(const Buffer<std::uint64_t>& counts, std::int64_t& rank) {
  std::int64_t place = 0;
  while (place + 1 < counts.size() && rank >= static_cast<std::int64_t>(counts[place])) {
    rank -= static_cast<std::int64_t>(counts[place++]);
  }
  return place;
}

// The largest that is no more than the value.
float single_at_most(double value) {
  const auto single = static_cast<float>(value);
  return static_cast<double>(single) <= value ? single : std::nextafter(single, -INFINITY);
}

std::int32_t code_bits(float value) {
  return static_cast<std::int32_t>(std::bit_cast<std::uint32_t>(value) >> code_shift);
}

double value_of_bits(std::int64_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

// Flags of some rows of a plane, of which those beyond it are 0.
struct FlagRows {
  std::uint8_t* data;
  std::int64_t width, first;
  std::uint8_t* row(std::int64_t y) const { return data + (y - first) * width; }
};

}  // namespace

double pair_gains(const PairMachine& machine, const RawPairRows& anchor, const RawPairRows& target,
                  double* of_pixels) {
  const std::int64_t h = anchor.height, w = anchor.width, rows = anchor.count * h;
  const std::int64_t pixel_rows = anchor.pixel_height, slots = machine.arena.num_threads();
  const std::int64_t values = anchor.count * w, spare = anchor.spare();
  Buffer<double> sums(machine.allocator, 2 * rows), pixels(machine.allocator, 2 * pixel_rows);
  Buffer<float> singles(machine.allocator, slots * (values + spare));
  Buffer<double> doubles(machine.allocator, slots * spare);
  const RawPairRows* const sides[2] = {&anchor, &target};
  machine.arena.parallel_for(pixel_rows, [&](std::int64_t y, int slot) {
    float* const at = singles.data() + slot * (values + spare);
    const PairSpare own{at + values, doubles.data() + slot * spare};
    for (int side = 0; side < 2; ++side) {
      pixels[side * pixel_rows + y] = sides[side]->sum_pixels(y, own);
      const std::int64_t row = y / anchor.block;
      if (y % anchor.block != 0 || row >= h) continue;
      sides[side]->read(row, at, own);
      for (std::int64_t m = 0; m < anchor.count; ++m) {
        sums[side * rows + m * h + row] = machine.loops.sum(at + m * w, w);
      }
    }
  });
  *of_pixels =
      gain_of(sum_of(pixels.data(), pixel_rows), sum_of(pixels.data() + pixel_rows, pixel_rows));
  return gain_of(sum_of(sums.data(), rows), sum_of(sums.data() + rows, rows));
}

template <class V>
PairPasses<V>::PairPasses(const PairMachine& machine, const PairRows<V>& anchor,
                          const PairRows<V>& target, const PairMaskSettings& settings)
    : machine_(machine),
      anchor_(anchor),
      target_(target),
      settings_(settings),
      slots_(machine.arena.num_threads()),
      values_(anchor.count * anchor.width),
      spare_(anchor.spare()),
      base_(code_bits(static_cast<float>(settings.threshold)) - last_code + 2),
      rows_(machine.allocator, slots_ * 2 * values_),
      singles_(machine.allocator, slots_ * (anchor.width + spare_)),
      doubles_(machine.allocator, slots_ * spare_),
      codes_(machine.allocator, anchor.height * anchor.width) {}

template <class V>
typename PairPasses<V>::Row PairPasses<V>::row(int slot) {
  V* const values = rows_.data() + slot * 2 * values_;
  float* const singles = singles_.data() + slot * (anchor_.width + spare_);
  return {values,
          values + values_,
          singles,
          {singles + anchor_.width, doubles_.data() + slot * spare_}};
}

template <class V>
const PairValueLoops<V>& PairPasses<V>::loops() const {
  if constexpr (std::is_same_v<V, float>) {
    return machine_.loops.singles;
  } else {
    return machine_.loops.doubles;
  }
}

template <class V>
typename PairPasses<V>::Row PairPasses<V>::compare(std::int64_t y, int slot) {
  const Row at = row(slot);
  anchor_.read(y, at.anchor, at.spare);
  target_.read(y, at.target, at.spare);
  loops().differences({at.anchor, at.target, anchor_.count, anchor_.width}, settings_.gain,
                      at.difference);
  return at;
}

template <class V>
void PairPasses<V>::count_halves(std::int64_t first, double* losses,
                                 Buffer<std::uint64_t>& counts) {
  if (slot_counts_.size() == 0) {
    slot_counts_ = Buffer<std::uint64_t>(machine_.allocator, slots_ * halves);
  }
  if (counts.size() == 0) counts = Buffer<std::uint64_t>(machine_.allocator, halves);
  std::fill(slot_counts_.data(), slot_counts_.data() + slot_counts_.size(), std::uint64_t{0});
  const std::int64_t w = anchor_.width;
  machine_.arena.parallel_for(anchor_.height, [&](std::int64_t y, int slot) {
    const Row at = compare(y, slot);
    if (first < 0) encode(at, y);
    std::uint64_t* const mine = slot_counts_.data() + slot * halves;
    for (std::int64_t x = 0; x < w; ++x) {
      const auto bits = std::bit_cast<std::uint32_t>(at.difference[x]);
      if (first < 0) {
        ++mine[bits >> 16];
      } else if (bits >> 16 == static_cast<std::uint32_t>(first)) {
        ++mine[bits & 0xffffU];
      }
    }
    for (std::int64_t m = 0; losses && m < anchor_.count; ++m) {
      losses[m * anchor_.height + y] =
          loops().loss(at.anchor + m * w, at.target + m * w, settings_.gain, w);
    }
  });
  for (std::int64_t i = 0; i < halves; ++i) {
    std::uint64_t all = 0;
    for (std::int64_t slot = 0; slot < slots_; ++slot) all += slot_counts_[slot * halves + i];
    counts[i] = all;
  }
}

template <class V>
void PairPasses<V>::encode(const Row& row, std::int64_t y) {
  const std::int64_t w = anchor_.width;
  std::uint8_t* const codes = codes_.data() + y * w;
  machine_.loops.encode(row.difference, base_, w, codes);
  for (std::int64_t m = 0; settings_.clips && m < anchor_.count; ++m) {
    loops().mark_clipped(row.anchor + m * w, settings_.clip_bound, w, codes);
  }
}

template <class V>
void PairPasses<V>::mark_row(std::int64_t y, int slot, float bound, std::uint8_t* out) {
  const std::int64_t w = anchor_.width;
  // A bound that is no number, or below 0, keeps nothing.
  const std::int32_t code =
      bound >= 0.0F ? std::clamp<std::int32_t>(code_bits(bound) - base_, 0, last_code) : 0;
  if (machine_.loops.mark_below(codes_.data() + y * w, static_cast<std::uint8_t>(code), w, out)) {
    machine_.loops.mark_kept(compare(y, slot).difference, bound, w, out);
  }
}

template <class V>
double PairPasses<V>::count() {
  const std::int64_t rows = anchor_.count * anchor_.height;
  Buffer<double> losses(machine_.allocator, rows);
  count_halves(-1, losses.data(), first_counts_);
  return sum_of(losses.data(), rows) / static_cast<double>(rows * anchor_.width);
}

template <class V>
double PairPasses<V>::value_of_rank(std::int64_t rank) {
  const std::int64_t first = place_of(first_counts_, rank);
  if (counted_ != first) count_halves(first, nullptr, second_counts_);
  counted_ = first;
  return value_of_bits(first * halves + place_of(second_counts_, rank));
}

template <class V>
double PairPasses<V>::bound() {
  const std::int64_t n = anchor_.height * anchor_.width;
  if (n == 0) return settings_.threshold;
  auto rank =
      static_cast<std::int64_t>(std::floor(settings_.quantile * static_cast<double>(n - 1)));
  // The quantile is no less than the least that begins as it does.
  if (value_of_bits(place_of(first_counts_, rank) * halves) >= settings_.threshold) {
    return settings_.threshold;
  }
  return std::min(settings_.threshold,
                  interpolated_quantile(n, settings_.quantile,
                                        [&](std::int64_t each) { return value_of_rank(each); }));
}

template <class V>
double PairPasses<V>::mask(double bound, const ImageView& mask) {
  const std::int64_t h = anchor_.height, w = anchor_.width;
  const float kept_to = single_at_most(bound);
  // Rows that are kept, two more above and below; eroded, one more.
  constexpr std::int64_t flag_rows = (strip_rows + 4) + (strip_rows + 2);
  Buffer<std::uint8_t> flags(machine_.allocator, slots_ * flag_rows * w);
  Buffer<std::uint64_t> counts(machine_.allocator, slots_);
  std::fill(counts.data(), counts.data() + slots_, std::uint64_t{0});
  machine_.arena.parallel_for((h + strip_rows - 1) / strip_rows, [&](std::int64_t strip, int slot) {
    const std::int64_t begin = strip * strip_rows, end = std::min(h, begin + strip_rows);
    const FlagRows kept{flags.data() + slot * flag_rows * w, w, begin - 2};
    const FlagRows eroded{kept.data + (strip_rows + 4) * w, w, begin - 1};
    for (std::int64_t y = begin - 2; y < end + 2; ++y) {
      std::uint8_t* const to = kept.row(y);
      if (y >= 0 && y < h) {
        mark_row(y, slot, kept_to, to);
      } else {
        std::fill(to, to + w, std::uint8_t{0});
      }
    }
    for (std::int64_t y = begin - 1; y < end + 1; ++y) {
      std::uint8_t* const to = eroded.row(y);
      std::fill(to, to + w, std::uint8_t{0});
      if (y < 0 || y >= h) continue;
      machine_.loops.erode(kept.row(y - 1), kept.row(y), kept.row(y + 1), w, to);
    }
    for (std::int64_t y = begin; y < end; ++y) {
      std::uint8_t* const found = kept.row(y);
      machine_.loops.dilate(eroded.row(y - 1), eroded.row(y), eroded.row(y + 1), w, found);
      counts[slot] += machine_.loops.take_out_clipped(codes_.data() + y * w, w, found);
      for (std::int64_t x = 0; mask.data && x < w; ++x) *mask.at<std::uint8_t>(0, y, x) = found[x];
    }
  });
  std::uint64_t all = 0;
  for (std::int64_t slot = 0; slot < slots_; ++slot) all += counts[slot];
  return static_cast<double>(all);
}

template class PairPasses<float>;
template class PairPasses<double>;

}  // namespace ppatch
