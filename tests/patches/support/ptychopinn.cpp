// SPDX-License-Identifier: Apache-2.0
#include "support/ptychopinn.hpp"

#include <cmath>
#include <limits>

#include "oracle/patches/ptychopinn.hpp"
#include "support/job.hpp"

using oracle::Offset;
using ptychopatch::array;

namespace {

constexpr std::int64_t height = 226;
constexpr std::int64_t width = 227;
constexpr std::int64_t groups = 12;

}  // namespace

double ptychopinn_difference(std::uint64_t seed, std::int64_t n, std::int64_t gridsize,
                             bool mirrored) {
  Random random(seed);
  const std::int64_t members = gridsize * gridsize;
  std::uniform_real_distribution<float> unit(-1, 1);
  std::vector<std::complex<float>> image(height * width);
  for (auto& pixel : image) pixel = {unit(random), unit(random)};

  // Groups stay together, and may lie across any edge.
  std::vector<Offset> given;
  std::uniform_real_distribution<double> centre(-40, 260);
  std::uniform_real_distribution<double> step(-15, 15);
  for (std::int64_t group = 0; group < groups; ++group) {
    const Offset middle{centre(random), centre(random)};
    for (std::int64_t j = 0; j < members; ++j) {
      given.push_back({middle[0] + step(random), middle[1] + step(random)});
    }
  }
  const std::vector<Offset> offsets =
      oracle::combined_offsets(oracle::group_offsets(given, members), mirrored ? -1 : 1);
  const auto want = oracle::get_image_patches(image, height, width, offsets, members, n);

  ppatch_patch_options options = ptychopatch::patch_options(n, n);
  options.boundary = PPATCH_BOUNDARY_ZERO;
  options.anchor = PPATCH_ANCHOR_HALF;
  options.axes = PPATCH_AXES_XY;
  options.layout = PPATCH_LAYOUT_CHANNEL_LAST;
  options.group_size = members;
  if (mirrored) options.local_offsets = PPATCH_LOCAL_OFFSETS_MIRRORED_PTYCHOPINN;
  // Mirroring is the library's; without it the caller adds and rounds.
  const std::vector<Offset>& positions = mirrored ? given : offsets;
  ptychopatch::PatchPlan plan(shared_context(2), array(positions[0].data(), {groups, members, 2}),
                              options);
  const float nan = std::numeric_limits<float>::quiet_NaN();
  std::vector<std::complex<float>> got(want.size(), {nan, nan});
  plan.extract(array(image.data(), {height, width}), array(got.data(), {groups, n, n, members}));

  double worst = 0;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const double miss = std::abs(std::complex<double>(got[i]) - want[i]);
    if (!(miss <= worst)) worst = miss;  // keeps a NaN
    if (std::isnan(worst)) return worst;
  }
  return worst;
}
