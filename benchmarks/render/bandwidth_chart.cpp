// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <iterator>

#include "pictures/canvas.hpp"
#include "render/axis.hpp"
#include "render/chart.hpp"

namespace ptychopatch::bench {
namespace {

using pictures::Canvas;
using pictures::faint;
using pictures::Rgb;

constexpr double chart_width = 860, left_margin = 210, right_margin = 150, row_height = 22,
                 bar_height = 14, head_height = 104;
constexpr Rgb limit_colour = {185, 28, 28};
constexpr Rgb write_colour = {37, 99, 235}, write_random_colour = {147, 180, 245};
constexpr Rgb read_colour = {15, 118, 110}, read_random_colour = {131, 197, 190};

std::string spoken(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

double limit_speed(const Record& record) {
  return static_cast<double>(record.bytes) / record.limit_seconds / 1e9;
}

// Limits by themselves, with the threads of the cases and over their bytes.
std::vector<LimitRecord> limits_beside(const Report& report, const Record& record) {
  std::vector<LimitRecord> limits;
  for (const LimitRecord& limit : report.limits) {
    if (limit.threads == record.threads && limit.bytes == record.bytes) limits.push_back(limit);
  }
  std::sort(limits.begin(), limits.end(), [](const LimitRecord& a, const LimitRecord& b) {
    return a.gigabytes_per_second < b.gigabytes_per_second;
  });
  return limits;
}

void draw_row(Canvas& canvas, const Axis& axis, const Record& record, double top) {
  const double middle = top + row_height / 2;
  const bool reads = record.limit.ends_with("read"), random = record.order == "random";
  canvas.text({left_margin - 8, middle + 4}, spoken(record.operation) + ", " + record.order,
              {.before = 1});
  canvas.rectangle({left_margin, middle - bar_height / 2},
                   axis.place(record.gigabytes_per_second) - left_margin, bar_height,
                   reads    ? random ? read_random_colour : read_colour
                   : random ? write_random_colour
                            : write_colour);
  const double limit = axis.place(limit_speed(record));
  canvas.path({{limit, middle - bar_height / 2 - 2}, {limit, middle + bar_height / 2 + 2}},
              {limit_colour, 3});
  canvas.text({chart_width - right_margin + 12, middle + 4},
              fixed(100 * record.share_of_limit, 0) + " % of " + record.limit);
}

void draw_limits(Canvas& canvas, const Axis& axis, const std::vector<LimitRecord>& limits,
                 double bottom) {
  const auto label = [&limits](std::size_t i) {
    return head_height - 8 - 13 * static_cast<double>(limits.size() - 1 - i);
  };
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const double x = axis.place(limits[i].gigabytes_per_second);
    canvas.path({{x, label(i) + 3}, {x, bottom}}, {limit_colour, 1, true});
  }
  // Over the lines of the limits before.
  for (std::size_t i = 0; i < limits.size(); ++i) {
    const pictures::Font font = {.size = 11, .colour = limit_colour, .before = 1};
    const std::string words = limits[i].limit + " " + fixed(limits[i].gigabytes_per_second, 1);
    const double x = axis.place(limits[i].gigabytes_per_second) - 4;
    const double width = canvas.width_of(words, font) + 3;
    canvas.rectangle({x - width, label(i) - 10}, width, 13, {255, 255, 255});
    canvas.text({x, label(i)}, words, font);
  }
}

}  // namespace

Chart bandwidth_chart(const Report& report, std::int64_t size) {
  std::vector<Record> rows;
  std::copy_if(report.records.begin(), report.records.end(), std::back_inserter(rows),
               [size](const Record& record) {
                 return record.set == "main" && record.patches_shape.back() == size;
               });
  if (rows.empty()) return {};
  const std::vector<LimitRecord> limits = limits_beside(report, rows.front());
  std::vector<double> speeds;
  for (const Record& record : rows) {
    speeds.insert(speeds.end(), {record.gigabytes_per_second, limit_speed(record)});
  }
  for (const LimitRecord& limit : limits) speeds.push_back(limit.gigabytes_per_second);

  const double bottom = head_height + row_height * static_cast<double>(rows.size());
  const std::string title =
      grouped(rows.front().patches_shape.front()) + " patches of " + std::to_string(size) + " x " +
      std::to_string(size) + " " + rows.front().dtype + ", " + rows.front().interpolation + ", " +
      std::to_string(rows.front().threads) + (rows.front().threads == 1 ? " thread" : " threads");
  Canvas canvas;
  const Axis axis(Axis::Kind::linear, speeds, left_margin, chart_width - right_margin);
  canvas.text({12, 20}, title, {.size = 14, .bold = true});
  canvas.text({12, 36},
              "red mark: the limit timed in turn with the case; dashed: limits by themselves",
              {.size = 11, .colour = faint});
  for (const double tick : axis.ticks()) {
    const double x = axis.place(tick);
    canvas.path({{x, head_height}, {x, bottom}}, {pictures::grid_grey});
    canvas.text({x, bottom + 16}, pictures::short_text(tick),
                {.size = 11, .colour = faint, .before = 0.5});
  }
  canvas.text({(left_margin + chart_width - right_margin) / 2, bottom + 32}, "GB/s of the patches",
              {.size = 11, .colour = faint, .before = 0.5});
  double top = head_height;
  for (const Record& record : rows) {
    draw_row(canvas, axis, record, top);
    top += row_height;
  }
  if (!limits.empty()) draw_limits(canvas, axis, limits, bottom);
  canvas.path({{left_margin, head_height}, {left_margin, bottom}}, {faint});
  return {title, canvas.encoded(pictures::Format::svg)};
}

}  // namespace ptychopatch::bench
