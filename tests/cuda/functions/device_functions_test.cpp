// SPDX-License-Identifier: Apache-2.0
//
// Taps, indices and random numbers as a device computes them: with the host's bits, and as formulas
// and loops have them that share no code with the functions.
#include "cuda/functions/device_functions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <random>
#include <set>
#include <vector>

#include "cuda/device_array.hpp"
#include "oracle/patches/taps.hpp"
#include "oracle/seed.hpp"
#include "oracle/test_backend.hpp"

namespace {

using ppatch::test::Function;
using ppatch::test::max_in;
using ppatch::test::max_out;

constexpr double poison = -12345.678;

// Numbers of many calls, one after the other.
struct Calls {
  std::vector<double> in, out;

  void add(const std::vector<double>& numbers) {
    in.insert(in.end(), numbers.begin(), numbers.end());
    in.resize((in.size() + max_in - 1) / max_in * max_in, 0.0);
  }
  std::size_t count() const { return in.size() / max_in; }
  const double* input(std::size_t i) const { return in.data() + i * max_in; }
  const double* output(std::size_t i) const { return out.data() + i * max_out; }
};

// Of one call's results.
bool same_bits(const double* a, const double* b) {
  return std::equal(a, a + max_out, b, [](double one, double other) {
    return std::bit_cast<std::uint64_t>(one) == std::bit_cast<std::uint64_t>(other);
  });
}

class DeviceFunctions : public testing::Test {
 protected:
  DeviceFunctions()
      : random_(test_random(testing::UnitTest::GetInstance()->current_test_info()->name())),
        note_(__FILE__, __LINE__, seed_note()) {
    EXPECT_EQ(test_backend(), PPATCH_BACKEND_CUDA);
  }

  std::int64_t integer(std::int64_t low, std::int64_t high) {
    return std::uniform_int_distribution<std::int64_t>(low, high)(random_);
  }
  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }
  // Often where something happens: 0, beside it, the middle, the last below 1.
  double fraction() {
    const double special[] = {0.0, 0.5, 1.0 / 3.0, 0.05, 0.95, 1e-300, 1e-17, 1.0 - 0x1p-53};
    const std::int64_t which = integer(0, 15);
    return which < 8 ? special[which] : uniform(0.0, 1.0);
  }
  double size() { return static_cast<double>(integer(0, 3) == 0 ? integer(1, 3) : integer(1, 40)); }

  // Fills in the device's results, whose bits must be the host's.
  void call(Function which, Calls& calls) {
    const DeviceMemory& memory = DeviceMemory::get();
    const auto bytes = [](const std::vector<double>& values) {
      return values.size() * sizeof(double);
    };
    calls.out.assign(calls.count() * max_out, poison);
    std::vector<double> want = calls.out;
    auto* const in = static_cast<double*>(memory.allocate(bytes(calls.in)));
    auto* const out = static_cast<double*>(memory.allocate(bytes(calls.out)));
    memory.copy(in, calls.in.data(), bytes(calls.in));
    memory.copy(out, calls.out.data(), bytes(calls.out));
    ASSERT_TRUE(
        memory.call(static_cast<int>(which), in, out, static_cast<std::int64_t>(calls.count())));
    memory.copy(calls.out.data(), out, bytes(calls.out));
    memory.release(in);
    memory.release(out);
    for (std::size_t i = 0; i < calls.count(); ++i) {
      ppatch::test::call(which, calls.input(i), want.data() + i * max_out);
      ASSERT_TRUE(same_bits(calls.output(i), want.data() + i * max_out))
          << "call " << i << ": "
          << testing::PrintToString(std::vector<double>(calls.input(i), calls.input(i) + max_in));
    }
  }

  Random random_;
  testing::ScopedTrace note_;
};

