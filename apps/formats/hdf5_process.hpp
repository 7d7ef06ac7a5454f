// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_HDF5_PROCESS_HPP_
#define PTYCHOPATCH_APPS_FORMATS_HDF5_PROCESS_HPP_

#include <memory>
#include <span>
#include <string>

#include "formats/child_process.hpp"

namespace ptychopatch::formats {

// A question is one of these, the file's number and what the method of Hdf5Reader by this name
// takes. The answer of kRead is followed by the data.
enum class Hdf5Question : std::uint64_t {
  kOpenPath,
  kOpenBytes,
  kClose,
  kKeys,
  kHas,
  kHeader,
  kRead,
  kText,
  kAttribute,
  kTextAttribute,
  kLink,
  kChildren
};

// The child in which the HDF5 library runs.
class Hdf5Process {
 public:
  // The one for all files; another where the last one died.
  static std::shared_ptr<Hdf5Process> current();

  Hdf5Process();
  ~Hdf5Process();
  Hdf5Process(const Hdf5Process&) = delete;
  Hdf5Process& operator=(const Hdf5Process&) = delete;

  // As those of ChildProcess.
  Message ask(const Message& question, const std::string& name);
  void receive(std::span<std::byte> data, const std::string& name);

 private:
  std::unique_ptr<ChildProcess> child_;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_HDF5_PROCESS_HPP_
