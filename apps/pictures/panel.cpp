// SPDX-License-Identifier: Apache-2.0
#include "pictures/panel.hpp"

#include <algorithm>
#include <cmath>

#include "pictures/colour.hpp"
#include "pictures/ticks.hpp"

namespace ptychopatch::pictures {
namespace {

constexpr Font small_font = {.size = 11, .colour = faint};
constexpr double tick_length = 4;  // its length
constexpr double half_letter = 4;  // from a letter's middle down to its line
constexpr double min_height = 120;

Font small(double before) {
  Font font = small_font;
  font.before = before;
  return font;
}

double draw_wheel(Canvas& canvas, Point corner, double highest) {
  constexpr std::int64_t radius = 30, side = 2 * radius + 1;
  Image wheel(side, side, {255, 255, 255});
  for (std::int64_t y = 0; y < side; ++y) {
    for (std::int64_t x = 0; x < side; ++x) {
      // Rows run downwards; phase is shown growing counter-clockwise.
      const std::complex<double> value(static_cast<double>(x - radius),
                                       static_cast<double>(radius - y));
      if (std::abs(value) <= radius) wheel.set(y, x, phase_colour(value / double{radius}));
    }
  }
  const Point left_top = {corner.x + 20, corner.y + 34};
  const Point centre = {left_top.x + radius + 0.5, left_top.y + radius + 0.5};
  canvas.text({centre.x, corner.y + 10}, "phase", small(0.5));
  canvas.image(left_top, wheel);
  canvas.text({centre.x, left_top.y - 5}, "\u03c0/2", small(0.5));
  canvas.text({centre.x, left_top.y + side + 12}, "-\u03c0/2", small(0.5));
  canvas.text({left_top.x - 5, centre.y + half_letter}, "\u03c0", small(1));
  canvas.text({left_top.x + side + 5, centre.y + half_letter}, "0", small(0));
  const std::string rim = "rim: amplitude " + short_text(highest, 3);
  canvas.text({corner.x, left_top.y + side + 30}, rim, small_font);
  return std::max<double>(left_top.x + side + 16, corner.x + canvas.width_of(rim, small_font));
}

}  // namespace

double draw_key(Canvas& canvas, Point corner, double height, const Scale& scale, bool complex) {
  if (complex) return draw_wheel(canvas, corner, scale.high);
  constexpr std::int64_t bar_width = 12;
  const auto rows = static_cast<std::int64_t>(std::max(height, min_height));
  Image bar(rows, bar_width);
  for (std::int64_t y = 0; y < rows; ++y) {
    const Rgb colour =
        sequential_colour(1 - static_cast<double>(y) / static_cast<double>(rows - 1));
    for (std::int64_t x = 0; x < bar_width; ++x) bar.set(y, x, colour);
  }
  canvas.image(corner, bar);
  double right = corner.x + bar_width;
  const auto high = static_cast<double>(rows);
  for (const double tick : round_ticks(scale.low, scale.high, high / 36)) {
    const double y = corner.y + (high - 1) * (scale.high - tick) / (scale.high - scale.low);
    canvas.path({{corner.x + bar_width, y}, {corner.x + bar_width + tick_length, y}}, {faint});
    const Point place = {corner.x + bar_width + tick_length + 3, y + half_letter};
    canvas.text(place, short_text(tick), small_font);
    right = std::max(right, place.x + canvas.width_of(short_text(tick), small_font));
  }
  return right;
}

View::View(const Plane& full, std::int64_t largest, std::int64_t wanted) {
  const std::int64_t factor = (std::max(full.height, full.width) + largest - 1) / largest;
  // A very long strip keeps at least one pixel of its short side.
  factor_y = std::min(factor, full.height);
  factor_x = std::min(factor, full.width);
  plane = shrunk(full, factor_y, factor_x);
  zoom = enlargement(std::max(plane.height, plane.width), wanted);
}

Point View::place(double y, double x) const {
  const auto centre = [this](double value, std::int64_t factor) {
    return (value + 0.5) * static_cast<double>(zoom) / static_cast<double>(factor);
  };
  return {centre(x, factor_x), centre(y, factor_y)};
}

double draw_panel(Canvas& canvas, Point corner, const std::string& title, const View& view,
                  const Image& image, const Scale* key) {
  constexpr double between = 90;  // Ticks this far apart have room for their numbers.
  constexpr Font title_font = {.size = 13, .bold = true};
  canvas.text({corner.x, corner.y - 9}, title, title_font);
  canvas.image(corner, image, view.zoom);
  const auto ticks = [](std::int64_t pixels, std::int64_t shown) {
    return round_ticks(0, static_cast<double>(pixels - 1), static_cast<double>(shown) / between,
                       true);
  };
  const Point end = {corner.x + static_cast<double>(view.width()),
                     corner.y + static_cast<double>(view.height())};
  for (const double tick : ticks(view.plane.width * view.factor_x, view.width())) {
    const double x = corner.x + view.place(0, tick).x;
    canvas.path({{x, end.y}, {x, end.y + tick_length}}, {faint});
    canvas.text({x, end.y + tick_length + 12}, grouped(std::llround(tick)), small(0.5));
  }
  for (const double tick : ticks(view.plane.height * view.factor_y, view.height())) {
    const double y = corner.y + view.place(tick, 0).y;
    canvas.path({{corner.x - tick_length, y}, {corner.x, y}}, {faint});
    canvas.text({corner.x - tick_length - 4, y + half_letter}, grouped(std::llround(tick)),
                small(1));
  }
  const double right = std::max(end.x, corner.x + canvas.width_of(title, title_font));
  if (key == nullptr) return right;
  return std::max(right, draw_key(canvas, {end.x + 12, corner.y},
                                  static_cast<double>(view.height()), *key, view.plane.complex));
}

}  // namespace ptychopatch::pictures
