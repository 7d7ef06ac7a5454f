// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "oracle/patches/layout.hpp"
#include "oracle/patches/patches.hpp"
#include "oracle/seed.hpp"
#include "support/host_array.hpp"

enum class PositionForm { f32, f64, split_f32, split_f64, i32, i64 };

// One random problem: everything that decides what the library must answer, and how it is asked.
struct Case {
  std::uint64_t seed = 0;
  ppatch_patch_options options{};
  ppatch_dtype dtype = PPATCH_F64;
  std::int64_t images = 0;  // 0: one image without an axis of images
  std::int64_t height = 0;
  std::int64_t width = 0;
  std::int64_t count = 0;  // of positions
  bool indexed = false;
  std::int64_t modes = 1;
  bool probe_per_position = false;
  bool plain_probe = false;  // (h, w), of the one mode
  PositionForm form = PositionForm::f64;
  bool positions_grouped = false;  // (B, c, 2)
  bool contiguous = false;
  bool far = true;  // some positions far outside
  int threads = 1;
  std::int64_t max_elements = 20000;  // of waves: keeps the naive oracle quick

  std::vector<std::int64_t> integer;  // (count, 2), 0 where the form is not split
  std::vector<double> fraction;       // (count, 2), as the form's dtype holds it

  std::int64_t members() const { return options.group_size ? options.group_size : 1; }
  bool split() const { return form == PositionForm::split_f32 || form == PositionForm::split_f64; }
  bool integers() const { return form == PositionForm::i32 || form == PositionForm::i64; }
  // The modes of waves as layout takes them: 0 where these have no such axis.
  std::int64_t wave_modes() const { return plain_probe ? 0 : modes; }
  bool image_axis() const { return images > 0 && !indexed; }
  std::int64_t cut_count() const { return count * (image_axis() ? images : 1); }
  std::vector<std::int64_t> image_index() const;  // empty unless indexed

  // modes 0: patches; else waves.
  oracle::Layout layout(std::int64_t modes_of_waves) const;
  oracle::Scan scan() const;
  ppatch_patch_options plan_options() const;
  std::string describe() const;
};

// adjust narrows the case before the positions are drawn to suit it.
Case draw_case(std::uint64_t seed, const std::function<void(Case&)>& adjust);
