// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/image_loader.hpp"

#include <algorithm>
#include <cstdlib>
#include <type_traits>

#include "core/dtype.hpp"
#include "core/dtype_dispatch.hpp"
#include "core/error.hpp"
#include "core/registration/cfa_neighbours.hpp"
#include "core/registration/conditioning_rules.hpp"
#include "cuda/registration/kernels/hot_pixel_threshold.hpp"
#include "cuda/registration/kernels/scene_sums.hpp"
#include "cuda/runtime/run.hpp"

namespace ppatch {
namespace {

// Two copies of images of up to four bytes a pixel, or one of doubles.
constexpr int slots = 2;
constexpr std::int64_t slot_bytes_a_pixel = 4;
constexpr std::uint64_t min_piece = std::uint64_t{1} << 16;
constexpr std::uint64_t max_piece = std::uint64_t{8} << 20;
constexpr std::int64_t max_side = std::int64_t{1} << 29;  // coordinates have 32 bits in kernels

std::uint64_t whole_lines(std::int64_t bytes) {
  return static_cast<std::uint64_t>((bytes + 255) / 256 * 256);
}

std::uint64_t piece_bytes(const SceneSettings& s) {
  return std::clamp(static_cast<std::uint64_t>(s.height) * static_cast<std::uint64_t>(s.width),
                    min_piece, max_piece);
}

std::int64_t band_count(const SceneSettings& s) {
  return blocks_over(s.height, SceneBandSums<float>::band);
}

NearPixels near_pixels(const CfaPattern& pattern) {
  const CfaNeighbours neighbours(pattern);
  NearPixels near;
  near.period = neighbours.period;
  near.reach = neighbours.reach;
  for (int phase = 0; phase < near.period * near.period; ++phase) {
    Neighbours all = neighbours.at(phase / near.period, phase % near.period);
    const auto two = two_of(all);
    std::iter_swap(all.begin(), std::find(all.begin(), all.end(), two.first));
    std::iter_swap(all.begin() + 1, std::find(all.begin(), all.end(), two.second));
    for (std::size_t k = 0; k < all.size(); ++k) {
      near.y[phase][k] = static_cast<signed char>(all[k].y);
      near.x[phase][k] = static_cast<signed char>(all[k].x);
    }
  }
  return near;
}

// Whether the first two neighbours of all pixels are so many pixels to their left and right.
bool are_pairs(const NearPixels& near, int distance) {
  bool all = true;
  for (int phase = 0; phase < near.period * near.period; ++phase) {
    all = all && near.y[phase][0] == 0 && near.y[phase][1] == 0 &&
          std::abs(near.x[phase][0]) == distance && near.x[phase][1] == -near.x[phase][0];
  }
  return all;
}

StridedArray plane_of(const void* data, std::int64_t element, const SceneGeometry& geometry,
                      std::int64_t stride_y, std::int64_t stride_x) {
  StridedArray plane;
  plane.data = static_cast<unsigned char*>(const_cast<void*>(data));
  plane.element = element;
  plane.add_axis(geometry.height, stride_y * element);
  plane.add_axis(geometry.width, stride_x * element);
  return plane;
}

// Strips as high as leave enough of them to fill a card: what is read twice lies at their ends.
std::int32_t strip_rows(const ScenePlane& out, std::int64_t columns) {
  constexpr std::int64_t enough = 128;
  std::int32_t rows = 64;
  while (rows > 16 && blocks_over(out.height, rows) * blocks_over(out.width, columns) < enough) {
    rows /= 2;
  }
  return rows;
}

}  // namespace

ImageLoader::ImageLoader(const SceneSettings& settings, const Machine& machine)
    : settings_(settings),
      near_(near_pixels(settings.cfa)),
      fine_filter_(SceneGeometry(settings, settings.height, settings.width).step),
      coarse_filter_(2),
      slot_bytes_(whole_lines(slot_bytes_a_pixel * settings.height * settings.width)),
      mask_bytes_(whole_lines(settings.height * settings.width)),
      pixels_(machine.allocator, static_cast<std::int64_t>(slots * slot_bytes_)),
      masks_(machine.allocator, static_cast<std::int64_t>(slots * mask_bytes_)),
      sums_(machine.allocator, band_count(settings)),
      conditioning_(machine.allocator, 1),
      threshold_(machine.allocator, max_cfa_phases),
      look_again_(machine.allocator, 1),
      pattern_(settings, machine),
      staging_(piece_bytes(settings)) {
  if (settings.height > max_side || settings.width > max_side) {
    fail(PPATCH_ERROR_UNSUPPORTED, "options: expected sides of at most ", max_side,
         " pixels on a device, got ", settings.height, " x ", settings.width);
  }
  // Kernels are made for these alone.
  const int period = settings.cfa.period;
  if (period != 1 && period != 2 && period != 6) {
    fail(PPATCH_ERROR_UNSUPPORTED,
         "options.cfa: expected a mosaic of 2 x 2 or 6 x 6 on a device, got ", period, " x ",
         period);
  }
}

ImageLoader::~ImageLoader() {
  try {
    device::synchronize(upload_.get());
    if (has_worked_) done_.wait();
  } catch (const Error&) {
  }
}

std::uint64_t ImageLoader::scratch_bytes(const SceneSettings& s) {
  return slots * (whole_lines(slot_bytes_a_pixel * s.height * s.width) +
                  whole_lines(s.height * s.width)) +
         DeviceBuffer<CfaPhaseSums>::bytes_of(band_count(s)) + sizeof(Conditioning) +
         max_cfa_phases * sizeof(float) + sizeof(std::int32_t) + PatternSearch::bytes(s);
}

std::uint64_t ImageLoader::pinned_bytes(const SceneSettings& s) { return 2 * piece_bytes(s); }

ScenePixels ImageLoader::upload(const SceneImageView& view, const SceneGeometry& geometry,
                                device::Stream stream) {
  ScenePixels pixels = view;
  pixels.height = geometry.height;
  pixels.width = geometry.width;
  const bool copies_pixels = !device::reaches("image", view.data);
  const bool copies_mask = view.mask && !device::reaches("mask", view.mask);
  const std::int64_t element = size_of(static_cast<ppatch_dtype>(view.dtype));
  if (copies_pixels || copies_mask) {
    const bool takes_both = copies_pixels && element > slot_bytes_a_pixel;
    if (takes_both) turn_ = 0;
    Slot& slot = slot_[turn_];
    for (Slot& taken : slot_) {
      if (takes_both || &taken == &slot) {
        if (taken.has_been_read) taken.read.wait_in(upload_.get());
        taken.in_use = true;
      }
    }
    if (copies_pixels) {
      unsigned char* const to = pixels_.data() + static_cast<std::uint64_t>(turn_) * slot_bytes_;
      staging_.upload_in_order(plane_of(view.data, element, geometry, view.stride_y, view.stride_x),
                               to, upload_.get());
      pixels.data = to;
      pixels.stride_y = geometry.width;
      pixels.stride_x = 1;
    }
    if (copies_mask) {
      unsigned char* const to = masks_.data() + static_cast<std::uint64_t>(turn_) * mask_bytes_;
      staging_.upload_in_order(
          plane_of(view.mask, 1, geometry, view.mask_stride_y, view.mask_stride_x), to,
          upload_.get());
      pixels.mask = to;
      pixels.mask_stride_y = geometry.width;
      pixels.mask_stride_x = 1;
    }
    slot.uploaded.record(upload_.get());
    slot.uploaded.wait_in(stream);
    turn_ = 1 - turn_;
  }
  return pixels;
}

template <class T, int Step>
void ImageLoader::decimate(const Job& job, const DecimationFilter& filter, bool conditions) {
  SceneDecimate<T, Step> kernel;
  auto& pixels = kernel.pixels;
  pixels.image = job.pixels;
  if (conditions) {
    pixels.conditioning = conditioning_.data();
    pixels.threshold = threshold_.data();
    pixels.near = near_;
    pixels.pairs = are_pairs(near_, Step);
  }
  pixels.wraps = settings_.circular;
  pixels.aligned = job.pixels.stride_x == 1 &&
                   reinterpret_cast<std::uintptr_t>(job.pixels.data) % 16 == 0 &&
                   job.pixels.stride_y * static_cast<std::int64_t>(sizeof(T)) % 16 == 0;
  std::copy(filter.taps, filter.taps + kernel.taps, kernel.tap);
  kernel.runs = job.runs;
  kernel.state = job.state;
  kernel.out = job.out;
  kernel.strip_rows = strip_rows(job.out, kernel.columns);
  run(kernel, job.stream);
}

template <class T>
void ImageLoader::condition(const Job& job) {
  SceneBandSums<T> sums;
  sums.pixels = job.pixels;
  sums.rules = job.rules;
  sums.every =
      summed_row_step(job.pixels.height * job.pixels.width, job.rules.integers, job.rules.masked);
  sums.sums = sums_.data();
  SceneFindConditioning<T> find;
  find.pixels = job.pixels;
  find.rules = job.rules;
  find.repairs = job.repairs;
  find.sums = sums_.data();
  find.bands = sums.blocks();
  find.conditioning = conditioning_.data();
  find.state = job.state;
  const bool samples = sums.every > 1;
  if (samples) find.look_again = look_again_.data();
  run(sums, job.stream);
  run(find, job.stream);
  if (samples) {
    sums.every = 1;
    sums.wanted = look_again_.data();
    find.is_second_look = true;
    run(sums, job.stream);
    run(find, job.stream);
  }
  if (job.repairs) {
    SceneHotPixelThreshold<T> threshold;
    threshold.pixels = job.pixels;
    threshold.near = near_;
    threshold.grid = DeviationGrid(job.pixels.height, job.pixels.width, near_.period, near_.reach);
    threshold.conditioning = conditioning_.data();
    threshold.threshold = threshold_.data();
    run(threshold, job.stream);
  }
  if (fine_filter_.step == 1) {
    decimate<T, 1>(job, fine_filter_, true);
  } else if (fine_filter_.step == 2) {
    decimate<T, 2>(job, fine_filter_, true);
  } else {
    decimate<T, 3>(job, fine_filter_, true);
  }
}

void ImageLoader::load(const SceneImageView& view, const SceneGeometry& geometry,
                       bool replaces_clipped, const ScenePlane planes[], SceneImageState* state,
                       device::Stream stream) {
  // Scratch is one image's, whichever stream it is worked on in.
  if (has_worked_) done_.wait_in(stream);
  Job job;
  job.pixels = upload(view, geometry, stream);
  job.rules = conditioning_rules(view, settings_.cfa.period, replaces_clipped);
  job.repairs = settings_.repairs(view.dtype) && geometry.height > 2 * near_.reach &&
                geometry.width > 2 * near_.reach;
  job.out = planes[0];
  const bool looks = pattern_.applies(geometry.height, geometry.width);
  if (looks) job.runs = pattern_.runs(geometry.height, geometry.width);
  job.state = state;
  job.stream = stream;
  with_sample(view.dtype, [&](auto sample) { condition<decltype(sample)>(job); });
  for (Slot& slot : slot_) {
    if (!slot.in_use) continue;
    slot.read.record(stream);
    slot.has_been_read = true;
    slot.in_use = false;
  }
  for (int scale = 1; scale < geometry.scales; ++scale) {
    const ScenePlane& finer = planes[scale - 1];
    Job coarser;
    coarser.pixels = {finer.data, finer.height, finer.width, finer.width, 1};
    coarser.out = planes[scale];
    coarser.state = state;
    coarser.stream = stream;
    decimate<float, 2>(coarser, coarse_filter_, false);
  }
  if (looks) {
    pattern_.find(geometry.height, geometry.width, state, stream);
  }
  done_.record(stream);
  has_worked_ = true;
}

}  // namespace ppatch
