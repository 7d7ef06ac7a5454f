// SPDX-License-Identifier: Apache-2.0
//
// Pixels that are stored as one type and summed in another: loops and pixel-wise kernels on floats
// summed as doubles give what they give on the same numbers as doubles, rounded where it is stored.
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>
#include <tuple>
#include <vector>

#include "core/patches/patch_engine.hpp"
#include "cpu/patches/adjoint-inl.hpp"
#include "cpu/patches/extract-inl.hpp"
#include "cpu/patches/gradient-inl.hpp"
#include "cpu/patches/patch_loops.hpp"
#include "cpu/patches/patch_scratch.hpp"
#include "cpu/patches/probe_adjoint-inl.hpp"
#include "oracle/seed.hpp"

namespace ppatch {
namespace {

namespace loops = HWY_NAMESPACE;

constexpr std::int64_t height = 23, width = 29, patch = 11, count = 9, modes = 2;
constexpr int C = 2;
using Wide = Pixel<double, double, C>;
using Narrow = Pixel<float, double, C>;

struct Problem {
  Interpolation interpolation = Interpolation::bilinear;
  bool with_probe = false;
  std::int64_t gap = 0;  // scalars between pixels of the outputs and of the probe
  std::vector<PatchOrigin> origins;
  std::vector<double> image, patches, probe;  // all of them float32
};

template <class P>
class Trial {
 public:
  using S = typename P::Storage;

  explicit Trial(const Problem& p)
      : image_(p.image.begin(), p.image.end()),
        patches_(p.patches.begin(), p.patches.end()),
        probe_(p.probe.begin(), p.probe.end()),
        step_(C + p.gap),
        scratch_(plan(), allocator_) {
    problem_.origins = p.origins.data();
    problem_.count = count;
    problem_.height = problem_.width = patch;
    problem_.interpolation = p.interpolation;
    problem_.boundary = Boundary::constant;
    problem_.constant[0] = 0.5;
    if (p.with_probe) {
      probe_view_ = {probe_.data(), modes, true, 0, patch * patch * step_, patch * step_, step_};
    }
  }

  std::vector<S> extract_by_loops() {
    const ExtractPixel<P> job{problem_, image_view(), probe_view_, clear_patches()};
    std::vector<PatchNumber> numbers;
    for (std::int64_t k = 0; k < count; ++k) numbers.push_back({0, k});
    loops::extract_patches<P>(job, numbers, Store::streamed, scratch_.slot(0));
    return patches_;
  }

  std::vector<S> extract_by_pixels() {
    const ExtractPixel<P> job{problem_, image_view(), probe_view_, clear_patches()};
    for (std::int64_t k = 0; k < count; ++k) {
      const auto sampler = patch_sampler<P>(problem_, job.image, 0, k);
      for (std::int64_t n = 0; n < patch * patch; ++n) job(sampler, 0, k, n / patch, n % patch);
    }
    return patches_;
  }

  // Sums and coverage of one tile that is the image.
  std::vector<double> adjoint() {
    std::vector<double> sum(4 * height * width * C), coverage(4 * height * width);
    const AdjointPixel<P> job{problem_, patch_view(), probe_view_};
    std::vector<std::uint32_t> numbers;
    for (std::uint32_t k = 0; k < count; ++k) numbers.push_back(k);
    Tile<double> tile{0, height, 0, width, aligned(sum), aligned(coverage)};
    loops::adjoint_tile<P>(job, image_view(), {0, 0, 0, numbers}, tile, scratch_.slot(0));
    std::vector<double> out;
    for (std::int64_t y = 0; y < height; ++y) {
      const double* row = tile.image + y * tile.template stride<C>();
      const double* weights = tile.coverage + y * tile.template stride<1>();
      out.insert(out.end(), row, row + width * C);
      out.insert(out.end(), weights, weights + width);
    }
    return out;
  }

  std::vector<S> gradient() {
    std::vector<S> out(static_cast<std::size_t>(4 * count));
    PositionGradient<P> job;
    job.problem = problem_;
    job.image = image_view();
    job.cotangent = patch_view();
    job.gradient = {out.data(), 0, 4, 1};
    job.curvature = {out.data() + 2, 0, 4, 1};
    for (std::int64_t k = 0; k < count; ++k) loops::gradient_patch<P>(job, 0, k, scratch_.slot(0));
    return out;
  }

