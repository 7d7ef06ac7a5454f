// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/pair_passes.hpp"

#include <algorithm>
#include <bit>

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

double value_of_bits(std::int64_t bits) {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
}

// Flags of some rows of a plane, of which those beyond it are 0.
struct FlagRows {
  std::uint8_t* data;
  std::int64_t width, first;
  std::uint8_t* row(std::int64_t y) const { return data + (y - first) * width; }
};

// to = all, or any, of a place of rows y - 1 to y + 1 and the two beside it.
template <class Join>
void join_cross(const FlagRows& from, std::int64_t y, std::uint8_t* to, const Join& join) {
  const std::uint8_t *above = from.row(y - 1), *here = from.row(y), *below = from.row(y + 1);
  const std::int64_t w = from.width;
  for (std::int64_t x = 0; x < w; ++x) {
    const std::uint8_t left = x > 0 ? here[x - 1] : std::uint8_t{0};
    const std::uint8_t right = x + 1 < w ? here[x + 1] : std::uint8_t{0};
    to[x] = join(join(join(above[x], below[x]), join(left, right)), here[x]);
  }
}

}  // namespace

PairPasses::PairPasses(const PairMachine& machine, const PairRows& anchor, const PairRows& target)
    : machine_(machine),
      anchor_(anchor),
      target_(target),
      slots_(machine.arena.num_threads()),
      values_(anchor.count * anchor.width),
      rows_(machine.allocator, slots_ * (2 * values_ + anchor.width + anchor.spare())) {}

PairPasses::Row PairPasses::row(int slot) {
  double* const begin = rows_.data() + slot * (rows_.size() / slots_);
  return {begin, begin + values_, begin + 2 * values_ + anchor_.width, begin + 2 * values_};
}

// Every row is summed from its first value to its last, then rows in their order.
double PairPasses::gains(double* of_pixels) {
  const std::int64_t h = anchor_.height, rows = anchor_.count * h;
  const std::int64_t pixel_rows = anchor_.pixel_height, w = anchor_.pixel_width;
  Buffer<double> sums(machine_.allocator, 2 * rows), pixels(machine_.allocator, 2 * pixel_rows);
  const auto sum_pixels = [&](int side, std::int64_t y, const double* values) {
    double sum = 0.0;
    for (std::int64_t x = 0; x < w; ++x) sum += single(values[x]);
    pixels[side * pixel_rows + y] = sum;
  };
  const PairRows* const sides[2] = {&anchor_, &target_};
  machine_.arena.parallel_for(h, [&](std::int64_t y, int slot) {
    const Row at = row(slot);
    for (int side = 0; side < 2; ++side) {
      sides[side]->read(y, at.anchor, at.spare);
      for (std::int64_t m = 0; m < anchor_.count; ++m) {
        sums[side * rows + m * h + y] = sum_of(at.anchor + m * anchor_.width, anchor_.width);
      }
      for (int j = 0; j < anchor_.block; ++j) {
        sum_pixels(side, y * anchor_.block + j, at.spare + j * w);
      }
    }
  });
  const Row at = row(0);
  for (std::int64_t y = h * anchor_.block; y < pixel_rows; ++y) {
    for (int side = 0; side < 2; ++side) {
      sides[side]->normalise(y, at.spare);
      sum_pixels(side, y, at.spare);
    }
  }
  *of_pixels =
      gain_of(sum_of(pixels.data(), pixel_rows), sum_of(pixels.data() + pixel_rows, pixel_rows));
  return gain_of(sum_of(sums.data(), rows), sum_of(sums.data() + rows, rows));
}

PairPasses::Row PairPasses::compare(std::int64_t y, int slot) {
  const Row at = row(slot);
  anchor_.read(y, at.anchor, at.spare);
  target_.read(y, at.target, at.spare);
  const std::int64_t w = anchor_.width;
  std::fill(at.difference, at.difference + w, 0.0);
  for (std::int64_t m = 0; m < anchor_.count; ++m) {
    machine_.loops.add_differences(at.anchor + m * w, at.target + m * w, gain_, w, at.difference);
  }
  return at;
}

void PairPasses::count_halves(std::int64_t first, double* losses, Buffer<std::uint64_t>& counts) {
  if (slot_counts_.size() == 0) {
    slot_counts_ = Buffer<std::uint64_t>(machine_.allocator, slots_ * halves);
  }
  if (counts.size() == 0) counts = Buffer<std::uint64_t>(machine_.allocator, halves);
  std::fill(slot_counts_.data(), slot_counts_.data() + slot_counts_.size(), std::uint64_t{0});
  const std::int64_t w = anchor_.width;
  machine_.arena.parallel_for(anchor_.height, [&](std::int64_t y, int slot) {
    const Row at = compare(y, slot);
    std::uint64_t* const mine = slot_counts_.data() + slot * halves;
    for (std::int64_t x = 0; x < w; ++x) {
      const auto bits = std::bit_cast<std::uint32_t>(static_cast<float>(at.difference[x]));
      if (first < 0) {
        ++mine[bits >> 16];
      } else if (bits >> 16 == static_cast<std::uint32_t>(first)) {
        ++mine[bits & 0xffffU];
      }
    }
    for (std::int64_t m = 0; losses && m < anchor_.count; ++m) {
      double sum = 0.0;
      for (std::int64_t x = m * w; x < (m + 1) * w; ++x) {
        sum += std::fabs(at.anchor[x] - gain_ * at.target[x]);
      }
      losses[m * anchor_.height + y] = sum;
    }
  });
  for (std::int64_t i = 0; i < halves; ++i) {
    std::uint64_t all = 0;
    for (std::int64_t slot = 0; slot < slots_; ++slot) all += slot_counts_[slot * halves + i];
    counts[i] = all;
  }
}

