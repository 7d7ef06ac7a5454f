// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_HDF5_SERVER_HPP_
#define PTYCHOPATCH_APPS_FORMATS_HDF5_SERVER_HPP_

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "formats/hdf5_process.hpp"
#include "formats/hdf5_reader.hpp"

namespace ptychopatch::formats {

struct Hdf5Reply {
  Message message;
  Bytes data;
};

// Answers questions about files by the HDF5 library, in the process that it lives in.
class Hdf5Server {
 public:
  // Called before anything is done for a question, and again with the size of the data that it asks
  // for before these are read.
  using Allow = void (*)(std::uint64_t data_bytes);

  explicit Hdf5Server(Allow allow) : allow_(allow) {}

  Hdf5Reply answer(Message& question);

 private:
  struct File {
    std::unique_ptr<std::string> bytes;
    std::unique_ptr<Hdf5Reader> reader;
  };

  void find(Message& question, Hdf5Reply& reply);
  void open(Hdf5Question what, Message& question, Message& answer);

  Allow allow_;
  std::uint64_t next_ = 0;
  std::map<std::uint64_t, File> files_;
};

// What the child does: answers questions until there is nobody to ask any, then ends.
[[noreturn]] void serve_hdf5(int socket);

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_HDF5_SERVER_HPP_
