// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "core/error.hpp"

namespace ppatch {

// The caller's log and progress functions. Backends report through them.
class Callbacks {
 public:
  Callbacks() = default;
  explicit Callbacks(const ppatch_context_options& options)
      : log_(options.log),
        log_user_(options.log_user),
        log_level_(options.log_level),
        progress_(options.progress),
        progress_user_(options.progress_user) {}

  // The text is put together only where someone listens.
  template <class... Parts>
  void log(ppatch_log_level level, const Parts&... parts) const {
    if (log_ && level >= log_level_) log_(log_user_, level, text_of(parts...).c_str());
  }

  // How much of the work to do between two reports: `piece`, or all of it where nobody listens.
  std::int64_t between_reports(std::int64_t all, std::int64_t piece) const {
    return progress_ ? piece : all;
  }
  // Throws CANCELLED where the caller asks to stop.
  void progress(double fraction) const {
    if (progress_ && progress_(progress_user_, fraction) != 0) {
      fail(PPATCH_ERROR_CANCELLED, "the progress callback cancelled the call at ",
           static_cast<int>(fraction * 100.0), " % of the work; outputs are incomplete");
    }
  }

 private:
  ppatch_log_fn log_ = nullptr;
  void* log_user_ = nullptr;
  ppatch_log_level log_level_ = PPATCH_LOG_LEVEL_INFO;
  ppatch_progress_fn progress_ = nullptr;
  void* progress_user_ = nullptr;
};

}  // namespace ppatch
