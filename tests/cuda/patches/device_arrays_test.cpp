// SPDX-License-Identifier: Apache-2.0
//
// Arrays on the device, with any strides, are used where they are: the same bits as on the CPU, and
// nothing beside the outputs' elements written.
#include "cuda/device_array.hpp"
#include "cuda/patches/contexts.hpp"
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

// The CPU's answers and a device's, in outputs that are poisoned before.
struct Pair {
  Job cpu, card;
  Random random;

  explicit Pair(const Case& c)
      : cpu(c, context_of(PPATCH_BACKEND_CPU)),
        card(c, context_of(PPATCH_BACKEND_CUDA)),
        random(c.seed + 9) {}

  DeviceArray like(const HostArray& want) {
    return DeviceArray(HostArray(want.dtype(), want.shape(), random, Strides::any));
  }
};

void expect_downloaded(const HostArray& want, DeviceArray& got, const char* what) {
  const HostArray& downloaded = got.downloaded();
  EXPECT_TRUE(downloaded.gaps_intact()) << what;
  expect_same_bits({want}, {downloaded}, what);
}

TEST(DeviceArrays, OfExtract) {
  for_each_case(30, {}, [](const Case& c) {
    Pair job(c);
    const HostArray want = job.cpu.extract();
    const DeviceArray image(job.card.image());
    DeviceArray out = job.like(want);
    job.card.plan().extract(image.view(), out.view());
    context_of(PPATCH_BACKEND_CUDA).synchronize();
    expect_downloaded(want, out, "patches");
  });
}

TEST(DeviceArrays, OfAdjoint) {
  for_each_case(30, {}, [](const Case& c) {
    Pair job(c);
    const Job::Sums want = job.cpu.adjoint(PPATCH_ADJOINT_OVERWRITE);
    const DeviceArray patches(job.card.patches());
    DeviceArray image = job.like(want.image);
    DeviceArray coverage = job.like(want.coverage);
    const ppatch_array covers = coverage.view();
    job.card.plan().adjoint(patches.view(), image.view(), &covers, PPATCH_ADJOINT_OVERWRITE);
    context_of(PPATCH_BACKEND_CUDA).synchronize();
    expect_downloaded(want.image, image, "image");
    expect_downloaded(want.coverage, coverage, "coverage");
  });
}

TEST(DeviceArrays, OfPositionGradient) {
  for_each_case(30, {}, [](const Case& c) {
    Pair job(c);
    const Job::Gradients want = job.cpu.position_gradient();
    const DeviceArray image(job.card.image());
    const DeviceArray patches(job.card.patches());
    DeviceArray gradient = job.like(want.gradient);
    DeviceArray curvature = job.like(want.curvature);
    const ppatch_array second = curvature.view();
    job.card.plan().position_gradient(image.view(), patches.view(), gradient.view(), &second);
    context_of(PPATCH_BACKEND_CUDA).synchronize();
    expect_downloaded(want.gradient, gradient, "gradient");
    expect_downloaded(want.curvature, curvature, "curvature");
  });
}

TEST(DeviceArrays, OfProbes) {
  for_each_case(30, {}, [](const Case& c) {
    Pair job(c);
    const HostArray want_waves = job.cpu.probe_extract();
    const HostArray want_probe = job.cpu.probe_adjoint_probe(PPATCH_ADJOINT_OVERWRITE).probe;
    const DeviceArray image(job.card.image());
    const DeviceArray probe(job.card.probe_array());
    const DeviceArray waves(job.card.waves());
    DeviceArray out = job.like(want_waves);
    DeviceArray sum = job.like(want_probe);
    job.card.plan().probe_extract(image.view(), probe.view(), out.view());
    job.card.plan().probe_adjoint_probe(image.view(), waves.view(), sum.view(),
                                        PPATCH_ADJOINT_OVERWRITE);
    context_of(PPATCH_BACKEND_CUDA).synchronize();
    expect_downloaded(want_waves, out, "waves");
    expect_downloaded(want_probe, sum, "probe");
  });
}

