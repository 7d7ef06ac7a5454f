// SPDX-License-Identifier: Apache-2.0
#include "render/tables.hpp"

#include <algorithm>

#include "render/axis.hpp"

namespace ptychopatch::bench {
namespace {

class Table {
 public:
  // Columns from `first_number` on are set to the right.
  Table(const std::vector<std::string>& heads, std::size_t first_number)
      : first_number_(first_number) {
    row(heads, "th");
  }

  void row(const std::vector<std::string>& cells, const std::string& tag = "td") {
    body_ += "<tr>";
    for (std::size_t i = 0; i < cells.size(); ++i) {
      body_.append("<").append(tag).append(i < first_number_ ? ">" : " class=\"number\">");
      body_.append(escaped(cells[i])).append("</").append(tag).append(">");
    }
    body_ += "</tr>\n";
  }

  std::string str() const { return "<table>\n" + body_ + "</table>\n"; }

 private:
  std::size_t first_number_;
  std::string body_;
};

std::string joined(const std::vector<std::int64_t>& shape) {
  std::string text;
  for (const std::int64_t length : shape) {
    text += (text.empty() ? "" : " x ") + grouped(length);
  }
  return text;
}

std::string percent(double part) { return fixed(100 * part, 0) + " %"; }

std::string megabytes(std::uint64_t bytes) { return fixed(static_cast<double>(bytes) / 1e6, 2); }

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

std::string timed_table(const Report& report, const std::string& set) {
  Table table({"operation", "dtype", "interpolation", "boundary", "order", "patches", "threads",
               "time", "per patch", "GB/s", "roof", "roof's time", "part of roof", "quartiles"},
              5);
  bool any = false;
  for (const Record& record : report.records) {
    if (record.set != set) continue;
    any = true;
    table.row({record.operation, record.dtype, record.interpolation, record.boundary, record.order,
               joined(record.patches_shape), std::to_string(record.threads),
               with_prefix(record.seconds, "s"),
               with_prefix(record.seconds / static_cast<double>(record.patches_shape[0]), "s"),
               fixed(record.gigabytes_per_second, 2), record.roof,
               with_prefix(record.roof_seconds, "s"), percent(record.roof_fraction),
               percent(record.roof_fraction_low) + " to " + percent(record.roof_fraction_high)});
  }
  return any ? table.str() : "";
}

std::string roof_table(const Report& report) {
  if (report.roofs.empty()) return "";
  Table table({"roof", "bytes moved", "threads", "time", "GB/s"}, 1);
  for (const RoofRecord& roof : report.roofs) {
    table.row({roof.roof, grouped(roof.bytes), std::to_string(roof.threads),
               with_prefix(roof.seconds, "s"), fixed(roof.gigabytes_per_second, 2)});
  }
  return table.str();
}

std::string memory_table(const Report& report) {
  if (report.memory.empty()) return "";
  Table table({"operation", "order", "patches", "inputs and outputs, MB", "budget, MB",
               "the plan's, MB", "growth of the peak, MB"},
              2);
  for (const MemoryRecord& record : report.memory) {
    table.row({record.operation, record.order, joined(record.patches_shape),
               megabytes(record.array_bytes),
               record.budget_bytes ? megabytes(record.budget_bytes) : "default",
               megabytes(record.plan_bytes), megabytes(record.peak_bytes)});
  }
  return table.str();
}

std::string skipped_list(const Report& report) {
  if (report.skipped.empty()) return "";
  std::string items;
  for (const Skipped& one : report.skipped) {
    items += "<li>" + escaped(one.name) + ": " + escaped(one.reason) + "</li>\n";
  }
  return "<ul>\n" + items + "</ul>\n";
}

}  // namespace ptychopatch::bench
