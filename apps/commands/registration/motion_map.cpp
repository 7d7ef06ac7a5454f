// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/motion_map.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "choices.hpp"
#include "pictures/plane.hpp"
#include "pictures/ticks.hpp"

namespace ptychopatch::alignment {
namespace {

using pictures::Canvas;
using pictures::Font;
using pictures::Point;
using pictures::Rgb;

constexpr double largest_width = 520, largest_height = 400;
constexpr double above = 18, left_margin = 48, below = 56;  // what is written about the picture
constexpr double tick_length = 4, half_letter = 4;
constexpr double longest = 1.6;         // arrow, in cells
constexpr double widest_ellipse = 0.9;  // half of it, in cells
constexpr Rgb fits_colour = {17, 75, 165}, error_colour = {84, 140, 210},
              moves_colour = {196, 60, 42}, none_colour = {132, 136, 144};
constexpr Font small_font = {.size = 11, .colour = pictures::faint};

// Of the whole reference, light enough to draw on. Each pixel is a mean over a part of those that
// it stands for, in which every colour of the pattern is.
pictures::Image light_picture(const mosaics::RawImage& raw, double zoom) {
  const std::int64_t height = raw.height(), width = raw.width();
  const auto pixels = [zoom](std::int64_t size) {
    return std::max<std::int64_t>(1, std::llround(zoom * static_cast<double>(size)));
  };
  pictures::Plane plane{pixels(height), pixels(width), false, {}};
  const std::int64_t period = raw.cfa.period;
  const std::int64_t wanted = std::clamp<std::int64_t>(
      static_cast<std::int64_t>(1 / (zoom * static_cast<double>(period))), 1, 2);
  const auto begin = [&](std::int64_t i, std::int64_t count, std::int64_t size) {
    return std::clamp<std::int64_t>(i * size / count, 0, std::max<std::int64_t>(0, size - period));
  };
  for (std::int64_t i = 0; i < plane.height; ++i) {
    const std::int64_t top = begin(i, plane.height, height);
    const std::int64_t bottom = std::min(height, top + wanted * period);
    for (std::int64_t k = 0; k < plane.width; ++k) {
      const std::int64_t left = begin(k, plane.width, width);
      const std::int64_t right = std::min(width, left + wanted * period);
      double sum = 0;
      for (std::int64_t y = top; y < bottom; ++y) {
        for (std::int64_t x = left; x < right; ++x) sum += raw.pixel(y, x);
      }
      plane.values.emplace_back(
          static_cast<float>(sum / static_cast<double>((bottom - top) * (right - left))));
    }
  }
  constexpr double black = 0.62, white = 1.0;
  return pictures::render_grey(plane, pictures::scale_of(plane), black, white);
}

// Half axes of the ellipse of one standard error, the longer one first, and the angle of that one
// from the x axis towards y.
struct Ellipse {
  double longer, shorter, angle;
};

Ellipse ellipse_of(const double (&covariance)[3]) {
  const double yy = covariance[0], yx = covariance[1], xx = covariance[2];
  const double mean = (yy + xx) / 2, half = std::hypot((yy - xx) / 2, yx);
  return {std::sqrt(std::max(0.0, mean + half)), std::sqrt(std::max(0.0, mean - half)),
          std::atan2(2 * yx, xx - yy) / 2};
}

void draw_ellipse(Canvas& canvas, Point centre, const Ellipse& ellipse, double scale, double most) {
  const double a = std::min(scale * ellipse.longer, most);
  const double b = std::min(scale * ellipse.shorter, most);
  constexpr int corner_count = 24;
  std::vector<Point> points;
  for (int i = 0; i <= corner_count; ++i) {
    const double turn = 2 * std::numbers::pi * i / corner_count;
    const double along = a * std::cos(turn), across = b * std::sin(turn);
    points.push_back(
        {centre.x + along * std::cos(ellipse.angle) - across * std::sin(ellipse.angle),
         centre.y + along * std::sin(ellipse.angle) + across * std::cos(ellipse.angle)});
  }
  canvas.path(points, {error_colour});
}

void draw_arrow(Canvas& canvas, Point from, double dx, double dy, const pictures::Pen& pen) {
  const double length = std::hypot(dx, dy);
  const Point tip = {from.x + dx, from.y + dy};
  canvas.path({from, tip}, pen);
  if (length < 1e-3) return;
  const double head = std::min(4.5, 0.5 * length);
  const double x = head * dx / length, y = head * dy / length;
  canvas.path(
      {{tip.x - x - 0.5 * y, tip.y - y + 0.5 * x}, tip, {tip.x - x + 0.5 * y, tip.y - y - 0.5 * x}},
      {pen.colour, pen.width});
}

void draw_square(Canvas& canvas, Point centre, double side, const pictures::Pen& pen) {
  const double h = side / 2;
  canvas.path({{centre.x - h, centre.y - h},
               {centre.x + h, centre.y - h},
               {centre.x + h, centre.y + h},
               {centre.x - h, centre.y + h},
               {centre.x - h, centre.y - h}},
              pen);
}

void draw_no_shift(Canvas& canvas, Point centre, double cell) {
  const double h = std::min(0.18 * cell, 5.0);
  canvas.path({{centre.x - h, centre.y - h}, {centre.x + h, centre.y + h}}, {none_colour, 1.5});
  canvas.path({{centre.x - h, centre.y + h}, {centre.x + h, centre.y - h}}, {none_colour, 1.5});
}

std::string words_of(const ppatch_scene_motion& motion, std::size_t moves, std::size_t none) {
  std::string text = std::string(name_of(motion_model_choices, motion.model)) + ": " +
                     std::to_string(motion.tiles_used) + " of " +
                     std::to_string(motion.tile_count) + " tiles fit";
  if (motion.status != PPATCH_SHIFT_STATUS_OK) {
    text = std::string("no model of motion: ") + ppatch_shift_status_string(motion.status);
  }
  if (moves != 0) text += ", " + std::to_string(moves) + " move on their own";
  if (none != 0) text += ", " + std::to_string(none) + " have no shift";
  return text;
}

}  // namespace

MotionMap::MotionMap(const mosaics::RawImage& reference, const MeasuredMotion& measured)
    : zoom_(std::min(largest_width / static_cast<double>(reference.width()),
                     largest_height / static_cast<double>(reference.height()))),
      cell_(zoom_ * static_cast<double>(measured.motion.tile_size) / 2),
      size_{reference.height(), reference.width()} {
  picture_ = light_picture(reference, zoom_);
  std::size_t moves = 0, none = 0;
  for (const ppatch_tile_shift& tile : measured.tiles) {
    Tile mark{zoom_ * (tile.centre[0] + 0.5),
              zoom_ * (tile.centre[1] + 0.5),
              tile.shift[0] - measured.shift.shift[0],
              tile.shift[1] - measured.shift.shift[1],
              {tile.covariance[0], tile.covariance[1], tile.covariance[2]},
              Kind::fits};
    if (tile.status != PPATCH_SHIFT_STATUS_OK || !std::isfinite(mark.dy + mark.dx)) {
      mark.kind = Kind::no_shift;
    } else if ((tile.flags & PPATCH_SHIFT_FLAG_MOVING) != 0) {
      mark.kind = Kind::moves;
    }
    moves += mark.kind == Kind::moves ? 1 : 0;
    none += mark.kind == Kind::no_shift ? 1 : 0;
    tiles_.push_back(mark);
  }
  words_ = words_of(measured.motion, moves, none);
  choose_scale();
}

// Nine of ten tiles that fit stay in their cells with arrow and error.
void MotionMap::choose_scale() {
  std::vector<double> lengths;
  for (const Kind kind : {Kind::fits, Kind::moves}) {
    if (!lengths.empty()) break;
    for (const Tile& tile : tiles_) {
      const double length = std::hypot(tile.dy, tile.dx) + ellipse_of(tile.covariance).longer;
      if (tile.kind == kind && std::isfinite(length)) lengths.push_back(length);
    }
  }
  if (lengths.empty()) return;
  const auto tenth = lengths.begin() + static_cast<std::ptrdiff_t>(9 * (lengths.size() - 1) / 10);
  std::nth_element(lengths.begin(), tenth, lengths.end());
  constexpr double min_length = 1e-4;  // px: of images that are equal
  arrow_ = 0.95 * cell_ / std::max(*tenth, min_length);
}

double MotionMap::height() const { return above + static_cast<double>(picture_.height()) + below; }

void MotionMap::draw_tile(Canvas& canvas, Point corner, const Tile& tile) const {
  const Point centre = {corner.x + tile.x, corner.y + tile.y};
  if (tile.kind == Kind::no_shift) {
    draw_no_shift(canvas, centre, cell_);
    return;
  }
  const bool moves = tile.kind == Kind::moves;
  if (moves) draw_square(canvas, centre, cell_ - 2, {moves_colour});
  const double length = arrow_ * std::hypot(tile.dy, tile.dx);
  const bool cut = length > longest * cell_;
  const double scale = cut ? arrow_ * longest * cell_ / length : arrow_;
  const Point tip = {centre.x + scale * tile.dx, centre.y + scale * tile.dy};
  const Ellipse ellipse = ellipse_of(tile.covariance);
  if (!cut && std::isfinite(ellipse.longer)) {
    draw_ellipse(canvas, tip, ellipse, arrow_, widest_ellipse * cell_);
  }
  draw_arrow(canvas, centre, scale * tile.dx, scale * tile.dy,
             {moves ? moves_colour : fits_colour, 1.3, cut});
}

void MotionMap::draw_ticks(Canvas& canvas, Point corner) const {
  constexpr double between = 90;
  const double height = static_cast<double>(picture_.height());
  const double width = static_cast<double>(picture_.width());
  for (const double tick :
       pictures::round_ticks(0, static_cast<double>(size_[1] - 1), width / between, true)) {
    const double x = corner.x + zoom_ * (tick + 0.5);
    canvas.path({{x, corner.y + height}, {x, corner.y + height + tick_length}}, {pictures::faint});
    Font font = small_font;
    font.before = 0.5;
    canvas.text({x, corner.y + height + tick_length + 12}, pictures::grouped(std::llround(tick)),
                font);
  }
  for (const double tick :
       pictures::round_ticks(0, static_cast<double>(size_[0] - 1), height / between, true)) {
    const double y = corner.y + zoom_ * (tick + 0.5);
    canvas.path({{corner.x - tick_length, y}, {corner.x, y}}, {pictures::faint});
    Font font = small_font;
    font.before = 1;
    canvas.text({corner.x - tick_length - 4, y + half_letter},
                pictures::grouped(std::llround(tick)), font);
  }
}

void MotionMap::draw(Canvas& canvas, Point corner) const {
  canvas.text({corner.x, corner.y + 10}, words_, {.colour = pictures::faint});
  const Point inner = {std::floor(corner.x + left_margin), std::floor(corner.y + above)};
  canvas.image(inner, picture_);
  draw_ticks(canvas, inner);
  // What is drawn last lies on top.
  for (const Kind kind : {Kind::no_shift, Kind::fits, Kind::moves}) {
    for (const Tile& tile : tiles_) {
      if (tile.kind == kind) draw_tile(canvas, inner, tile);
    }
  }
  if (arrow_ == 0) return;
  // A round length, of which the arrow has at most so many pixels.
  constexpr double key = 80;
  double length = pictures::round_step(key / arrow_, 1);
  if (length * arrow_ > key) length = pictures::round_step(length / 3, 1);
  const double y = inner.y + static_cast<double>(picture_.height()) + 36;
  draw_arrow(canvas, {inner.x, y}, length * arrow_, 0, {fits_colour, 1.3});
  canvas.text({inner.x + length * arrow_ + 8, y + half_letter},
              pictures::short_text(length) + " pixels", small_font);
}

void MotionMap::draw_legend(Canvas& canvas, Point corner) {
  constexpr double row_height = 24, words_left = 44, cell_size = 18;
  canvas.text({corner.x, corner.y}, "Maps of motion", {.size = 13, .bold = true});
  canvas.text({corner.x, corner.y + 18},
              "what tiles say beyond the image's one shift, over the reference");
  double y = corner.y + 42;
  const auto row = [&](const std::string& words) {
    canvas.text({corner.x + words_left, y + half_letter}, words, {.colour = pictures::faint});
    y += row_height;
  };
  const double middle = corner.x + words_left / 2 - 6;
  draw_arrow(canvas, {corner.x + 2, y}, 28, 0, {fits_colour, 1.3});
  row("a tile's shift less the image's, in the scale below each map");
  draw_ellipse(canvas, {middle, y}, {9, 5, 0.4}, 1, cell_size);
  row("one standard error of it, about the arrow's tip");
  draw_square(canvas, {middle, y}, cell_size - 2, {moves_colour});
  draw_arrow(canvas, {middle - 6, y + 4}, 12, -8, {moves_colour, 1.3});
  row("moves on its own: it contradicts the affine model");
  draw_arrow(canvas, {corner.x + 2, y}, 28, 0, {moves_colour, 1.3, true});
  row("longer than it is drawn");
  draw_no_shift(canvas, {middle, y}, 2 * cell_size);
  row("no shift: noise, nothing to see, or more than one that is likely");
}

}  // namespace ptychopatch::alignment
