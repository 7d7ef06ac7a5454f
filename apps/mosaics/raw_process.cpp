// SPDX-License-Identifier: Apache-2.0
#include "formats/child_limits.hpp"
#include "formats/child_process.hpp"
#include "mosaics/raw_input.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::mosaics {

constexpr std::int64_t longest_side = 1 << 20;

static void exchange(formats::Channel& channel, Cfa& cfa) {
  constexpr int longest_period = 6;
  constexpr std::uint8_t last_colour = 3;
  channel.limited(cfa.period, longest_period);
  for (std::uint8_t& colour : cfa.colours) channel.limited(colour, last_colour);
  if (!is_real(cfa)) channel.nonsense();
}

static void exchange(formats::Channel& channel, ImageNeeds& needs) {
  constexpr std::uint64_t most = std::uint64_t{1} << 42;
  channel(needs.cfa);
  channel.limited(needs.height, longest_side);
  channel.limited(needs.width, longest_side);
  channel.limited(needs.pixels, most);
  channel.limited(needs.decoding, most);
}

static void exchange(formats::Channel& channel, RawImage& raw) {
  channel(raw.cfa);
  channel(raw.black, raw.white, raw.clip);
  channel.limited(raw.top, longest_side);
  channel.limited(raw.left, longest_side);
  channel(raw.camera, raw.iso, raw.rgb_xyz, raw.pixels);
  const formats::NpyArray& pixels = raw.pixels;
  if (pixels.shape.size() != 2 || pixels.count() < 1 ||
      pixels.type.kind != formats::Kind::unsigned_integer || pixels.type.size != 2) {
    channel.nonsense();
  }
}

namespace {

// How much of a child's time and memory one byte of a file may take.
constexpr std::uint64_t data_per_byte = 4;

// A value, or why there is none.
template <class Value>
struct Answer {
  Value value;
  Reason reason{};
  std::string refusal;

  friend void exchange(formats::Channel& channel, Answer& answer) {
    channel(answer.refusal);
    channel.limited(answer.reason, Reason::unsupported);
    if (answer.refusal.empty()) channel(answer.value);
  }
};

// What function() finds in a file of so many bytes, in a child.
template <class Value, class Function>
Value ask(std::size_t bytes, const std::string& source, const std::function<bool()>& stop,
          const Function& function) {
  auto answer = formats::in_child<Answer<Value>>({"LibRaw", source, stop}, [&]() -> Answer<Value> {
    formats::allow_child(data_per_byte * bytes);
    try {
      return {function(), {}, {}};
    } catch (const Refusal& refusal) {
      return {{}, refusal.reason(), refusal.what()};
    }
  });
  if (!answer.refusal.empty()) throw Refusal(answer.reason, answer.refusal);
  return std::move(answer.value);
}

}  // namespace

RawImage decode_raw(std::span<const std::byte> bytes, const std::string& source,
                    const std::function<bool()>& stop) {
  return ask<RawImage>(bytes.size(), source, stop, [&] {
    check_raw_header(bytes, source);
    return decode_raw_here(bytes, source);
  });
}

RawImage read_raw(formats::InputFile& file, const std::string& source,
                  const std::function<bool()>& stop) {
  const formats::MappedFile mapped(file);
  return ask<RawImage>(mapped.bytes().size(), source, stop, [&] {
    check_raw_header(mapped.bytes(), source);
    return decode_raw_here(mapped.bytes(), source, &mapped);
  });
}

ImageNeeds raw_needs(formats::InputFile& file, const std::string& source) {
  const formats::MappedFile mapped(file);
  return ask<ImageNeeds>(mapped.bytes().size(), source, {}, [&] {
    check_raw_header(mapped.bytes(), source);
    return raw_needs_here(mapped.bytes(), source);
  });
}

}  // namespace ptychopatch::mosaics
