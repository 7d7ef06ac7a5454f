// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>

namespace spdlog {
class logger;
}

namespace ptychopatch::app {

enum class Verbosity { quiet, normal, verbose };
enum class ProgressStyle { none, bar, json };

// Messages and progress, on standard error, from any thread.
class Console {
 public:
  Console();
  ~Console();

  void set_verbosity(Verbosity verbosity);
  void set_progress(ProgressStyle style) { style_ = style; }

  void detail(const std::string& message);  // with -v
  void note(const std::string& message);    // unless -q
  void warn(const std::string& message);
  void error(const std::string& message);

  // Begins a stretch of work with `total` items.
  void begin(const std::string& stage, std::int64_t total);
  void advance(double fraction);
  void end();

 private:
  void draw(double fraction);
  void clear_bar();

  std::mutex mutex_;
  std::shared_ptr<spdlog::logger> logger_;
  ProgressStyle style_ = ProgressStyle::none;
  std::string stage_;
  std::int64_t total_ = 0;
  bool active_ = false;
  bool bar_shown_ = false;
  std::int64_t last_drawn_ms_ = 0;
  double furthest_ = 0;  // of the stretch; of several at work one may be behind
};

}  // namespace ptychopatch::app
