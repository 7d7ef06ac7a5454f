// SPDX-License-Identifier: Apache-2.0
//
// What is drawn by chance is fair: chi-square over many fixed keys. The keys being fixed, a test
// that passes once always does.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <vector>

#include "groups/support/point_sets.hpp"

using oracle::Point;
using ptychopatch::array;
using ptychopatch::Array;
using ptychopatch::group_options;
using ptychopatch::GroupPlan;

namespace {

constexpr std::int64_t keys = 40000;

// Points of which no two distances are equal.
std::vector<Point> uneven(std::int64_t n) {
  std::vector<Point> points;
  for (std::int64_t i = 0; i < n; ++i) {
    const auto t = static_cast<double>(i);
    points.push_back({std::cos(2.4 * t) * std::sqrt(t + 1), std::sin(2.4 * t) * (t + 2)});
  }
  return points;
}

struct Drawn {
  std::vector<std::int64_t> centres;
  std::vector<std::vector<std::int64_t>> ranks;  // of members among the neighbours
};

// Calls look(drawn) for every key.
void each_key(const std::vector<Point>& points, ppatch_group_options o,
              const std::function<void(const Drawn&)>& look) {
  const auto n = static_cast<std::int64_t>(points.size());
  std::vector<std::vector<std::int64_t>> rank(n, std::vector<std::int64_t>(n, -1));
  for (std::int64_t i = 0; i < n; ++i) {
    const auto near = oracle::nearest(points, i, n - 1);
    for (std::int64_t j = 0; j < n - 1; ++j) rank[i][near[j].index] = j;
  }
  const std::int64_t c = std::int64_t{o.gridsize} * o.gridsize;
  std::vector<std::int64_t> members(o.group_count * c);
  Drawn drawn;
  drawn.centres.resize(o.group_count);
  drawn.ranks.resize(o.group_count);
  const Array centres = array(drawn.centres.data(), {o.group_count});
  for (o.seed = 0; o.seed < keys; ++o.seed) {
    GroupPlan plan = GroupPlan::borrow(group_context(1), array_of(points), o);
    plan.draw(0, array(members.data(), {o.group_count, c}), &centres);
    for (std::int64_t i = 0; i < o.group_count; ++i) {
      drawn.ranks[i].clear();
      for (std::int64_t j = 0; j < c; ++j) {
        const std::int64_t r = rank[drawn.centres[i]][members[i * c + j]];
        if (r >= 0) drawn.ranks[i].push_back(r);
      }
    }
    look(drawn);
  }
}

// Counts of things that should be equally likely, all `cells` of them.
class Tally {
 public:
  explicit Tally(double cells) : cells_(cells) {}
  void add(const std::vector<std::int64_t>& what) {
    ++counts_[what];
    ++total_;
  }
  // By how many standard deviations chi-square exceeds its mean.
  double excess() const {
    const double expected = total_ / cells_;
    double square = (cells_ - static_cast<double>(counts_.size())) * expected;
    for (const auto& [what, count] : counts_) {
      square += (count - expected) * (count - expected) / expected;
    }
    return (square - (cells_ - 1)) / std::sqrt(2 * (cells_ - 1));
  }
  void expect_fair(const std::string& what) const {
    EXPECT_LE(static_cast<double>(counts_.size()), cells_) << what;
    EXPECT_LT(std::abs(excess()), 4) << what << ", " << counts_.size() << " of " << cells_;
  }

