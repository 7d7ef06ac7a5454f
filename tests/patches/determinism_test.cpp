// SPDX-License-Identifier: Apache-2.0
//
// The same bits, however the work is split.
#include <cstdlib>
#include <optional>

#include "oracle/test_backend.hpp"
#include "patches/support/check.hpp"
#include "patches/support/job.hpp"

namespace {

using ptychopatch::Context;

// Enough work that threads, tiles and chunks all come into play.
void make_large(Case& c) {
  if (c.seed % 5 < 2) c.options.subpixel = PPATCH_SUBPIXEL_PROBE;
  c.max_elements = 60000;
  if (c.count > 3) {
    c.height += 60;
    c.width += 90;
    c.count = 90;
  }
  if (c.options.local_offsets == PPATCH_LOCAL_OFFSETS_AS_GIVEN) {
    c.options.jitter_sigma = c.modes == 2 ? 0.7 : 0;
  }
  c.options.jitter_seed = 42;
}

void make_batched(Case& c) {
  make_large(c);
  c.options.algorithm = PPATCH_ALGORITHM_BATCHED;
}

Context context_of(int threads, std::uint64_t budget) {
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = test_backend();
  options.num_threads = threads;
  options.memory_budget = budget;
  return Context(options);
}

std::vector<HostArray> everything(const Case& c, const Context& context) {
  return Job(c, context).everything();
}

TEST(Determinism, Repeated) {
  for_each_case(8, make_large, [](const Case& c) {
    expect_same_bits(Job(c).everything(), Job(c).everything(), "a second run");
    Job job(c);
    expect_same_bits({job.adjoint(PPATCH_ADJOINT_OVERWRITE).image},
                     {job.adjoint(PPATCH_ADJOINT_OVERWRITE).image}, "a second call");
  });
}

TEST(Determinism, Threads) {
  for_each_case(10, make_batched, [](const Case& c) {
    const auto one = everything(c, shared_context(1));
    for (int threads : {2, 3, 8}) {
      expect_same_bits(one, everything(c, shared_context(threads)),
                       std::to_string(threads) + " threads");
    }
  });
}

TEST(Determinism, BatchedAndIterative) {
  for_each_case(10, make_batched, [](const Case& c) {
    Case iterative = c;
    iterative.options.algorithm = PPATCH_ALGORITHM_ITERATIVE;
    expect_same_bits(Job(c).everything(), Job(iterative).everything(), "iterative");
  });
}

// Outputs of megabytes may be stored past the caches: rows of an odd length begin at every
// alignment.
TEST(Determinism, BigOutputs) {
  for (ppatch_dtype dtype : {PPATCH_F32, PPATCH_F64, PPATCH_C64, PPATCH_C128}) {
    const auto big = [&](Case& c) {
      c.dtype = dtype;
      c.options.algorithm = PPATCH_ALGORITHM_BATCHED;
      c.options.interpolation = PPATCH_INTERPOLATION_BILINEAR;
      c.options.layout = c.modes == 1 ? PPATCH_LAYOUT_FLAT : PPATCH_LAYOUT_CHANNEL_FIRST;
      c.options.patch_height = 31;
      c.options.patch_width = 33;
      c.images = 0;
      c.indexed = false;
      c.modes = 1;
      c.count = 4700000 / (31 * 33 * ppatch_dtype_size(dtype));
      c.max_elements = 1 << 24;
    };
    for_each_case(1, big, [](const Case& c) {
      Case iterative = c;
      iterative.options.algorithm = PPATCH_ALGORITHM_ITERATIVE;
      Job batched(c);
      Job slow(iterative);
      expect_same_bits({batched.extract()}, {slow.extract()}, "patches");
      expect_same_bits({batched.probe_extract()}, {slow.probe_extract()}, "waves");
    });
  }
}

// Bytes that a plan would hold under a budget, or nothing where the budget is refused.
std::optional<std::uint64_t> bytes_within(const Case& c, std::uint64_t budget) {
  std::uint64_t bytes = 0;
  const ppatch_patch_options options = c.plan_options();
  const ppatch_status status =
      ppatch_patch_plan_bytes(context_of(c.threads, budget).get(),
                              c.split() ? options.position_capacity : c.count, &options, &bytes);
  if (status == PPATCH_ERROR_OUT_OF_MEMORY) return std::nullopt;
  ptychopatch::check(status);
  EXPECT_LE(bytes, budget);
  return bytes;
}

std::uint64_t min_budget(const Case& c, std::uint64_t enough) {
  std::uint64_t refused = 0;
  std::uint64_t accepted = enough;
  while (accepted - refused > 1) {
    const std::uint64_t budget = refused + (accepted - refused) / 2;
    (bytes_within(c, budget) ? accepted : refused) = budget;
  }
  return accepted;
}

TEST(Determinism, MemoryBudgets) {
  for_each_case(6, make_large, [](const Case& c) {
    const auto unlimited = Job(c).everything();
    const std::uint64_t most = bytes_within(c, std::uint64_t{1} << 30).value();
    const std::uint64_t least = min_budget(c, most);
    for (std::uint64_t budget :
         {least, least + 1, least + (most - least) / 8, (least + most) / 2}) {
      const Context context = context_of(c.threads, budget);
      Job job(c, context);
      EXPECT_LE(job.plan().info().bytes, budget);
      expect_same_bits(unlimited, job.everything(),
                       std::to_string(budget) + " bytes of " + std::to_string(most));
    }
  });
}

TEST(Determinism, SimdLevels) {
  struct Level {
    std::string name;
    Context context;
  };
  std::vector<Level> levels;
  const char* before = std::getenv("PPATCH_SIMD");
  const std::string restore = before ? before : "";
  for (const char* name : {"scalar", "avx2", "avx3"}) {
    setenv("PPATCH_SIMD", name, 1);
    try {
      levels.push_back({name, context_of(2, 0)});
      EXPECT_EQ(levels.back().context.info().simd, levels.back().name);
    } catch (const ptychopatch::Error& error) {
      EXPECT_NE(std::string(name), "scalar") << error.what();
      std::cout << "no " << name << " here: " << error.what() << "\n";
    }
  }
  if (before) {
    setenv("PPATCH_SIMD", restore.c_str(), 1);
  } else {
    unsetenv("PPATCH_SIMD");
  }
  for_each_case(16, make_large, [&](const Case& c) {
    const auto usual = Job(c).everything();
    for (const Level& level : levels) {
      expect_same_bits(usual, everything(c, level.context), level.name);
    }
  });
}

TEST(Determinism, PositionsSetAnew) {
  for_each_case(12, make_large, [](const Case& c) {
    if (c.indexed || c.split()) return;
    Job fresh(c);
    const auto want = fresh.everything();
    Job moved(c);
    HostArray other(PPATCH_F64, {c.count, 2});
    Random random(c.seed);
    other.fill(random);
    moved.plan().set_positions(other.view());
    (void)moved.plan().info();
    moved.plan().set_positions(moved.positions().view());
    expect_same_bits(want, moved.everything(), "a plan set to other positions and back");
  });
}

// Patches do not depend on the company they are extracted in; without jitter, which counts from 0.
TEST(Determinism, PositionsSplitIntoBatches) {
  const auto flat = [](Case& c) {
    make_large(c);
    c.options.jitter_sigma = 0;
    c.options.layout = PPATCH_LAYOUT_FLAT;
    c.indexed = false;
    c.images = 0;
    c.contiguous = true;
    c.form = PositionForm::f64;
    c.positions_grouped = false;
  };
  for_each_case(12, flat, [](const Case& c) {
    Job whole(c);
    const HostArray all = whole.extract();
    HostArray parts(c.dtype, all.shape());
    const std::int64_t area = c.options.patch_height * c.options.patch_width;
    const std::int64_t bytes = ppatch_dtype_size(c.dtype);
    const std::int64_t step = 3 * c.members();
    for (std::int64_t k = 0; k < c.count; k += step) {
      const std::int64_t n = std::min(step, c.count - k);
      ptychopatch::PatchPlan plan(shared_context(2),
                                  ptychopatch::array(c.fraction.data() + 2 * k, {n, 2}), c.options);
      plan.extract(whole.image().view(),
                   ptychopatch::array(static_cast<std::byte*>(parts.view().data) + k * area * bytes,
                                      c.dtype, {n, c.options.patch_height, c.options.patch_width}));
    }
    expect_same_bits({all}, {parts}, "batches of positions");
  });
}

}  // namespace
