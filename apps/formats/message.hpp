// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_APPS_FORMATS_MESSAGE_HPP_
#define PTYCHOPATCH_APPS_FORMATS_MESSAGE_HPP_

#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {

// What every answer begins with.
enum class Answer : std::uint64_t { kGood, kRefused, kNoMemory };

// What goes between this process and one of its children. What comes from there is checked like
// what comes from a file.
class Message {
 public:
  Message() = default;
  explicit Message(std::string bytes) : bytes_(std::move(bytes)) {}

  const std::string& bytes() const { return bytes_; }

  Message& add(std::uint64_t number) { return add_raw(&number, sizeof number); }
  Message& add(double number) { return add_raw(&number, sizeof number); }
  Message& add(const std::string& text) {
    add(std::uint64_t{text.size()});
    return add_raw(text.data(), text.size());
  }
  Message& add(std::span<const std::byte> bytes) {
    add(std::uint64_t{bytes.size()});
    return add_raw(bytes.data(), bytes.size());
  }
  template <class T>
  Message& add(const std::optional<T>& value) {
    add(std::uint64_t{value.has_value()});
    return value ? add(*value) : *this;
  }

  std::uint64_t number() { return take<std::uint64_t>(); }
  double real() { return take<double>(); }
  std::string text() {
    const std::uint64_t size = number();
    const std::string_view there = rest(size);
    at_ += static_cast<std::size_t>(size);
    return std::string(there);
  }
  // At most `most`.
  std::uint64_t number(std::uint64_t most) {
    const std::uint64_t value = number();
    if (value > most) nonsense();
    return value;
  }

  [[noreturn]] static void nonsense() {
    throw FormatError("the process that reads files gave an answer that has no meaning");
  }

 private:
  Message& add_raw(const void* data, std::size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
    return *this;
  }
  std::string_view rest(std::uint64_t size) const {
    if (size > bytes_.size() - at_) nonsense();
    return std::string_view(bytes_).substr(at_, static_cast<std::size_t>(size));
  }
  template <class T>
  T take() {
    T value{};
    std::memcpy(&value, rest(sizeof value).data(), sizeof value);
    at_ += sizeof value;
    return value;
  }

  std::string bytes_;
  std::size_t at_ = 0;
};

}  // namespace ptychopatch::formats

#endif  // PTYCHOPATCH_APPS_FORMATS_MESSAGE_HPP_
