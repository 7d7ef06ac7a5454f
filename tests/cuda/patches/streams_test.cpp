// SPDX-License-Identifier: Apache-2.0
//
// Plans in streams of the caller's: calls are in order from one stream to the next, streams may go
// once their work is done, and graphs take positions that come later.
#include "cuda/device_array.hpp"
#include "cuda/patches/contexts.hpp"
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { DeviceMemory::get().destroy_stream(stream_); }
  void* get() const { return stream_; }
  void synchronize() const { DeviceMemory::get().synchronize(stream_); }

 private:
  void* stream_ = DeviceMemory::get().make_stream();
};

void simplify(Case& c) {
  c.form = PositionForm::f64;
  c.count = std::max<std::int64_t>(c.count, 2);
}

TEST(Streams, MayGoOnceTheirWorkIsDone) {
  for_each_case(10, simplify, [](const Case& c) {
    Job cpu(c, context_of(PPATCH_BACKEND_CPU));
    Job card(c, context_of(PPATCH_BACKEND_CUDA));
    {
      const Stream stream;
      card.plan().set_stream(stream.get());
      expect_same_bits({cpu.extract()}, {card.extract()}, "in a stream");
      stream.synchronize();
    }
    {
      const Stream stream;
      card.plan().set_stream(stream.get());
      expect_same_bits({cpu.adjoint(PPATCH_ADJOINT_OVERWRITE).image},
                       {card.adjoint(PPATCH_ADJOINT_OVERWRITE).image}, "in the next one");
      stream.synchronize();
    }
    card.plan().set_stream(nullptr);
    expect_same_bits({cpu.extract()}, {card.extract()}, "in the plan's own");
    const Stream last;
    card.plan().set_stream(last.get());
    last.synchronize();
  });
}

// The second call's memory is the first one's, and its input is the first one's output.
TEST(Streams, AreOrderedOneAfterTheOther) {
  for_each_case(20, simplify, [](const Case& c) {
    Job cpu(c, context_of(PPATCH_BACKEND_CPU));
    Job card(c, context_of(PPATCH_BACKEND_CUDA));
    const HostArray patches = cpu.extract();
    const Job::Sums sums = cpu.adjoint(PPATCH_ADJOINT_OVERWRITE);
    HostArray want = sums.image;
    const ppatch_array from = patches.view();
    const ppatch_array to = want.view();
    ASSERT_EQ(ppatch_patch_adjoint(cpu.plan().get(), &from, &to, nullptr, 0), PPATCH_OK);
    const DeviceArray image(card.image());
    DeviceArray between(HostArray(patches.dtype(), patches.shape()));  // poisoned
    DeviceArray got(sums.image);
    // Streams end before the plan that was last told of another.
    const Stream first;
    const Stream second;
    card.plan().set_stream(first.get());
    card.plan().adjoint(between.view(), got.view());  // what is allocated once is allocated now
    first.synchronize();
    card.plan().extract(image.view(), between.view());
    card.plan().set_stream(second.get());
    card.plan().adjoint(between.view(), got.view());
    second.synchronize();
    expect_same_bits({want}, {got.downloaded()}, "the second stream's result");
    card.plan().set_stream(nullptr);
  });
}

// A replay is as the call that was captured, at the positions of now.
TEST(Streams, GraphsFollowThePositions) {
  const Stream stream;
  if (!DeviceMemory::get().begin_capture(stream.get())) GTEST_SKIP() << "nothing is captured here";
  ASSERT_NE(DeviceMemory::get().end_capture(stream.get()), nullptr);
  for_each_case(20, simplify, [&](const Case& c) {
    Case moved = c;
    for (double& place : moved.fraction) place += 0.375;
    Job before(c, context_of(PPATCH_BACKEND_CPU));
    Job after(moved, context_of(PPATCH_BACKEND_CPU));
    Job card(c, context_of(PPATCH_BACKEND_CUDA));
    const DeviceArray image(card.image());
    const DeviceArray patches(card.patches());
    DeviceArray extracted(before.extract());
    DeviceArray summed(before.adjoint(PPATCH_ADJOINT_OVERWRITE).image);
    Job::Gradients gradients = before.position_gradient();
    DeviceArray gradient(gradients.gradient);
    const auto call = [&] {
      card.plan().extract(image.view(), extracted.view());
      card.plan().adjoint(patches.view(), summed.view());
      card.plan().position_gradient(image.view(), patches.view(), gradient.view());
    };
    card.plan().set_stream(stream.get());
    call();  // what is allocated once is allocated now
    stream.synchronize();
    const HostArray host = before.extract();
    const ppatch_array from = image.view();
    const ppatch_array to = host.view();
    ASSERT_TRUE(DeviceMemory::get().begin_capture(stream.get()));
    call();
    EXPECT_EQ(ppatch_patch_extract(card.plan().get(), &from, &to), PPATCH_ERROR_INVALID_ARGUMENT);
    EXPECT_NE(std::string(ppatch_last_error()).find("captured"), std::string::npos)
        << ppatch_last_error();
    void* const graph = DeviceMemory::get().end_capture(stream.get());
    ASSERT_NE(graph, nullptr);
    card.plan().set_positions(after.positions().view());
    DeviceMemory::get().replay(graph, stream.get());
    stream.synchronize();
    const HostArray want_patches = after.extract();
    const HostArray want_image = after.adjoint(PPATCH_ADJOINT_OVERWRITE).image;
    const Job::Gradients want = after.position_gradient();
    // Gaps beside the elements are each job's own.
    EXPECT_EQ(extracted.downloaded().values(), want_patches.values());
    EXPECT_EQ(summed.downloaded().values(), want_image.values());
    EXPECT_EQ(gradient.downloaded().values(), want.gradient.values());
    card.plan().set_stream(nullptr);
  });
}

}  // namespace
