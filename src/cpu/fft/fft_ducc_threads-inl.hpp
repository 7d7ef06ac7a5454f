// SPDX-License-Identifier: Apache-2.0
//
// Included once for each namespace: no include guard, and DUCC0's own are taken back.
#undef DUCC0_THREADING_H
#undef DUCC0_ERROR_HANDLING_H
#undef DUCC0_USEFUL_MACROS_H
#include "ducc0/infra/threading.h"

namespace DUCC0_NAMESPACE {
namespace detail_threading {
// Included by one unit; DUCC0 says what is passed by value.
// NOLINTBEGIN(google-build-namespaces,misc-definitions-in-headers,performance-unnecessary-value-param)

namespace {

class WholeRange final : public Scheduler {
 public:
  explicit WholeRange(std::size_t count) : next_(0, count) {}
  std::size_t num_threads() const override { return 1; }
  std::size_t thread_num() const override { return 0; }
  Range getNext() override {
    const Range all = next_;
    next_ = Range();
    return all;
  }

 private:
  Range next_;
};

}  // namespace

void execStatic(std::size_t count, std::size_t, std::size_t, std::function<void(Scheduler&)> work) {
  WholeRange all(count);
  work(all);
}

// NOLINTEND(google-build-namespaces,misc-definitions-in-headers,performance-unnecessary-value-param)
}  // namespace detail_threading
}  // namespace DUCC0_NAMESPACE

#undef DUCC0_NAMESPACE
