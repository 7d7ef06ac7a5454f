// SPDX-License-Identifier: Apache-2.0
#include "commands/patches/scan_map.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>

#include "pictures/ticks.hpp"

namespace ptychopatch::app {
namespace {

using pictures::Canvas;
using pictures::Font;
using pictures::Point;
using pictures::Rgb;

constexpr double side = 420, between = 96, tick_length = 4, half_letter = 4;
constexpr Rgb arrow_colour = {17, 75, 165}, outlier_colour = {196, 60, 42},
              place_colour = {166, 172, 181};
constexpr Font small_font = {.size = 11, .colour = pictures::faint};
constexpr Font title_font = {.size = 13, .bold = true};
constexpr double longest = 26;  // of nineteen arrows in twenty

Font at(double before) {
  Font font = small_font;
  font.before = before;
  return font;
}

// Where positions lie on paper, a margin of them around.
struct Frame {
  double low[2] = {0, 0}, high[2] = {1, 1};
  double zoom = 1;
  Point corner{};

  Frame(const std::vector<ScanStep>& steps, Point where) : corner(where) {
    for (int axis = 0; axis < 2; ++axis) {
      const auto [least, most] = std::minmax_element(
          steps.begin(), steps.end(),
          [&](const ScanStep& a, const ScanStep& b) { return a.place[axis] < b.place[axis]; });
      if (steps.empty()) continue;
      low[axis] = least->place[axis];
      high[axis] = most->place[axis];
    }
    const double longer = std::max({high[0] - low[0], high[1] - low[1], 1e-9});
    for (int axis = 0; axis < 2; ++axis) {
      low[axis] -= 0.06 * longer;
      high[axis] += 0.06 * longer;
    }
    zoom = side / std::max(high[0] - low[0], high[1] - low[1]);
  }

  Point point(double y, double x) const {
    return {corner.x + zoom * (x - low[1]), corner.y + zoom * (y - low[0])};
  }
};

void draw_frame(Canvas& canvas, const Frame& frame, const std::string& title) {
  const Point end = frame.point(frame.high[0], frame.high[1]);
  canvas.text({frame.corner.x, frame.corner.y - 9}, title, title_font);
  canvas.path({frame.corner, {end.x, frame.corner.y}, end, {frame.corner.x, end.y}, frame.corner},
              {pictures::grid_grey});
  const auto ticks = [&](int axis) {
    return pictures::round_ticks(frame.low[axis], frame.high[axis],
                                 frame.zoom * (frame.high[axis] - frame.low[axis]) / 80);
  };
  for (const double tick : ticks(1)) {
    const double x = frame.point(0, tick).x;
    canvas.path({{x, end.y}, {x, end.y + tick_length}}, {pictures::faint});
    canvas.text({x, end.y + tick_length + 12}, pictures::short_text(tick), at(0.5));
  }
  for (const double tick : ticks(0)) {
    const double y = frame.point(tick, 0).y;
    canvas.path({{frame.corner.x - tick_length, y}, {frame.corner.x, y}}, {pictures::faint});
    canvas.text({frame.corner.x - tick_length - 4, y + half_letter}, pictures::short_text(tick),
                at(1));
  }
}

void draw_arrow(Canvas& canvas, Point from, double dx, double dy, Rgb colour) {
  const double length = std::hypot(dx, dy);
  const Point tip = {from.x + dx, from.y + dy};
  canvas.path({from, tip}, {colour});
  if (length < 1) return;
  const double head = std::min(4.0, 0.5 * length);
  const double x = head * dx / length, y = head * dy / length;
  canvas.path(
      {{tip.x - x - 0.5 * y, tip.y - y + 0.5 * x}, tip, {tip.x - x + 0.5 * y, tip.y - y - 0.5 * x}},
      {colour});
}

// How much longer than they are arrows are drawn: a round number.
double magnification(const std::vector<ScanStep>& steps, double (ScanStep::*vector)[2],
                     double zoom) {
  std::vector<double> lengths;
  lengths.reserve(steps.size());
  for (const ScanStep& step : steps) {
    lengths.push_back(std::hypot((step.*vector)[0], (step.*vector)[1]));
  }
  if (lengths.empty()) return 1;
  const auto most = lengths.begin() + static_cast<std::ptrdiff_t>(lengths.size() * 19 / 20);
  std::nth_element(lengths.begin(), most, lengths.end());
  if (!(*most > 0)) return 1;
  const double wanted = longest / (zoom * *most);
  // The round step that is not above it.
  double step = pictures::round_step(wanted, 1);
  while (step > wanted) step = pictures::round_step(step / 2.6, 1);
  return step;
}

double draw_map(Canvas& canvas, const std::vector<ScanStep>& steps, Point corner,
                const std::string& title, double (ScanStep::*vector)[2]) {
  const Frame frame(steps, corner);
  draw_frame(canvas, frame, title);
  const double times = magnification(steps, vector, frame.zoom);
  for (const ScanStep& step : steps) {
    canvas.disc(frame.point(step.place[0], step.place[1]), 1.4, place_colour);
  }
  for (const bool outliers : {false, true}) {
    for (const ScanStep& step : steps) {
      if (step.outlier != outliers) continue;
      const double scale = frame.zoom * times;
      draw_arrow(canvas, frame.point(step.place[0], step.place[1]), scale * (step.*vector)[1],
                 scale * (step.*vector)[0], outliers ? outlier_colour : arrow_colour);
    }
  }
  // A bar as long as a round number of pixels.
  const Point end = frame.point(frame.high[0], frame.high[1]);
  const double pixels = pictures::round_step(longest / (frame.zoom * times), 1);
  const Point bar = {corner.x, end.y + 34};
  const double length = pixels * frame.zoom * times;
  canvas.path({bar, {bar.x + length, bar.y}}, {arrow_colour, 2});
  canvas.text({bar.x + length + 6, bar.y + half_letter},
              pictures::short_text(pixels, 3) + " px, arrows x " + pictures::short_text(times, 3),
              small_font);
  return end.x;
}

std::string words_of(const ppatch_scan_fit_info& fit) {
  if (fit.status != PPATCH_SCAN_FIT_STATUS_OK) return "no affine map: the scan says too little";
  return "rotation " + pictures::fixed(fit.rotation * 180 / std::numbers::pi, 3) +
         "\u00b0, scales " + pictures::fixed(fit.scale[0], 4) + " and " +
         pictures::fixed(fit.scale[1], 4) + ", shear " + pictures::fixed(100 * fit.shear, 2) +
         " %, errors of " + pictures::short_text(fit.sigma, 2) + " px";
}

}  // namespace

Canvas draw_scan_map(const std::vector<ScanStep>& steps, const ppatch_scan_fit_info& fit) {
  Canvas canvas;
  const double right =
      draw_map(canvas, steps, {0, 0}, "from nominal to refined positions", &ScanStep::moved);
  draw_map(canvas, steps, {right + between, 0}, "what the affine map leaves", &ScanStep::left);
  const Frame frame(steps, {0, 0});
  canvas.text({0, frame.point(frame.high[0], 0).y + 58}, words_of(fit),
              {.size = 12, .colour = pictures::ink});
  return canvas;
}

}  // namespace ptychopatch::app
