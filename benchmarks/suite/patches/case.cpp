// SPDX-License-Identifier: Apache-2.0
#include "suite/patches/case.hpp"

#include <algorithm>
#include <cmath>

#include "choices.hpp"

namespace ptychopatch::bench {
namespace {

// Room for the widest interpolation around patches that lie inside.
constexpr std::int64_t room = 16;

}  // namespace

std::int64_t Case::image_side() const {
  const double pixels = static_cast<double>(patches) * static_cast<double>(size * size);
  return std::max<std::int64_t>(size + room, std::llround(std::sqrt(pixels / overlap)));
}

bool Case::has_probe() const {
  return operation == Operation::probe_extract || operation == Operation::probe_adjoint_image ||
         operation == Operation::probe_adjoint_probe;
}

bool Case::has_no_pixels() const {
  return operation == Operation::set_positions || operation == Operation::create_plan;
}

std::int64_t Case::moved_bytes() const {
  if (has_no_pixels()) return bytes();
  const std::int64_t pixel = ppatch_dtype_size(dtype);
  return bytes() + image_side() * image_side() * pixel +
         (operation == Operation::adjoint_coverage ? image_side() * image_side() * pixel / 2 : 0) +
         (has_probe() ? modes * size * size * pixel : 0);
}

std::int64_t Case::bytes() const {
  if (has_no_pixels()) {
    return patches * 2 * static_cast<std::int64_t>(sizeof(double));
  }
  return patches * modes * size * size * ppatch_dtype_size(dtype);
}

std::int64_t Case::total_bytes() const {
  const std::int64_t images = operation == Operation::adjoint_coverage ? 2 : 1;
  const std::int64_t positions = patches * 2 * static_cast<std::int64_t>(sizeof(double));
  return bytes() + 3 * positions + images * image_side() * image_side() * ppatch_dtype_size(dtype) +
         (has_probe() ? modes * size * size * ppatch_dtype_size(dtype) : 0);
}

std::string Case::name() const {
  std::string text = set;
  const auto add = [&text](const char* prefix, const std::string& word) {
    text.append(prefix).append(word);
  };
  add("/", bench::name(operation));
  add("/", dtype_name(dtype));
  add("/", name_of(interpolation_choices, interpolation));
  if (order == Order::edges) add("/", name_of(boundary_choices, boundary));
  add("/N", std::to_string(size));
  add("/K", std::to_string(patches));
  if (modes > 1) add("/M", std::to_string(modes));
  if (overlap != Case().overlap) add("/overlap", std::to_string(std::llround(overlap)));
  add("/", bench::name(order));
  add("/threads", std::to_string(threads));
  if (misaligned) add("/misaligned", std::to_string(misaligned));
  if (channels) add("/channels", std::to_string(channels));
  if (on_host) add("/", "on_host");
  if (replayed) add("/", "replayed");
  if (memory_budget) add("/budgetKiB", std::to_string(memory_budget >> 10));
  return text;
}

ppatch_dtype real_type(ppatch_dtype dtype) {
  return dtype == PPATCH_F32 || dtype == PPATCH_C64 ? PPATCH_F32 : PPATCH_F64;
}

std::int64_t real_size(ppatch_dtype dtype) { return ppatch_dtype_size(real_type(dtype)); }

std::string name(Operation operation) {
  switch (operation) {
    case Operation::extract:
      return "extract";
    case Operation::adjoint:
      return "adjoint";
    case Operation::adjoint_coverage:
      return "adjoint_coverage";
    case Operation::position_gradient:
      return "position_gradient";
    case Operation::probe_extract:
      return "probe_extract";
    case Operation::probe_adjoint_image:
      return "probe_adjoint_image";
    case Operation::probe_adjoint_probe:
      return "probe_adjoint_probe";
    case Operation::set_positions:
      return "set_positions";
    case Operation::create_plan:
      return "create_plan";
    case Operation::moved_adjoint:
      return "moved_adjoint";
    case Operation::atomic_adjoint:
      return "atomic_adjoint";
  }
  return "?";
}

std::string name(Order order) {
  switch (order) {
    case Order::raster:
      return "raster";
    case Order::random:
      return "random";
    case Order::edges:
      return "edges";
  }
  return "?";
}

std::string dtype_name(ppatch_dtype dtype) {
  switch (dtype) {
    case PPATCH_F32:
      return "f32";
    case PPATCH_F64:
      return "f64";
    case PPATCH_C64:
      return "c64";
    case PPATCH_C128:
      return "c128";
    default:
      return "?";
  }
}

}  // namespace ptychopatch::bench
