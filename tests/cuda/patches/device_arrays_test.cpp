// SPDX-License-Identifier: Apache-2.0
//
// Arrays on the device, with any strides, are used where they are: the same bits as on the CPU, and
// nothing beside the outputs' elements written.
#include "cuda/device_array.hpp"
#include "oracle/test_backend.hpp"
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

using ptychopatch::Context;

const Context& context_of(ppatch_backend backend) {
  const auto make = [](ppatch_backend which) {
    ppatch_context_options options = ptychopatch::context_options();
    options.backend = which;
    return Context(options);
  };
  static const Context cpu = make(PPATCH_BACKEND_CPU);
  static const Context card = make(test_backend());
  return backend == PPATCH_BACKEND_CPU ? cpu : card;
}

// The CPU's answers and a device's, in outputs that are poisoned before.
struct Pair {
  Job cpu, card;
  Random random;

  explicit Pair(const Case& c)
      : cpu(c, context_of(PPATCH_BACKEND_CPU)),
        card(c, context_of(PPATCH_BACKEND_CUDA)),
        random(c.seed + 9) {}

  DeviceArray like(const HostArray& want) {
    return DeviceArray(HostArray(want.dtype(), want.shape(), random, Strides::kAny));
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

TEST(DeviceArrays, OfPositions) {
  for_each_case(
      20, [](Case& c) { c.form = PositionForm::kF64; },
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
    narrowed.form = PositionForm::kF64;
  });
  Pair job(c);
  const DeviceArray out(HostArray(PPATCH_F64, {c.count, 2}));
  const ppatch_array view = out.view();
  EXPECT_EQ(ppatch_patch_plan_get_positions(job.card.plan().get(), &view),
            PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(std::string(ppatch_last_error()).find("host memory"), std::string::npos)
      << ppatch_last_error();
}

}  // namespace
