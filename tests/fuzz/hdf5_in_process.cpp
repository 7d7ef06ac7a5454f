// SPDX-License-Identifier: Apache-2.0
//
// Stands in for apps/formats/hdf5_process.cpp: questions are answered in the process that asks, so
// that what answers them is fuzzed, too, and as fast as it goes.
#include <algorithm>
#include <cstdlib>
#include <new>

#include "formats/hdf5_process.hpp"
#include "formats/hdf5_server.hpp"

namespace ptychopatch::formats {
namespace {

Hdf5Server& server() {
  static Hdf5Server all([](std::uint64_t) {});
  return all;
}

Bytes& data_of_last_answer() {
  static Bytes data;
  return data;
}

}  // namespace

std::shared_ptr<Hdf5Process> Hdf5Process::current() {
  static const auto process = std::make_shared<Hdf5Process>();
  return process;
}

Hdf5Process::Hdf5Process() = default;
Hdf5Process::~Hdf5Process() = default;

Message Hdf5Process::ask(const Message& question, const std::string&) {
  Message asked(question.bytes());
  Hdf5Reply reply = server().answer(asked);
  data_of_last_answer() = std::move(reply.data);
  switch (static_cast<Answer>(reply.message.number())) {
    case Answer::kGood:
      return std::move(reply.message);
    case Answer::kRefused:
      throw FormatError(reply.message.text());
    default:
      throw std::bad_alloc();
  }
}

void Hdf5Process::receive(std::span<std::byte> data, const std::string&) {
  const std::span<const std::byte> sent = data_of_last_answer().span();
  // The header that was sent before has to fit.
  if (sent.size() != data.size()) std::abort();
  std::copy(sent.begin(), sent.end(), data.begin());
}

}  // namespace ptychopatch::formats
