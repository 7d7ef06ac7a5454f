// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "ptychopatch/ptychopatch.hpp"

// A call of a public function that succeeds, and may be made again and again. It allocates nothing
// of its own.
struct NamedCall {
  std::string name;
  std::function<ppatch_status()> run;
};

// Every public function that can fail, on a context and small random arrays of its own. Of the same
// seed, outputs have the same bytes.
class EveryCall {
 public:
  // The context outlives this.
  EveryCall(ppatch_context* context, const ppatch_context_options& options, std::uint64_t seed);
  ~EveryCall();
  EveryCall(const EveryCall&) = delete;
  EveryCall& operator=(const EveryCall&) = delete;

  const std::vector<NamedCall>& calls() const { return calls_; }

  // Overwrites every output, so that none is taken for the next call's.
  void poison();
  std::vector<unsigned char> outputs() const;

 private:
  struct Data;
  void add(const char* name, std::function<ppatch_status()> run);
  void add_common(const ppatch_context_options& options);
  void add_patches();
  void add_shifted_probe(const ppatch_array& image, const ppatch_array& probe,
                         const ppatch_array& waves);
  void add_groups();
  void add_scenes();
  void add_pairs();

  ppatch_context* context_;
  std::unique_ptr<Data> data_;
  std::vector<NamedCall> calls_;
};
