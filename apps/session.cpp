// SPDX-License-Identifier: Apache-2.0
#include "session.hpp"

#include <algorithm>

#include "choices.hpp"
#include "formats/memory_limit.hpp"
#include "formats/unforked_memory.hpp"
#include "interrupt.hpp"

namespace ptychopatch::app {
namespace {

// Half of what a control group allows, the other half being for images and arrays; else the
// library's.
std::uint64_t default_budget() {
  constexpr std::uint64_t usual = std::uint64_t{1} << 30;
  const std::optional<std::uint64_t> limit = formats::control_group_memory();
  return limit ? std::clamp<std::uint64_t>(*limit / 2, 1, usual) : 0;
}

// Decoders are forked while scratch is written.
void* allocate_scratch(void*, std::uint64_t bytes, std::uint64_t alignment) {
  return formats::allocate_unforked(bytes, alignment);
}

void deallocate_scratch(void*, void* memory, std::uint64_t bytes) {
  formats::deallocate_unforked(memory, bytes);
}

}  // namespace

Session::Session(const CommonOptions& options, Console& console) : console_(console) {
  ppatch_context_options context = options.context();
  if (options.memory_budget == 0) context.memory_budget = default_budget();
  context.log_level = options.verbose ? PPATCH_LOG_LEVEL_DEBUG : PPATCH_LOG_LEVEL_WARNING;
  context.log = &log;
  context.log_user = this;
  context.progress = &progress;
  context.progress_user = this;
  context.allocate = &allocate_scratch;
  context.deallocate = &deallocate_scratch;
  context_.emplace(context);
  const ppatch_context_info info = context_->info();
  console_.detail(std::string("backend ") + backend_name() + ": " +
                  std::to_string(info.num_threads) + " threads, SIMD target " + info.simd);
}

std::uint64_t process_bytes(const CommonOptions& options) {
  constexpr std::uint64_t libraries = std::uint64_t{24} << 20, thread = std::uint64_t{1} << 20;
  const auto threads = static_cast<std::uint64_t>(Context(options.context()).info().num_threads);
  return formats::resident_bytes() + libraries + threads * thread;
}

std::string sufficient_budget(std::uint64_t needed) {
  constexpr std::uint64_t may_differ = 4'000'000;
  return std::to_string((needed + may_differ) / 1'000'000 + 1) + "M";
}

void Session::set_part(double begin, double end) {
  part_begin_ = begin;
  part_end_ = end;
}

void Session::log(void* self, ppatch_log_level level, const char* message) {
  Console& console = static_cast<Session*>(self)->console_;
  try {
    level >= PPATCH_LOG_LEVEL_WARNING ? console.warn(message) : console.detail(message);
  } catch (...) {  // a lost message must not come through the library's C
  }
}

std::int32_t Session::progress(void* self, double fraction) {
  const auto* session = static_cast<Session*>(self);
  const double length = session->part_end_ - session->part_begin_;
  try {
    session->console_.advance(session->part_begin_ + fraction * length);
  } catch (...) {
  }
  return interrupted() ? 1 : 0;
}

}  // namespace ptychopatch::app