 private:
  double cells_;
  double total_ = 0;
  std::map<std::vector<std::int64_t>, double> counts_;
};

std::vector<std::int64_t> joined(std::vector<std::int64_t> a, const std::vector<std::int64_t>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

std::vector<std::int64_t> sorted(std::vector<std::int64_t> values) {
  std::sort(values.begin(), values.end());
  return values;
}

TEST(Centres, InEveryOrder) {
  for (const std::int64_t n : {2, 3, 4, 5, 6}) {
    ppatch_group_options o = group_options(1, 1);
    o.group_count = n - 1;  // the last centre follows from the others
    double orders = 1;
    for (std::int64_t i = 2; i <= n; ++i) orders *= static_cast<double>(i);
    Tally whole(orders);
    each_key(uneven(n), o, [&](const Drawn& drawn) { whole.add(drawn.centres); });
    whole.expect_fair("orders of " + std::to_string(n));
  }
}

TEST(Centres, AtEveryPlaceAndInPairs) {
  for (const std::int64_t n : {7, 8, 9, 10, 31}) {
    ppatch_group_options o = group_options(1, 1);
    o.group_count = n - 1;
    Tally first(static_cast<double>(n));
    Tally last(static_cast<double>(n));
    Tally pair(static_cast<double>(n * (n - 1)));
    Tally ends(static_cast<double>(n * (n - 1)));
    each_key(uneven(n), o, [&](const Drawn& drawn) {
      first.add({drawn.centres.front()});
      last.add({drawn.centres.back()});
      pair.add({drawn.centres[0], drawn.centres[1]});
      ends.add({drawn.centres.front(), drawn.centres.back()});
    });
    const std::string of = " of " + std::to_string(n);
    first.expect_fair("first centre" + of);
    last.expect_fair("last centre" + of);
    pair.expect_fair("first two centres" + of);
    ends.expect_fair("first and last centre" + of);
  }
}

// Centres by parity: a permutation that is always even would pass all that is above.
TEST(Centres, WithBothParities) {
  for (const std::int64_t n : {4, 9, 16, 25}) {
    ppatch_group_options o = group_options(1, 1);
    o.group_count = n - 1;
    Tally parity(2);
    each_key(uneven(n), o, [&](const Drawn& drawn) {
      std::vector<std::int64_t> order = drawn.centres;
      for (std::int64_t i = 0; i < n; ++i) {
        if (std::count(order.begin(), order.end(), i) == 0) order.push_back(i);
      }
      std::int64_t inversions = 0;
      for (std::int64_t i = 0; i < n; ++i) {
        for (std::int64_t j = i + 1; j < n; ++j) inversions += order[i] > order[j] ? 1 : 0;
      }
      parity.add({inversions % 2});
    });
    parity.expect_fair("parity of " + std::to_string(n));
  }
}

TEST(Members, OfTheNeighboursInEveryOrder) {
  ppatch_group_options o = group_options(2, 6);
  o.group_count = 7;
  Tally ordered(6 * 5 * 4 * 3);
  Tally two_groups(15 * 15);
  each_key(uneven(7), o, [&](const Drawn& drawn) {
    for (const auto& ranks : drawn.ranks) ordered.add(ranks);
    two_groups.add(joined(sorted(drawn.ranks[0]), sorted(drawn.ranks[1])));
  });
  ordered.expect_fair("4 of 6 in order");
  two_groups.expect_fair("members of two groups");
}

TEST(Members, WithTheSeed) {
  ppatch_group_options o = group_options(2, 5);
  o.group_count = 3;
  o.members = PPATCH_GROUP_MEMBERS_WITH_CENTRE;
  Tally ordered(5 * 4 * 3);
  each_key(uneven(9), o, [&](const Drawn& drawn) {
    for (const auto& ranks : drawn.ranks) ordered.add(ranks);
  });
  ordered.expect_fair("3 of 5 in order");
}

TEST(Oversampled, SeedsAndChoices) {
  ppatch_group_options o = group_options(2, 5);
  o.group_count = 17;
  o.oversample = 1;
  // 6 points, 5 choices of 4 of 5 neighbours.
  Tally first(6 * 5);
  Tally last(6 * 5);
  Tally pair(30 * 29);
  Tally centre(6);
  Tally order(24);
  each_key(uneven(6), o, [&](const Drawn& drawn) {
    const auto choice = [&](std::int64_t i) {
      return joined({drawn.centres[i]}, sorted(drawn.ranks[i]));
    };
    first.add(choice(0));
    last.add(choice(16));
    pair.add(joined(choice(0), choice(1)));
    centre.add({drawn.centres[8]});
    std::vector<std::int64_t> places;
    for (const std::int64_t r : drawn.ranks[5]) {
      places.push_back(std::count_if(drawn.ranks[5].begin(), drawn.ranks[5].end(),
                                     [&](std::int64_t other) { return other < r; }));
    }
    order.add(places);
  });
  first.expect_fair("first choice");
  last.expect_fair("last choice");
  pair.expect_fair("first two choices");
  centre.expect_fair("a centre in the middle");
  order.expect_fair("order of the members");
}

TEST(Oversampled, WithTheSeed) {
  ppatch_group_options o = group_options(2, 5);
  o.group_count = 21;
  o.oversample = 1;
  o.members = PPATCH_GROUP_MEMBERS_WITH_CENTRE;
  Tally middle(7 * 10);
  each_key(uneven(7), o, [&](const Drawn& drawn) {
    middle.add(joined({drawn.centres[11]}, sorted(drawn.ranks[11])));
  });
  middle.expect_fair("3 of 5, group 11 of 21");
}

}  // namespace