// Groups whose pixels lie side by side, most of them within the image, in arrays without gaps:
// several patches of a group are worked on at once.
TEST(DeviceArrays, OfGroupsSideBySide) {
  const auto side_by_side = [](Case& c) {
    Random random(c.seed);
    const auto pick = [&](std::int64_t most) {
      return std::uniform_int_distribution<std::int64_t>(0, most)(random);
    };
    const std::int64_t members[] = {2, 3, 4, 6, 8};
    c.options.layout = PPATCH_LAYOUT_CHANNEL_LAST;
    c.options.group_size = members[pick(4)];
    if (pick(1) == 0) c.options.interpolation = PPATCH_INTERPOLATION_BILINEAR;
    c.options.patch_height = 1 + pick(40);
    c.options.patch_width = 4 + pick(60);
    c.height = c.options.patch_height + 200;
    c.width = c.options.patch_width + 200;
    c.contiguous = true;
    c.far = false;
    c.count = pick(2) * c.options.group_size;
    c.max_elements = 200000;
  };
  for_each_case(40, side_by_side, [](const Case& c) {
    Pair job(c);
    const HostArray want = job.cpu.extract();
    const HostArray want_waves = job.cpu.probe_extract();
    const Job::Gradients want_slopes = job.cpu.position_gradient();
    const DeviceArray image(job.card.image());
    const DeviceArray probe(job.card.probe_array());
    const DeviceArray patches(job.card.patches());
    DeviceArray out(HostArray(want.dtype(), want.shape()));
    DeviceArray gradient = job.like(want_slopes.gradient);
    DeviceArray curvature = job.like(want_slopes.curvature);
    const ppatch_array second = curvature.view();
    DeviceArray waves(HostArray(want_waves.dtype(), want_waves.shape()));
    job.card.plan().extract(image.view(), out.view());
    job.card.plan().probe_extract(image.view(), probe.view(), waves.view());
    job.card.plan().position_gradient(image.view(), patches.view(), gradient.view(), &second);
    context_of(PPATCH_BACKEND_CUDA).synchronize();
    expect_downloaded(want, out, "patches");
    expect_downloaded(want_waves, waves, "waves");
    expect_downloaded(want_slopes.gradient, gradient, "gradient");
    expect_downloaded(want_slopes.curvature, curvature, "curvature");
  });
}

TEST(DeviceArrays, OfPositions) {
  for_each_case(
      20, [](Case& c) { c.form = PositionForm::f64; },
      [](const Case& c) {
        Pair job(c);
        const DeviceArray positions(job.card.positions());
        HostArray want(PPATCH_F64, {c.count, 2});
        HostArray got(PPATCH_F64, {c.count, 2});
        const ppatch_array to_want = want.view();
        const ppatch_array to_got = got.view();
        ASSERT_EQ(ppatch_patch_plan_get_positions(job.cpu.plan().get(), &to_want), PPATCH_OK);
        job.card.plan().set_positions(positions.view());
        ASSERT_EQ(ppatch_patch_plan_get_positions(job.card.plan().get(), &to_got), PPATCH_OK);
        expect_same_bits({want}, {got}, "positions");
      });
}

// The CPU reads and writes these itself.
TEST(DeviceArrays, AreRefusedWhereTheHostReads) {
  const Case c = draw_case(5, [](Case& narrowed) {
    narrowed.count = 3;
    narrowed.form = PositionForm::f64;
  });
  Pair job(c);
  const DeviceArray out(HostArray(PPATCH_F64, {c.count, 2}));
  const ppatch_array view = out.view();
  EXPECT_EQ(ppatch_patch_plan_get_positions(job.card.plan().get(), &view),
            PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(std::string(ppatch_last_error()).find("host memory"), std::string::npos)
      << ppatch_last_error();
}

struct Elsewhere {
  void* const memory = DeviceMemory::get().allocate(1 << 16, 1);
  Elsewhere() = default;
  Elsewhere(const Elsewhere&) = delete;
  Elsewhere& operator=(const Elsewhere&) = delete;
  ~Elsewhere() {
    if (memory) DeviceMemory::get().release(memory);
  }
};

TEST(DeviceArrays, OfAnotherCardAreRefused) {
  const Elsewhere other;
  if (!other.memory) GTEST_SKIP() << "there is one card";
  const ptychopatch::Context& context = context_of(PPATCH_BACKEND_CUDA);
  const std::vector<double> positions = {1, 2};
  ptychopatch::PatchPlan plan(context, ptychopatch::array(positions.data(), {1, 2}),
                              ptychopatch::patch_options(8, 8));
  std::vector<float> pixels(16 * 16, 1);
  std::vector<float> patch(8 * 8, 1);
  const ppatch_array image = ptychopatch::array(pixels.data(), {16, 16});
  const ppatch_array patches = ptychopatch::array(patch.data(), {1, 8, 8});
  // Whatever the caller says of where it is.
  for (const ppatch_device_type type : {PPATCH_DEVICE_CUDA, PPATCH_DEVICE_HOST}) {
    ppatch_array far_image = image;
    ppatch_array far_patches = patches;
    far_image.data = far_patches.data = other.memory;
    far_image.device_type = far_patches.device_type = type;
    const auto expect_refused = [](ppatch_status status, const std::string& name) {
      EXPECT_EQ(status, PPATCH_ERROR_INVALID_ARGUMENT);
      const std::string text = ppatch_last_error();
      EXPECT_NE(text.find(": " + name + ": "), std::string::npos) << text;
      EXPECT_NE(text.find("card 1"), std::string::npos) << text;
    };
    expect_refused(ppatch_patch_extract(plan.get(), &far_image, &patches), "image");
    expect_refused(ppatch_patch_extract(plan.get(), &image, &far_patches), "patches");
    expect_refused(ppatch_patch_adjoint(plan.get(), &far_patches, &image, nullptr, 0), "patches");
    expect_refused(ppatch_patch_adjoint(plan.get(), &patches, &far_image, nullptr, 0), "image");
  }
  EXPECT_EQ(ppatch_patch_extract(plan.get(), &image, &patches), PPATCH_OK) << ppatch_last_error();
}

}  // namespace
