// SPDX-License-Identifier: Apache-2.0
#include "pictures/canvas.hpp"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <cairo.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>
#include <numbers>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace ptychopatch::pictures {
namespace {

constexpr double margin = 12;

using Surface = std::unique_ptr<cairo_surface_t, decltype(&cairo_surface_destroy)>;
using Cairo = std::unique_ptr<cairo_t, decltype(&cairo_destroy)>;

void check(cairo_status_t status) {
  if (status == CAIRO_STATUS_SUCCESS) return;
  throw std::runtime_error(std::string("cannot draw a picture: ") + cairo_status_to_string(status));
}

Surface checked(cairo_surface_t* surface) {
  Surface owned(surface, &cairo_surface_destroy);
  check(cairo_surface_status(surface));
  return owned;
}

// Cairo counts in int and draws up to 32767; a larger number is its error, not an overflow.
int length(double pixels) { return static_cast<int>(std::min(pixels, 1e6)); }

Surface surface_of(const Image& image, std::int64_t zoom) {
  Surface surface = checked(cairo_image_surface_create(
      CAIRO_FORMAT_RGB24, length(static_cast<double>(image.width() * zoom)),
      length(static_cast<double>(image.height() * zoom))));
  auto* const data = cairo_image_surface_get_data(surface.get());
  const std::int64_t stride = cairo_image_surface_get_stride(surface.get());
  for (std::int64_t y = 0; y < image.height() * zoom; ++y) {
    auto* const row = reinterpret_cast<std::uint32_t*>(data + y * stride);
    for (std::int64_t x = 0; x < image.width() * zoom; ++x) {
      const Rgb from = image.at(y / zoom, x / zoom);
      row[x] = std::uint32_t{from[0]} << 16 | std::uint32_t{from[1]} << 8 | from[2];
    }
  }
  cairo_surface_mark_dirty(surface.get());
  return surface;
}

cairo_status_t append(void* text, const unsigned char* data, unsigned size) {
  static_cast<std::string*>(text)->append(reinterpret_cast<const char*>(data), size);
  return CAIRO_STATUS_SUCCESS;
}

std::string png_of(const Surface& surface) {
  std::string file;
  check(cairo_surface_write_to_png_stream(surface.get(), &append, &file));
  return file;
}

// Cairo numbers what is in an SVG by all that the process made before: here by its order.
std::string renumbered(const std::string& svg, std::string_view name) {
  std::string text;
  std::map<std::string, std::size_t> numbers;
  std::size_t from = 0;
  for (std::size_t at = svg.find(name); at != std::string::npos; at = svg.find(name, at + 1)) {
    const std::string_view before(svg.data(), at);
    if (!before.ends_with(" id=\"") && !before.ends_with("href=\"#")) continue;
    const std::size_t digits = at + name.size();
    const std::size_t end = svg.find('"', digits);
    const auto known = numbers.emplace(svg.substr(digits, end - digits), numbers.size() + 1);
    text += svg.substr(from, digits - from) + std::to_string(known.first->second);
    from = end;
  }
  return text + svg.substr(from);
}

void set_colour(cairo_t* cairo, Rgb colour) {
  cairo_set_source_rgb(cairo, colour[0] / 255.0, colour[1] / 255.0, colour[2] / 255.0);
}

void set_font(cairo_t* cairo, const Font& font) {
  cairo_select_font_face(cairo, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         font.bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(cairo, font.size);
}

// Letters are as wide in every format.
Cairo on(const Surface& surface) {
  Cairo cairo(cairo_create(surface.get()), &cairo_destroy);
  cairo_font_options_t* const options = cairo_font_options_create();
  cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
  cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
  cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
  cairo_set_font_options(cairo.get(), options);
  cairo_font_options_destroy(options);
  return cairo;
}

}  // namespace

Image::Image(std::int64_t height, std::int64_t width, Rgb fill)
    : height_(height), width_(width), pixels_(static_cast<std::size_t>(height * width), fill) {}

Rgb Image::at(std::int64_t y, std::int64_t x) const {
  return pixels_[static_cast<std::size_t>(y * width_ + x)];
}

void Image::set(std::int64_t y, std::int64_t x, Rgb colour) {
  pixels_[static_cast<std::size_t>(y * width_ + x)] = colour;
}

std::optional<Format> format_of(std::string_view name) {
  std::string ending(name.substr(name.size() - std::min<std::size_t>(name.size(), 4)));
  std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return std::tolower(c); });
  if (ending == ".png") return Format::png;
  if (ending == ".svg") return Format::svg;
  if (ending == ".pdf") return Format::pdf;
  return std::nullopt;
}

Canvas::Canvas() {
  const Surface surface =
      checked(cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, nullptr));
  measure_ = on(surface);
}

void Canvas::draw(std::function<void(cairo_t*)> mark) {
  mark(measure_.get());
  marks_.push_back(std::move(mark));
}

