// SPDX-License-Identifier: Apache-2.0
#include "render/page.hpp"

#include <algorithm>

#include "render/chart.hpp"
#include "render/tables.hpp"

namespace ptychopatch::bench {
namespace {

constexpr std::string_view page_head = R"(<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>libptychopatch: what it costs here</title>
<style>
body { font: 15px/1.5 system-ui, "DejaVu Sans", sans-serif; color: #1f2937; background: #ffffff;
       max-width: 1440px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.25rem; margin-top: 2.5rem; } h3 { font-size: 1.05rem; }
p, ul { max-width: 860px; }
img { max-width: 100%; height: auto; display: block; margin: 1rem 0; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: 13px; margin: 0.5rem 0 1.5rem; }
th, td { padding: 3px 9px; border-bottom: 1px solid #e5e7eb; text-align: left; white-space: nowrap; }
th { background: #f3f4f6; position: sticky; top: 0; }
.number { text-align: right; font-variant-numeric: tabular-nums; }
</style>
</head>
<body>
)";

struct Set {
  const char* name;
  const char* title;
};
constexpr Set sets[] = {
    {"main", "Patches of complex64, bilinear"},
    {"large", "Many patches, larger than the caches"},
    {"types", "Other types"},
    {"interpolations", "Other interpolations"},
    {"probes", "Probes of several modes"},
    {"edges", "Positions over the image's edges"},
    {"alignment", "Patches that begin 16 bytes into a cache line, as NumPy's do"},
    {"threads", "Fewer threads"},
    {"overlaps", "Adjoints of patches that overlap so many times, beside one of atomic additions"},
    {"patches", "Growing number of patches"},
    {"pixels", "Growing patches"},
    {"groups", "Nearest neighbours of points set anew; a patch is a point"},
    {"scenes", "Scenes of 16-bit mosaics; a patch is an image"},
};

std::string section(const std::string& title, const std::string& content) {
  return content.empty()
             ? ""
             : "<h3>" + escaped(title) + "</h3>\n<div class=\"wide\">" + content + "</div>\n";
}

// A document of its own in the page, since names in one drawing are those in another too.
std::string embedded(const Chart& chart) {
  if (chart.svg.empty()) return "";
  std::string data;
  for (const char c : chart.svg) {
    if (c == '\n') {
      data += "%0A";
    } else if (std::string_view("%#\"&<>").find(c) == std::string_view::npos) {
      data += c;
    } else {
      constexpr std::string_view digits = "0123456789ABCDEF";
      data.append("%").append(1, digits[c / 16]).append(1, digits[c % 16]);
    }
  }
  return "<img alt=\"" + escaped(chart.title) + "\" src=\"data:image/svg+xml," + data + "\">\n";
}

// Patch sizes that the main cases have, in their order.
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

std::string report_part(const Report& report) {
  std::string text = "<h2>" + escaped(report.machine.summary()) + "</h2>\n<p>libptychopatch " +
                     escaped(report.library_version) + ", commit " + escaped(report.commit) +
                     ", backend " + escaped(report.backend) + ", " + escaped(report.date) +
                     ".</p>\n";
  if (report.quick) {
    text +=
        "<p><strong>A quick run on little data: it shows that the suite works, not what the "
        "library costs.</strong></p>\n";
  }
  for (const std::int64_t size : main_sizes(report)) {
    text += embedded(bandwidth_chart(report, size));
  }
  text += embedded(cost_against_patches(report));
  text += embedded(cost_against_pixels(report));
  for (const Set& set : sets) text += section(set.title, timed_table(report, set.name));
  text += section("Memory beside inputs and outputs", memory_table(report));
  text += section("Bandwidth limits by themselves", limit_table(report));
  text += section("Not measured", skipped_list(report));
  return text;
}

}  // namespace

std::string page(const std::vector<Report>& reports) {
  std::string text(page_head);
  text +=
      "<h1>libptychopatch: what it costs here</h1>\n"
      "<p>Every case is timed in turn with a bandwidth limit: the fastest that as many bytes can "
      "be written "
      "(<code>nt_fill</code>: stores past the caches; <code>memset</code> where the second-level "
      "caches hold them) or read (<code>read</code>: a sum) on as many threads, in the same "
      "memory; on a card, where sets of arrays take turns so that none is in its cache, "
      "<code>device_memset</code>, <code>device_read</code> and, for images that come from the "
      "host, <code>host_to_device</code>. "
      "Times are medians; the share of the limit is the median over the pairs, its quartiles "
      "beside "
      "it. Bytes are those of the patches or waves alone: the image is not counted.</p>\n";
  for (const Report& report : reports) text += report_part(report);
  return text + "</body>\n</html>\n";
}

std::vector<Picture> pictures(const std::vector<Report>& reports) {
  constexpr std::int64_t preferred = 128;
  const Report& report = reports.front();
  const std::vector<std::int64_t> sizes = main_sizes(report);
  const bool has = std::find(sizes.begin(), sizes.end(), preferred) != sizes.end();
  std::vector<Picture> all = {{"cost-patches", cost_against_patches(report).svg},
                              {"cost-pixels", cost_against_pixels(report).svg}};
  if (!sizes.empty()) {
    all.push_back({"bandwidth", bandwidth_chart(report, has ? preferred : sizes.back()).svg});
  }
  std::erase_if(all, [](const Picture& one) { return one.svg.empty(); });
  return all;
}

}  // namespace ptychopatch::bench
