// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/results.hpp"

#include <filesystem>
#include <iostream>
#include <set>

#include "exit_status.hpp"
#include "formats/format_error.hpp"
#include "formats/input_file.hpp"
#include "formats/output_file.hpp"

namespace ptychopatch::alignment {

Results::Results(const std::string& path, RecordFormat format, bool overwrite, bool resume,
                 Record metadata)
    : path_(path), format_(format), metadata_(std::move(metadata)) {
  if (resume && path == "-") {
    throw app::UsageError("argument --resume: expected -o FILE, whose records it goes on with");
  }
  // Records are text: a terminal will do.
  if (path != "-" && !path.empty()) {
    const auto target = formats::OutputTarget::check(path, overwrite || resume);
    if (!target.special) lock_ = formats::OutputLock(target.path, target.name);
  }
  if (resume) take_over();
}

void Results::take_over() {
  std::error_code ignored;
  if (!std::filesystem::exists(path_, ignored)) return;
  const std::string text = formats::read_text_file(path_, formats::max_record_bytes);
  for (Record& record : decode_records(text, format_, formats::quoted(path_))) {
    for (const char* key : {"schema", "schema_version", "options"}) {
      if (record.value(key, Record()) != metadata_.value(key, Record())) {
        throw formats::FormatError(formats::quoted(path_) + " was made with other " +
                                   (key[0] == 's' ? "versions" : "options") +
                                   ", expected those of this run: they cannot be mixed");
      }
    }
    resumed_ = true;
    if (!is_ok(record)) continue;
    const PairNames names = names_of(record);
    if (kept_.emplace(names, std::move(record)).second) kept_order_.push_back(names);
  }
}

const Record* Results::kept(const PairNames& names) const {
  const auto found = kept_.find(as_recorded(names));
  return found == kept_.end() ? nullptr : &found->second;
}

void Results::add(std::size_t place, Record record) {
  for (const auto& [key, value] : metadata_.items()) {
    // Last, and in one order, whatever the record says already.
    const Record own = record.value(key, value);
    record.erase(key);
    record[key] = own;
  }
  records_[place] = std::move(record);
}

void Results::write(bool last) const {
  if (path_.empty() || (path_ == "-" && !last)) return;
  // Records of another shard or list come first, as they lay; the others where this run puts them.
  std::set<PairNames> here;
  for (const auto& [place, record] : records_) here.insert(names_of(record));
  std::vector<const Record*> all;
  for (const PairNames& names : kept_order_) {
    if (!here.contains(names)) all.push_back(&kept_.at(names));
  }
  for (const auto& [place, record] : records_) all.push_back(&record);
  const std::string text = encode_records_at(all, format_);
  if (path_ == "-") {
    std::cout << text;
    return;
  }
  if (!last && formats::OutputTarget::check(path_, true).special) return;
  formats::write_file(path_, true, std::as_bytes(std::span(text)));
}

std::size_t Results::count_ok() const {
  std::size_t count = 0;
  for (const auto& [place, record] : records_) count += is_ok(record) ? 1 : 0;
  return count;
}

std::string Results::account() const {
  std::map<std::string, std::size_t> rejected;
  for (const auto& [place, record] : records_) {
    if (!is_ok(record)) ++rejected[record["status"].get<std::string>()];
  }
  std::string text = "found " + std::to_string(size()) + " = " + std::to_string(count_ok()) + " ok";
  for (const auto& [word, count] : rejected) text += " + " + std::to_string(count) + " " + word;
  return text;
}

}  // namespace ptychopatch::alignment
