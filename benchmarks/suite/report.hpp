// SPDX-License-Identifier: Apache-2.0
#pragma once

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
  std::string limit;
  double limit_seconds = 0;   // median of the limit over the same bytes
  double share_of_limit = 0;  // median over the pairs of limit seconds over case seconds
  double share_of_limit_low = 0, share_of_limit_high = 0;  // its quartiles
  std::uint64_t plan_bytes = 0;                            // scratch that the plan holds
  std::string machine, library_version, commit, date;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Record, name, set, operation, backend, dtype, interpolation,
                                   boundary, order, image_shape, patches_shape, threads,
                                   repetitions, seconds, bytes, gigabytes_per_second, limit,
                                   limit_seconds, share_of_limit, share_of_limit_low,
                                   share_of_limit_high, plan_bytes, machine, library_version,
                                   commit, date)

// A limit by itself.
struct LimitRecord {
  std::string limit;
  std::int64_t bytes = 0;
  int threads = 0;
  double seconds = 0;
  double gigabytes_per_second = 0;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(LimitRecord, limit, bytes, threads, seconds,
                                   gigabytes_per_second)

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
  int schema_version = 2;
  std::string library_version, commit, date, backend;
  Machine machine;
  bool quick = false;
  std::vector<Record> records;
  std::vector<LimitRecord> limits;
  std::vector<MemoryRecord> memory;
  std::vector<Skipped> skipped;
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Report, schema_version, library_version, commit, date, backend,
                                   machine, quick, records, limits, memory, skipped)

// A file holds one report, or an array of them where there were several devices. Throws
// std::runtime_error that names the file.
std::vector<Report> read_reports(const std::string& path);
std::string to_text(const std::vector<Report>& reports);

// The file is there complete or not at all. Throws std::runtime_error that names it.
void write_file(const std::string& path, const std::string& text);

// Throws the same beforehand where the file's folder is missing or closed; "" is fine.
void check_folder_of(const std::string& path);

}  // namespace ptychopatch::bench
