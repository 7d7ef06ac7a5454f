// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_KERNEL_LIST_HPP_
#define PTYCHOPATCH_CUDA_KERNEL_LIST_HPP_

#include "cuda/groups/kernels/group_rows.hpp"
#include "cuda/patches/kernels/adjoint_block.hpp"
#include "cuda/patches/kernels/extract_block.hpp"
#include "cuda/patches/kernels/gradient_block.hpp"
#include "cuda/patches/kernels/probe_adjoint_block.hpp"
#include "cuda/patches/kernels/tile_entries.hpp"
#include "cuda/registration/kernels/coarse_peak.hpp"
#include "cuda/registration/kernels/hot_pixel_threshold.hpp"
#include "cuda/registration/kernels/row_sums.hpp"
#include "cuda/registration/kernels/scene_decimate.hpp"
#include "cuda/registration/kernels/scene_pattern.hpp"
#include "cuda/registration/kernels/scene_sums.hpp"
#include "cuda/registration/kernels/shift_band.hpp"
#include "cuda/registration/kernels/shift_newton.hpp"
#include "cuda/registration/kernels/shift_rings.hpp"
#include "cuda/registration/kernels/shift_tiles.hpp"
#include "cuda/registration/kernels/shift_windows.hpp"
#include "cuda/registration/kernels/value_select.hpp"
#include "cuda/runtime/device.hpp"
#include "kernels/patches/assemble.hpp"
#include "kernels/registration/pair_pixels.hpp"
#include "kernels/registration/pair_values.hpp"

// Every kernel that the backend launches. A unit that defines device::launch makes some of them:
// PPATCH_PATCH_KERNELS(float, 2) and the like.
#define PPATCH_LAUNCH(...) \
  template void device::launch(const __VA_ARGS__&, std::int64_t, device::Stream)

#define PPATCH_PATCH_KERNELS(T, C)        \
  PPATCH_LAUNCH(ExtractBlock<T, C, 2>);   \
  PPATCH_LAUNCH(ExtractBlock<T, C, 6>);   \
  PPATCH_LAUNCH(AdjointBlock<T, C, 2>);   \
  PPATCH_LAUNCH(AdjointBlock<T, C, 6>);   \
  PPATCH_LAUNCH(GradientBlock<T, C>);     \
  PPATCH_LAUNCH(ProbeAdjointBlock<T, C>); \
  PPATCH_LAUNCH(EachPiece<AssemblePixel<T, C>>)

#define PPATCH_GROUP_KERNELS()              \
  PPATCH_LAUNCH(PointExtremes);             \
  PPATCH_LAUNCH(EachPiece<PointKeys>);      \
  PPATCH_LAUNCH(EachPiece<PointLeaves>);    \
  PPATCH_LAUNCH(EachPiece<PointNodes>);     \
  PPATCH_LAUNCH(EachPiece<DrawRow>);        \
  PPATCH_LAUNCH(EachPiece<CoordinatesRow>); \
  PPATCH_LAUNCH(EachPiece<NeighboursRow>)

#define PPATCH_LIST_KERNELS()            \
  PPATCH_LAUNCH(EachPiece<TileEntries>); \
  PPATCH_LAUNCH(EachPiece<TileBegins>)

#define PPATCH_SCENE_IMAGE_KERNELS(T)       \
  PPATCH_LAUNCH(SceneBandSums<T>);          \
  PPATCH_LAUNCH(SceneFindLevels<T>);        \
  PPATCH_LAUNCH(SceneHotPixelThreshold<T>); \
  PPATCH_LAUNCH(SceneDecimate<T, 1>);       \
  PPATCH_LAUNCH(SceneDecimate<T, 2>);       \
  PPATCH_LAUNCH(SceneDecimate<T, 3>)

#define PPATCH_SCENE_PATTERN_KERNELS()                        \
  PPATCH_LAUNCH(EachPiece<EachAxisPiece<PatternTables>>);     \
  PPATCH_LAUNCH(EachPiece<EachAxisPiece<PatternProjection>>); \
  PPATCH_LAUNCH(EachPiece<EachAxisPiece<PatternFirstStage>>); \
  PPATCH_LAUNCH(EachPiece<EachAxisPiece<PatternPowers>>);     \
  PPATCH_LAUNCH(PatternMedian);                               \
  PPATCH_LAUNCH(EachPiece<PatternFlags>)

#define PPATCH_PAIR_SAMPLE_KERNELS(T)                      \
  PPATCH_LAUNCH(EachPiece<EachPixel<ShiftPixel<T>>>);      \
  PPATCH_LAUNCH(EachPiece<EachPixel<NormalisedPixel<T>>>); \
  PPATCH_LAUNCH(EachPiece<EachPixel<BinnedPixel<T>>>)

#define PPATCH_PAIR_KERNELS()                           \
  PPATCH_LAUNCH(EachPiece<EachPixel<DifferencePixel>>); \
  PPATCH_LAUNCH(EachPiece<EachPixel<ErodedPixel>>);     \
  PPATCH_LAUNCH(EachPiece<EachPixel<MaskPixel>>);       \
  PPATCH_LAUNCH(RowSums<SampleValue>);                  \
  PPATCH_LAUNCH(RowSums<LossValue>);                    \
  PPATCH_LAUNCH(RowSums<MaskValue>);                    \
  PPATCH_LAUNCH(EachPiece<SelectionBegin>);             \
  PPATCH_LAUNCH(SelectionCount);                        \
  PPATCH_LAUNCH(SelectionFollow)

#define PPATCH_SHIFT_KERNELS()            \
  PPATCH_LAUNCH(EachPiece<WindowTapers>); \
  PPATCH_LAUNCH(WindowSums);              \
  PPATCH_LAUNCH(EachPiece<WindowMean>);   \
  PPATCH_LAUNCH(WindowRows);              \
  PPATCH_LAUNCH(CoarseCross);             \
  PPATCH_LAUNCH(CoarsePeaks);             \
  PPATCH_LAUNCH(CoarseAnswer);            \
  PPATCH_LAUNCH(EachPiece<ShiftPhases>);  \
  PPATCH_LAUNCH(ShiftRingSums);           \
  PPATCH_LAUNCH(ShiftRingWeights);        \
  PPATCH_LAUNCH(ShiftNewtonSums);         \
  PPATCH_LAUNCH(ShiftNewtonStep);         \
  PPATCH_LAUNCH(ShiftBandSums);           \
  PPATCH_LAUNCH(ShiftBandTotals);         \
  PPATCH_LAUNCH(ShiftTileSums);           \
  PPATCH_LAUNCH(ShiftTileTotals)

#endif  // PTYCHOPATCH_CUDA_KERNEL_LIST_HPP_
