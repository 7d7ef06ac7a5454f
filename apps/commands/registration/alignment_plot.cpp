// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/alignment_plot.hpp"

#include <algorithm>
#include <cmath>

#include "formats/utf8.hpp"
#include "pictures/plane.hpp"
#include "pictures/ticks.hpp"

namespace ptychopatch::alignment {
namespace {

using pictures::Canvas;
using pictures::Font;
using pictures::Plane;
using pictures::Rgb;

constexpr double plot_side = 480;  // of the plot of shifts
constexpr std::int64_t zoom = 2, gap = 6;
constexpr double min_width = 320;  // of a detail's place, for the words above it
constexpr double above_map = 16;
constexpr Rgb mark_colour = {196, 60, 42}, axis_colour = {150, 154, 162};
constexpr Font title_font = {.size = 13, .bold = true};

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

constexpr std::int64_t detail_side = 96;
constexpr std::int64_t step = 48;

// Each colour over its mean in the part, then a mean over the pattern's own size about each pixel.
Plane grey_of(const mosaics::RawImage& raw, std::int64_t top, std::int64_t left,
              std::int64_t height, std::int64_t width) {
  Plane rough{height, width, false,
              std::vector<std::complex<float>>(static_cast<std::size_t>(height * width))};
  const auto index = [width](std::int64_t y, std::int64_t x) {
    return static_cast<std::size_t>(y * width + x);
  };
  std::array<double, 3> sums{}, counts{};
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const std::size_t colour = raw.cfa.colour(top + y, left + x);
      sums[colour] += raw.pixel(top + y, left + x) - raw.black;
      counts[colour] += 1;
    }
  }
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const std::size_t colour = raw.cfa.colour(top + y, left + x);
      const double mean = sums[colour] / counts[colour];
      rough.values[index(y, x)] =
          static_cast<float>((raw.pixel(top + y, left + x) - raw.black) / (mean > 0 ? mean : 1));
    }
  }
  const std::int64_t reach = raw.cfa.period == 1 ? 0 : 1;
  if (reach == 0) return rough;
  Plane smooth = rough;
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      double sum = 0, weights = 0;
      for (std::int64_t dy = -reach; dy <= reach; ++dy) {
        for (std::int64_t dx = -reach; dx <= reach; ++dx) {
          const std::int64_t from_y = y + dy, from_x = x + dx;
          if (from_y < 0 || from_x < 0 || from_y >= height || from_x >= width) continue;
          const double weight = (dy == 0 ? 2.0 : 1.0) * (dx == 0 ? 2.0 : 1.0);
          sum += weight * static_cast<double>(rough.at(from_y, from_x).real());
          weights += weight;
        }
      }
      smooth.values[index(y, x)] = static_cast<float>(sum / weights);
    }
  }
  return smooth;
}

struct Place {
  std::int64_t y = 0, x = 0;
};

// Where the reference's values change most, on a grid, away from where the image ends.
Place liveliest(const mosaics::RawImage& reference, std::int64_t margin, std::int64_t side) {
  Place best{(reference.height() - side) / 2, (reference.width() - side) / 2};
  double most = -1;
  const std::int64_t period = reference.cfa.period;
  for (std::int64_t y = margin; y + side + margin <= reference.height(); y += step) {
    for (std::int64_t x = margin; x + side + margin <= reference.width(); x += step) {
      double sum = 0;
      for (std::int64_t i = 0; i + 2 * period < side; i += 3) {
        for (std::int64_t k = 0; k + 2 * period < side; k += 3) {
          const double here = reference.pixel(y + i, x + k);
          sum += std::abs(reference.pixel(y + i + 2 * period, x + k) - here) +
                 std::abs(reference.pixel(y + i, x + k + 2 * period) - here);
        }
      }
      if (sum > most) {
        most = sum;
        best = {y, x};
      }
    }
  }
  return best;
}

// Grey levels 0 to 1 between the darkest and the brightest of what is not noise, which is the
// smaller part of means over 5 x 5 values.
Plane levelled(Plane grey) {
  constexpr std::int64_t box = 5;
  const pictures::Scale scale = pictures::scale_of(
      pictures::shrunk(grey, std::min(box, grey.height), std::min(box, grey.width)));
  for (auto& value : grey.values) {
    value = static_cast<float>(std::clamp(
        (static_cast<double>(value.real()) - scale.low) / (scale.high - scale.low), 0.0, 1.0));
  }
  return grey;
}

