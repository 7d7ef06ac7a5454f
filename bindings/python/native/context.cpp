// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"

#include <nanobind/stl/string.h>

#include <chrono>
#include <string>

namespace ptychopatch::python {
namespace {

using Clock = std::chrono::steady_clock;

// The interpreter's lock costs more than a small chunk of work.
constexpr std::chrono::milliseconds patience{50};
thread_local Clock::time_point next_look;

std::int32_t look_for_signals(void*, double) {
  const Clock::time_point now = Clock::now();
  if (now < next_look) return 0;
  next_look = now + patience;
  const nb::gil_scoped_acquire locked;
  return PyErr_CheckSignals() != 0 ? 1 : 0;
}

ppatch_context_options options_of(ppatch_backend backend, int device, int threads,
                                  std::uint64_t memory_budget) {
  ppatch_context_options options = context_options();
  options.backend = backend;
  options.device = device;
  options.num_threads = threads;
  options.memory_budget = memory_budget;
  options.progress = &look_for_signals;
  return options;
}

std::string representation(const PlanningContext& context) {
  const ppatch_context_info info = context.get().info();
  return std::string("<ptychopatch.Context on ") + info.device_name + ", " +
         std::to_string(info.num_threads) + " threads>";
}

}  // namespace

PlanningContext::PlanningContext(ppatch_backend backend, int device, int threads,
                                 std::uint64_t memory_budget)
    : context_(options_of(backend, device, threads, memory_budget)) {}

void begin_call() { next_look = Clock::now() + patience; }

void end_call(const Error& error) {
  if (error.status() == PPATCH_ERROR_CANCELLED && PyErr_Occurred()) throw nb::python_error();
}

void add_context(nb::module_& module) {
  module.def("device_count", &backend_probe, "backend"_a);
  nb::class_<PlanningContext>(module, "Context",
                              "A backend with its threads and its memory, for any number of calls.")
      .def(nb::init<ppatch_backend, int, int, std::uint64_t>(), "backend"_a, "device"_a,
           "num_threads"_a, "memory_budget"_a)
      .def(
          "synchronize",
          [](const PlanningContext& self) { run_unlocked([&] { self.get().synchronize(); }); },
          "Waits for all work of the context; RuntimeError where some of it failed.")
      .def("release", &PlanningContext::release,
           "Gives back the memory of the plans that were kept for later calls.")
      .def_prop_ro("num_threads",
                   [](const PlanningContext& self) { return self.get().info().num_threads; })
      .def_prop_ro("memory_budget",
                   [](const PlanningContext& self) { return self.get().info().memory_budget; })
      .def_prop_ro(
          "device_name",
          [](const PlanningContext& self) { return std::string(self.get().info().device_name); })
      .def_prop_ro("simd",
                   [](const PlanningContext& self) { return std::string(self.get().info().simd); })
      .def("__repr__", &representation);
}

}  // namespace ptychopatch::python
