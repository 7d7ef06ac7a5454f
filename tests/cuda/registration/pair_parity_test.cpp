// SPDX-License-Identifier: Apache-2.0
//
// Operators of aligned pairs and of mosaics: on the device what they are on the CPU.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "cuda/device_array.hpp"
#include "oracle/seed.hpp"
#include "oracle/test_backend.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using ptychopatch::check;

ptychopatch::Context context_on(ppatch_backend backend, std::uint64_t budget = 0) {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = backend;
  options.memory_budget = budget;
  return ptychopatch::Context(options);
}

std::size_t size_of(ppatch_dtype dtype) {
  return dtype == PPATCH_U8 ? 1 : dtype == PPATCH_U16 ? 2 : dtype == PPATCH_F32 ? 4 : 8;
}

// channels x height x width with gaps between rows and columns; all of its memory is compared.
struct Images {
  Images(ppatch_dtype type, std::vector<std::int64_t> given, int gap)
      : dtype(type), shape(std::move(given)) {
    stride.assign(shape.size(), 1 + gap);
    for (std::size_t axis = shape.size() - 1; axis-- > 0;) {
      stride[axis] = stride[axis + 1] * shape[axis + 1] + gap;
    }
    memory.assign(static_cast<std::size_t>(stride[0] * shape[0] + 1) * size_of(dtype), 0xa5);
  }

  void draw(Random& random) {
    std::uniform_real_distribution<double> uniform(-0.05, 1.0);
    std::vector<std::int64_t> at(shape.size(), 0);
    for (;;) {
      std::int64_t place = 0;
      for (std::size_t axis = 0; axis < shape.size(); ++axis) place += at[axis] * stride[axis];
      put(place, uniform(random));
      std::size_t axis = shape.size();
      while (axis > 0 && ++at[axis - 1] == shape[axis - 1]) at[--axis] = 0;
      if (axis == 0) return;
    }
  }
  void put(std::int64_t place, double value) {
    unsigned char* const to = memory.data() + static_cast<std::size_t>(place) * size_of(dtype);
    const auto single = static_cast<float>(value);
    const auto whole = static_cast<std::uint16_t>(std::max(0.0, value) * 4095.0);
    if (dtype == PPATCH_U16) std::memcpy(to, &whole, sizeof whole);
    if (dtype == PPATCH_F32) std::memcpy(to, &single, sizeof single);
    if (dtype == PPATCH_F64) std::memcpy(to, &value, sizeof value);
  }

  ppatch_array view() {
    ppatch_array array{};
    array.data = memory.data();
    array.dtype = dtype;
    array.device_type = PPATCH_DEVICE_HOST;
    array.ndim = static_cast<std::int32_t>(shape.size());
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      array.shape[axis] = shape[axis];
      array.strides[axis] = stride[axis];
    }
    return array;
  }

  ppatch_dtype dtype;
  std::vector<std::int64_t> shape, stride;
  std::vector<unsigned char> memory;
};

// The same in the device's memory.
class OnDevice {
 public:
  explicit OnDevice(Images& images)
      : images_(images), memory_(DeviceMemory::get().allocate(images.memory.size())) {
    DeviceMemory::get().copy(memory_, images.memory.data(), images.memory.size());
  }
  OnDevice(const OnDevice&) = delete;
  OnDevice& operator=(const OnDevice&) = delete;
  ~OnDevice() { DeviceMemory::get().release(memory_); }

  ppatch_array view() {
    ppatch_array array = images_.view();
    array.data = memory_;
    array.device_type = PPATCH_DEVICE_CUDA;
    return array;
  }
  void download() {
    DeviceMemory::get().copy(images_.memory.data(), memory_, images_.memory.size());
  }

 private:
  Images& images_;
  void* memory_;
};

class PairParity : public testing::Test {
 protected:
  std::vector<std::int64_t> draw_shape(bool channels) {
    std::uniform_int_distribution<std::int64_t> side(1, 150);
    std::vector<std::int64_t> shape = {side(random_), side(random_)};
    if (channels) shape.insert(shape.begin(), 3);
    return shape;
  }

  Random random_ = test_random(testing::UnitTest::GetInstance()->current_test_info()->name());
  ptychopatch::Context cpu_ = context_on(PPATCH_BACKEND_CPU);
  ptychopatch::Context device_ = context_on(test_backend());
};

