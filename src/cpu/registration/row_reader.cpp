// SPDX-License-Identifier: Apache-2.0
#include "cpu/registration/row_reader.hpp"

#include <algorithm>

namespace ppatch {

std::int64_t RowReader::floats(std::int64_t width, int reach) { return (2 * reach + 1) * width; }

float* RowReader::ring_row(std::int64_t y) {
  return memory_ + y % (2 * reach_ + 1) * image_.width();
}

void RowReader::read(std::int64_t y, float* out) {
  if (!image_.conditioning().repairs) {
    image_.read_scaled(y, loops_, out);
    image_.finish_row(y, loops_, out, out);
    return;
  }
  const std::int64_t from = std::max<std::int64_t>(0, y - reach_);
  const std::int64_t to = std::min(image_.height(), y + reach_ + 1);
  if (from < first_ || from >= last_) last_ = from;
  for (; last_ < to; ++last_) image_.read_scaled(last_, loops_, ring_row(last_));
  last_ = to;
  first_ = from;
  image_.finish_row(y, loops_, ring_row(y), out);
  if (to - from < 2 * reach_ + 1) return;
  image_.hot_pixels().find(
      y, reach_, image_.width() - reach_, loops_, [&](std::int64_t row) { return ring_row(row); },
      [&](std::int64_t x, float value) { out[x] = image_.finished(y, x, value); });
}

}  // namespace ppatch
