// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include <memory>
#include <mutex>
#include <new>

#include "formats/child_limits.hpp"
#include "formats/child_process.hpp"
#include "formats/memory_limit.hpp"
#include "formats/message_socket.hpp"
#include "mosaics/raw_header.hpp"
#include "mosaics/raw_input.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::mosaics {
namespace {

using formats::Answer;
using formats::Message;

// How much of a child's time and memory one byte of a file may take.
constexpr std::uint64_t kDataPerByte = 4;
constexpr auto kLastReason = static_cast<std::uint64_t>(Reason::kUnsupported);

// All but the pixels themselves.
void add(Message& message, const Mosaic& mosaic) {
  message.add(static_cast<std::uint64_t>(mosaic.height()));
  message.add(static_cast<std::uint64_t>(mosaic.width()));
  message.add(static_cast<std::uint64_t>(mosaic.cfa.period));
  for (const std::uint8_t colour : mosaic.cfa.colours) message.add(std::uint64_t{colour});
  for (const double level : {mosaic.black, mosaic.white, mosaic.clip}) message.add(level);
  message.add(static_cast<std::uint64_t>(mosaic.top)).add(static_cast<std::uint64_t>(mosaic.left));
  message.add(mosaic.camera).add(mosaic.iso);
  for (const auto& row : mosaic.rgb_xyz) {
    for (const double each : row) message.add(each);
  }
}

Mosaic mosaic_in(Message& answer, const std::string& source) {
  constexpr std::uint64_t kLongestSide = 1 << 20;
  constexpr std::uint64_t kLongestPeriod = 6;
  constexpr std::uint64_t kColours = 3;
  Mosaic mosaic;
  const auto side = [&] { return static_cast<std::int64_t>(answer.number(kLongestSide)); };
  const std::int64_t height = side();
  const std::int64_t width = side();
  mosaic.cfa.period = static_cast<int>(answer.number(kLongestPeriod));
  for (std::uint8_t& colour : mosaic.cfa.colours) {
    colour = static_cast<std::uint8_t>(answer.number(kColours));
  }
  if (height < 1 || width < 1 || !is_real(mosaic.cfa)) Message::nonsense();
  for (double* level : {&mosaic.black, &mosaic.white, &mosaic.clip}) *level = answer.real();
  mosaic.top = side();
  mosaic.left = side();
  mosaic.camera = answer.text();
  mosaic.iso = answer.real();
  for (auto& row : mosaic.rgb_xyz) {
    for (double& each : row) each = answer.real();
  }
  const auto bytes = 2 * static_cast<std::uint64_t>(height) * static_cast<std::uint64_t>(width);
  formats::require_memory(bytes, source);
  mosaic.pixels = {{formats::Kind::kUnsigned, 2},
                   {height, width},
                   formats::Bytes(static_cast<std::size_t>(bytes))};
  return mosaic;
}

// An answer is an Answer; of a good one, whether there is a mosaic. That follows, and its pixels
// after the message; else a Reason and a sentence.
bool answer(int socket, Message& question) {
  Message message;
  Mosaic mosaic;
  try {
    const std::string source = question.text();
    const std::string bytes = question.text();
    formats::allow_child(kDataPerByte * bytes.size());
    mosaic = decode_raw_here(std::as_bytes(std::span(bytes)), source);
    message.add(static_cast<std::uint64_t>(Answer::kGood)).add(std::uint64_t{true});
    add(message, mosaic);
  } catch (const Refusal& refusal) {
    message.add(static_cast<std::uint64_t>(Answer::kGood)).add(std::uint64_t{false});
    message.add(static_cast<std::uint64_t>(refusal.reason())).add(std::string(refusal.what()));
  } catch (const formats::FormatError& error) {
    message.add(static_cast<std::uint64_t>(Answer::kRefused)).add(std::string(error.what()));
  } catch (const std::bad_alloc&) {
    message.add(static_cast<std::uint64_t>(Answer::kNoMemory));
  }
  const formats::Bytes& pixels = mosaic.pixels.data;
  return formats::send_message(socket, message) &&
         formats::send_bytes(socket, pixels.data(), pixels.size());
}

[[noreturn]] void serve_raw(int socket) {
  formats::begin_child();
  try {
    Message question;
    while (formats::receive_message(socket, question) && answer(socket, question)) continue;
  } catch (...) {
    ::_exit(1);
  }
  ::_exit(0);
}

}  // namespace

Mosaic decode_raw(std::span<const std::byte> bytes, const std::string& source,
                  const std::function<bool()>& stop) {
  check_raw_header(bytes, source);
  static std::mutex turns;
  static std::unique_ptr<formats::ChildProcess> child;
  const std::lock_guard<std::mutex> turn(turns);
  if (!child) child = std::make_unique<formats::ChildProcess>(&serve_raw, "LibRaw");
  Message question, answer;
  question.add(source).add(bytes);
  try {
    if (!child->ask(question, source, stop, answer)) throw Interruption();
    if (answer.number(1) == 0) {
      const auto reason = static_cast<Reason>(answer.number(kLastReason));
      throw Refusal(reason, answer.text());
    }
    Mosaic mosaic = mosaic_in(answer, source);
    child->receive(mosaic.pixels.data.span(), source);
    return mosaic;
  } catch (...) {
    // A file that was not decoded may have left the child's memory damaged.
    child.reset();
    throw;
  }
}

}  // namespace ptychopatch::mosaics