TEST_F(PairParity, ShiftsHaveTheCpusBits) {
  SCOPED_TRACE(seed_note());
  std::uniform_real_distribution<double> uniform(-20.0, 20.0);
  int number = 0;
  for (const ppatch_dtype dtype : {PPATCH_U16, PPATCH_F32, PPATCH_F64}) {
    for (int interpolation = PPATCH_INTERPOLATION_BILINEAR;
         interpolation <= PPATCH_INTERPOLATION_LANCZOS3; ++interpolation) {
      for (int boundary = PPATCH_BOUNDARY_ZERO; boundary <= PPATCH_BOUNDARY_WRAP;
           ++boundary, ++number) {
        const auto shape = draw_shape(number % 2 == 1);
        auto out_shape = draw_shape(false);
        if (shape.size() == 3) out_shape.insert(out_shape.begin(), 3);
        Images image(dtype, shape, number % 3);
        image.draw(random_);
        Images on_cpu(dtype, out_shape, number % 2);
        Images on_device = on_cpu;
        ppatch_resample_options options{};
        options.struct_size = sizeof options;
        options.interpolation = interpolation;
        options.boundary = boundary;
        options.period = 1 + number % 2;
        options.gain = 1.1;
        options.constant = 0.25;
        const double shift[2] = {uniform(random_), number % 4 == 0 ? 3.0 : uniform(random_)};
        const ppatch_array from = image.view();
        const ppatch_array to_cpu = on_cpu.view();
        const ppatch_array to_device = on_device.view();
        check(ppatch_image_shift(cpu_.get(), &from, shift, &options, &to_cpu));
        if (number % 2 == 0) {
          check(ppatch_image_shift(device_.get(), &from, shift, &options, &to_device));
        } else {
          OnDevice copy(image);
          OnDevice result(on_device);
          const ppatch_array near_from = copy.view();
          const ppatch_array near_to = result.view();
          check(ppatch_image_shift(device_.get(), &near_from, shift, &options, &near_to));
          result.download();
        }
        EXPECT_EQ(on_device.memory, on_cpu.memory) << "dtype " << dtype << ", interpolation "
                                                   << interpolation << ", boundary " << boundary;
      }
    }
  }
}

TEST_F(PairParity, WarpsHaveTheCpusBits) {
  SCOPED_TRACE(seed_note());
  std::uniform_real_distribution<double> uniform(-20.0, 20.0), slope(-0.1, 0.1);
  int number = 0;
  for (const ppatch_dtype dtype : {PPATCH_U16, PPATCH_F32, PPATCH_F64}) {
    for (int interpolation = PPATCH_INTERPOLATION_BILINEAR;
         interpolation <= PPATCH_INTERPOLATION_LANCZOS3; ++interpolation) {
      for (int boundary = PPATCH_BOUNDARY_ZERO; boundary <= PPATCH_BOUNDARY_WRAP;
           ++boundary, ++number) {
        Images image(dtype, draw_shape(false), number % 3);
        image.draw(random_);
        Images on_cpu(dtype, draw_shape(false), number % 2);
        Images on_device = on_cpu;
        ppatch_resample_options options{};
        options.struct_size = sizeof options;
        options.interpolation = interpolation;
        options.boundary = boundary;
        options.period = 1 + number % 2;
        options.constant = 0.25;
        ppatch_scene_motion motion{};
        motion.model = number % 2 == 0 ? PPATCH_MOTION_MODEL_AFFINE : PPATCH_MOTION_MODEL_FIELD;
        motion.centre[0] = motion.centre[1] = 70.0;
        for (double& shift : motion.shift) shift = uniform(random_);
        for (int i = 0; i < 4; ++i) motion.matrix[i] = (i % 3 == 0 ? 1.0 : 0.0) + slope(random_);
        std::vector<ppatch_tile_shift> tiles;
        for (int i = 0; i < 20 && number % 2 == 1; ++i) {
          const int row = i / 5;
          ppatch_tile_shift tile{};
          tile.centre[0] = 10.0 + 30.0 * row;
          tile.centre[1] = 5.0 + 27.0 * (i % 5);
          for (double& shift : tile.shift) shift = uniform(random_);
          tile.flags = i % 7 == 3 ? PPATCH_SHIFT_FLAG_MOVING : 0;
          tiles.push_back(tile);
        }
        const ppatch_tile_shift* const given = tiles.empty() ? nullptr : tiles.data();
        const auto count = static_cast<std::int64_t>(tiles.size());
        const ppatch_array from = image.view();
        const ppatch_array to_cpu = on_cpu.view();
        check(ppatch_image_warp(cpu_.get(), &from, &motion, count, given, &options, &to_cpu));
        if (number % 3 == 0) {
          const ppatch_array to = on_device.view();
          check(ppatch_image_warp(device_.get(), &from, &motion, count, given, &options, &to));
        } else {
          OnDevice copy(image);
          OnDevice result(on_device);
          const ppatch_array near_from = copy.view();
          const ppatch_array near_to = result.view();
          check(ppatch_image_warp(device_.get(), &near_from, &motion, count, given, &options,
                                  &near_to));
          result.download();
        }
        EXPECT_EQ(on_device.memory, on_cpu.memory) << "dtype " << dtype << ", interpolation "
                                                   << interpolation << ", boundary " << boundary;
      }
    }
  }
}

