// SPDX-License-Identifier: Apache-2.0
#include "support/case.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>

namespace {

std::int64_t pick(Random& random, std::int64_t low, std::int64_t high) {
  return std::uniform_int_distribution<std::int64_t>(low, high)(random);
}

bool chance(Random& random, int percent) { return pick(random, 1, 100) <= percent; }

std::int64_t draw_length(Random& random) {
  const std::int64_t kind = pick(random, 1, 100);
  if (kind <= 10) return 1;
  if (kind <= 60) return pick(random, 2, 9);
  if (kind <= 95) return pick(random, 10, 45);
  return 131;
}

void draw_settings(Case& c, Random& random) {
  c.options.struct_size = sizeof c.options;
  c.dtype = static_cast<ppatch_dtype>(pick(random, PPATCH_F32, PPATCH_C128));
  c.options.interpolation = static_cast<ppatch_interpolation>(pick(random, 0, 3));
  c.options.boundary = static_cast<ppatch_boundary>(pick(random, 0, 4));
  c.options.anchor = static_cast<ppatch_anchor>(pick(random, 0, 2));
  c.options.axes = static_cast<ppatch_axes>(pick(random, 0, 1));
  c.options.sign = static_cast<ppatch_sign>(pick(random, 0, 1));
  c.options.layout = static_cast<ppatch_layout>(pick(random, 0, 2));
  c.options.algorithm = static_cast<ppatch_algorithm>(pick(random, 0, 2));
  c.options.group_size = pick(random, 0, 4);
  c.options.local_offsets =
      chance(random, 15) ? PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN : PPATCH_LOCAL_OFFSETS_AS_GIVEN;
  c.options.halves = chance(random, 50) ? PPATCH_HALVES_EVEN : PPATCH_HALVES_UP;
  c.options.constant_real = std::uniform_real_distribution<double>(-1, 1)(random);
  c.options.constant_imag = std::uniform_real_distribution<double>(-1, 1)(random);
  c.options.patch_height = draw_length(random);
  c.options.patch_width = draw_length(random);
  c.height = draw_length(random);
  c.width = draw_length(random);
  c.images = chance(random, 60) ? 0 : pick(random, 1, 3);
  c.indexed = c.images > 0 && chance(random, 50);
  c.modes = pick(random, 1, 3);
  c.probe_per_position = chance(random, 50);
  c.form = static_cast<PositionForm>(pick(random, 0, 5));
  c.positions_grouped = chance(random, 30);
  c.contiguous = chance(random, 30);
  c.threads = static_cast<int>(pick(random, 1, 3));
  const std::int64_t kind = pick(random, 1, 100);
  c.count = kind <= 4 ? 0 : kind <= 94 ? pick(random, 1, 14) : 131;
}

void bound_count(Case& c) {
  const std::int64_t each = c.options.patch_height * c.options.patch_width * c.modes *
                            std::max<std::int64_t>(c.images, 1);
  if (c.count > 0) {
    const std::int64_t most = std::max(c.max_elements / each, c.members());
    c.count = std::min(most, c.count + c.members());
  }
  c.count -= c.count % c.members();
}

struct Place {
  std::int64_t integer;
  double fraction;
};

// A window coordinate of a patch of n pixels on a line of `length`.
Place draw_place(Random& random, std::int64_t n, std::int64_t length, bool far) {
  const auto uniform = [&](double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random);
  };
  const std::int64_t near = pick(random, -n - 4, length + 4);
  const std::int64_t edges[] = {-n - 1, -n, -n + 1, -1, 0, length - n, length - 1, length};
  const double steps[] = {0, 1e-17, -1e-17, 1e-9, -1e-9, 1e-3, -1e-3, 0.5, -0.5};
  switch (pick(random, 0, far ? 8 : 7)) {
    case 4:
      return {near, 0};
    case 5:
      return {near, 0.5};
    case 6:
      return {edges[pick(random, 0, 7)], steps[pick(random, 0, 8)]};
    case 7:
      return {near, 0.25 * static_cast<double>(pick(random, -3, 3))};
    case 8:
      return {(chance(random, 50) ? 1000000 : 900000000) * (chance(random, 50) ? 1 : -1),
              uniform(-1, 1)};
    default:
      return {near, uniform(0, 1)};
  }
}

