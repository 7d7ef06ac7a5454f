// SPDX-License-Identifier: Apache-2.0
//
// PPATCH_BACKEND_AUTO: calls run where their arrays lie, on the host and on any card, and plans are
// one plan on all of them.
#include "cuda/device_array.hpp"
#include "cuda/patches/contexts.hpp"
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

const ptychopatch::Context& following() {
  test_backend();  // ends the test where there is no card
  static const ptychopatch::Context context{ptychopatch::context_options()};
  return context;
}

int card_count() {
  std::int32_t count = 0;
  ptychopatch::check(ppatch_backend_probe(PPATCH_BACKEND_CUDA, &count));
  return count;
}

void simplify(Case& c) {
  c.form = PositionForm::f64;
  c.count = std::max<std::int64_t>(c.count, 2);
}

void expect_refused(Job& job, const ppatch_array& image, const ppatch_array& patches,
                    const std::string& word) {
  EXPECT_EQ(ppatch_patch_extract(job.plan().get(), &image, &patches),
            PPATCH_ERROR_INVALID_ARGUMENT);
  EXPECT_NE(std::string(ppatch_last_error()).find(word), std::string::npos) << ppatch_last_error();
}

TEST(FollowsArrays, SaysSo) {
  EXPECT_EQ(following().info().backend, PPATCH_BACKEND_AUTO);
  EXPECT_STREQ(following().info().device_name, "CPU");
}

TEST(FollowsArrays, OnTheHostAllIsTheCpus) {
  for_each_case(20, simplify, [](const Case& c) {
    Job cpu(c, context_of(PPATCH_BACKEND_CPU));
    Job any(c, following());
    const std::vector<HostArray> want = cpu.everything();
    expect_same_bits(want, any.everything(), "arrays of the host");
  });
}

// On one card after the other, and between the two on the host; positions change meanwhile.
TEST(FollowsArrays, FromCardToCard) {
  for_each_case(20, simplify, [](const Case& c) {
    Case moved = c;
    for (double& place : moved.fraction) place += 0.375;
    Job before(c, context_of(PPATCH_BACKEND_CPU));
    Job after(moved, context_of(PPATCH_BACKEND_CPU));
    Job any(c, following());
    for (int card = 0; card < card_count(); ++card) {
      for (Job* cpu : {&before, &after}) {
        any.plan().set_positions(cpu->positions().view());
        const DeviceArray image(any.image(), card);
        const DeviceArray patches(any.patches(), card);
        const HostArray want = cpu->extract();
        const HostArray want_image = cpu->adjoint(PPATCH_ADJOINT_OVERWRITE).image;
        DeviceArray extracted(HostArray(want.dtype(), want.shape()), card);
        DeviceArray summed(HostArray(want_image.dtype(), want_image.shape()), card);
        any.plan().extract(image.view(), extracted.view());
        any.plan().adjoint(patches.view(), summed.view());
        following().synchronize();
        EXPECT_EQ(extracted.downloaded().values(), want.values()) << "card " << card;
        EXPECT_EQ(summed.downloaded().values(), want_image.values()) << "card " << card;
        // The image on the host, the patches on the card.
        DeviceArray mixed(HostArray(want.dtype(), want.shape()), card);
        any.plan().extract(any.image().view(), mixed.view());
        following().synchronize();
        EXPECT_EQ(mixed.downloaded().values(), want.values()) << "card " << card;
        expect_same_bits({want}, {any.extract()}, "the host in between");
      }
    }
  });
}

TEST(FollowsArrays, OfTwoCardsIsRefused) {
  if (card_count() < 2) GTEST_SKIP() << "there is one card";
  const Case c = draw_case(3, simplify);
  Job any(c, following());
  const HostArray want = any.extract();
  const DeviceArray image(any.image(), 0);
  const DeviceArray out(HostArray(want.dtype(), want.shape()), 1);
  expect_refused(any, image.view(), out.view(), "card 1");
}

TEST(FollowsArrays, ThereIsNoCardBeyondTheLast) {
  const Case c = draw_case(4, simplify);
  Job any(c, following());
  const DeviceArray image(any.image());
  ppatch_array from = image.view();
  from.device_id = card_count();
  expect_refused(any, from, any.extract().view(), "image.device_type");
}

// Points on the host, indices there and on a card.
TEST(FollowsArrays, Groups) {
  HostArray points(PPATCH_F64, {200, 2});
  Random random(7);
  points.fill(random);
  ppatch_group_options options = ptychopatch::group_options(2, 6);
  options.point_capacity = 200;
  ptychopatch::GroupPlan plan(following(), options);
  plan.borrow_points(points.view());
  const HostArray want(PPATCH_I32, {200, 6});
  plan.neighbours(want.view());
  for (int card = 0; card < card_count(); ++card) {
    DeviceArray got(HostArray(PPATCH_I32, {200, 6}), card);
    plan.neighbours(got.view());
    following().synchronize();
    EXPECT_EQ(got.downloaded().values(), want.values()) << "card " << card;
  }
  const HostArray again(PPATCH_I32, {200, 6});
  plan.neighbours(again.view());
  expect_same_bits({want}, {again}, "the host after the cards");
}

}  // namespace
