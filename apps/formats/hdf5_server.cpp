// SPDX-License-Identifier: Apache-2.0
#include "formats/hdf5_server.hpp"

#include <new>

#include "formats/format_error.hpp"

namespace ptychopatch::formats {
namespace {

Message begun(Answer how) {
  Message message;
  message.add(static_cast<std::uint64_t>(how));
  return message;
}

void add(Message& answer, const std::vector<std::string>& texts) {
  answer.add(std::uint64_t{texts.size()});
  for (const std::string& text : texts) answer.add(text);
}

void add(Message& answer, const NpyHeader& header) {
  answer.add(static_cast<std::uint64_t>(header.type.kind)).add(std::uint64_t{header.type.size});
  answer.add(std::uint64_t{header.shape.size()});
  for (const std::int64_t extent : header.shape) answer.add(static_cast<std::uint64_t>(extent));
}

}  // namespace

Hdf5Reply Hdf5Server::answer(Message& question) {
  try {
    Hdf5Reply reply{begun(Answer::kGood), {}};
    find(question, reply);
    return reply;
  } catch (const FormatError& error) {
    return {begun(Answer::kRefused).add(std::string(error.what())), {}};
  } catch (const std::bad_alloc&) {
    return {begun(Answer::kNoMemory), {}};
  }
}

void Hdf5Server::find(Message& question, Hdf5Reply& reply) {
  allow_(0);
  Message& answer = reply.message;
  const auto what = static_cast<Hdf5Question>(question.number());
  if (what == Hdf5Question::kOpenPath || what == Hdf5Question::kOpenBytes) {
    return open(what, question, answer);
  }
  const std::uint64_t number = question.number();
  if (what == Hdf5Question::kClose) {
    files_.erase(number);
    return;
  }
  const Hdf5Reader& file = *files_.at(number).reader;
  if (what == Hdf5Question::kKeys) return add(answer, file.keys());
  const std::string key = question.text();
  switch (what) {
    case Hdf5Question::kHas:
      answer.add(std::uint64_t{file.has(key)});
      break;
    case Hdf5Question::kHeader:
      add(answer, file.header(key));
      break;
    case Hdf5Question::kRead: {
      const NpyHeader header = file.header(key);
      allow_(header.data_bytes);
      reply.data = file.read(key).data;
      add(answer, header);
      break;
    }
    case Hdf5Question::kText:
      answer.add(file.text(key));
      break;
    case Hdf5Question::kAttribute:
      answer.add(file.attribute(key, question.text()));
      break;
    case Hdf5Question::kTextAttribute:
      answer.add(file.text_attribute(key, question.text()));
      break;
    case Hdf5Question::kLink:
      answer.add(file.link(key));
      break;
    case Hdf5Question::kChildren:
      add(answer, file.children(key));
      break;
    default:
      Message::nonsense();
  }
}

void Hdf5Server::open(Hdf5Question what, Message& question, Message& answer) {
  const std::string name = question.text();
  File file;
  if (what == Hdf5Question::kOpenBytes) {
    file.bytes = std::make_unique<std::string>(question.text());
    file.reader = std::make_unique<Hdf5Reader>(std::as_bytes(std::span(*file.bytes)), name);
  } else {
    file.reader = std::make_unique<Hdf5Reader>(name);
  }
  files_.emplace(next_, std::move(file));
  answer.add(next_++);
}

}  // namespace ptychopatch::formats
