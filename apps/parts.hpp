// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <future>
#include <system_error>
#include <vector>

namespace ptychopatch::app {

// work(begin, end) of as many parts of [0, count) as there are threads, side by side; those that
// the system has no thread for, one after the other. What a part throws comes through.
template <class Work>
void in_parts(std::int64_t count, int threads, const Work& work) {
  std::vector<std::future<void>> others;
  others.reserve(static_cast<std::size_t>(threads));
  std::int64_t begin = 0;
  for (int part = 1; part < threads; ++part) {
    const std::int64_t end = count / threads * part + count % threads * part / threads;
    try {
      others.push_back(std::async(std::launch::async, [&work, begin, end] { work(begin, end); }));
    } catch (const std::system_error&) {
      break;
    }
    begin = end;
  }
  work(begin, count);
  for (std::future<void>& other : others) other.get();
}

}  // namespace ptychopatch::app
