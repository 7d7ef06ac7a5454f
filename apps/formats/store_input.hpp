// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_STORE_INPUT_HPP_
#define PTYCHOPATCH_APPS_FORMATS_STORE_INPUT_HPP_

#include <memory>
#include <string>
#include <utility>

#include "formats/array_store.hpp"
#include "formats/scan_input.hpp"

namespace ptychopatch::formats {

// A scan in a file of named arrays, of a format that documents the same of every file.
class StoreInput : public ScanInput {
 public:
  std::string format() const override { return format_; }
  std::string convention_text() const override { return convention_text_; }
  Convention convention() const override { return convention_; }

 protected:
  StoreInput(std::unique_ptr<ArrayStore> store, const char* format, Convention convention,
             std::string convention_text)
      : store_(std::move(store)),
        format_(format),
        convention_(convention),
        convention_text_(std::move(convention_text)) {}

  const ArrayStore& store() const { return *store_; }

 private:
  std::unique_ptr<ArrayStore> store_;
  const char* format_;
  Convention convention_;
  std::string convention_text_;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_STORE_INPUT_HPP_