Plane moved(const Context& context, const Plane& grey, const double (&shift)[2]) {
  Plane out = grey;
  // Real parts alone.
  const auto reals = [](const Plane& plane) {
    ppatch_array view =
        array(reinterpret_cast<const float*>(plane.values.data()), {plane.height, plane.width});
    view.strides[0] = 2 * plane.width;
    view.strides[1] = 2;
    return view;
  };
  const ppatch_array from = reals(grey), to = reals(out);
  ppatch_resample_options options{};
  options.struct_size = sizeof options;
  options.interpolation = PPATCH_INTERPOLATION_BICUBIC;
  options.boundary = PPATCH_BOUNDARY_EDGE;
  check(ppatch_image_shift(context.get(), &from, shift, &options, &to));
  return out;
}

std::uint8_t encoded(std::complex<float> level) {
  return static_cast<std::uint8_t>(std::lround(255 * std::pow(level.real(), 1 / 2.2F)));
}

pictures::Image drawn(const Plane& red, const Plane& cyan, std::int64_t margin) {
  const std::int64_t height = red.height - 2 * margin, width = red.width - 2 * margin;
  pictures::Image picture(height, width);
  for (std::int64_t y = 0; y < height; ++y) {
    for (std::int64_t x = 0; x < width; ++x) {
      const std::uint8_t first = encoded(red.at(y + margin, x + margin));
      const std::uint8_t second = encoded(cyan.at(y + margin, x + margin));
      picture.set(y, x, {first, second, second});
    }
  }
  return picture;
}

// The detail of the reference with the most structure, by itself, under the image as it was taken,
// and under the image moved by its shift. Colours of a mosaic are evened out by their means.
std::array<pictures::Image, 3> detail_strip(const Context& context,
                                            const mosaics::RawImage& reference,
                                            const mosaics::RawImage& image,
                                            const ppatch_shift& shift) {
  const std::int64_t height = std::min(reference.height(), image.height());
  const std::int64_t width = std::min(reference.width(), image.width());
  const double reach = std::max(std::abs(shift.shift[0]), std::abs(shift.shift[1]));
  const std::int64_t shortest = std::min(height, width);
  const auto furthest = static_cast<std::int64_t>(std::ceil(reach)) + 4;
  const std::int64_t margin = std::min(furthest, std::max<std::int64_t>(0, shortest / 2 - 8));
  const std::int64_t side = std::clamp<std::int64_t>(shortest - 2 * margin, 1, detail_side);
  const Place found = liveliest(reference, margin, side);
  const std::int64_t size_y = std::min(side + 2 * margin, height);
  const std::int64_t size_x = std::min(side + 2 * margin, width);
  const std::int64_t top = std::clamp<std::int64_t>(found.y - margin, 0, height - size_y);
  const std::int64_t left = std::clamp<std::int64_t>(found.x - margin, 0, width - size_x);
  const Plane clean = levelled(grey_of(reference, top, left, size_y, size_x));
  const Plane noisy = grey_of(image, top, left, size_y, size_x);
  const Plane after = levelled(moved(context, noisy, shift.shift));
  const std::int64_t edge = std::min(margin, (std::min(size_y, size_x) - 1) / 2);
  return {drawn(clean, clean, edge), drawn(clean, levelled(noisy), edge),
          drawn(clean, after, edge)};
}

// Of one axis, by its place in the covariance; 0 where it is not known.
double sigma_of(const ppatch_shift& shift, int i) {
  return std::isfinite(shift.covariance[i]) ? std::sqrt(shift.covariance[i]) : 0.0;
}

}  // namespace

void AlignmentPlot::mark(std::size_t place, const ppatch_shift& shift) {
  const std::lock_guard<std::mutex> lock(mutex_);
  marks_[place] = {shift.shift[0], shift.shift[1], sigma_of(shift, 0), sigma_of(shift, 2)};
}

