// SPDX-License-Identifier: Apache-2.0
#include "commands/scan_positions.hpp"

#include "commands/patches/patch_settings.hpp"
#include "formats/format_error.hpp"

namespace ptychopatch::app {

ScanPositions ScanPositions::take_from(formats::ScanInput& input, std::optional<std::int32_t> axes,
                                       const std::optional<std::array<double, 2>>& pixel_size,
                                       Console& console) {
  ScanPositions out;
  formats::NamedArray positions = input.positions.take();
  out.source = positions.source;
  const formats::Shape& shape = positions.array.shape;
  formats::require_shape(shape.size() == 2 && shape[1] == 2, out.source, shape, "positions (n, 2)");
  out.convention = patch_options(1, 1);
  apply(input.convention, out.convention);
  out.convention.axes = axes.value_or(out.convention.axes);
  formats::Placement placement = input.placement.take();
  apply(pixel_size, placement);
  placement.origin = formats::Origin{};
  placement.origin_source = "";
  if (!placement.trivial()) {
    console.note(formats::placement_text(placement) + " (change with --pixel-size)");
  }
  positions.array =
      formats::place(std::move(positions.array), placement, out.convention, 1, 1, out.source);
  out.values = formats::to_tensor(std::move(positions.array), PPATCH_F64, out.source);
  return out;
}

}  // namespace ptychopatch::app