double PairPasses::count(double gain) {
  gain_ = gain;
  counted_ = -1;
  const std::int64_t rows = anchor_.count * anchor_.height;
  Buffer<double> losses(machine_.allocator, rows);
  count_halves(-1, losses.data(), first_counts_);
  return sum_of(losses.data(), rows) / static_cast<double>(rows * anchor_.width);
}

double PairPasses::value_of_rank(std::int64_t rank) {
  const std::int64_t first = place_of(first_counts_, rank);
  if (counted_ != first) count_halves(first, nullptr, second_counts_);
  counted_ = first;
  return value_of_bits(first * halves + place_of(second_counts_, rank));
}

double PairPasses::bound(const PairMaskSettings& settings) {
  const std::int64_t n = anchor_.height * anchor_.width;
  if (n == 0) return settings.threshold;
  auto rank = static_cast<std::int64_t>(std::floor(settings.quantile * static_cast<double>(n - 1)));
  // The quantile is no less than the least that begins as it does.
  if (value_of_bits(place_of(first_counts_, rank) * halves) >= settings.threshold) {
    return settings.threshold;
  }
  return std::min(settings.threshold,
                  interpolated_quantile(n, settings.quantile,
                                        [&](std::int64_t each) { return value_of_rank(each); }));
}

double PairPasses::mask(const PairMaskSettings& settings, double bound, const ImageView& mask) {
  const std::int64_t h = anchor_.height, w = anchor_.width;
  // Rows that are kept, two more above and below; eroded, one more; clipped.
  constexpr std::int64_t flag_rows = (strip_rows + 4) + (strip_rows + 2) + strip_rows;
  Buffer<std::uint8_t> flags(machine_.allocator, slots_ * flag_rows * w);
  Buffer<std::uint64_t> counts(machine_.allocator, slots_);
  std::fill(counts.data(), counts.data() + slots_, std::uint64_t{0});
  machine_.arena.parallel_for((h + strip_rows - 1) / strip_rows, [&](std::int64_t strip, int slot) {
    const std::int64_t begin = strip * strip_rows, end = std::min(h, begin + strip_rows);
    const FlagRows kept{flags.data() + slot * flag_rows * w, w, begin - 2};
    const FlagRows eroded{kept.data + (strip_rows + 4) * w, w, begin - 1};
    const FlagRows clipped{eroded.data + (strip_rows + 2) * w, w, begin};
    for (std::int64_t y = begin - 2; y < end + 2; ++y) {
      std::uint8_t* const to = kept.row(y);
      if (y < 0 || y >= h) {
        std::fill(to, to + w, std::uint8_t{0});
        continue;
      }
      const Row at = compare(y, slot);
      for (std::int64_t x = 0; x < w; ++x) to[x] = single(at.difference[x]) <= bound ? 1 : 0;
      if (y < begin || y >= end) continue;
      std::uint8_t* const clips = clipped.row(y);
      std::fill(clips, clips + w, std::uint8_t{0});
      for (std::int64_t m = 0; settings.clips && m < anchor_.count; ++m) {
        const double* const values = at.anchor + m * w;
        for (std::int64_t x = 0; x < w; ++x) {
          if (!(values[x] < settings.clip_bound)) clips[x] = 1;
        }
      }
    }
    for (std::int64_t y = begin - 1; y < end + 1; ++y) {
      std::uint8_t* const to = eroded.row(y);
      std::fill(to, to + w, std::uint8_t{0});
      if (y < 0 || y >= h) continue;
      join_cross(kept, y, to, [](auto a, auto b) { return static_cast<std::uint8_t>(a & b); });
    }
    std::uint64_t count = 0;
    for (std::int64_t y = begin; y < end; ++y) {
      std::uint8_t* const found = kept.row(y);
      join_cross(eroded, y, found, [](auto a, auto b) { return static_cast<std::uint8_t>(a | b); });
      const std::uint8_t* const clips = clipped.row(y);
      for (std::int64_t x = 0; x < w; ++x) {
        const std::uint8_t in = found[x] != 0 && clips[x] == 0 ? 1 : 0;
        count += in;
        if (mask.data) *mask.at<std::uint8_t>(0, y, x) = in;
      }
    }
    counts[slot] += count;
  });
  std::uint64_t all = 0;
  for (std::int64_t slot = 0; slot < slots_; ++slot) all += counts[slot];
  return static_cast<double>(all);
}

void PairPasses::clear(const ImageView& mask) {
  if (!mask.data) return;
  for (std::int64_t y = 0; y < mask.height; ++y) {
    for (std::int64_t x = 0; x < mask.width; ++x) *mask.at<std::uint8_t>(0, y, x) = 0;
  }
}

}  // namespace ppatch
