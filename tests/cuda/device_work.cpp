// SPDX-License-Identifier: Apache-2.0
//
// One call of one operator on arrays on a device, for whoever counts what its kernels do.
//
// usage: device_work OPERATOR N PATCHES LAYOUT
//   OPERATOR  extract, adjoint, gradient, waves (probe extract), image-of-waves or probe-of-waves
//   N         height and width of the patches, c64, from an image of 640 x 640 at random positions
//   LAYOUT    flat or channel-last (groups of four)
//        device_work neighbours K POINTS
//        device_work scene N           a Bayer mosaic of N x N, u16, onto another one
//
// PTYCHOPATCH_TEST_DEVICE_MEMORY names the library that gives the device's memory.
#include <cstdio>
#include <cstring>
#include <random>
#include <string>

#include "cuda/device_array.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

constexpr std::int64_t image_size = 640;
constexpr std::int64_t channels = 4;

struct Memory {
  explicit Memory(std::int64_t scalars)
      : data(DeviceMemory::get().allocate(static_cast<std::uint64_t>(scalars) * sizeof(float))) {
    std::vector<float> host(static_cast<std::size_t>(scalars));
    std::mt19937 random(1);
    std::normal_distribution<float> normal;
    for (float& value : host) value = normal(random);
    DeviceMemory::get().copy(data, host.data(), host.size() * sizeof(float));
  }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;
  ~Memory() { DeviceMemory::get().release(data); }
  void* data;
};

ppatch_array on_device(const Memory& memory, ppatch_dtype dtype,
                       const std::vector<std::int64_t>& shape) {
  ppatch_array array = ptychopatch::array(memory.data, dtype, shape);
  array.device_type = PPATCH_DEVICE_CUDA;
  return array;
}

ptychopatch::Context on_card() {
  ppatch_context_options settings = ptychopatch::context_options();
  settings.backend = PPATCH_BACKEND_CUDA;
  return ptychopatch::Context(settings);
}

int work(const std::string& name, std::int64_t n, std::int64_t count, bool channel_last) {
  const ptychopatch::Context context = on_card();
  std::mt19937 random(2);
  std::uniform_real_distribution<double> place(1.0, static_cast<double>(image_size - n - 2));
  std::vector<double> positions(static_cast<std::size_t>(2 * count));
  for (double& one : positions) one = place(random);
  ppatch_patch_options options = PPATCH_PATCH_OPTIONS_INIT;
  options.interpolation = PPATCH_INTERPOLATION_BILINEAR;
  options.patch_height = n;
  options.patch_width = n;
  if (channel_last) {
    options.layout = PPATCH_LAYOUT_CHANNEL_LAST;
    options.group_size = channels;
  }
  ptychopatch::PatchPlan plan(context, ptychopatch::array(positions.data(), {count, 2}), options);
  const Memory pixels(2 * image_size * image_size);
  const Memory all(2 * count * n * n);
  const Memory light(2 * n * n);
  const Memory results(2 * count);
  const ppatch_array image = on_device(pixels, PPATCH_C64, {image_size, image_size});
  const ppatch_array probe = on_device(light, PPATCH_C64, {n, n});
  const ppatch_array patches = channel_last
                                   ? on_device(all, PPATCH_C64, {count / channels, n, n, channels})
                                   : on_device(all, PPATCH_C64, {count, n, n});
  const ppatch_array gradient = on_device(results, PPATCH_F32, {count, 2});
  if (name == "extract") {
    plan.extract(image, patches);
  } else if (name == "adjoint") {
    plan.adjoint(patches, image);
  } else if (name == "gradient") {
    plan.position_gradient(image, patches, gradient);
  } else if (name == "waves") {
    plan.probe_extract(image, probe, patches);
  } else if (name == "image-of-waves") {
    plan.probe_adjoint_image(patches, probe, image);
  } else if (name == "probe-of-waves") {
    plan.probe_adjoint_probe(image, patches, probe);
  } else {
    std::fprintf(stderr, "device_work: unknown operator %s\n", name.c_str());
    return 2;
  }
  context.synchronize();
  return 0;
}

int neighbours(std::int64_t k, std::int64_t count) {
  const ptychopatch::Context context = on_card();
  const Memory points(2 * count);
  const Memory indices(count * k);
  ppatch_group_options options = ptychopatch::group_options(2, k);
  options.point_capacity = count;
  ptychopatch::GroupPlan plan(context, options);
  plan.borrow_points(on_device(points, PPATCH_F32, {count, 2}));
  plan.neighbours(on_device(indices, PPATCH_I32, {count, k}));
  context.synchronize();
  return 0;
}

int scene(std::int64_t n) {
  const ptychopatch::Context context = on_card();
  std::mt19937 random(3);
  std::vector<std::uint16_t> pixels(static_cast<std::size_t>(n * n));
  for (std::uint16_t& pixel : pixels) pixel = static_cast<std::uint16_t>(1000 + random() % 9000);
  ptychopatch::ScenePlan plan(context, ptychopatch::scene_options(n, n, ptychopatch::cfa("RGGB")));
  const auto image = ppatch_scene_image_of(ptychopatch::array(pixels.data(), {n, n}));
  plan.borrow_reference(image);
  return plan.align(image).status == PPATCH_SHIFT_STATUS_OK ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string name = argc > 1 ? argv[1] : "";
  if (argc != (name == "neighbours" ? 4 : name == "scene" ? 3 : 5)) {
    std::fprintf(stderr,
                 "usage: device_work OPERATOR N PATCHES LAYOUT\n"
                 "       device_work neighbours K POINTS\n"
                 "       device_work scene N\n");
    return 2;
  }
  try {
    if (name == "neighbours") return neighbours(std::stoll(argv[2]), std::stoll(argv[3]));
    if (name == "scene") return scene(std::stoll(argv[2]));
    return work(name, std::stoll(argv[2]), std::stoll(argv[3]),
                std::strcmp(argv[4], "channel-last") == 0);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "device_work: %s\n", error.what());
    return 1;
  }
}
