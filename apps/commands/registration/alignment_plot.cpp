// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/alignment_plot.hpp"

#include <algorithm>
#include <cmath>

#include "formats/utf8.hpp"
#include "pictures/ticks.hpp"

namespace ptychopatch::alignment {
namespace {

using pictures::Canvas;
using pictures::Font;
using pictures::Rgb;

constexpr std::size_t kMaxDetails = 24;
constexpr double kSide = 480;  // of the plot of shifts
constexpr std::int64_t kZoom = 2, kGap = 6;
constexpr double kLeastWidth = 320;  // of a detail's place, for the words above it
constexpr Rgb kMark = {196, 60, 42}, kAxis = {150, 154, 162};
constexpr Font kTitle = {.size = 13, .bold = true};

// A name may be any bytes and of any length: its end says which image it is.
std::string fitted(const Canvas& canvas, const std::string& name, double width) {
  std::u32string text = formats::utf32_of(name);
  const auto utf8 = [](const std::u32string& from) {
    std::string to;
    for (const char32_t c : from) formats::append_utf8(to, c < 32 ? U' ' : c);
    return to;
  };
  if (canvas.width_of(utf8(text)) <= width) return utf8(text);
  while (!text.empty() && canvas.width_of(utf8(U'\u2026' + text)) > width) text.erase(0, 1);
  return utf8(U'\u2026' + text);
}

// ISO and what follows says which image of a scene it is; its checksum does not.
std::string short_name(const std::string& name) {
  const std::string text = name.substr(name.rfind('/') + 1);
  return text.substr(0, text.find("_sha1="));
}

}  // namespace

void AlignmentPlot::add(const Context& context, const mosaics::Mosaic& reference,
                        const mosaics::Mosaic& image, const ppatch_shift& shift,
                        const std::string& name) {
  const auto sigma = [&](int i) {
    return std::isfinite(shift.covariance[i]) ? std::sqrt(shift.covariance[i]) : 0.0;
  };
  marks_.push_back({shift.shift[0], shift.shift[1], sigma(0), sigma(2)});
  if (details_.size() == kMaxDetails) return;
  const auto measured = [](double value, double error) {
    return pictures::fixed(value, 3) + " \u00b1 " + pictures::fixed(error, 3);
  };
  details_.push_back({short_name(name),
                      "dy = " + measured(shift.shift[0], sigma(0)) +
                          ", dx = " + measured(shift.shift[1], sigma(2)) + " pixels",
                      detail_strip(context, reference, image, shift)});
}

void AlignmentPlot::draw_shifts(Canvas& canvas) const {
  double reach = 0.1;
  for (const Mark& mark : marks_) {
    reach = std::max({reach, std::abs(mark.y) + mark.sigma_y, std::abs(mark.x) + mark.sigma_x});
  }
  reach *= 1.1;
  const auto place = [&](double value) { return (value + reach) * kSide / (2 * reach); };
  for (const double tick : pictures::round_ticks(-reach, reach, 8)) {
    const double at = place(tick);
    const pictures::Pen pen = {tick == 0 ? kAxis : pictures::kGrid};
    canvas.path({{at, 0}, {at, kSide}}, pen);
    canvas.path({{0, at}, {kSide, at}}, pen);
    canvas.text({-8, at + 4}, pictures::short_text(tick), {.before = 1});
    canvas.text({at, kSide + 18}, pictures::short_text(tick), {.before = 0.5});
  }
  for (const Mark& mark : marks_) {
    const double y = place(mark.y), x = place(mark.x);
    canvas.path({{x, place(mark.y - mark.sigma_y)}, {x, place(mark.y + mark.sigma_y)}}, {kMark});
    canvas.path({{place(mark.x - mark.sigma_x), y}, {place(mark.x + mark.sigma_x), y}}, {kMark});
    canvas.disc({x, y}, 2.5, kMark);
  }
  canvas.text({0, -34}, "Shifts onto the reference, in pixels", kTitle);
  canvas.text({0, -16}, "dy downwards, dx to the right; bars: one standard error");
}

void AlignmentPlot::draw_details(Canvas& canvas, double left) const {
  canvas.text({left, -34}, "Details of the reference", kTitle);
  canvas.text({left, -16}, "alone, and the image (cyan) over it (red) before and after");
  double width = kLeastWidth, height = 0;
  for (const Detail& detail : details_) {
    const pictures::Image& one = detail.strip[0];
    width = std::max(width, static_cast<double>(3 * one.width() * kZoom + 2 * kGap));
    height = std::max(height, static_cast<double>(one.height() * kZoom));
  }
  const std::size_t columns = details_.size() < 4 ? 1 : details_.size() < 13 ? 2 : 3;
  for (std::size_t i = 0; i < details_.size(); ++i) {
    const Detail& detail = details_[i];
    double x = left + static_cast<double>(i % columns) * (width + 24);
    const double y = static_cast<double>(i / columns) * (height + 54);
    canvas.text({x, y + 12}, fitted(canvas, detail.name, width));
    canvas.text({x, y + 28}, detail.shift, {.colour = pictures::kFaint});
    for (const pictures::Image& one : detail.strip) {
      canvas.image({x, y + 36}, one, kZoom);
      x += static_cast<double>(one.width() * kZoom + kGap);
    }
  }
}

Canvas AlignmentPlot::picture() const {
  Canvas canvas;
  draw_shifts(canvas);
  if (!details_.empty()) draw_details(canvas, kSide + 56);
  return canvas;
}

}  // namespace ptychopatch::alignment
