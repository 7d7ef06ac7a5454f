// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/record.hpp"

#include <cmath>

#include "formats/utf8.hpp"

namespace ptychopatch::alignment {
namespace {

Record text(const std::string& value) { return value.empty() ? Record(nullptr) : Record(value); }

Record numbers(const double* values, int count) {
  Record list = Record::array();
  for (int i = 0; i < count; ++i) {
    if (!std::isfinite(values[i])) return nullptr;
    list.push_back(values[i]);
  }
  return list;
}

std::string text_of(const Record& record, const char* key) {
  const auto found = record.find(key);
  return found != record.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string pattern_text(std::uint32_t flags) {
  const bool rows = (flags & PPATCH_SHIFT_FLAG_FIXED_ROWS) != 0;
  const bool columns = (flags & PPATCH_SHIFT_FLAG_FIXED_COLUMNS) != 0;
  return rows && columns ? "both" : rows ? "rows" : columns ? "columns" : "none";
}

Record area(const mosaics::RawImage& raw) { return {raw.top, raw.left, raw.height(), raw.width()}; }

void set_covariance(Record& record, const ppatch_shift& shift) {
  const double sigma[2] = {std::sqrt(shift.covariance[0]), std::sqrt(shift.covariance[2])};
  record["shift_sigma"] = numbers(sigma, 2);
  record["shift_covariance"] = numbers(shift.covariance, 3);
}

bool has_matrix(const mosaics::RawImage& raw) {
  for (const auto& row : raw.rgb_xyz) {
    for (const double each : row) {
      if (each != 0) return true;
    }
  }
  return false;
}

const char* sentence_for(ppatch_shift_status status) {
  switch (status) {
    case PPATCH_SHIFT_STATUS_FLAT:
      return "the image has no structure";
    case PPATCH_SHIFT_STATUS_SATURATED:
      return "less than a tenth of the image is below its white level";
    case PPATCH_SHIFT_STATUS_NOT_FINITE:
      return "the image holds a NaN or an infinity";
    case PPATCH_SHIFT_STATUS_TOO_SMALL:
      return "the images have too few pixels in common";
    case PPATCH_SHIFT_STATUS_UNRELATED:
      return "the images do not show the same scene within the largest shift";
    case PPATCH_SHIFT_STATUS_NOT_CONVERGED:
      return "the fine pass left the neighbourhood of the coarse peak";
    case PPATCH_SHIFT_STATUS_REFERENCE:
      return "the reference is flat, saturated or not finite";
    case PPATCH_SHIFT_STATUS_AMBIGUOUS:
      return "another shift is about as likely";
    default:
      return "the image was not aligned";
  }
}

}  // namespace

Record number(double value) { return std::isfinite(value) ? Record(value) : Record(nullptr); }

// A file may have any name; a record holds text.
PairNames as_recorded(const PairNames& names) {
  return {formats::text_of_name(names.scene), formats::text_of_name(names.reference),
          formats::text_of_name(names.image), names.type};
}

Record empty_record(const PairNames& given, const std::string& method) {
  const PairNames names = as_recorded(given);
  Record record = {{"gt_fpath", text(names.reference)},
                   {"f_fpath", names.image},
                   {"image_set", text(names.scene)},
                   {"type", text(names.type)}};
  for (const char* key : {"is_bayer", "best_alignment", "best_alignment_loss", "raw_gain",
                          "rgb_gain", "overexposure_lb", "mask_mean", "mask_fpath"}) {
    record[key] = nullptr;
  }
  record["crops"] = Record::array();
  record["alignment_method"] = method;
  record["rgb_xyz_matrix"] = nullptr;
  for (const char* key : {"status",
                          "reason",
                          "shift",
                          "shift_sigma",
                          "shift_covariance",
                          "lattice_residual",
                          "peak",
                          "second_peak_ratio",
                          "coherence",
                          "residual",
                          "false_alarm",
                          "ambiguity",
                          "blind",
                          "moving",
                          "motion",
                          "applied",
                          "applied_fpath",
                          "closure",
                          "zero_lag",
                          "fixed_pattern",
                          "cfa",
                          "common_area",
                          "gt_area",
                          "f_area"}) {
    record[key] = nullptr;
  }
  return record;
}

PairNames names_of(const Record& record) {
  return {text_of(record, "image_set"), text_of(record, "gt_fpath"), text_of(record, "f_fpath"),
          text_of(record, "type")};
}

void reject(Record& record, const std::string& word, const std::string& sentence) {
  record["status"] = word;
  record["reason"] = formats::valid_utf8(sentence);
}

void describe(Record& record, const mosaics::RawImage& reference, const mosaics::RawImage& image) {
  if (image.cfa.mosaic()) record["is_bayer"] = image.cfa.period == 2;
  record["cfa"] = image.cfa.name();
  record["gt_area"] = area(reference);
  record["f_area"] = area(image);
  if (reference.white > reference.black && reference.clip > reference.black) {
    record["overexposure_lb"] =
        (reference.clip - reference.black) / (reference.white - reference.black);
  }
  if (!has_matrix(image)) return;
  record["rgb_xyz_matrix"] = Record::array();
  for (const auto& row : image.rgb_xyz) record["rgb_xyz_matrix"].push_back(row);
}

void set_shift(Record& record, const ppatch_shift& shift) {
  record["status"] = ppatch_shift_status_string(shift.status);
  if (shift.status != PPATCH_SHIFT_STATUS_OK) record["reason"] = sentence_for(shift.status);
  record["shift"] = numbers(shift.shift, 2);
  set_covariance(record, shift);
  record["peak"] = number(shift.peak);
  record["second_peak_ratio"] = number(shift.second_peak_ratio);
  record["coherence"] = number(shift.coherence);
  record["residual"] = number(shift.residual);
  record["false_alarm"] = number(shift.false_alarm);
  record["ambiguity"] = number(shift.ambiguity);
  if (record["shift"].is_null()) return;
  record["best_alignment"] = {shift.lattice_shift[0], shift.lattice_shift[1]};
  record["lattice_residual"] = numbers(shift.lattice_residual, 2);
  record["blind"] = (shift.flags & PPATCH_SHIFT_FLAG_BLIND) != 0;
  record["zero_lag"] = (shift.flags & PPATCH_SHIFT_FLAG_ZERO_LAG) != 0;
  record["fixed_pattern"] = pattern_text(shift.flags);
}

void set_closure(Record& record, const Closure& closure, const ppatch_shift& shift) {
  set_covariance(record, shift);
  record["closure"] = {{"triangles", closure.triangles},
                       {"chi_square", number(closure.chi_square)},
                       {"residual", numbers(closure.residual, 2)}};
}

ppatch_shift shift_of(const Record& record) {
  ppatch_shift shift{};
  const auto read = [&](const char* key, double* values, std::size_t count) {
    const Record list = record.value(key, Record());
    for (std::size_t i = 0; i < count; ++i) {
      values[i] = list.size() == count && list[i].is_number() ? list[i].get<double>() : NAN;
    }
  };
  read("shift", shift.shift, 2);
  read("shift_covariance", shift.covariance, 3);
  return shift;
}

void set_measures(Record& record, const PairMeasures& measures) {
  record["best_alignment_loss"] = number(measures.loss);
  record["raw_gain"] = number(measures.raw_gain);
  record["rgb_gain"] = number(measures.rgb_gain);
  record["mask_mean"] = number(measures.mask_mean);
  const ppatch_common_area& common = measures.common;
  record["common_area"] = {common.reference_y, common.reference_x, common.height, common.width};
}

bool is_ok(const Record& record) { return record.value("status", Record()) == "ok"; }

}  // namespace ptychopatch::alignment