void AlignmentPlot::add(std::size_t place, const Context& context,
                        const mosaics::RawImage& reference, const mosaics::RawImage& image,
                        const ppatch_shift& shift, const MeasuredMotion* motion,
                        const std::string& name) {
  mark(place, shift);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (details_.size() == max_details && place > details_.rbegin()->first) return;
  }
  Detail detail{short_name(name), detail_strip(context, reference, image, shift), {}};
  if (motion != nullptr) detail.map.emplace(reference, *motion);
  const std::lock_guard<std::mutex> lock(mutex_);
  details_.emplace(place, std::move(detail));
  if (details_.size() > max_details) details_.erase(std::prev(details_.end()));
}

void AlignmentPlot::draw_shifts(Canvas& canvas) const {
  double reach = 0.1;
  for (const auto& [place_of_pair, mark] : marks_) {
    reach = std::max({reach, std::abs(mark.y) + mark.sigma_y, std::abs(mark.x) + mark.sigma_x});
  }
  reach *= 1.1;
  const auto place = [&](double value) { return (value + reach) * plot_side / (2 * reach); };
  for (const double tick : pictures::round_ticks(-reach, reach, 8)) {
    const double at = place(tick);
    const pictures::Pen pen = {tick == 0 ? axis_colour : pictures::grid_grey};
    canvas.path({{at, 0}, {at, plot_side}}, pen);
    canvas.path({{0, at}, {plot_side, at}}, pen);
    canvas.text({-8, at + 4}, pictures::short_text(tick), {.before = 1});
    canvas.text({at, plot_side + 18}, pictures::short_text(tick), {.before = 0.5});
  }
  for (const auto& [place_of_pair, mark] : marks_) {
    const double y = place(mark.y), x = place(mark.x);
    canvas.path({{x, place(mark.y - mark.sigma_y)}, {x, place(mark.y + mark.sigma_y)}},
                {mark_colour});
    canvas.path({{place(mark.x - mark.sigma_x), y}, {place(mark.x + mark.sigma_x), y}},
                {mark_colour});
    canvas.disc({x, y}, 2.5, mark_colour);
  }
  canvas.text({0, -34}, "Shifts onto the reference, in pixels", title_font);
  canvas.text({0, -16}, "dy downwards, dx to the right; bars: one standard error");
}

void AlignmentPlot::draw_details(Canvas& canvas, double left) const {
  canvas.text({left, -34}, "Details of the reference", title_font);
  canvas.text({left, -16}, "alone, and the image (cyan) over it (red) before and after");
  double width = min_width, height = 0, map_height = 0;
  for (const auto& [place, detail] : details_) {
    const pictures::Image& one = detail.strip[0];
    if (detail.map) {
      width = std::max(width, MotionMap::max_width);
      map_height = std::max(map_height, above_map + detail.map->height());
    }
    width = std::max(width, static_cast<double>(3 * one.width() * zoom + 2 * gap));
    height = std::max(height, static_cast<double>(one.height() * zoom));
  }
  const auto measured = [](double value, double error) {
    return pictures::fixed(value, 3) + " \u00b1 " + pictures::fixed(error, 3);
  };
  const std::size_t columns = details_.size() < 4 ? 1 : details_.size() < 13 ? 2 : 3;
  std::size_t i = 0;
  for (const auto& [place, detail] : details_) {
    double x = left + static_cast<double>(i % columns) * (width + 24);
    const std::size_t row = i / columns;
    const double y = static_cast<double>(row) * (height + map_height + 54);
    canvas.text({x, y + 12}, fitted(canvas, detail.name, width));
    const Mark& mark = marks_.at(place);
    canvas.text({x, y + 28},
                "dy = " + measured(mark.y, mark.sigma_y) +
                    ", dx = " + measured(mark.x, mark.sigma_x) + " pixels",
                {.colour = pictures::faint});
    if (detail.map) detail.map->draw(canvas, {x, y + 36 + height + above_map});
    for (const pictures::Image& one : detail.strip) {
      canvas.image({x, y + 36}, one, zoom);
      x += static_cast<double>(one.width() * zoom + gap);
    }
    ++i;
  }
}

Canvas AlignmentPlot::picture() const {
  Canvas canvas;
  draw_shifts(canvas);
  if (!details_.empty()) draw_details(canvas, plot_side + 56);
  for (const auto& [place, detail] : details_) {
    if (!detail.map) continue;
    MotionMap::draw_legend(canvas, {0, plot_side + 64});
    break;
  }
  return canvas;
}

}  // namespace ptychopatch::alignment
