// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_BENCHMARKS_SUITE_REPORT_HPP_
#define PTYCHOPATCH_BENCHMARKS_SUITE_REPORT_HPP_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "suite/machine.hpp"

namespace ptychopatch::bench {

// What one timed case gave.
struct Record {
  std::string name, set, operation, backend, dtype, interpolation, boundary, order;
  std::vector<std::int64_t> image_shape, patches_shape;  // patches: (K, N, N), or (K, M, N, N)
  int threads = 0;
  int repetitions = 0;  // pairs timed
  double seconds = 0;   // median of the case
  std::int64_t bytes = 0;
  double gigabytes_per_second = 0;
  std::string roof;
  double roof_seconds = 0;   // median of the roof over the same bytes
  double roof_fraction = 0;  // median over the pairs of roof seconds over case seconds
  double roof_fraction_low = 0, roof_fraction_high = 0;  // its quartiles
  std::uint64_t plan_bytes = 0;                          // scratch that the plan holds
  std::string machine, library_version, commit, date;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Record, name, set, operation, backend, dtype, interpolation,
                                   boundary, order, image_shape, patches_shape, threads,
                                   repetitions, seconds, bytes, gigabytes_per_second, roof,
                                   roof_seconds, roof_fraction, roof_fraction_low,
                                   roof_fraction_high, plan_bytes, machine, library_version, commit,
                                   date)

// A roof by itself.
struct RoofRecord {
  std::string roof;
  std::int64_t bytes = 0;
  int threads = 0;
  double seconds = 0;
  double gigabytes_per_second = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(RoofRecord, roof, bytes, threads, seconds, gigabytes_per_second)

// What one call took beside its inputs and outputs, in a process of its own.
struct MemoryRecord {
  std::string name, operation, order;
  std::vector<std::int64_t> patches_shape;
  std::uint64_t array_bytes = 0;   // inputs and outputs
  std::uint64_t budget_bytes = 0;  // 0: the library's default
  std::uint64_t plan_bytes = 0;    // as the plan says
  std::uint64_t peak_bytes = 0;    // growth of the process's peak
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(MemoryRecord, name, operation, order, patches_shape, array_bytes,
                                   budget_bytes, plan_bytes, peak_bytes)

struct Skipped {
  std::string name, reason;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Skipped, name, reason)

// One run of the suite on one device.
struct Report {
  int schema_version = 1;
  std::string library_version, commit, date, backend;
  Machine machine;
  bool quick = false;
  std::vector<Record> records;
  std::vector<RoofRecord> roofs;
  std::vector<MemoryRecord> memory;
  std::vector<Skipped> skipped;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Report, schema_version, library_version, commit, date, backend,
                                   machine, quick, records, roofs, memory, skipped)

// A file holds one report, or an array of them where there were several devices. Throws
// std::runtime_error that names the file.
std::vector<Report> read_reports(const std::string& path);
std::string to_text(const std::vector<Report>& reports);

// The file is there complete or not at all. Throws std::runtime_error that names it.
void write_file(const std::string& path, const std::string& text);

// Throws the same beforehand where the file's folder is missing or closed; "" is fine.
void check_folder_of(const std::string& path);

}  // namespace ptychopatch::bench

#endif  // PTYCHOPATCH_BENCHMARKS_SUITE_REPORT_HPP_
