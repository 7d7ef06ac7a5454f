// SPDX-License-Identifier: Apache-2.0
#include "suite/registration/scene_case.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

#include "suite/measure.hpp"

namespace ptychopatch::bench {
namespace {

constexpr std::uint64_t seed = 4;
constexpr std::int64_t room = 16;  // of the scene around the images
constexpr double black_level = 512, white_level = 16383;

// Detail of all sizes: white noise summed along rows and columns with some forgetting.
std::vector<float> make_field(std::int64_t height, std::int64_t width) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<float> uniform(-1, 1);
  std::vector<float> field(static_cast<std::size_t>(height * width));
  constexpr float kept_share = 0.9F;
  std::vector<float> above(static_cast<std::size_t>(width));
  for (std::int64_t y = 0; y < height; ++y) {
    float left = 0;
    float* const row = field.data() + y * width;
    for (std::int64_t x = 0; x < width; ++x) {
      left = kept_share * left + uniform(random);
      float& kept = above[static_cast<std::size_t>(x)];
      kept = kept_share * kept + left;
      row[x] = kept;
    }
  }
  return field;
}

// Image 0 is the reference; the others are moved by integer periods of the CFA pattern, and noisy.
void fill_image(const std::vector<float>& field, const SceneCase& one, std::int64_t image,
                std::uint16_t* out) {
  std::mt19937_64 random(seed + static_cast<std::uint64_t>(image));
  std::uniform_real_distribution<double> uniform(0, 1);
  const std::int64_t dy = image * 2 % room, dx = image * 6 % room;
  const std::int64_t pitch = one.width + room;
  const double noise = image == 0 ? 5 : 60;
  // Drawing each pixel's would take longer than what is measured.
  std::vector<double> drawn(65537);
  for (double& each : drawn) each = noise * (uniform(random) + uniform(random) - 1);
  constexpr double colours[4] = {0.6, 1, 1, 0.5};
  for (std::int64_t y = 0; y < one.height; ++y) {
    const float* const row = field.data() + (y + dy) * pitch + dx;
    for (std::int64_t x = 0; x < one.width; ++x) {
      const double light = 2000 + 120 * static_cast<double>(row[x]);
      const auto pixel = static_cast<std::size_t>(y * one.width + x);
      const double value = black_level + std::max(0.0, light) * colours[y % 2 * 2 + x % 2] +
                           drawn[pixel % drawn.size()];
      out[pixel] = static_cast<std::uint16_t>(std::clamp(value, 0.0, white_level));
    }
  }
}

// As a program does it that has the pair's levels and aligned it by whole pixels.
void measure_pair(const Context& context, const ppatch_cfa& cfa,
                  const std::vector<ppatch_scene_image>& pair, const ppatch_array& mask) {
  ppatch_scene_image sides[2] = {pair[0], pair[1]};
  for (ppatch_scene_image& side : sides) {
    side.own_levels = 1;
    for (double& black : side.black) black = black_level;
    side.white = white_level;
  }
  ppatch_mask_options options = mask_options();
  options.clip_bound = 1;
  pair_measure(context, cfa, sides[0], sides[1], options, &mask);
}

}  // namespace

std::string SceneCase::name() const {
  return std::string("scenes/") + (measures ? "measures" : "align") + "/u16/" +
         std::to_string(height) + "x" + std::to_string(width) + "/images" + std::to_string(images) +
         (on_card ? "/on_card" : "/on_host") + "/threads" + std::to_string(threads);
}

std::vector<SceneCase> scene_cases(int threads, ppatch_backend backend, bool small) {
  const std::int64_t height = small ? 256 : 4000, width = small ? 384 : 6000;
  std::vector<SceneCase> cases = {{height, width, 8, false, threads},
                                  {height, width, 1, false, threads, true}};
  if (backend == PPATCH_BACKEND_CUDA) cases.push_back({height, width, 8, true, threads});
  return cases;
}

Record measure_scene(const SceneCase& one, const Device& device, double min_seconds,
                     benchmark::State& state) {
  const Gpu* const gpu = device.gpu();
  const std::int64_t bytes = one.images * one.image_bytes();
  require_memory(bytes, gpu);
  const Context context = device.context(one.threads, 0);
  const PinnedBuffer pinned(bytes + one.image_bytes(), gpu);
  Buffer card(gpu ? bytes + one.image_bytes() : 0, 0, gpu);
  {
    const std::vector<float> field = make_field(one.height + room, one.width + room);
    for (std::int64_t i = 0; i <= one.images; ++i) {
      fill_image(field, one, i,
                 reinterpret_cast<std::uint16_t*>(pinned.data() + i * one.image_bytes()));
    }
  }
  if (one.on_card) card.fill_from(pinned.data(), bytes + one.image_bytes());
  std::vector<ppatch_scene_image> images;
  for (std::int64_t i = 0; i <= one.images; ++i) {
    Array view = array(pinned.data() + i * one.image_bytes(), PPATCH_U16, {one.height, one.width});
    if (one.on_card) {
      view = card.view(PPATCH_U16, {one.height, one.width});
      view.data = card.data() + i * one.image_bytes();
    } else if (gpu) {
      view.device_type = PPATCH_DEVICE_CUDA_HOST;
      view.device_id = gpu->ordinal();
    }
    images.push_back(ppatch_scene_image_of(view));
  }
  const ppatch_cfa cfa = ptychopatch::cfa("RGGB");
  ppatch_scene_options options = scene_options(one.height, one.width, cfa);
  for (double& black : options.black) black = black_level;
  options.white = white_level;
  options.max_shift[0] = options.max_shift[1] = 64;
  ScenePlan plan(context, options);
  plan.borrow_reference(images.front());
  const std::vector<ppatch_scene_image> moving(images.begin() + 1, images.end());
  for (const ppatch_shift& shift : plan.align(moving)) {
    if (shift.status != PPATCH_SHIFT_STATUS_OK) {
      throw std::runtime_error(std::string("an image came out as ") +
                               ppatch_shift_status_string(shift.status));
    }
  }
  const std::int64_t mask_height = one.height / 2, mask_width = one.width / 2;
  const Buffer mask(one.measures ? mask_height * mask_width : 0, 0, nullptr);
  // It returns when all is done, on a card too: what counts is the host's clock.
  const auto work = [&] {
    if (one.measures) {
      measure_pair(context, cfa, images, mask.view(PPATCH_U8, {mask_height, mask_width}));
    } else {
      plan.align(moving);
    }
  };

  Record record;
  record.name = one.name();
  record.set = "scenes";
  record.operation = one.measures ? "measures" : "align";
  record.backend = device.backend_name();
  record.dtype = "u16";
  record.order = one.on_card ? "on_card" : "on_host";
  record.image_shape = {one.height, one.width};
  record.patches_shape = {one.images, one.height, one.width};
  record.threads = one.threads;
  record.bytes = bytes;
  record.plan_bytes = plan.info().bytes;
  const BandwidthLimit limit = !gpu          ? BandwidthLimit::read
                               : one.on_card ? BandwidthLimit::device_read
                                             : BandwidthLimit::host_to_device;
  const Buffer stand_in(gpu ? 0 : std::max(bytes, 2 * limit_block));
  time_beside({limit, {gpu ? &card : &stand_in}, one.threads, pinned.data()}, work, Work::done,
              min_seconds, state, record);
  return record;
}

}  // namespace ptychopatch::bench
