// SPDX-License-Identifier: Apache-2.0
//
// What is refused, in a sentence that has the numbers; nothing is written then.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "groups/support/point_sets.hpp"

using oracle::Point;
using ptychopatch::array;
using ptychopatch::Array;
using ptychopatch::group_options;
using ptychopatch::GroupPlan;

namespace {

void expect_error(ppatch_status status, const std::vector<std::string>& texts,
                  const std::function<void()>& call) {
  try {
    call();
    ADD_FAILURE() << "expected an error with " << texts[0];
  } catch (const ptychopatch::Error& error) {
    EXPECT_EQ(error.status(), status) << error.what();
    for (const std::string& text : texts) {
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos)
          << error.what() << "\nlacks " << text;
    }
  }
}

void expect_invalid(const std::vector<std::string>& texts, const std::function<void()>& call) {
  expect_error(PPATCH_ERROR_INVALID_ARGUMENT, texts, call);
}

std::vector<Point> some_points(std::int64_t n) {
  Random random = test_random("some_points");
  return draw_points("random", n, random);
}

using Change = std::function<void(ppatch_group_options&)>;

TEST(Options, OutOfRange) {
  const std::vector<Point> points = some_points(20);
  const std::vector<std::pair<const char*, Change>> wrong = {
      {"gridsize", [](auto& o) { o.gridsize = -1; }},
      {"gridsize", [](auto& o) { o.gridsize = 65; }},
      {"neighbours", [](auto& o) { o.neighbours = -1; }},
      {"group_count", [](auto& o) { o.group_count = -1; }},
      {"members", [](auto& o) { o.members = 2; }},
      {"order", [](auto& o) { o.order = 3; }},
      {"sampling", [](auto& o) { o.sampling = -1; }},
      {"oversample", [](auto& o) { o.oversample = 2; }},
      {"axes", [](auto& o) { o.axes = 2; }},
      {"relative_sign", [](auto& o) { o.relative_sign = 2; }},
      {"point_capacity", [](auto& o) { o.point_capacity = -1; }},
      {"struct_size", [](auto& o) { o.struct_size = 2; }},
  };
  for (const auto& [field, change] : wrong) {
    ppatch_group_options o = group_options(2, 6);
    change(o);
    expect_invalid({std::string("options.") + field + ":", "expected", "got"},
                   [&, &o_ = o] { GroupPlan::borrow(group_context(1), array_of(points), o_); });
  }
}

TEST(Options, NumbersThatMakeNoGroups) {
  const auto draw = [](std::int64_t n, const Change& change) {
    const std::vector<Point> points = some_points(n);
    ppatch_group_options o = group_options(2, 6);
    change(o);
    GroupPlan plan = GroupPlan::borrow(group_context(1), array_of(points), o);
    const auto count = plan.info().group_count;
    std::vector<std::int64_t> members(
        static_cast<std::size_t>(std::min<std::int64_t>(count, 99)) * 4, -7);
    plan.draw(0, array(members.data(), {static_cast<std::int64_t>(members.size()) / 4, 4}));
  };
  expect_invalid({"K of at least 4", "gridsize 2", "K = 3"},
                 [&] { draw(20, [](auto& o) { o.neighbours = 3; }); });
  expect_invalid({"K of at least 3", "less the centre", "K = 2"}, [&] {
    draw(20, [](auto& o) {
      o.neighbours = 2;
      o.members = PPATCH_GROUP_MEMBERS_WITH_CENTRE;
    });
  });
  draw(20, [](auto& o) {
    o.neighbours = 3;
    o.members = PPATCH_GROUP_MEMBERS_WITH_CENTRE;
  });
  expect_invalid({"at least 5 points", "groups of 4", "got 4"}, [&] { draw(4, [](auto&) {}); });
  expect_invalid({"at least 4 points", "got 3"},
                 [&] { draw(3, [](auto& o) { o.members = PPATCH_GROUP_MEMBERS_WITH_CENTRE; }); });
  draw(4, [](auto& o) { o.members = PPATCH_GROUP_MEMBERS_WITH_CENTRE; });
  draw(5, [](auto&) {});
  expect_invalid({"at most 20 groups", "without options.oversample", "got 21"},
                 [&] { draw(20, [](auto& o) { o.group_count = 21; }); });
  expect_invalid({"at most 20 groups", "in sequence", "got 21"}, [&] {
    draw(20, [](auto& o) {
      o.group_count = 21;
      o.oversample = 1;
      o.sampling = PPATCH_GROUP_SAMPLING_SEQUENTIAL;
    });
  });
  expect_invalid({"at most 300 different groups", "20 points", "15 choices of 4 of 6", "got 301"},
                 [&] {
                   draw(20, [](auto& o) {
                     o.group_count = 301;
                     o.oversample = 1;
                   });
                 });
  expect_invalid({"fewer than 2^63 pairs", "80 points", "70 over 36"}, [&] {
    const std::vector<Point> points = some_points(80);
    ppatch_group_options o = group_options(6, 70);
    o.group_count = 81;
    o.oversample = 1;
    GroupPlan plan = GroupPlan::borrow(group_context(1), array_of(points), o);
    std::vector<std::int64_t> members(36);
    plan.draw(0, array(members.data(), {1, 36}));
  });
}