  std::vector<double> probe_adjoint() {
    std::vector<double> sum(static_cast<std::size_t>(patch * patch * C));
    const ProbeAdjointPixel<P> job{problem_, image_view(), patch_view(), probe_view_};
    for (std::int64_t k = 0; k < count; ++k) {
      loops::probe_adjoint_rows<P>(job, 0, k, 0, 0, patch, sum.data(), scratch_.slot(0));
    }
    return sum;
  }

 private:
  static PatchMemoryPlan plan() {
    PatchSettings settings;
    settings.algorithm = Algorithm::batched;
    settings.patch_height = settings.patch_width = patch;
    settings.capacity = count;
    return PatchMemoryPlan::within(settings, 1, std::uint64_t{1} << 30);
  }
  static double* aligned(std::vector<double>& memory) {
    void* first = memory.data();
    std::size_t room = memory.size() * sizeof(double);
    return static_cast<double*>(std::align(64, sizeof(double), first, room));
  }
  ImageView image_view() { return {image_.data(), DType::c64, 1, height, width, 0, width * C, C}; }
  PatchView patch_view() {
    PatchView view;
    view.data = patches_.data();
    view.images = 1;
    view.count = count;
    view.modes = probe_view_.data ? modes : 1;
    view.height = view.width = patch;
    view.stride_x = step_;
    view.stride_y = patch * step_;
    view.stride_mode = patch * view.stride_y;
    view.stride_group = modes * view.stride_mode;
    return view;
  }
  PatchView clear_patches() {
    std::fill(patches_.begin(), patches_.end(), S(-7));
    return patch_view();
  }

  Allocator allocator_;
  std::vector<S> image_, patches_, probe_;
  std::int64_t step_;
  PatchScratch scratch_;
  PatchProblem problem_;
  ProbeView probe_view_;
};

void expect_rounded(const std::vector<float>& got, const std::vector<double>& want) {
  ASSERT_EQ(got.size(), want.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i], static_cast<float>(want[i])) << i;
  }
}

class StoredPixels : public testing::TestWithParam<std::tuple<Interpolation, bool, std::int64_t>> {
 protected:
  StoredPixels() {
    std::tie(problem_.interpolation, problem_.with_probe, problem_.gap) = GetParam();
    Random random = test_random("storage");
    std::uniform_real_distribution<float> unit(-1, 1);
    std::uniform_real_distribution<double> fraction(0, 1);
    for (std::int64_t k = 0; k < count; ++k) {
      problem_.origins.push_back({k % 3 == 0 ? 0.0 : fraction(random), fraction(random),
                                  static_cast<std::int32_t>(3 * k - 4),
                                  static_cast<std::int32_t>(4 * k - 6)});
    }
    const auto fill = [&](std::vector<double>& values, std::int64_t size) {
      for (std::int64_t i = 0; i < size; ++i) values.push_back(unit(random));
    };
    const std::int64_t pixels = modes * patch * patch * (C + problem_.gap);
    fill(problem_.image, height * width * C);
    fill(problem_.patches, count * pixels);
    fill(problem_.probe, pixels);
  }

  Problem problem_;
  testing::ScopedTrace seed_{__FILE__, __LINE__, seed_note()};
};

TEST_P(StoredPixels, ExtractRoundsItsResultAlone) {
  const auto want = Trial<Wide>(problem_).extract_by_loops();
  EXPECT_EQ(want, Trial<Wide>(problem_).extract_by_pixels());
  expect_rounded(Trial<Narrow>(problem_).extract_by_loops(), want);
  expect_rounded(Trial<Narrow>(problem_).extract_by_pixels(), want);
}

TEST_P(StoredPixels, SumsOfTheAdjointsAreNotRounded) {
  EXPECT_EQ(Trial<Narrow>(problem_).adjoint(), Trial<Wide>(problem_).adjoint());
  EXPECT_EQ(Trial<Narrow>(problem_).probe_adjoint(), Trial<Wide>(problem_).probe_adjoint());
}

TEST_P(StoredPixels, GradientRoundsItsResultAlone) {
  expect_rounded(Trial<Narrow>(problem_).gradient(), Trial<Wide>(problem_).gradient());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, StoredPixels,
    testing::Combine(testing::Values(Interpolation::bilinear, Interpolation::lanczos3),
                     testing::Bool(), testing::Values(std::int64_t{0}, std::int64_t{3})));

}  // namespace
}  // namespace ppatch
