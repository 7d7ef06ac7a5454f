// SPDX-License-Identifier: Apache-2.0
#include "commands/patches/preview.hpp"

#include <algorithm>
#include <numbers>

#include "pictures/colour.hpp"

namespace ptychopatch::app {
namespace {

constexpr std::int64_t kWantedSide = 640;
constexpr std::int64_t kLargestSide = 1600;
constexpr std::int64_t kGap = 8;

pictures::Picture with_wheel(pictures::Picture picture, bool complex) {
  const std::int64_t side = std::min(picture.height(), picture.width());
  if (complex && side >= 200)
    pictures::draw_phase_wheel(picture, 0.055 * static_cast<double>(side));
  return picture;
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

pictures::Picture draw(const View& view, const pictures::Scale& scale) {
  return pictures::render(view.plane, scale).enlarged(view.enlargement);
}

}  // namespace

View view_of(const formats::Tensor& tensor) {
  const std::size_t axes = tensor.shape.size();
  const std::int64_t height = tensor.shape[axes - 2], width = tensor.shape[axes - 1];
  const std::int64_t side = std::max(height, width);
  // A very long strip keeps at least one pixel of its short side.
  View view;
  view.factor = std::min((side + kLargestSide - 1) / kLargestSide, std::min(height, width));
  view.plane = pictures::shrunk(pictures::plane_of(tensor, 0, height, width), view.factor);
  view.enlargement =
      pictures::enlargement(std::max(view.plane.height, view.plane.width), kWantedSide);
  return view;
}

pictures::Picture preview_assembled(const formats::Tensor& image, const formats::Tensor& coverage) {
  const View left = view_of(image);
  const View right = view_of(coverage);
  const pictures::Scale counted = {0, largest(right.plane)};
  return pictures::side_by_side(
      {with_wheel(draw(left, pictures::scale_of(left.plane)), left.plane.complex),
       draw(right, counted)},
      kGap);
}

pictures::Picture preview_scan(const formats::Tensor& object, const formats::Tensor& probe,
                               const std::vector<simulate::Point>& centres) {
  const View view = view_of(object);
  const pictures::Scale scale = pictures::scale_of(view.plane);
  pictures::Picture path =
      pictures::render_grey(view.plane, scale, 0.06, 0.5).enlarged(view.enlargement);
  const double zoom = static_cast<double>(view.enlargement) / static_cast<double>(view.factor);
  const double centre = (zoom - 1) / 2;
  const double radius = std::clamp(0.9 * zoom, 1.2, 3.0);
  for (std::size_t k = 0; k < centres.size(); ++k) {
    const double time = (static_cast<double>(k) + 0.5) / static_cast<double>(centres.size());
    path.draw_disc(centres[k].y * zoom + centre, centres[k].x * zoom + centre, radius,
                   colour_of_time(time), 0.95);
  }
  const View beam = view_of(probe);
  const std::int64_t beam_side = std::max(beam.plane.height, beam.plane.width);
  pictures::Picture spot = pictures::render(beam.plane, pictures::scale_of(beam.plane))
                               .enlarged(pictures::enlargement(beam_side, kWantedSide / 2));
  return pictures::side_by_side({with_wheel(draw(view, scale), view.plane.complex), path, spot},
                                kGap);
}

}  // namespace ptychopatch::app
