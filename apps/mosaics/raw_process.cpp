// SPDX-License-Identifier: Apache-2.0
#include "formats/child_process.hpp"
#include "mosaics/raw_input.hpp"
#include "mosaics/refusal.hpp"

namespace ptychopatch::mosaics {
static void exchange(formats::Channel& channel, Mosaic& mosaic) {
  constexpr std::int64_t kLongestSide = 1 << 20;
  constexpr int kLongestPeriod = 6;
  constexpr std::uint8_t kLastColour = 3;
  channel.limited(mosaic.cfa.period, kLongestPeriod);
  for (std::uint8_t& colour : mosaic.cfa.colours) channel.limited(colour, kLastColour);
  channel(mosaic.black, mosaic.white, mosaic.clip);
  channel.limited(mosaic.top, kLongestSide);
  channel.limited(mosaic.left, kLongestSide);
  channel(mosaic.camera, mosaic.iso, mosaic.rgb_xyz, mosaic.pixels);
  const formats::NpyArray& pixels = mosaic.pixels;
  if (pixels.shape.size() != 2 || pixels.count() < 1 || !is_real(mosaic.cfa) ||
      pixels.type.kind != formats::Kind::kUnsigned || pixels.type.size != 2) {
    channel.nonsense();
  }
}

namespace {

// How much of a child's time and memory one byte of a file may take.
constexpr std::uint64_t kDataPerByte = 4;

// A mosaic, or why there is none.
struct Decoded {
  Mosaic mosaic;
  Reason reason{};
  std::string refusal;

  friend void exchange(formats::Channel& channel, Decoded& decoded) {
    channel(decoded.refusal);
    channel.limited(decoded.reason, Reason::kUnsupported);
    if (decoded.refusal.empty()) channel(decoded.mosaic);
  }
};

}  // namespace

Mosaic decode_raw(std::span<const std::byte> bytes, const std::string& source,
                  const std::function<bool()>& stop) {
  check_raw_header(bytes, source);
  auto decoded = formats::in_child<Decoded>({"LibRaw", source, stop}, [&]() -> Decoded {
    formats::allow_child(kDataPerByte * bytes.size());
    try {
      return {decode_raw_here(bytes, source), {}, {}};
    } catch (const Refusal& refusal) {
      return {{}, refusal.reason(), refusal.what()};
    }
  });
  if (!decoded.refusal.empty()) throw Refusal(decoded.reason, decoded.refusal);
  return std::move(decoded.mosaic);
}

}  // namespace ptychopatch::mosaics