TEST(Points, ThatAreNone) {
  std::vector<Point> points = some_points(1000);
  GroupPlan plan = GroupPlan::borrow(group_context(2), array_of(points), group_options(1, 2));
  std::vector<std::int64_t> before(2000);
  plan.neighbours(array(before.data(), {1000, 2}));
  for (const double bad : {std::nan(""), std::numeric_limits<double>::infinity(), -1e151}) {
    std::vector<Point> wrong = points;
    wrong[777][1] = bad;
    wrong[900][0] = bad;
    expect_invalid({"points[777]", "finite", "y = "}, [&] {
      ppatch_group_options o = group_options(1, 2);
      o.axes = PPATCH_AXES_XY;
      GroupPlan::borrow(group_context(2), array_of(wrong), o);
    });
    expect_invalid({"points[777]"}, [&] { plan.borrow_points(array_of(wrong)); });
    std::vector<std::int64_t> after(2000);
    plan.neighbours(array(after.data(), {1000, 2}));
    EXPECT_EQ(after, before) << "the old points are gone";
  }
}

TEST(Points, InTheWrongArray) {
  const std::vector<Point> points = some_points(12);
  const auto plan_of = [](const Array& a) {
    GroupPlan::borrow(group_context(1), a, group_options(1, 2));
  };
  expect_invalid({"points", "(n, 2)", "(8, 3)"}, [&] { plan_of(array(points[0].data(), {8, 3})); });
  expect_invalid({"points", "(n, 2)"}, [&] { plan_of(array(points[0].data(), {24})); });
  expect_invalid({"points.dtype", "F32 or F64"}, [&] {
    plan_of(array(points[0].data(), PPATCH_I64, {12, 2}));
  });
  expect_invalid({"options.point_capacity", "above 0", "got 0"},
                 [&] { GroupPlan(group_context(1), group_options(1, 2)); });
  ppatch_group_options o = group_options(1, 2);
  o.point_capacity = 11;
  expect_invalid({"point_capacity = 11", "got 12"},
                 [&] { GroupPlan::bytes(group_context(1), 12, o); });
  expect_invalid({"capacity of 11", "got 12"},
                 [&] { GroupPlan::borrow(group_context(1), array_of(points), o); });
  GroupPlan plan(group_context(1), o);
  expect_invalid({"capacity of 11", "got 12"}, [&] { plan.borrow_points(array_of(points)); });
  std::vector<std::int64_t> members(4, -7);
  expect_invalid({"at least 1 points", "got 0"}, [&] {
    plan.draw(0, array(members.data(), {1, 1}));
  });
}

