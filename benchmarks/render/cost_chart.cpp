// SPDX-License-Identifier: Apache-2.0
#include "render/cost_chart.hpp"

#include <algorithm>
#include <functional>
#include <vector>

#include "render/axis.hpp"
#include "render/svg.hpp"

namespace ptychopatch::bench {
namespace {

constexpr double kWidth = 860, kHeight = 420, kLeft = 80, kRight = 200, kHead = 52, kFoot = 48;

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

void draw_frame(Svg& svg, const Axis& x, const Axis& y, const std::string& label) {
  for (const double tick : x.ticks()) {
    svg.line({x.place(tick), kHead}, {x.place(tick), kHeight - kFoot}, "grid");
    svg.text({x.place(tick), kHeight - kFoot + 16}, grouped(static_cast<long long>(tick)),
             "faint middle");
  }
  for (const double tick : y.ticks()) {
    svg.line({kLeft, y.place(tick)}, {kWidth - kRight, y.place(tick)}, "grid");
    svg.text({kLeft - 8, y.place(tick) + 4}, tick_label(tick), "faint end");
  }
  svg.text({(kLeft + kWidth - kRight) / 2, kHeight - kFoot + 36}, label, "faint middle");
}

void draw_curve(Svg& svg, const Axis& x, const Axis& y, const Abscissa& abscissa,
                const Curve& curve, std::size_t index) {
  const std::string number = std::to_string(index % 4);
  std::vector<Point> cost, roof;
  for (const Record& record : curve.records) {
    cost.push_back({x.place(abscissa(record)), y.place(record.seconds)});
    roof.push_back({x.place(abscissa(record)), y.place(record.roof_seconds)});
  }
  svg.path(roof, "curve dashed s" + number);
  svg.path(cost, "curve s" + number);
  for (std::size_t i = 0; i < cost.size(); ++i) {
    const Record& record = curve.records[i];
    svg.dot(cost[i], "d" + number,
            record.name + ": " + with_prefix(record.seconds, "s") + ", roof " +
                with_prefix(record.roof_seconds, "s"));
  }
}

// In the order of the curves' ends, from above.
void draw_legend(Svg& svg, std::vector<Curve> curves) {
  double place = kHead + 10;
  for (std::size_t i = 0; i < curves.size(); ++i) {
    const std::string number = std::to_string(i % 4);
    const double left = kWidth - kRight + 16;
    std::string name = curves[i].operation;
    std::replace(name.begin(), name.end(), '_', ' ');
    svg.path({{left, place}, {left + 26, place}}, "curve s" + number);
    svg.text({left + 34, place + 4}, name, "start");
    svg.path({{left, place + 18}, {left + 26, place + 18}}, "curve dashed s" + number);
    svg.text({left + 34, place + 22}, "its roof", "start");
    place += 48;
  }
}

std::string chart(const Report& report, const std::string& set, const std::string& title,
                  const std::string& label, const Abscissa& abscissa) {
  const std::vector<Curve> curves = curves_of(report, set);
  if (curves.empty()) return "";
  std::vector<double> places, seconds;
  for (const Curve& curve : curves) {
    for (const Record& record : curve.records) {
      places.push_back(abscissa(record));
      seconds.insert(seconds.end(), {record.seconds, record.roof_seconds});
    }
  }
  const Axis x(Axis::Kind::kLogarithmic, places, kLeft, kWidth - kRight);
  const Axis y(Axis::Kind::kLogarithmic, seconds, kHeight - kFoot, kHead);
  Svg svg(kWidth, kHeight, title);
  svg.text({12, 20}, title, "title start");
  draw_frame(svg, x, y, label);
  for (std::size_t i = 0; i < curves.size(); ++i) draw_curve(svg, x, y, abscissa, curves[i], i);
  draw_legend(svg, curves);
  return svg.str();
}

}  // namespace

std::string cost_against_patches(const Report& report) {
  return chart(report, "patches", "Cost against the number of patches (16 x 16 c64)",
               "number of patches",
               [](const Record& record) { return static_cast<double>(record.patches_shape[0]); });
}

std::string cost_against_pixels(const Report& report) {
  return chart(report, "pixels", "Cost against the size of patches (64 patches, c64)",
               "pixels of a patch", [](const Record& record) {
                 const auto side = static_cast<double>(record.patches_shape.back());
                 return side * side;
               });
}

}  // namespace ptychopatch::bench
