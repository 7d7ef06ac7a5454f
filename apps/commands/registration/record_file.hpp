// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "commands/registration/record.hpp"

namespace ptychopatch::alignment {

enum class RecordFormat { json, csv, yaml };

// The same content in each of them, numbers to the last digit.
//   JSON  one array, a record a line
//   CSV   a line of keys, then a line a record; lists as JSON, null as nothing
//   YAML  a list of records, as RawNIND's own tools write it
std::string encode_records(const std::vector<Record>& records, RecordFormat format);
// Of records that lie wherever they do: there may be very many of them.
std::string encode_records_at(const std::vector<const Record*>& records, RecordFormat format);

// What encode_records wrote. FormatError, which source begins, where it is something else.
std::vector<Record> decode_records(const std::string& text, RecordFormat format,
                                   const std::string& source);

}  // namespace ptychopatch::alignment
