// SPDX-License-Identifier: Apache-2.0
#include "core/patches/patch_settings.hpp"

#include <cstdlib>
#include <string_view>

#include "core/enumerations.hpp"
#include "core/options.hpp"
#include "math/patches/position.hpp"

namespace ppatch {
namespace {

static_assert(static_cast<int>(Anchor::half) == PPATCH_ANCHOR_HALF);
static_assert(static_cast<int>(Anchor::centre) == PPATCH_ANCHOR_CENTRE);
static_assert(static_cast<int>(Axes::xy) == PPATCH_AXES_XY);
static_assert(static_cast<int>(Sign::content) == PPATCH_SIGN_CONTENT);
static_assert(static_cast<int>(Layout::channel_last) == PPATCH_LAYOUT_CHANNEL_LAST);
static_assert(static_cast<int>(Layout::channel_first) == PPATCH_LAYOUT_CHANNEL_FIRST);
static_assert(static_cast<int>(Algorithm::iterative) == PPATCH_ALGORITHM_ITERATIVE);
static_assert(static_cast<int>(Algorithm::batched) == PPATCH_ALGORITHM_BATCHED);
static_assert(static_cast<int>(Subpixel::probe) == PPATCH_SUBPIXEL_PROBE);
static_assert(static_cast<int>(LocalOffsets::mirrored_ptychopinn) ==
              PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN);

// Origins are kept as 32-bit integers: positions reach 1e9, and half a patch is taken off.
constexpr std::int64_t max_patch_size = std::int64_t{1} << 30;

Algorithm read_algorithm(std::int32_t value) {
  const auto chosen = read_enum("algorithm", value, Algorithm::iterative);
  if (chosen != Algorithm::automatic) return chosen;
  const char* text = std::getenv("PPATCH_ALGORITHM");
  const std::string_view name = text ? text : "";
  if (name.empty() || name == "batched") return Algorithm::batched;
  if (name == "iterative") return Algorithm::iterative;
  invalid("environment variable PPATCH_ALGORITHM: expected batched or iterative, got \"", name,
          "\"");
}

ppatch_patch_options read_given(const ppatch_patch_options* given) {
  if (!given) {
    invalid("options: expected a struct with patch_height and patch_width set, got NULL");
  }
  return read_options("options", given);
}

}  // namespace

PatchSettings read_patch_settings(const ppatch_patch_options* given, std::int64_t position_count) {
  const ppatch_patch_options o = read_given(given);
  PatchSettings s;
  s.interpolation = read_enum("interpolation", o.interpolation, last_interpolation);
  s.boundary = read_enum("boundary", o.boundary, last_boundary);
  s.anchor = read_enum("anchor", o.anchor, Anchor::centre);
  s.axes = read_enum("axes", o.axes, Axes::xy);
  s.sign = read_enum("sign", o.sign, Sign::content);
  s.local_offsets = read_enum("local_offsets", o.local_offsets, LocalOffsets::mirrored_ptychopinn);
  s.subpixel = read_enum("subpixel", o.subpixel, Subpixel::probe);
  if (s.subpixel == Subpixel::probe) s.interpolation = Interpolation::nearest;
  s.algorithm = read_algorithm(o.algorithm);
  check_option("patch_height", o.patch_height, 1, max_patch_size);
  check_option("patch_width", o.patch_width, 1, max_patch_size);
  check_option("group_size", o.group_size, 0, INT32_MAX);
  check_option("position_capacity", o.position_capacity, 0, INT64_MAX);
  if (!(o.jitter_sigma >= 0.0 && o.jitter_sigma <= max_position)) {
    invalid("options.jitter_sigma: expected 0 to 1e9 pixels, got ", o.jitter_sigma);
  }
  if (o.reserved != 0) invalid("options.reserved: expected 0, got ", o.reserved);
  if (o.reserved_tail != 0) {
    invalid("options.reserved_tail: expected 0, got ", o.reserved_tail);
  }
  if (o.position_capacity > 0 && position_count > o.position_capacity) {
    invalid("positions: expected at most options.position_capacity = ", o.position_capacity,
            " positions, got ", position_count);
  }
  s.patch_height = o.patch_height;
  s.patch_width = o.patch_width;
  s.group_size = o.group_size > 0 ? o.group_size : 1;
  s.constant[0] = o.constant_real;
  s.constant[1] = o.constant_imag;
  s.jitter_sigma = o.jitter_sigma;
  s.jitter_seed = o.jitter_seed;
  s.capacity = o.position_capacity > 0 ? o.position_capacity : position_count;
  return s;
}

Layout read_patch_layout(const ppatch_patch_options* given) {
  return read_enum("layout", read_given(given).layout, Layout::channel_first);
}

}  // namespace ppatch
