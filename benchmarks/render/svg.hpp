// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BENCHMARKS_RENDER_SVG_HPP_
#define PTYCHOPATCH_BENCHMARKS_RENDER_SVG_HPP_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ptychopatch::bench {

struct Point {
  double x, y;
};

// For text in HTML and SVG.
std::string escaped(std::string_view text);

// A drawing. `style` is what CSS calls a class; the classes are those of kStyle in svg.cpp. A title
// is what a browser shows under the pointer.
class Svg {
 public:
  Svg(double width, double height, std::string_view title);

  void line(Point from, Point to, std::string_view style);
  void path(const std::vector<Point>& points, std::string_view style);
  void rectangle(Point corner, double width, double height, std::string_view style,
                 std::string_view title = "");
  void dot(Point centre, std::string_view style, std::string_view title = "");
  // style also says which end of the text is at the place: "start", "middle" or "end".
  void text(Point place, std::string_view words, std::string_view style);

  // The whole element.
  std::string str() const { return body_ + "</svg>\n"; }

 private:
  void shape(const std::string& element, std::string_view title);

  std::string body_;
};

}  // namespace ptychopatch::bench

#endif  // PTYCHOPATCH_BENCHMARKS_RENDER_SVG_HPP_
