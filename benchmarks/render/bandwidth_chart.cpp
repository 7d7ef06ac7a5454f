// SPDX-License-Identifier: Apache-2.0
#include "render/bandwidth_chart.hpp"

#include <algorithm>
#include <iterator>

#include "render/axis.hpp"
#include "render/svg.hpp"

namespace ptychopatch::bench {
namespace {

constexpr double kWidth = 860, kLeft = 210, kRight = 150, kRow = 22, kBar = 14, kHead = 104,
                 kFoot = 40;

std::string spoken(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

double roof_speed(const Record& record) {
  return static_cast<double>(record.bytes) / record.roof_seconds / 1e9;
}

// Roofs by themselves, with the threads of the cases and over their bytes.
std::vector<RoofRecord> roofs_beside(const Report& report, const Record& record) {
  std::vector<RoofRecord> roofs;
  for (const RoofRecord& roof : report.roofs) {
    if (roof.threads == record.threads && roof.bytes == record.bytes) roofs.push_back(roof);
  }
  std::sort(roofs.begin(), roofs.end(), [](const RoofRecord& a, const RoofRecord& b) {
    return a.gigabytes_per_second < b.gigabytes_per_second;
  });
  return roofs;
}

void draw_row(Svg& svg, const Axis& axis, const Record& record, double top) {
  const double end = axis.place(record.gigabytes_per_second);
  const double middle = top + kRow / 2;
  const std::string speed = fixed(record.gigabytes_per_second, 1) + " GB/s";
  svg.text({kLeft - 8, middle + 4}, spoken(record.operation) + ", " + record.order, "end");
  svg.rectangle({kLeft, middle - kBar / 2}, end - kLeft, kBar,
                (record.roof.ends_with("read") ? "read " : "write ") + record.order,
                record.name + ": " + with_prefix(record.seconds, "s") + ", " + speed);
  const double roof = axis.place(roof_speed(record));
  svg.line({roof, middle - kBar / 2 - 2}, {roof, middle + kBar / 2 + 2}, "own-roof");
  svg.text({kWidth - kRight + 12, middle + 4},
           fixed(100 * record.roof_fraction, 0) + " % of " + record.roof, "start");
}

void draw_roofs(Svg& svg, const Axis& axis, const std::vector<RoofRecord>& roofs, double bottom) {
  double label = kHead - 8 - 13 * static_cast<double>(roofs.size() - 1);
  for (const RoofRecord& roof : roofs) {
    const double x = axis.place(roof.gigabytes_per_second);
    svg.line({x, label + 3}, {x, bottom}, "roof");
    svg.text({x - 4, label}, roof.roof + " " + fixed(roof.gigabytes_per_second, 1),
             "roof-name end");
    label += 13;
  }
}

}  // namespace

std::vector<std::int64_t> main_sizes(const Report& report) {
  std::vector<std::int64_t> sizes;
  for (const Record& record : report.records) {
    const std::int64_t size = record.patches_shape.back();
    if (record.set == "main" && std::find(sizes.begin(), sizes.end(), size) == sizes.end()) {
      sizes.push_back(size);
    }
  }
  return sizes;
}

std::string bandwidth_chart(const Report& report, std::int64_t size) {
  std::vector<Record> rows;
  std::copy_if(report.records.begin(), report.records.end(), std::back_inserter(rows),
               [size](const Record& record) {
                 return record.set == "main" && record.patches_shape.back() == size;
               });
  if (rows.empty()) return "";
  const std::vector<RoofRecord> roofs = roofs_beside(report, rows.front());
  std::vector<double> speeds;
  for (const Record& record : rows) {
    speeds.insert(speeds.end(), {record.gigabytes_per_second, roof_speed(record)});
  }
  for (const RoofRecord& roof : roofs) speeds.push_back(roof.gigabytes_per_second);

  const double bottom = kHead + kRow * static_cast<double>(rows.size());
  const std::string title =
      grouped(rows.front().patches_shape.front()) + " patches of " + std::to_string(size) + " x " +
      std::to_string(size) + " " + rows.front().dtype + ", " + rows.front().interpolation + ", " +
      std::to_string(rows.front().threads) + (rows.front().threads == 1 ? " thread" : " threads");
  Svg svg(kWidth, bottom + kFoot, title);
  const Axis axis(Axis::Kind::kLinear, speeds, kLeft, kWidth - kRight);
  svg.text({12, 20}, title, "title start");
  svg.text({12, 36}, "red mark: the roof timed in turn with the case; dashed: roofs by themselves",
           "faint start");
  for (const double tick : axis.ticks()) {
    svg.line({axis.place(tick), kHead}, {axis.place(tick), bottom}, "grid");
    svg.text({axis.place(tick), bottom + 16}, fixed(tick, tick < 2 && tick > 0 ? 1 : 0),
             "faint middle");
  }
  svg.text({(kLeft + kWidth - kRight) / 2, bottom + 32}, "GB/s of the patches", "faint middle");
  double top = kHead;
  for (const Record& record : rows) {
    draw_row(svg, axis, record, top);
    top += kRow;
  }
  if (!roofs.empty()) draw_roofs(svg, axis, roofs, bottom);
  svg.line({kLeft, kHead}, {kLeft, bottom}, "axis");
  return svg.str();
}

}  // namespace ptychopatch::bench