void draw_positions(Case& c, Random& random) {
  // Mirrored far positions could leave the legal range.
  const bool far = c.far && c.options.local_offsets == PPATCH_LOCAL_OFFSETS_AS_GIVEN;
  for (std::int64_t k = 0; k < c.count; ++k) {
    for (int column = 0; column < 2; ++column) {
      const bool y = (column == 0) == (c.options.axes == PPATCH_AXES_YX);
      const std::int64_t n = y ? c.options.patch_height : c.options.patch_width;
      Place place = draw_place(random, n, y ? c.height : c.width, far);
      if (c.options.anchor == PPATCH_ANCHOR_HALF) place.integer += n / 2;
      if (c.options.anchor == PPATCH_ANCHOR_CENTRE) {
        place.integer += (n - 1) / 2;
        if (n % 2 == 0 && chance(random, 70)) place.fraction += 0.5;
      }
      if (c.options.sign == PPATCH_SIGN_CONTENT) place = {-place.integer, -place.fraction};
      if (!c.split()) {
        place = {0, static_cast<double>(place.integer) + place.fraction};
        if (c.integers()) place.fraction = std::round(place.fraction);
      } else if (chance(random, 30)) {  // a fraction outside [0, 1)
        const std::int64_t moved = pick(random, -1000, 1000);
        place = {place.integer + moved, place.fraction - static_cast<double>(moved)};
      }
      if (c.form == PositionForm::f32 || c.form == PositionForm::split_f32) {
        place.fraction = static_cast<float>(place.fraction);
      }
      c.integer.push_back(place.integer);
      c.fraction.push_back(place.fraction);
    }
  }
}

}  // namespace

Case draw_case(std::uint64_t seed, const std::function<void(Case&)>& adjust) {
  Random random(seed);
  Case c;
  c.seed = seed;
  draw_settings(c, random);
  if (adjust) adjust(c);
  if (c.modes == 1 && !c.probe_per_position) c.plain_probe = chance(random, 50);
  bound_count(c);
  draw_positions(c, random);
  return c;
}

std::vector<std::int64_t> Case::image_index() const {
  std::vector<std::int64_t> out;
  if (!indexed) return out;
  Random random(seed + 1);
  for (std::int64_t k = 0; k < count; ++k) out.push_back(pick(random, 0, images - 1));
  return out;
}

oracle::Layout Case::layout(std::int64_t modes_of_waves) const {
  return {options.layout,       image_axis() ? images : 0, count, members(), modes_of_waves,
          options.patch_height, options.patch_width};
}

oracle::Scan Case::scan() const {
  oracle::Scan out{options, !is_complex(dtype), std::max<std::int64_t>(images, 1), height, width,
                   {},      image_index()};
  for (std::int64_t k = 0; k < count; ++k) {
    out.positions.push_back({oracle::coordinate(integer[2 * k], fraction[2 * k]),
                             oracle::coordinate(integer[2 * k + 1], fraction[2 * k + 1])});
  }
  return out;
}

// Split positions come after creation, so room for them must be asked for.
ppatch_patch_options Case::plan_options() const {
  ppatch_patch_options out = options;
  if (split()) out.position_capacity = std::max<std::int64_t>(count, 1);
  return out;
}

std::string Case::describe() const {
  std::ostringstream text;
  text << "case " << seed << " (" << seed_note() << "): dtype " << dtype << " interpolation "
       << options.interpolation << " boundary " << options.boundary << " anchor " << options.anchor
       << " axes " << options.axes << " sign " << options.sign << " layout " << options.layout
       << " subpixel " << options.subpixel << " halves " << options.halves << " algorithm "
       << options.algorithm << " group_size " << options.group_size << " mirrored "
       << options.local_offsets << " patch " << options.patch_height << "x" << options.patch_width
       << " images " << images << (indexed ? " indexed " : " ") << height << "x" << width
       << " modes " << modes
       << (probe_per_position ? " probe per position"
           : plain_probe      ? " probe (h, w)"
                              : "")
       << " form " << static_cast<int>(form) << (contiguous ? " contiguous" : "") << " threads "
       << threads << " positions " << count;
  text.precision(17);
  for (std::int64_t k = 0; k < std::min<std::int64_t>(count, 6); ++k) {
    text << " (" << integer[2 * k] << "+" << fraction[2 * k] << ", " << integer[2 * k + 1] << "+"
         << fraction[2 * k + 1] << ")";
  }
  return text.str();
}
