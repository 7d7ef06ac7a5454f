// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "commands/registration/closure.hpp"
#include "commands/registration/pair_measures.hpp"
#include "mosaics/raw_image.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace ptychopatch::alignment {

// What became of one moving image on one reference, under RawNIND's own keys and ours, always all
// of them and in one order. What is not known is null.
using Record = nlohmann::ordered_json;

inline constexpr int record_version = 2;

// The images that a record is of, as it names them.
struct PairNames {
  std::string scene;      // "": null
  std::string reference;  // "": none, null
  std::string image;
  // Of two scenes of one name: "Bayer" or "X-Trans", by the scene's folder; "": no layout, null.
  std::string type = {};

  friend bool operator==(const PairNames&, const PairNames&) = default;
  friend auto operator<=>(const PairNames&, const PairNames&) = default;
};

// null where it is not known.
Record number(double value);

// With no result yet: every key is there.
Record empty_record(const PairNames& names, const std::string& method);

// The names as names_of() finds them in a record of them.
PairNames as_recorded(const PairNames& names);
PairNames names_of(const Record& record);

// Rejected before it could be aligned: one word, one sentence.
void reject(Record& record, const std::string& word, const std::string& sentence);

void describe(Record& record, const mosaics::RawImage& reference, const mosaics::RawImage& image);
void set_shift(Record& record, const ppatch_shift& shift);
// What the scene's other images say of it; the shift's covariance is written anew.
void set_closure(Record& record, const Closure& closure, const ppatch_shift& shift);
// What was measured beyond it, under the key `motion`.
void set_motion(Record& record, const MeasuredMotion& measured);
// What set_shift wrote of it: the shift and its covariance, NaN where that is not known.
ppatch_shift shift_of(const Record& record);
void set_measures(Record& record, const PairMeasures& measures);

bool is_ok(const Record& record);

}  // namespace ptychopatch::alignment