class Arrays : public testing::Test {
 protected:
  Arrays()
      : points_(some_points(30)),
        plan_(GroupPlan::borrow(group_context(2), array_of(points_), options())) {}
  static ppatch_group_options options() { return group_options(2, 6); }

  std::vector<Point> points_;
  GroupPlan plan_;
  std::vector<std::int64_t> members_ = std::vector<std::int64_t>(400, -7);
  std::vector<double> values_ = std::vector<double>(400, -7);
};

TEST_F(Arrays, OfTheWrongShape) {
  const auto members = [&](const std::vector<std::int64_t>& shape) {
    return array(members_.data(), shape);
  };
  expect_invalid({"indices", "(B, 4)", "(9, 5)"}, [&] { plan_.draw(0, members({9, 5})); });
  expect_invalid({"indices", "(36,)"}, [&] { plan_.draw(0, members({36})); });
  expect_invalid({"30 groups", "25"}, [&] { plan_.draw(25, members({6, 4})); });
  expect_invalid({"30 groups", "-1"}, [&] { plan_.draw(-1, members({6, 4})); });
  expect_invalid({"30 groups"}, [&] { plan_.draw(INT64_MAX, members({6, 4})); });
  const Array three = array(values_.data(), {6, 3});
  expect_invalid({"offsets", "(6, 2)", "(6, 3)"}, [&] {
    plan_.draw(0, members({6, 4}), nullptr, &three);
  });
  expect_invalid({"relative", "(6, 4, 2)"}, [&] {
    plan_.draw(0, members({6, 4}), nullptr, nullptr, &three);
  });
  const Array centres = array(members_.data() + 200, {5});
  expect_invalid({"centres", "(6,)", "(5,)"}, [&] { plan_.draw(0, members({6, 4}), &centres); });
  expect_invalid({"indices", "(30, 6)", "(30, 4)"}, [&] { plan_.neighbours(members({30, 4})); });
  expect_invalid({"indices.dtype", "I32 or I64", "F64"}, [&] {
    plan_.neighbours(array(values_.data(), {30, 6}));
  });
  for (const std::int64_t value : members_) ASSERT_EQ(value, -7);
  for (const double value : values_) ASSERT_EQ(value, -7);
}

TEST_F(Arrays, ThatShareMemory) {
  const Array members = array(members_.data(), {6, 4});
  const Array offsets = array(points_[3].data(), {6, 2});
  expect_invalid({"offsets", "points"}, [&] { plan_.draw(0, members, nullptr, &offsets); });
  const Array centres = array(members_.data() + 20, {6});
  expect_invalid({"centres", "indices"}, [&] { plan_.draw(0, members, &centres); });
  const std::int64_t shape[2] = {6, 4};
  const std::int64_t strides[2] = {1, 1};
  expect_invalid({"indices", "overlap"}, [&] {
    plan_.draw(0, ppatch_array_strided(members_.data(), PPATCH_I64, 2, shape, strides));
  });
  expect_invalid({"indices", "queries"}, [&] {
    plan_.neighbours_of(array(members_.data() + 3, {2}), array(members_.data(), {2, 6}));
  });
  for (const std::int64_t value : members_) ASSERT_EQ(value, -7);
}

TEST_F(Arrays, OfPointsThatAreNotThere) {
  std::vector<std::int32_t> groups = {0, 1, 2, 29, 5, 30};
  const Array out = array(values_.data(), {2, 2});
  expect_invalid({"indices[1, 2]", "30 points", "got 30"}, [&] {
    plan_.coordinates(array(groups.data(), {2, 3}), &out, nullptr);
  });
  groups[5] = -1;
  expect_invalid({"queries[5]", "got -1"}, [&] {
    plan_.neighbours_of(array(groups.data(), {6}), array(members_.data(), {6, 6}));
  });
  for (const double value : values_) ASSERT_EQ(value, -7);
  for (const std::int64_t value : members_) ASSERT_EQ(value, -7);
}