// What an axis says of taps begin, begin + 1, ... against the oracle's; without slopes those are
// none.
void expect_taps(double kind, double fraction, double first, double count, const double* weight,
                 const double* slope, bool sampling, double tolerance) {
  const bool whole = sampling && fraction == 0.0;
  double want_weight[16] = {};
  double want_slope[16] = {};
  const auto interpolation = static_cast<ppatch_interpolation>(static_cast<int>(kind));
  for (const oracle::Tap& tap : oracle::taps(interpolation, fraction)) {
    want_weight[tap.offset + 8] += tap.weight;
    want_slope[tap.offset + 8] += tap.slope;
  }
  for (int offset = -8; offset < 8; ++offset) {
    const int j = offset - static_cast<int>(first);
    const bool there = j >= 0 && j < static_cast<int>(count);
    EXPECT_NEAR(there ? weight[j] : 0.0,
                whole ? (offset == 0 ? 1.0 : 0.0) : want_weight[offset + 8], tolerance)
        << "kind " << kind << ", fraction " << fraction << ", offset " << offset;
    if (!slope) continue;
    EXPECT_NEAR(there ? slope[j] : 0.0, want_slope[offset + 8], 20 * tolerance)
        << "kind " << kind << ", fraction " << fraction << ", offset " << offset;
  }
}

TEST_F(DeviceFunctions, Taps) {
  for (const Function which : {Function::kernel_taps, Function::sampling_taps}) {
    const bool sampling = which == Function::sampling_taps;
    Calls calls;
    for (int i = 0; i < 1000; ++i) calls.add({static_cast<double>(i % 4), fraction()});
    ASSERT_NO_FATAL_FAILURE(call(which, calls));
    for (std::size_t i = 0; i < calls.count(); ++i) {
      const double* out = calls.output(i);
      expect_taps(calls.input(i)[0], calls.input(i)[1], out[0], out[1], out + 2,
                  sampling ? nullptr : out + 2 + ppatch::max_taps, sampling, 1e-13);
    }
  }
}

TEST_F(DeviceFunctions, TapsOfPatches) {
  for (const Function which :
       {Function::sampling_patch_32, Function::sampling_patch_64, Function::gradient_patch_32,
        Function::gradient_patch_64, Function::sampling_by_value, Function::gradient_by_value}) {
    const bool sampling = which == Function::sampling_patch_32 ||
                          which == Function::sampling_patch_64 ||
                          which == Function::sampling_by_value;
    const bool twice = which == Function::sampling_patch_64 || which == Function::gradient_patch_64;
    Calls calls;
    for (int i = 0; i < 600; ++i) {
      calls.add({static_cast<double>(i % 4), fraction(), fraction(),
                 static_cast<double>(integer(-9, 99)), static_cast<double>(integer(-9, 99))});
    }
    ASSERT_NO_FATAL_FAILURE(call(which, calls));
    for (std::size_t i = 0; i < calls.count(); ++i) {
      for (int axis = 0; axis < 2; ++axis) {
        const double* in = calls.input(i);
        const double* out = calls.output(i) + axis * ppatch::test::axis_out;
        expect_taps(in[0], in[1 + axis], out[0] - in[3 + axis], out[1], out + 2,
                    sampling ? nullptr : out + 2 + ppatch::max_taps, sampling,
                    twice ? 1e-13 : 2e-7);
      }
    }
  }
}

// The sample at coordinate i, taken there step by step; -1 where there is none.
std::int64_t walked(int boundary, std::int64_t i, std::int64_t n) {
  while (i < 0 || i >= n) {
    switch (static_cast<ppatch::Boundary>(boundary)) {
      case ppatch::Boundary::edge:
        i += i < 0 ? 1 : -1;
        break;
      case ppatch::Boundary::reflect:
        i = n == 1 ? 0 : i < 0 ? -i : 2 * (n - 1) - i;
        break;
      case ppatch::Boundary::wrap:
        i += i < 0 ? n : -n;
        break;
      default:
        return -1;
    }
  }
  return i;
}

TEST_F(DeviceFunctions, ExtendedIndex) {
  Calls calls;
  for (int i = 0; i < 2000; ++i) {
    calls.add({static_cast<double>(i % 5), static_cast<double>(integer(-150, 150)), size()});
  }
  ASSERT_NO_FATAL_FAILURE(call(Function::extended_index, calls));
  for (std::size_t i = 0; i < calls.count(); ++i) {
    const double* in = calls.input(i);
    EXPECT_EQ(calls.output(i)[0],
              static_cast<double>(
                  walked(static_cast<int>(in[0]), std::lround(in[1]), std::lround(in[2]))))
        << "boundary " << in[0] << ", " << in[1] << " of " << in[2];
  }
}

