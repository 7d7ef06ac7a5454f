// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <memory>

#include "formats/array_store.hpp"

struct _mat_t;  // as libmatio calls it
struct matvar_t;

namespace ptychopatch::formats {

// A MAT file of version 5 or 7.3 opened for reading by libmatio. A key is a variable's name, or
// "p.dx_spec" for a field of a structure; of an array of structures, of the first one.
class MatFile : public ArrayStore {
 public:
  explicit MatFile(const std::string& path);

  std::string format() const override { return format_; }
  std::vector<std::string> keys() const override { return keys_; }
  bool has(const std::string& key) const override { return entries_.contains(key); }
  NpyHeader header(const std::string& key) const override;
  NpyArray read(const std::string& key) const override;

 private:
  struct Close {
    void operator()(_mat_t* file) const;
    void operator()(matvar_t* variable) const;
  };
  using Variable = std::unique_ptr<matvar_t, Close>;
  struct Entry {
    NpyHeader header;     // in Fortran order
    std::string refused;  // why it cannot be read; "" where it can
  };

  void list(const std::string& path);
  // bytes: what the variable has in all, deflated or not.
  void add(matvar_t& variable, const std::string& key, std::uint64_t bytes, int depth);
  Entry describe(const matvar_t& variable, const std::string& key, std::uint64_t bytes) const;
  [[noreturn]] void damaged(const std::string& what) const;

  std::unique_ptr<_mat_t, Close> file_;
  std::string format_;
  std::vector<std::string> keys_;
  std::map<std::string, Entry> entries_;
};

}  // namespace ptychopatch::formats
