// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nanobind/nanobind.h>

#include <cstdint>
#include <string>

#include "plan_pool.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::python {

namespace nb = nanobind;
using nb::literals::operator""_a;

// A patch plan and the positions that it has.
struct PatchEntry : PlanEntry<PatchPlan, ppatch_patch_options> {
  using PlanEntry::PlanEntry;

  std::vector<std::byte> positions;  // their bytes, of as many as `shape` says; none: not known
  ppatch_array shape{};
  bool has_image_index = false;
};

using GroupEntry = PlanEntry<GroupPlan, ppatch_group_options>;

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
auto run_unlocked(Body&& body) {
  begin_call();
  try {
    const nb::gil_scoped_release unlocked;
    return body();
  } catch (const Error& error) {
    end_call(error);
    throw;
  }
}

// A structure of options whose constructor takes these members, in this order; others stay as in
// `defaults`.
template <class Options, class... Values>
auto add_options(nb::module_& module, const char* name, const Options& defaults,
                 Values Options::*... members) {
  return nb::class_<Options>(module, name).def(nb::new_([=](Values... values) {
    Options options = defaults;
    ((options.*members = values), ...);
    return options;
  }));
}

// "": no mosaic.
inline ppatch_cfa cfa_of(const std::string& letters) {
  ppatch_cfa result = ppatch_cfa_none();
  if (letters.empty()) return result;
  const ppatch_status status = ppatch_cfa_parse(letters.c_str(), &result);
  if (status == PPATCH_ERROR_INVALID_ARGUMENT) {
    const std::string text = ppatch_last_error();  // names the C function's argument
    const std::size_t expected = text.find("expected");
    throw nb::value_error(
        ("cfa: " + text.substr(expected == std::string::npos ? 0 : expected)).c_str());
  }
  check(status);
  return result;
}

void add_context(nb::module_& module);
void add_groups(nb::module_& module);
void add_motion(nb::module_& module);
void add_pairs(nb::module_& module);
void add_patches(nb::module_& module);
void add_scans(nb::module_& module);
void add_scenes(nb::module_& module);

}  // namespace ptychopatch::python
