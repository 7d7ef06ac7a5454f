// SPDX-License-Identifier: Apache-2.0
#include "formats/scan_input.hpp"

#include "formats/layouts.hpp"

namespace ptychopatch::formats {
namespace {

template <class T>
Part<T> part_of(const std::function<T()>& read) {
  try {
    return {read(), {}};
  } catch (const FormatError& error) {
    return {std::nullopt, error.what()};
  }
}

ScanInput read(const Layout& layout, Wanted wanted) {
  ScanInput scan;
  scan.format = layout.format;
  scan.convention_text = layout.convention_text;
  scan.convention = layout.convention;
  scan.placement = part_of(layout.placement);
  if (wanted.image) scan.image = part_of(layout.image);
  if (wanted.positions) scan.positions = part_of(layout.positions);
  if (wanted.positions && layout.start_positions) {
    scan.start_positions = part_of(layout.start_positions);
  }
  return scan;
}

}  // namespace

// Looked for by the type of what is passed, so in no nameless namespace.
template <class T>
static void exchange(Channel& channel, Part<T>& part) {
  channel(part.value, part.refused);
}

static void exchange(Channel& channel, Placement& placement) {
  channel(placement.units, placement.pixel_size, placement.size_source, placement.zero);
  channel.limited(placement.origin.kind, Origin::Kind::fit);
  channel(placement.origin.place, placement.origin_source);
}

void exchange(Channel& channel, ScanInput& scan) {
  channel(scan.format, scan.convention_text);
  channel.limited(scan.convention.anchor, ppatch_anchor{PPATCH_ANCHOR_CENTRE});
  channel.limited(scan.convention.axes, ppatch_axes{PPATCH_AXES_XY});
  channel.limited(scan.convention.sign, ppatch_sign{PPATCH_SIGN_CONTENT});
  channel(scan.image, scan.positions, scan.start_positions, scan.placement);
}

std::optional<ScanInput> find_scan(const ArrayStore& store, Wanted wanted) {
  for (const auto find : {&find_ptychopinn, &find_ptychodus, &find_cdtools, &find_ptychoshelves,
                          &find_tike, &find_cxi, &find_ptyr, &find_ptyd}) {
    if (const auto layout = find(store)) return read(*layout, wanted);
  }
  return std::nullopt;
}

ScanInput read_scan(const std::string& path, Wanted wanted) {
  return ask_store<ScanInput>(path, [&](const ArrayStore& store) {
    if (auto scan = find_scan(store, wanted)) return std::move(*scan);
    // Says which of PtychoPINN's keys is missing, and which are there.
    if (store.format() == "npz") return read(ptychopinn_layout(store), wanted);
    throw FormatError(quoted(path) + " (" + store.format() +
                      ") is no scan of a known format: expected the names of a Ptychodus, CXI, "
                      "ptypy, PtychoShelves, cdtools, tike or PtychoPINN file");
  });
}

ScanInput read_part(const std::string& path, Wanted wanted) {
  if (container_of(path) != Container::npy) return read_scan(path, wanted);
  Layout plain{"npy", "plain arrays, the library's defaults", {}, {}, {}};
  plain.image = plain.positions = [&] { return NamedArray{read_npy_file(path), quoted(path)}; };
  return read(plain, wanted);
}

}  // namespace ptychopatch::formats
