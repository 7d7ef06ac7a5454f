// SPDX-License-Identifier: Apache-2.0
#include "formats/hdf5_file.hpp"

#include "formats/format_error.hpp"
#include "formats/memory_limit.hpp"

namespace ptychopatch::formats {
namespace {

constexpr std::uint64_t kMostAxes = 32;  // HDF5's own limit

Message begun(Hdf5Question what) {
  Message message;
  message.add(static_cast<std::uint64_t>(what));
  return message;
}

std::vector<std::string> texts_in(Message& answer) {
  std::vector<std::string> texts;
  for (std::uint64_t left = answer.number(); left != 0; --left) texts.push_back(answer.text());
  return texts;
}

std::optional<std::string> text_in(Message answer) {
  if (answer.number(1) == 0) return std::nullopt;
  return answer.text();
}

bool has_meaning(const ElementType& type) {
  const bool power = type.size == 1 || type.size == 2 || type.size == 4 || type.size == 8;
  switch (type.kind) {
    case Kind::kBoolean:
      return type.size == 1;
    case Kind::kSigned:
    case Kind::kUnsigned:
      return power;
    case Kind::kFloat:
      return type.size == 4 || type.size == 8;
    case Kind::kComplex:
      return type.size == 8 || type.size == 16;
    case Kind::kText:
      return true;
  }
  return false;
}

NpyHeader header_in(Message& answer, const std::string& what) {
  NpyHeader header;
  header.type.kind = static_cast<Kind>(answer.number(static_cast<std::uint64_t>(Kind::kText)));
  header.type.size = static_cast<std::size_t>(answer.number());
  if (!has_meaning(header.type)) Message::nonsense();
  for (std::uint64_t left = answer.number(kMostAxes); left != 0; --left) {
    constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
    header.shape.push_back(static_cast<std::int64_t>(answer.number(kMost)));
  }
  header.data_bytes = bytes_of_shape(header.shape, header.type.size, what);
  return header;
}

}  // namespace

Hdf5File::Hdf5File(const std::string& path)
    : name_(quoted(path)), process_(Hdf5Process::current()) {
  number_ = ask(begun(Hdf5Question::kOpenPath).add(path)).number();
}

Hdf5File::Hdf5File(std::span<const std::byte> bytes, const std::string& name)
    : name_(quoted(name)), process_(Hdf5Process::current()) {
  number_ = ask(begun(Hdf5Question::kOpenBytes).add(name).add(bytes)).number();
}

Hdf5File::~Hdf5File() {
  try {
    ask(question(Hdf5Question::kClose));
  } catch (...) {
    // Who died has closed it.
    return;
  }
}

Message Hdf5File::question(Hdf5Question what) const {
  Message message = begun(what);
  message.add(number_);
  return message;
}

Message Hdf5File::ask(const Message& question) const { return process_->ask(question, name_); }

std::vector<std::string> Hdf5File::keys() const {
  Message answer = ask(question(Hdf5Question::kKeys));
  return texts_in(answer);
}

bool Hdf5File::has(const std::string& key) const {
  return ask(question(Hdf5Question::kHas).add(key)).number(1) != 0;
}

std::string Hdf5File::source(const std::string& key) const {
  return name_ + " (key " + quoted(key) + ")";
}

NpyHeader Hdf5File::header(const std::string& key) const {
  Message answer = ask(question(Hdf5Question::kHeader).add(key));
  return header_in(answer, source(key));
}

NpyArray Hdf5File::read(const std::string& key) const {
  const std::string what = source(key);
  Message answer = ask(question(Hdf5Question::kRead).add(key));
  const NpyHeader header = header_in(answer, what);
  require_memory(header.data_bytes, what);
  NpyArray array{header.type, header.shape, Bytes(static_cast<std::size_t>(header.data_bytes))};
  process_->receive(array.data.span(), name_);
  return array;
}

std::optional<std::string> Hdf5File::text(const std::string& key) const {
  return text_in(ask(question(Hdf5Question::kText).add(key)));
}

std::optional<double> Hdf5File::attribute(const std::string& key, const std::string& name) const {
  Message answer = ask(question(Hdf5Question::kAttribute).add(key).add(name));
  if (answer.number(1) == 0) return std::nullopt;
  return answer.real();
}

std::optional<std::string> Hdf5File::text_attribute(const std::string& key,
                                                    const std::string& name) const {
  return text_in(ask(question(Hdf5Question::kTextAttribute).add(key).add(name)));
}

std::optional<std::string> Hdf5File::link(const std::string& key) const {
  return text_in(ask(question(Hdf5Question::kLink).add(key)));
}

std::vector<std::string> Hdf5File::children(const std::string& group) const {
  Message answer = ask(question(Hdf5Question::kChildren).add(group));
  return texts_in(answer);
}

}  // namespace ptychopatch::formats
