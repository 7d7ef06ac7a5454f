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
  Table table(
      {"operation", "dtype", "interpolation", "boundary", "order", "patches", "threads", "time",
       "per patch", "GB/s", "limit", "limit's time", "share of the limit", "quartiles"},
      5);
  bool any = false;
  for (const Record& record : report.records) {
    if (record.set != set) continue;
    any = true;
    table.row({record.operation, record.dtype, record.interpolation, record.boundary, record.order,
               joined(record.patches_shape), std::to_string(record.threads),
               with_prefix(record.seconds, "s"),
               with_prefix(record.seconds / static_cast<double>(record.patches_shape[0]), "s"),
               fixed(record.gigabytes_per_second, 2), record.limit,
               with_prefix(record.limit_seconds, "s"), percent(record.share_of_limit),
               percent(record.share_of_limit_low) + " to " + percent(record.share_of_limit_high)});
  }
  return any ? table.str() : "";
}

std::string limit_table(const Report& report) {
  if (report.limits.empty()) return "";
  Table table({"limit", "bytes moved", "threads", "time", "GB/s"}, 1);
  for (const LimitRecord& limit : report.limits) {
    table.row({limit.limit, grouped(limit.bytes), std::to_string(limit.threads),
               with_prefix(limit.seconds, "s"), fixed(limit.gigabytes_per_second, 2)});
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
