// SPDX-License-Identifier: Apache-2.0
#include "commands/patches/preview.hpp"

#include <algorithm>
#include <numbers>

#include "pictures/colour.hpp"
#include "pictures/panel.hpp"
#include "pictures/ticks.hpp"

namespace ptychopatch::app {
namespace {

using pictures::Canvas;
using pictures::grouped;
using pictures::Scale;
using pictures::View;

constexpr std::int64_t wanted_side = 640;
constexpr std::int64_t largest_side = 1600;
constexpr double gap = 64;                // of panels: the numbers of the next are in it
constexpr std::size_t max_dots = 20'000;  // More are one area, and a file of vectors names each.

View view_of(const formats::Tensor& tensor, std::int64_t wanted = wanted_side) {
  const std::size_t axes = tensor.shape.size();
  return {pictures::plane_of(tensor, 0, tensor.shape[axes - 2], tensor.shape[axes - 1]),
          largest_side, wanted};
}

std::string titled(const std::string& name, const formats::Tensor& tensor) {
  const std::size_t axes = tensor.shape.size();
  return name + ", " + grouped(tensor.shape[axes - 2]) + " x " + grouped(tensor.shape[axes - 1]) +
         " pixels";
}

double largest(const pictures::Plane& plane) {
  double most = 0;
  for (const auto& value : plane.values) most = std::max<double>(most, value.real());
  return most > 0 ? most : 1;
}

// Orange to pale yellow, which no grey swallows.
pictures::Rgb colour_of_time(double t) {
  const double degree = std::numbers::pi / 180;
  return pictures::from_oklch(0.66 + 0.3 * t, 0.19 - 0.07 * t, (35 + 70 * t) * degree);
}

}  // namespace

Canvas preview_assembled(const formats::Tensor& image, const formats::Tensor& coverage) {
  const View left = view_of(image), right = view_of(coverage);
  const Scale scale = pictures::scale_of(left.plane), counted = {0, largest(right.plane)};
  Canvas canvas;
  const double end = draw_panel(canvas, {0, 0}, titled("image", image), left,
                                pictures::render(left.plane, scale), &scale);
  draw_panel(canvas, {std::ceil(end) + gap, 0}, "coverage, patches at a pixel", right,
             pictures::render(right.plane, counted), &counted);
  return canvas;
}

Canvas preview_scan(const formats::Tensor& object, const formats::Tensor& probe,
                    const std::vector<simulate::Position>& centres) {
  const View view = view_of(object), beam = view_of(probe, wanted_side / 2);
  const Scale scale = pictures::scale_of(view.plane), lit = pictures::scale_of(beam.plane);
  Canvas canvas;
  double end = draw_panel(canvas, {0, 0}, titled("object", object), view,
                          pictures::render(view.plane, scale), &scale);
  const double left = std::ceil(end) + gap;
  const std::size_t dots = std::min(centres.size(), max_dots);
  const std::string all = grouped(static_cast<long long>(centres.size()));
  end = draw_panel(
      canvas, {left, 0},
      (dots < centres.size() ? grouped(static_cast<long long>(dots)) + " of " + all : all) +
          " positions, the first ones dark",
      view, pictures::render_grey(view.plane, scale, 0.06, 0.5), nullptr);
  const double pixel = static_cast<double>(view.zoom) / static_cast<double>(view.factor_y);
  for (std::size_t i = 0; i < dots; ++i) {
    const simulate::Position& centre = centres[i * centres.size() / dots];
    const pictures::Point place = view.place(centre.y, centre.x);
    const double time = (static_cast<double>(i) + 0.5) / static_cast<double>(dots);
    canvas.disc({left + place.x, place.y}, std::clamp(0.9 * pixel, 1.2, 3.0), colour_of_time(time));
  }
  draw_panel(canvas, {std::ceil(end) + gap, 0}, titled("probe", probe), beam,
             pictures::render(beam.plane, lit), &lit);
  return canvas;
}

}  // namespace ptychopatch::app