TEST_F(PairParity, GainLossAndMaskHaveTheCpusBits) {
  SCOPED_TRACE(seed_note());
  for (int i = 0; i < case_count(12); ++i) {
    const auto shape = draw_shape(i % 2 == 1);
    Images anchor(i % 4 < 2 ? PPATCH_F32 : PPATCH_F64, shape, i % 3);
    Images target(i % 3 == 0 ? PPATCH_F32 : PPATCH_F64, shape, i % 2);
    anchor.draw(random_);
    target.draw(random_);
    const ppatch_array a = anchor.view();
    const ppatch_array t = target.view();
    double gain[2] = {NAN, NAN};
    double loss[2] = {NAN, NAN};
    double mean[2] = {NAN, NAN};
    ppatch_mask_options options{};
    options.struct_size = sizeof options;
    options.clip_bound = i % 2 == 0 ? 0.8 : 0.0;
    options.threshold = i % 3 == 0 ? 0.0 : 0.9;
    options.quantile = 0.9;
    const std::vector<std::int64_t> plane(shape.end() - 2, shape.end());
    Images masks[2] = {Images(PPATCH_U8, plane, 1), Images(PPATCH_U8, plane, 1)};
    int n = 0;
    for (const ptychopatch::Context* context : {&cpu_, &device_}) {
      const ppatch_array mask = masks[n].view();
      check(ppatch_pair_gain(context->get(), &a, &t, &gain[n]));
      check(ppatch_pair_loss(context->get(), &a, &t, 1.2, &loss[n]));
      check(ppatch_pair_mask(context->get(), &a, &t, &options, &mask, &mean[n]));
      ++n;
    }
    EXPECT_EQ(gain[1], gain[0]);
    EXPECT_EQ(loss[1], loss[0]);
    EXPECT_EQ(mean[1], mean[0]);
    EXPECT_EQ(masks[1].memory, masks[0].memory);
  }
}

TEST_F(PairParity, MosaicsHaveTheCpusBits) {
  SCOPED_TRACE(seed_note());
  for (int i = 0; i < case_count(12); ++i) {
    const ppatch_dtype dtypes[] = {PPATCH_U16, PPATCH_F32, PPATCH_F64};
    const bool is_bayer = i % 2 == 0;
    const ppatch_cfa cfa =
        ptychopatch::cfa(is_bayer ? "RGGB" : "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG");
    const int block = is_bayer ? 2 : 3;
    Images image(dtypes[i % 3], draw_shape(false), i % 2);
    image.draw(random_);
    ppatch_scene_image scene = ppatch_scene_image_of(image.view());
    scene.own_levels = 1;
    scene.white = dtypes[i % 3] == PPATCH_U16 ? 4000.0 : 1.0;
    for (int c = 0; c < 4; ++c) scene.black[c] = 0.01 * c;
    const ppatch_dtype to = i % 4 < 2 ? PPATCH_F32 : PPATCH_F64;
    const std::vector<std::int64_t> binned = {3, image.shape[0] / block, image.shape[1] / block};
    Images normal[2] = {Images(to, image.shape, 0), Images(to, image.shape, 0)};
    Images bins[2] = {Images(to, binned, 2), Images(to, binned, 2)};
    int n = 0;
    for (const ptychopatch::Context* context : {&cpu_, &device_}) {
      const ppatch_array first = normal[n].view();
      const ppatch_array second = bins[n].view();
      check(ppatch_mosaic_normalise(context->get(), &cfa, &scene, &first));
      check(ppatch_mosaic_bin(context->get(), &cfa, &scene, &second));
      ++n;
    }
    EXPECT_EQ(normal[1].memory, normal[0].memory);
    EXPECT_EQ(bins[1].memory, bins[0].memory);
  }
}

