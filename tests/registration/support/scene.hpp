// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "oracle/seed.hpp"
#include "oracle/test_backend.hpp"
#include "ptychopatch/ptychopatch.hpp"
#include "support/field.hpp"

inline ppatch_scene_image image_of(const Picture& picture) {
  return ppatch_scene_image_of(
      ptychopatch::array(picture.pixels.data(), {picture.height, picture.width}));
}

template <class T>
ppatch_scene_image image_of(const std::vector<T>& pixels, std::int64_t height, std::int64_t width) {
  return ppatch_scene_image_of(ptychopatch::array(pixels.data(), {height, width}));
}

// No letters: no mosaic.
inline ppatch_cfa cfa_of(const std::string& letters) {
  return letters.empty() ? ppatch_cfa_none() : ptychopatch::cfa(letters);
}

inline ppatch_context_options scene_context_options(int threads = 2) {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = test_backend();
  options.num_threads = threads;
  return options;
}

inline ptychopatch::Context scene_context(int threads = 2) {
  return ptychopatch::Context(scene_context_options(threads));
}

// A result that no call has written: every member wrong.
inline ppatch_shift poisoned_shift() {
  ppatch_shift shift;
  auto* bytes = reinterpret_cast<unsigned char*>(&shift);
  for (std::size_t i = 0; i < sizeof shift; ++i) bytes[i] = 0xa5;
  return shift;
}

// Bit for bit, what is reserved included.
inline bool same_bytes(const void* a, const void* b, std::size_t bytes) {
  return std::memcmp(a, b, bytes) == 0;
}

inline ppatch_shift align(ptychopatch::ScenePlan& plan, const ppatch_scene_image& image) {
  ppatch_shift shift = poisoned_shift();
  ptychopatch::check(ppatch_scene_plan_align(plan.get(), 1, &image, &shift));
  return shift;
}

// One pair with a plan of its own.
inline ppatch_shift align_pair(const ppatch_scene_image& reference,
                               const ppatch_scene_image& moving,
                               const ppatch_scene_options& options) {
  ptychopatch::ScenePlan plan(scene_context(), options);
  plan.borrow_reference(reference);
  return align(plan, moving);
}

// moved[y, x] = picture[y - dy, x - dx], the picture repeating.
inline Picture rolled(const Picture& picture, std::int64_t dy, std::int64_t dx) {
  Picture out = picture;
  for (std::int64_t y = 0; y < picture.height; ++y) {
    for (std::int64_t x = 0; x < picture.width; ++x) {
      out.at(((y + dy) % picture.height + picture.height) % picture.height,
             ((x + dx) % picture.width + picture.width) % picture.width) = picture.at(y, x);
    }
  }
  return out;
}

// White noise smoothed once, so that whole shifts of a repeating picture are unmistakable.
inline Picture textured(Random& random, std::int64_t height, std::int64_t width) {
  Picture picture{height, width, std::vector<float>(static_cast<std::size_t>(height * width))};
  std::normal_distribution<float> normal;
  for (float& pixel : picture.pixels) pixel = normal(random);
  Picture out = picture;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      out.at(y, x) += picture.at((y + 1) % height, x) + picture.at(y, (x + 1) % width);
    }
  }
  return out;
}

// Levels between black and 4095, as a camera writes them.
inline std::vector<std::uint16_t> as_integers(const Picture& picture, double black, double gain) {
  std::vector<std::uint16_t> out;
  for (const float pixel : picture.pixels) {
    const double value = black + gain * static_cast<double>(pixel);
    out.push_back(static_cast<std::uint16_t>(value < 0.0       ? 0.0
                                             : value > 65535.0 ? 65535.0
                                                               : value + 0.5));
  }
  return out;
}