TEST_F(DeviceFunctions, NextExtended) {
  Calls calls;
  for (int i = 0; i < 2000; ++i) {
    const double n = size();
    calls.add({static_cast<double>(i % 5), static_cast<double>(integer(0, std::lround(n) - 1)), n,
               static_cast<double>(integer(-100, 100))});
  }
  ASSERT_NO_FATAL_FAILURE(call(Function::next_extended, calls));
  for (std::size_t i = 0; i < calls.count(); ++i) {
    const double* in = calls.input(i);
    double want = 0x1p53;
    for (std::int64_t at = std::lround(in[3]); at < 300; ++at) {
      if (walked(static_cast<int>(in[0]), at, std::lround(in[2])) != std::lround(in[1])) continue;
      want = static_cast<double>(at);
      break;
    }
    EXPECT_EQ(calls.output(i)[0], want)
        << "boundary " << in[0] << ", sample " << in[1] << " of " << in[2] << " from " << in[3];
  }
}

TEST_F(DeviceFunctions, MirroredIndex) {
  Calls calls;
  for (int i = 0; i < 2000; ++i) {
    calls.add({static_cast<double>(i % 2), static_cast<double>(integer(-150, 150)), size()});
  }
  ASSERT_NO_FATAL_FAILURE(call(Function::mirrored_index, calls));
  for (std::size_t i = 0; i < calls.count(); ++i) {
    const double* in = calls.input(i);
    const auto n = std::lround(in[2]);
    const auto boundary =
        static_cast<int>(in[0] != 0.0 ? ppatch::Boundary::wrap : ppatch::Boundary::reflect);
    const std::int64_t here = walked(boundary, std::lround(in[1]), n);
    EXPECT_EQ(calls.output(i)[0], static_cast<double>(here)) << in[1] << " of " << n;
  }
}

TEST_F(DeviceFunctions, Division) {
  Calls calls;
  for (int i = 0; i < 2000; ++i) {
    const auto power = [&] { return std::exp2(uniform(0.0, 52.9)); };
    calls.add({std::floor(i % 3 == 0 ? uniform(0.0, 100.0) : power()), std::floor(power())});
  }
  ASSERT_NO_FATAL_FAILURE(call(Function::divide, calls));
  for (std::size_t i = 0; i < calls.count(); ++i) {
    const auto a = static_cast<std::int64_t>(calls.input(i)[0]);
    const auto b = static_cast<std::int64_t>(calls.input(i)[1]);
    EXPECT_EQ(static_cast<std::int64_t>(calls.output(i)[0]), a / b) << a << " / " << b;
    EXPECT_EQ(static_cast<std::int64_t>(calls.output(i)[1]), a % b) << a << " / " << b;
  }
}

TEST_F(DeviceFunctions, WindowOrigin) {
  Calls calls;
  for (int i = 0; i < 2000; ++i) {
    calls.add({static_cast<double>(integer(-500, 500)),
               integer(0, 2) == 0 ? fraction() : uniform(-9, 9), static_cast<double>(i % 3),
               static_cast<double>(i / 3 % 2), size()});
  }
  ASSERT_NO_FATAL_FAILURE(call(Function::window_origin, calls));
  for (std::size_t i = 0; i < calls.count(); ++i) {
    const double* in = calls.input(i);
    const double* out = calls.output(i);
    const auto n = static_cast<long double>(in[4]);
    const long double back[] = {0.0L, std::floor(n / 2), (n - 1) / 2};
    const long double p = static_cast<long double>(in[0]) + static_cast<long double>(in[1]);
    const long double want = (in[3] != 0.0 ? -p : p) - back[std::lround(in[2])];
    EXPECT_GE(out[1], 0.0);
    EXPECT_LT(out[1], 1.0);
    EXPECT_EQ(out[0], std::floor(out[0]));
    EXPECT_NEAR(static_cast<double>(static_cast<long double>(out[0]) + out[1] - want), 0.0, 2e-15);
  }
}