TEST_F(PairParity, LuminanceHasTheCpusBits) {
  SCOPED_TRACE(seed_note());
  const ppatch_dtype dtypes[] = {PPATCH_U16, PPATCH_F32, PPATCH_F64};
  const double weights[] = {0.3, 0.0, 1.7, 0.25, 5.0};
  for (int i = 0; i < case_count(12); ++i) {
    std::vector<std::int64_t> shape = draw_shape(false);
    const ppatch_dtype to = i % 2 == 0 ? PPATCH_F32 : PPATCH_F64;
    Images out[2] = {Images(to, shape, i % 3), Images(to, shape, i % 3)};
    const bool usual = i % 4 == 0;
    shape.push_back(usual ? 3 : 1 + i % 5);
    Images image(dtypes[i % 3], shape, i % 2);
    image.draw(random_);
    const double white = i % 3 == 0 ? 3000.0 : i % 2 == 0 ? 0.8 : 0.0;
    OnDevice there(image);
    const ppatch_array from = image.view(), device = there.view();
    const ppatch_array first = out[0].view(), second = out[1].view();
    const double* const given = usual ? nullptr : weights;
    check(ppatch_image_luminance(cpu_.get(), &from, given, white, &first));
    check(ppatch_image_luminance(device_.get(), &from, given, white, &second));
    EXPECT_EQ(out[1].memory, out[0].memory);
    Images again(to, {shape[0], shape[1]}, i % 3);
    {
      OnDevice written(again);
      const ppatch_array third = written.view();
      check(ppatch_image_luminance(device_.get(), &device, given, white, &third));
      written.download();
    }
    EXPECT_EQ(again.memory, out[0].memory);
  }
}

TEST_F(PairParity, MeasuresHaveTheCpusBits) {
  SCOPED_TRACE(seed_note());
  const ppatch_dtype dtypes[] = {PPATCH_U16, PPATCH_F32, PPATCH_F64};
  const char* const patterns[] = {"", "RGGB", "GBGGRGRGRBGBGBGGRGGRGGBGBGBRGRGRGGBG"};
  for (int i = 0; i < case_count(12); ++i) {
    const std::string letters = patterns[i % 3];
    const ppatch_cfa cfa = letters.empty() ? ppatch_cfa_none() : ptychopatch::cfa(letters);
    const std::int64_t block = ptychopatch::cfa_block(cfa);
    const ppatch_dtype dtype = dtypes[i / 3 % 3];
    Images anchor(dtype, draw_shape(false), i % 2);
    Images target(dtype, anchor.shape, i % 3);
    anchor.draw(random_);
    target.draw(random_);
    ppatch_scene_image first = ppatch_scene_image_of(anchor.view());
    ppatch_scene_image second = ppatch_scene_image_of(target.view());
    for (ppatch_scene_image* image : {&first, &second}) {
      image->own_levels = 1;
      image->white = dtype == PPATCH_U16 ? 4000.0 : 1.0;
      for (int c = 0; c < 4; ++c) image->black[c] = dtype == PPATCH_U16 ? 3.0625 * c : 0.01 * c;
    }
    ppatch_mask_options options = ptychopatch::mask_options();
    options.clip_bound = i % 2 == 0 ? 0.8 : 0.0;
    options.threshold = i % 4 < 2 ? 0.0 : 2.0;
    options.quantile = 0.9;
    Images masks[2] = {Images(PPATCH_U8, {anchor.shape[0] / block, anchor.shape[1] / block}, 1),
                       Images(PPATCH_U8, {anchor.shape[0] / block, anchor.shape[1] / block}, 1)};
    const ppatch_array to[2] = {masks[0].view(), masks[1].view()};
    const auto cpu = pair_measure(cpu_, cfa, first, second, options, &to[0]);
    const auto device = pair_measure(device_, cfa, first, second, options, &to[1]);
    for (const auto value : {&ppatch_pair_measures::raw_gain, &ppatch_pair_measures::rgb_gain,
                             &ppatch_pair_measures::loss, &ppatch_pair_measures::mask_mean}) {
      if (std::isnan(cpu.*value) && std::isnan(device.*value)) continue;
      EXPECT_EQ(device.*value, cpu.*value);
    }
    EXPECT_EQ(masks[1].memory, masks[0].memory);
  }
}

TEST_F(PairParity, ABudgetThatIsTooSmallIsRefusedWithTheNumberThatWouldDo) {
  const ptychopatch::Context small = context_on(test_backend(), 1000);
  Images image(PPATCH_F64, {50, 40}, 0);
  image.draw(random_);
  const ppatch_array a = image.view();
  double gain = NAN;
  EXPECT_EQ(ppatch_pair_gain(small.get(), &a, &a, &gain), PPATCH_ERROR_OUT_OF_MEMORY);
  EXPECT_NE(std::string(ppatch_last_error()).find("at least 16000 bytes, got 1000"),
            std::string::npos)
      << ppatch_last_error();
}

}  // namespace
