// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>

#include "formats/npy_array.hpp"

namespace ptychopatch::formats {

// The other end is gone.
class ChannelClosed {};

// One end of the pipe on which a child answers its parent. A value's members are listed once, for
// both ends: the child sends what the parent receives, and checks like what comes from a file.
class Channel {
 public:
  enum class End { sender, receiver };

  // source: the file of which the values speak.
  Channel(int pipe, End end, std::string source)
      : pipe_(pipe), sends_(end == End::sender), source_(std::move(source)) {}

  const std::string& source() const { return source_; }
  // Called before each piece that is received; what it throws ends it.
  void on_wait(std::function<void()> wait) { wait_ = std::move(wait); }

  template <class... Values>
  void operator()(Values&... values) {
    (pass(values), ...);
  }
  // For whole numbers and enumerators: 0 to `most`.
  template <class T>
  void limited(T& value, T most) {
    auto number = static_cast<std::uint64_t>(value);
    bytes(&number, sizeof number);
    if (number > static_cast<std::uint64_t>(most)) nonsense();
    value = static_cast<T>(number);
  }
  void bytes(void* data, std::size_t size);

  [[noreturn]] void nonsense() const;

 private:
  void pass(bool& value);
  void pass(double& value) { bytes(&value, sizeof value); }
  void pass(std::string& text);
  // The sender's data are lost.
  void pass(NpyArray& array);
  void pass(NamedArray& array) { (*this)(array.array, array.source); }
  template <class T, std::size_t n>
  void pass(std::array<T, n>& values) {
    for (T& value : values) pass(value);
  }
  template <class T>
  void pass(std::optional<T>& value) {
    bool has_value = value.has_value();
    pass(has_value);
    if (!has_value) return value.reset();
    if (!value) value.emplace();
    pass(*value);
  }
  // Other types list their members in a function of their own.
  template <class T>
  requires requires(T& value, Channel& channel) { exchange(channel, value); }
  void pass(T& value) { exchange(*this, value); }

  int pipe_;
  bool sends_;
  std::string source_;
  std::function<void()> wait_;
};

}  // namespace ptychopatch::formats