void Canvas::path(const std::vector<Point>& points, const Pen& pen) {
  draw([points, pen](cairo_t* cairo) {
    set_colour(cairo, pen.colour);
    cairo_set_line_width(cairo, pen.width);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    constexpr double dashes[] = {5, 4};
    cairo_set_dash(cairo, dashes, pen.dashed ? 2 : 0, 0);
    // A thin upright or level line fills one pixel and not the halves of two.
    const bool level = points.size() == 2 && points[0].y == points[1].y;
    const bool upright = points.size() == 2 && points[0].x == points[1].x;
    cairo_new_path(cairo);  // Text leaves a point behind.
    for (const Point& point : points) {
      cairo_line_to(cairo, upright ? std::floor(point.x) + 0.5 : point.x,
                    level ? std::floor(point.y) + 0.5 : point.y);
    }
    cairo_stroke(cairo);
  });
}

void Canvas::rectangle(Point corner, double width, double height, Rgb fill) {
  draw([=](cairo_t* cairo) {
    set_colour(cairo, fill);
    cairo_new_path(cairo);
    cairo_rectangle(cairo, corner.x, corner.y, width, height);
    cairo_fill(cairo);
  });
}

void Canvas::disc(Point centre, double radius, Rgb fill) {
  draw([=](cairo_t* cairo) {
    set_colour(cairo, fill);
    cairo_new_path(cairo);
    cairo_arc(cairo, centre.x, centre.y, radius, 0, 2 * std::numbers::pi);
    cairo_fill(cairo);
  });
}

void Canvas::image(Point corner, const Image& image, std::int64_t zoom) {
  // Enlarged here, because a file of vectors does not say that pixels are to stay squares.
  const std::shared_ptr<cairo_surface_t> surface = surface_of(image, zoom);
  draw([corner, surface](cairo_t* cairo) {
    cairo_set_source_surface(cairo, surface.get(), corner.x, corner.y);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    cairo_new_path(cairo);
    cairo_rectangle(cairo, corner.x, corner.y, cairo_image_surface_get_width(surface.get()),
                    cairo_image_surface_get_height(surface.get()));
    cairo_fill(cairo);
  });
}

void Canvas::text(Point place, const std::string& words, const Font& font) {
  const double left = place.x - font.before * width_of(words, font);
  draw([left, y = place.y, words, font](cairo_t* cairo) {
    set_font(cairo, font);
    set_colour(cairo, font.colour);
    cairo_move_to(cairo, left, y);
    cairo_show_text(cairo, words.c_str());
  });
}

double Canvas::width_of(const std::string& words, const Font& font) const {
  set_font(measure_.get(), font);
  cairo_text_extents_t extents;
  cairo_text_extents(measure_.get(), words.c_str(), &extents);
  return extents.x_advance;
}

std::string Canvas::encoded(Format format) const {
  check(cairo_status(measure_.get()));
  double left = 0, top = 0, width = 0, height = 0;
  cairo_recording_surface_ink_extents(cairo_get_target(measure_.get()), &left, &top, &width,
                                      &height);
  width = std::ceil(left + width) - std::floor(left) + 2 * margin;
  height = std::ceil(top + height) - std::floor(top) + 2 * margin;

  std::string file;
  cairo_surface_t* target = nullptr;
  switch (format) {
    case Format::png:
      target = cairo_image_surface_create(CAIRO_FORMAT_RGB24, length(width), length(height));
      break;
    case Format::svg:
      target = cairo_svg_surface_create_for_stream(&append, &file, width, height);
      cairo_svg_surface_set_document_unit(target, CAIRO_SVG_UNIT_PX);
      break;
    case Format::pdf:
      target = cairo_pdf_surface_create_for_stream(&append, &file, width, height);
      cairo_pdf_surface_set_metadata(target, CAIRO_PDF_METADATA_CREATE_DATE, "");
      break;
  }
  const Surface paper = checked(target);
  const Cairo cairo = on(paper);
  cairo_set_source_rgb(cairo.get(), 1, 1, 1);
  cairo_paint(cairo.get());
  cairo_translate(cairo.get(), margin - std::floor(left), margin - std::floor(top));
  // Marks are drawn again: a recording as a source is an image to SVG and PDF.
  for (const auto& mark : marks_) mark(cairo.get());
  check(cairo_status(cairo.get()));
  if (format == Format::png) return png_of(paper);
  cairo_surface_finish(target);
  check(cairo_surface_status(target));
  return format == Format::svg ? renumbered(renumbered(file, "image"), "surface") : file;
}

std::string encode_png(const Image& image) { return png_of(surface_of(image, 1)); }

}  // namespace ptychopatch::pictures

#if defined(__SANITIZE_ADDRESS__)
// fontconfig keeps fonts until the process ends.
// NOLINTBEGIN(bugprone-reserved-identifier)
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libfontconfig\n"; }
extern "C" __attribute__((visibility("default"))) const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
// NOLINTEND(bugprone-reserved-identifier)
#endif
