// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "commands/registration/record_file.hpp"
#include "formats/output_lock.hpp"

namespace ptychopatch::alignment {

// The records of a run, in the order of its work list whenever they come, and the file that they
// are written to: it is replaced as a whole each time, so it always holds finished records.
class Results {
 public:
  // path "": no file. Every record gets `metadata` (schema, versions, options). With resume the
  // records in the file are taken over: it may be missing, but what it holds must have been made
  // with the same options.
  Results(const std::string& path, RecordFormat format, bool overwrite, bool resume,
          Record metadata);

  // Whether records were taken over.
  bool resumed() const { return resumed_; }
  // One that was taken over and was ok.
  const Record* kept(const PairNames& names) const;

  // place is the record's in the work list.
  void add(std::size_t place, Record record);

  // Replaces the file; standard output only where `last`.
  void write(bool last) const;

  std::size_t size() const { return records_.size(); }
  std::size_t count_ok() const;
  // "found 12 = 10 ok + 1 truncated + 1 unrelated"
  std::string account() const;

 private:
  void take_over();

  std::string path_;
  bool resumed_ = false;
  formats::OutputLock lock_;
  RecordFormat format_;
  Record metadata_;
  std::map<std::size_t, Record> records_;
  std::map<PairNames, Record> kept_;
  std::vector<PairNames> kept_order_;
};

}  // namespace ptychopatch::alignment
