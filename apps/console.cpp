// SPDX-License-Identifier: Apache-2.0
#include "console.hpp"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace ptychopatch::app {
namespace {

constexpr std::int64_t redraw_ms = 100;
constexpr int bar_width = 30;

std::int64_t now_ms() {
  const auto now = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

}  // namespace

Console::Console()
    : logger_(std::make_shared<spdlog::logger>("ptychopatch",
                                               std::make_shared<spdlog::sinks::stderr_sink_st>())) {
  logger_->set_pattern("%v");
  logger_->flush_on(spdlog::level::trace);
}

Console::~Console() { clear_bar(); }

void Console::set_verbosity(Verbosity verbosity) {
  logger_->set_level(verbosity == Verbosity::quiet    ? spdlog::level::err
                     : verbosity == Verbosity::normal ? spdlog::level::info
                                                      : spdlog::level::debug);
}

void Console::detail(const std::string& message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  clear_bar();
  logger_->debug(message);
}

void Console::note(const std::string& message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  clear_bar();
  logger_->info(message);
}

void Console::warn(const std::string& message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  clear_bar();
  logger_->warn("ptychopatch: warning: " + message);
}

void Console::error(const std::string& message) {
  const std::lock_guard<std::mutex> lock(mutex_);
  clear_bar();
  logger_->error("ptychopatch: error: " + message);
}

void Console::begin(const std::string& stage, std::int64_t total) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stage_ = stage;
    total_ = total;
    active_ = true;
    last_drawn_ms_ = 0;
    furthest_ = 0;
  }
  advance(0);
}

void Console::advance(double fraction) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!active_ || style_ == ProgressStyle::none) return;
  const std::int64_t now = now_ms();
  if (now - last_drawn_ms_ < redraw_ms) return;
  last_drawn_ms_ = now;
  furthest_ = std::max(furthest_, fraction);
  draw(furthest_);
}

void Console::end() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (!active_) return;
  if (style_ == ProgressStyle::json) draw(1);
  clear_bar();
  active_ = false;
}

void Console::draw(double fraction) {
  const double share = std::clamp(fraction, 0.0, 1.0);
  if (style_ == ProgressStyle::json) {
    const nlohmann::ordered_json line = {
        {"event", "progress"},
        {"stage", stage_},
        {"done", std::llround(share * static_cast<double>(total_))},
        {"total", total_},
        {"fraction", share}};
    std::fprintf(stderr, "%s\n", line.dump().c_str());
  } else {
    const int filled = static_cast<int>(share * bar_width);
    const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                            std::string(static_cast<std::size_t>(bar_width - filled), '.');
    std::fprintf(stderr, "\r%s [%s] %3d %%", stage_.c_str(), bar.c_str(),
                 static_cast<int>(100 * share));
    bar_shown_ = true;
  }
  std::fflush(stderr);
}

void Console::clear_bar() {
  if (!bar_shown_) return;
  std::fputs("\r\x1b[K", stderr);
  std::fflush(stderr);
  bar_shown_ = false;
}

}  // namespace ptychopatch::app
