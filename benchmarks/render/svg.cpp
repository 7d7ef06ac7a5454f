// SPDX-License-Identifier: Apache-2.0
#include "render/svg.hpp"

#include <cstdio>

namespace ptychopatch::bench {
namespace {

// Within each drawing, so that it can be cut out of its page.
constexpr std::string_view kStyle = R"(<style>
text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: #1f2937; }
.title { font-weight: 600; font-size: 14px; }
.faint { fill: #6b7280; font-size: 11px; }
.start { text-anchor: start; } .middle { text-anchor: middle; } .end { text-anchor: end; }
.ground { fill: #ffffff; }
.grid { stroke: #e5e7eb; } .axis { stroke: #6b7280; }
.roof { stroke: #b91c1c; stroke-width: 1; stroke-dasharray: 5 4; fill: none; }
.own-roof { stroke: #b91c1c; stroke-width: 3; }
.roof-name { fill: #b91c1c; font-size: 11px; stroke: #ffffff; stroke-width: 4px; paint-order: stroke; }
.write { fill: #2563eb; } .write.random { fill: #93b4f5; }
.read { fill: #0f766e; } .read.random { fill: #83c5be; }
.curve { fill: none; stroke-width: 2; }
.curve.dashed { stroke-dasharray: 5 4; stroke-width: 1.5; }
.s0 { stroke: #2563eb; } .s1 { stroke: #0f766e; } .s2 { stroke: #b45309; } .s3 { stroke: #7c3aed; }
.d0 { fill: #2563eb; } .d1 { fill: #0f766e; } .d2 { fill: #b45309; } .d3 { fill: #7c3aed; }
</style>
)";

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

std::string attribute(std::string_view name, std::string_view value) {
  std::string text(" ");
  text.append(name).append("=\"").append(escaped(value)).append("\"");
  return text;
}

std::string attribute(std::string_view name, double value) {
  return attribute(name, number(value));
}

}  // namespace

std::string escaped(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&':
        result += "&amp;";
        break;
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '"':
        result += "&quot;";
        break;
      default:
        result += c;
    }
  }
  return result;
}

Svg::Svg(double width, double height, std::string_view title) {
  body_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"" + attribute("width", width) +
          attribute("height", height) +
          attribute("viewBox", "0 0 " + number(width) + " " + number(height)) + ">\n<title>" +
          escaped(title) + "</title>\n";
  body_ += kStyle;
  rectangle({0, 0}, width, height, "ground");
}

void Svg::shape(const std::string& element, std::string_view title) {
  body_ += "<" + element;
  if (title.empty()) {
    body_ += "/>\n";
  } else {
    body_ +=
        "><title>" + escaped(title) + "</title></" + element.substr(0, element.find(' ')) + ">\n";
  }
}

void Svg::line(Point from, Point to, std::string_view style) {
  shape("line" + attribute("class", style) + attribute("x1", from.x) + attribute("y1", from.y) +
            attribute("x2", to.x) + attribute("y2", to.y),
        "");
}

void Svg::path(const std::vector<Point>& points, std::string_view style) {
  std::string places;
  for (const Point& point : points) places += number(point.x) + "," + number(point.y) + " ";
  shape("polyline" + attribute("class", style) + attribute("points", places), "");
}

void Svg::rectangle(Point corner, double width, double height, std::string_view style,
                    std::string_view title) {
  shape("rect" + attribute("class", style) + attribute("x", corner.x) + attribute("y", corner.y) +
            attribute("width", width) + attribute("height", height),
        title);
}

void Svg::dot(Point centre, std::string_view style, std::string_view title) {
  shape("circle" + attribute("class", style) + attribute("cx", centre.x) +
            attribute("cy", centre.y) + attribute("r", 4),
        title);
}

void Svg::text(Point place, std::string_view words, std::string_view style) {
  body_ += "<text" + attribute("class", style) + attribute("x", place.x) + attribute("y", place.y) +
           ">" + escaped(words) + "</text>\n";
}

}  // namespace ptychopatch::bench
