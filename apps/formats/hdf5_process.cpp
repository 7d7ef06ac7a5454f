// SPDX-License-Identifier: Apache-2.0
#include "formats/hdf5_process.hpp"

#include "formats/hdf5_server.hpp"

namespace ptychopatch::formats {

std::shared_ptr<Hdf5Process> Hdf5Process::current() {
  static std::shared_ptr<Hdf5Process> process;
  if (!process || !process->child_->alive()) process = std::make_shared<Hdf5Process>();
  return process;
}

Hdf5Process::Hdf5Process()
    : child_(std::make_unique<ChildProcess>(&serve_hdf5, "the HDF5 library")) {}

Hdf5Process::~Hdf5Process() = default;

Message Hdf5Process::ask(const Message& question, const std::string& name) {
  Message answer;
  child_->ask(question, name, {}, answer);
  return answer;
}

void Hdf5Process::receive(std::span<std::byte> data, const std::string& name) {
  child_->receive(data, name);
}

}  // namespace ptychopatch::formats
