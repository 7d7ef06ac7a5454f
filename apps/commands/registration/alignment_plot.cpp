// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/alignment_plot.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>

#include "commands/registration/detail_strip.hpp"
#include "pictures/text.hpp"

namespace ptychopatch::alignment {
namespace {

using pictures::Picture;
using pictures::Rgb;

constexpr std::size_t kMostStrips = 24;
constexpr std::int64_t kSide = 480, kMargin = 56, kGap = 10, kLine = 12;
constexpr Rgb kInk = {40, 44, 52}, kFaint = {205, 208, 214}, kMark = {196, 60, 42};

std::string number(double value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

// The largest of 1, 2, 5 times a power of ten that is at most `most`.
double round_step(double most) {
  const double power = std::pow(10, std::floor(std::log10(most)));
  for (const double factor : {5.0, 2.0}) {
    if (factor * power <= most) return factor * power;
  }
  return power;
}

void draw_line(Picture& picture, double y0, double x0, double y1, double x1, Rgb colour) {
  const auto steps = static_cast<std::int64_t>(std::ceil(std::hypot(y1 - y0, x1 - x0))) + 1;
  for (std::int64_t i = 0; i <= steps; ++i) {
    const double t = static_cast<double>(i) / static_cast<double>(steps);
    picture.blend(std::llround(y0 + t * (y1 - y0)), std::llround(x0 + t * (x1 - x0)), colour, 1);
  }
}

// ISO and what follows says which image of a scene it is; its checksum does not.
std::string short_name(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  std::string text = slash == std::string::npos ? name : name.substr(slash + 1);
  text = text.substr(0, text.find("_sha1="));
  constexpr std::size_t kLongest = 44;
  if (text.size() > kLongest) text.replace(0, text.size() - kLongest + 1, "~");
  return text;
}

}  // namespace

void AlignmentPlot::add(const Context& context, const mosaics::Mosaic& reference,
                        const mosaics::Mosaic& image, const ppatch_shift& shift,
                        const std::string& name) {
  const auto sigma = [&](int i) {
    return std::isfinite(shift.covariance[i]) ? std::sqrt(shift.covariance[i]) : 0.0;
  };
  marks_.push_back({shift.shift[0], shift.shift[1], sigma(0), sigma(2)});
  if (strips_.size() == kMostStrips) return;
  const Picture strip = detail_strip(context, reference, image, shift);
  const std::string text = "dy = " + number(shift.shift[0], 3) + " +- " + number(sigma(0), 3) +
                           "  dx = " + number(shift.shift[1], 3) + " +- " + number(sigma(2), 3);
  const std::string title = short_name(name);
  const std::int64_t width = std::max({strip.width(), pictures::text_width(title) + 2 * kGap,
                                       pictures::text_width(text) + 2 * kGap});
  Picture labelled(strip.height() + 2 * kLine, width, pictures::kPaper);
  pictures::draw_text(labelled, 2, 6, title, kInk);
  pictures::draw_text(labelled, 2 + kLine, 6, text, kInk);
  labelled.paste(strip, 2 * kLine, 0);
  strips_.push_back(labelled);
}

Picture AlignmentPlot::scatter() const {
  Picture picture(kSide + 2 * kMargin, kSide + 2 * kMargin, pictures::kPaper);
  double reach = 0.1;
  for (const Mark& mark : marks_) {
    reach = std::max({reach, std::abs(mark.y) + mark.sigma_y, std::abs(mark.x) + mark.sigma_x});
  }
  reach *= 1.1;
  const double scale = kSide / (2 * reach);
  const auto place = [&](double value) {
    return static_cast<double>(kMargin) + (value + reach) * scale;
  };
  const double step = round_step(reach / 2);
  const int digits = std::max(0, static_cast<int>(-std::floor(std::log10(step))));
  const auto ticks = static_cast<int>(reach / step);
  for (int i = -ticks; i <= ticks; ++i) {
    const bool zero = i == 0;
    const double tick = i * step;
    const Rgb colour = zero ? Rgb{150, 154, 162} : kFaint;
    draw_line(picture, place(tick), place(-reach), place(tick), place(reach), colour);
    draw_line(picture, place(-reach), place(tick), place(reach), place(tick), colour);
    const std::string text = number(tick, digits);
    const auto at = std::llround(place(tick));
    pictures::draw_text(picture, at - 3, kMargin - 6 - pictures::text_width(text), text, kInk);
    pictures::draw_text(picture, kMargin + kSide + 6, at - pictures::text_width(text) / 2, text,
                        kInk);
  }
  for (const Mark& mark : marks_) {
    const double y = place(mark.y), x = place(mark.x);
    draw_line(picture, place(mark.y - mark.sigma_y), x, place(mark.y + mark.sigma_y), x, kMark);
    draw_line(picture, y, place(mark.x - mark.sigma_x), y, place(mark.x + mark.sigma_x), kMark);
    picture.draw_disc(y, x, 2.5, kMark, 0.9);
  }
  pictures::draw_text(picture, kMargin / 3, kMargin,
                      "shift (dy down, dx right) in pixels, bars: one sigma", kInk);
  return picture;
}

Picture AlignmentPlot::picture() const {
  if (marks_.empty()) return {1, 1, pictures::kPaper};
  const auto count = static_cast<double>(strips_.size());
  const auto columns = static_cast<std::int64_t>(std::ceil(count / std::ceil(count / 8)));
  Picture details = pictures::montage(strips_, std::max<std::int64_t>(1, columns / 4 + 1), kGap);
  Picture legend(kLine + 6, std::max(details.width(), std::int64_t{560}), pictures::kPaper);
  pictures::draw_text(legend, 6, kGap + 6,
                      "the reference, and the image (cyan) over it (red) before and after", kInk);
  Picture right(details.height() + legend.height(), legend.width(), pictures::kPaper);
  right.paste(legend, 0, 0);
  right.paste(details, legend.height(), 0);
  return pictures::side_by_side({scatter(), right}, kGap);
}

}  // namespace ptychopatch::alignment
