// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <functional>
#include <vector>

#include "pictures/canvas.hpp"
#include "render/axis.hpp"
#include "render/chart.hpp"

namespace ptychopatch::bench {
namespace {

using pictures::Canvas;
using pictures::faint;
using pictures::Point;

constexpr double chart_width = 860, chart_height = 420, left_margin = 80, right_margin = 200,
                 head_height = 52, foot_height = 48;
constexpr pictures::Rgb colours[] = {{37, 99, 235}, {15, 118, 110}, {180, 83, 9}, {124, 58, 237}};
constexpr double solid_width = 2, limit_width = 1.5;

using Abscissa = std::function<double(const Record&)>;

struct Curve {
  std::string operation;
  std::vector<Record> records;
};

std::vector<Curve> curves_of(const Report& report, const std::string& set) {
  std::vector<Curve> curves;
  for (const Record& record : report.records) {
    if (record.set != set) continue;
    auto curve = std::find_if(curves.begin(), curves.end(), [&record](const Curve& one) {
      return one.operation == record.operation;
    });
    if (curve == curves.end()) curve = curves.insert(curve, {record.operation, {}});
    curve->records.push_back(record);
  }
  return curves;
}

// Of a power of ten.
std::string tick_label(double seconds) {
  const std::string text = with_prefix(seconds, "s");
  const std::size_t point = text.find('.');
  return point == std::string::npos ? text : text.substr(0, point) + text.substr(text.find(' '));
}

void draw_frame(Canvas& canvas, const Axis& x, const Axis& y, const std::string& label) {
  constexpr double bottom = chart_height - foot_height;
  for (const double tick : x.ticks()) {
    canvas.path({{x.place(tick), head_height}, {x.place(tick), bottom}}, {pictures::grid_grey});
    canvas.text({x.place(tick), bottom + 16}, grouped(static_cast<long long>(tick)),
                {.size = 11, .colour = faint, .before = 0.5});
  }
  for (const double tick : y.ticks()) {
    canvas.path({{left_margin, y.place(tick)}, {chart_width - right_margin, y.place(tick)}},
                {pictures::grid_grey});
    canvas.text({left_margin - 8, y.place(tick) + 4}, tick_label(tick),
                {.size = 11, .colour = faint, .before = 1});
  }
  canvas.text({(left_margin + chart_width - right_margin) / 2, bottom + 36}, label,
              {.size = 11, .colour = faint, .before = 0.5});
}

void draw_curve(Canvas& canvas, const Axis& x, const Axis& y, const Abscissa& abscissa,
                const Curve& curve, const pictures::Rgb& colour) {
  std::vector<Point> cost, limit;
  for (const Record& record : curve.records) {
    cost.push_back({x.place(abscissa(record)), y.place(record.seconds)});
    limit.push_back({x.place(abscissa(record)), y.place(record.limit_seconds)});
  }
  canvas.path(limit, {colour, limit_width, true});
  canvas.path(cost, {colour, solid_width});
  for (const Point& point : cost) canvas.disc(point, 4, colour);
}

void draw_legend(Canvas& canvas, const Curve& curve, const pictures::Rgb& colour, double place) {
  const double left = chart_width - right_margin + 16;
  std::string name = curve.operation;
  std::replace(name.begin(), name.end(), '_', ' ');
  canvas.path({{left, place}, {left + 26, place}}, {colour, solid_width});
  canvas.text({left + 34, place + 4}, name);
  canvas.path({{left, place + 18}, {left + 26, place + 18}}, {colour, limit_width, true});
  canvas.text({left + 34, place + 22}, "its limit");
}

Chart chart(const Report& report, const std::string& set, const std::string& title,
            const std::string& label, const Abscissa& abscissa) {
  const std::vector<Curve> curves = curves_of(report, set);
  if (curves.empty()) return {};
  std::vector<double> places, seconds;
  for (const Curve& curve : curves) {
    for (const Record& record : curve.records) {
      places.push_back(abscissa(record));
      seconds.insert(seconds.end(), {record.seconds, record.limit_seconds});
    }
  }
  const Axis x(Axis::Kind::logarithmic, places, left_margin, chart_width - right_margin);
  const Axis y(Axis::Kind::logarithmic, seconds, chart_height - foot_height, head_height);
  Canvas canvas;
  canvas.text({12, 20}, title, {.size = 14, .bold = true});
  draw_frame(canvas, x, y, label);
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const pictures::Rgb& colour = colours[i % std::size(colours)];
    draw_curve(canvas, x, y, abscissa, curves[i], colour);
    draw_legend(canvas, curves[i], colour, head_height + 10 + 48 * static_cast<double>(i));
  }
  return {title, canvas.encoded(pictures::Format::svg)};
}

}  // namespace

Chart cost_against_patches(const Report& report) {
  return chart(report, "patches", "Cost against the number of patches (16 x 16 c64)",
               "number of patches",
               [](const Record& record) { return static_cast<double>(record.patches_shape[0]); });
}

Chart cost_against_pixels(const Report& report) {
  return chart(report, "pixels", "Cost against the size of patches (64 patches, c64)",
               "pixels of a patch", [](const Record& record) {
                 const auto side = static_cast<double>(record.patches_shape.back());
                 return side * side;
               });
}

}  // namespace ptychopatch::bench