TEST_F(Arrays, OfNoRows) {
  plan_.draw(30, array<std::int64_t>(nullptr, {0, 4}));
  plan_.coordinates(array<std::int64_t>(nullptr, {0, 4}), nullptr, nullptr);
  plan_.neighbours_of(array<std::int64_t>(nullptr, {0}), array<std::int64_t>(nullptr, {0, 6}));
}

TEST(Neighbours, MoreThanThereAre) {
  const std::vector<Point> points = some_points(6);
  GroupPlan plan = GroupPlan::borrow(group_context(1), array_of(points), group_options(1, 6));
  std::vector<std::int64_t> got(36, -7);
  expect_invalid({"K below the number of points, 6", "K = 6"}, [&] {
    plan.neighbours(array(got.data(), {6, 6}));
  });
}

TEST(Budget, ThatIsTooSmall) {
  ppatch_context_options options = ptychopatch::context_options();
  options.num_threads = 2;
  const ppatch_group_options o = group_options(2, 6);
  const std::uint64_t full = GroupPlan::bytes(group_context(2), 100000, o);
  EXPECT_LT(full, std::uint64_t{100000} * 16 + (std::uint64_t{4} << 20));
  options.memory_budget = 100000 * 8;
  const ptychopatch::Context small(options);
  const std::vector<Point> points = some_points(100000);
  std::string text;
  try {
    GroupPlan::borrow(small, array_of(points), o);
  } catch (const ptychopatch::Error& error) {
    EXPECT_EQ(error.status(), PPATCH_ERROR_OUT_OF_MEMORY);
    text = error.what();
  }
  const std::string needs = "it needs at least ";
  ASSERT_NE(text.find(needs), std::string::npos) << text;
  EXPECT_NE(text.find("800000 bytes"), std::string::npos) << text;
  // What it says is enough, and not a byte less.
  options.memory_budget = std::stoull(text.substr(text.find(needs) + needs.size()));
  const ptychopatch::Context enough(options);
  EXPECT_EQ(GroupPlan::borrow(enough, array_of(points), o).info().bytes, options.memory_budget);
  --options.memory_budget;
  const ptychopatch::Context less(options);
  expect_error(PPATCH_ERROR_OUT_OF_MEMORY, {"too small"},
               [&] { GroupPlan::borrow(less, array_of(points), o); });
}

// Cancelled between blocks of the work; the plan stays usable.
TEST(Progress, GrowsAndCancels) {
  struct Watch {
    double last = -1;
    int calls = 0;
    int stop_at = 0;
  } watch;
  ppatch_context_options options = ptychopatch::context_options();
  options.num_threads = 2;
  options.progress_user = &watch;
  options.progress = [](void* user, double fraction) {
    auto& w = *static_cast<Watch*>(user);
    EXPECT_GE(fraction, w.last);
    EXPECT_LE(fraction, 1);
    w.last = fraction;
    return ++w.calls == w.stop_at ? 1 : 0;
  };
  const ptychopatch::Context context(options);
  const std::vector<Point> points = some_points(30000);
  GroupPlan plan = GroupPlan::borrow(context, array_of(points), group_options(2, 6));
  std::vector<std::int64_t> members(120000, -7);
  const Array out = array(members.data(), {30000, 4});
  watch = {};
  plan.draw(0, out);
  EXPECT_EQ(watch.last, 1);
  EXPECT_GE(watch.calls, 3);
  const std::vector<std::int64_t> whole = members;
  const int calls = watch.calls;
  for (int stop = 1; stop <= calls; ++stop) {
    watch = {};
    watch.stop_at = stop;
    expect_error(PPATCH_ERROR_CANCELLED, {"cancelled"}, [&] { plan.draw(0, out); });
  }
  watch = {};
  plan.draw(0, out);
  EXPECT_EQ(members, whole);
}

}  // namespace
