// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cmath>
#include <complex>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "selftest/known_answers.hpp"

namespace ptychopatch::app {

constexpr double single = 2e-6;  // roundings of a few operations

// Adds arrays' bytes and errors up.
class Answer {
 public:
  Answer(std::string name, double limit, bool same_bits_promised = true) {
    answer_.name = std::move(name);
    answer_.limit = limit;
    answer_.same_bits_promised = same_bits_promised;
  }
  template <class T>
  Answer& gave(const std::vector<T>& output) {
    const auto* first = reinterpret_cast<const std::byte*>(output.data());
    answer_.bits.insert(answer_.bits.end(), first, first + output.size() * sizeof(T));
    return *this;
  }
  // NaN counts as wrong.
  Answer& expect(double error) {
    if (!(error <= answer_.error)) {
      answer_.error = std::isnan(error) ? std::numeric_limits<double>::infinity() : error;
    }
    return *this;
  }
  const KnownAnswer& get() const { return answer_; }

 private:
  KnownAnswer answer_;
};

// The same on every machine: no distribution of the standard library's.
class Numbers {
 public:
  explicit Numbers(std::uint32_t seed) : random_(seed) {}
  double between(double low, double high) {
    return low + (high - low) * (static_cast<double>(random_()) / 4294967296.0);
  }
  std::vector<std::complex<float>> values(std::int64_t count) {
    std::vector<std::complex<float>> all(static_cast<std::size_t>(count));
    for (std::complex<float>& one : all) {
      one = {static_cast<float>(between(-1, 1)), static_cast<float>(between(-1, 1))};
    }
    return all;
  }

 private:
  std::mt19937 random_;
};

// Of each family, in their order.
void add_patches(const Context& context, std::vector<KnownAnswer>& answers);
void add_groups(const Context& context, std::vector<KnownAnswer>& answers);
void add_registration(const Context& context, std::vector<KnownAnswer>& answers);

}  // namespace ptychopatch::app
