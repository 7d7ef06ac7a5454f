// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>

#include "plan_pool.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::python {

namespace nb = nanobind;

// A patch plan and the positions that it has.
struct PatchEntry {
  ppatch_patch_options options;
  PatchPlan plan;
  std::vector<std::byte> positions;  // their bytes, of as many as `shape` says; none: not known
  ppatch_array shape{};
  bool has_image_index = false;
  void* stream = nullptr;

  PatchEntry(const Context& context, const ppatch_patch_options& wanted)
      : options(wanted), plan(context, wanted) {}
};

struct GroupEntry {
  ppatch_group_options options;
  GroupPlan plan;
  void* stream = nullptr;

  GroupEntry(const Context& context, const ppatch_group_options& wanted)
      : options(wanted), plan(context, wanted) {}
};

// A context of the library with the plans that were made for calls in it, ready for the next ones.
class PlanningContext {
 public:
  PlanningContext(ppatch_backend backend, int device, int threads, std::uint64_t memory_budget);
  PlanningContext(const PlanningContext&) = delete;
  PlanningContext& operator=(const PlanningContext&) = delete;

  const Context& get() const { return context_; }
  PlanPool<PatchEntry>& patches() { return patches_; }
  PlanPool<GroupEntry>& groups() { return groups_; }
  void release() {
    patches_.clear();
    groups_.clear();
  }

 private:
  Context context_;
  PlanPool<PatchEntry> patches_;
  PlanPool<GroupEntry> groups_;
};

void begin_call();
// Throws what a signal's handler raised, if any.
void end_call(const Error& error);
// Runs body without the interpreter's lock. Meanwhile signals are looked at now and then: one whose
// handler raises, as Ctrl-C's does, ends the call with what was raised.
template <class Body>
void run_unlocked(Body&& body) {
  begin_call();
  try {
    const nb::gil_scoped_release unlocked;
    body();
  } catch (const Error& error) {
    end_call(error);
    throw;
  }
}

// The address that a number is.
inline void* address_of(const nb::int_& number) {
  void* address = PyLong_AsVoidPtr(number.ptr());
  if (!address && PyErr_Occurred()) throw nb::python_error();
  return address;
}

// Puts a plan's work on the stream of the caller's arrays, NULL: the plan's own.
template <class Entry>
void set_stream(Entry& entry, void* stream) {
  if (entry.stream == stream) return;
  entry.plan.set_stream(stream);
  entry.stream = stream;
}

void add_context(nb::module_& module);

}  // namespace ptychopatch::python