TEST_F(DeviceFunctions, RandomNumbers) {
  Calls known;
  known.add({0, 0, 0});
  ASSERT_NO_FATAL_FAILURE(call(Function::philox, known));
  // The paper's known answer of Philox4x32-10.
  const double want[] = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
  for (int i = 0; i < 4; ++i) EXPECT_EQ(known.output(0)[i], want[i]);
  Calls words;
  Calls pairs;
  for (int i = 0; i < 4000; ++i) {
    words.add({std::floor(uniform(0, 0x1p53)), std::floor(uniform(0, 0x1p53)), 1.0});
    pairs.add({5.0, static_cast<double>(i)});
  }
  ASSERT_NO_FATAL_FAILURE(call(Function::philox, words));
  ASSERT_NO_FATAL_FAILURE(call(Function::normal_pair, pairs));
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < pairs.count(); ++i) {
    for (int j = 0; j < 2; ++j) {
      sum += pairs.output(i)[j];
      squares += pairs.output(i)[j] * pairs.output(i)[j];
    }
  }
  EXPECT_NEAR(sum / 8000, 0.0, 0.06);
  EXPECT_NEAR(squares / 8000, 1.0, 0.08);
}

TEST_F(DeviceFunctions, RandomOrderIsAPermutation) {
  for (const int n : {1, 2, 3, 50, 211}) {
    Calls calls;
    const double key = std::floor(uniform(0, 0x1p53));
    for (int place = 0; place < n; ++place) {
      calls.add({key, static_cast<double>(n), static_cast<double>(place)});
    }
    ASSERT_NO_FATAL_FAILURE(call(Function::random_order, calls));
    std::set<double> seen;
    for (std::size_t i = 0; i < calls.count(); ++i) seen.insert(calls.output(i)[0]);
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(n));
    EXPECT_EQ(*seen.begin(), 0.0);
    EXPECT_EQ(*seen.rbegin(), n - 1.0);
  }
}

TEST_F(DeviceFunctions, CombinationsInOrder) {
  for (const auto& [k, c] : std::vector<std::pair<int, int>>{{1, 1}, {5, 2}, {7, 4}, {8, 8}}) {
    std::vector<bool> taken(static_cast<std::size_t>(k), false);
    std::fill(taken.begin(), taken.begin() + c, true);
    std::vector<std::vector<double>> want;
    do {
      want.emplace_back();
      for (int i = 0; i < k; ++i) {
        if (taken[static_cast<std::size_t>(i)]) want.back().push_back(i);
      }
    } while (std::prev_permutation(taken.begin(), taken.end()));
    Calls calls;
    for (std::size_t rank = 0; rank < want.size(); ++rank) {
      calls.add({static_cast<double>(rank), static_cast<double>(k), static_cast<double>(c)});
    }
    ASSERT_NO_FATAL_FAILURE(call(Function::combination, calls));
    for (std::size_t rank = 0; rank < want.size(); ++rank) {
      EXPECT_EQ(std::vector<double>(calls.output(rank), calls.output(rank) + c), want[rank]);
    }
  }
}

TEST_F(DeviceFunctions, MedianOfEight) {
  Calls calls;
  for (int i = 0; i < 2000; ++i) {
    std::vector<double> values(8);
    for (double& value : values) {
      value = static_cast<double>(integer(-6, 6)) / (i % 2 == 0 ? 1.0 : 7.0);
    }
    calls.add(values);
  }
  ASSERT_NO_FATAL_FAILURE(call(Function::median_of_eight, calls));
  for (std::size_t i = 0; i < calls.count(); ++i) {
    std::vector<float> sorted(calls.input(i), calls.input(i) + 8);
    std::sort(sorted.begin(), sorted.end());
    EXPECT_NEAR(calls.output(i)[0],
                0.5 * (static_cast<double>(sorted[3]) + static_cast<double>(sorted[4])), 1e-6);
    for (int j = 0; j < 8; ++j) {
      EXPECT_EQ(calls.output(i)[1 + j], static_cast<double>(sorted[static_cast<std::size_t>(j)]));
    }
  }
}

TEST_F(DeviceFunctions, Parabola) {
  Calls calls;
  for (int i = 0; i < 2000; ++i) {
    const double at = uniform(-0.5, 0.5);
    const double bend = uniform(0.1, 9.0);
    const auto value = [&](double x) { return 3.0 - bend * (x - at) * (x - at); };
    calls.add({value(-1), value(0), value(1), at});
  }
  ASSERT_NO_FATAL_FAILURE(call(Function::parabola, calls));
  for (std::size_t i = 0; i < calls.count(); ++i) {
    EXPECT_NEAR(calls.output(i)[0], calls.input(i)[3], 1e-12);
  }
}

}  // namespace
