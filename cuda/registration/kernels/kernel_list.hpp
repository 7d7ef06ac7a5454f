// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/registration/kernels/coarse_peak.hpp"
#include "cuda/registration/kernels/hot_pixel_threshold.hpp"
#include "cuda/registration/kernels/mask_pixels.hpp"
#include "cuda/registration/kernels/row_sums.hpp"
#include "cuda/registration/kernels/scene_decimate.hpp"
#include "cuda/registration/kernels/scene_pattern.hpp"
#include "cuda/registration/kernels/scene_sums.hpp"
#include "cuda/registration/kernels/shift_band.hpp"
#include "cuda/registration/kernels/shift_newton.hpp"
#include "cuda/registration/kernels/shift_rings.hpp"
#include "cuda/registration/kernels/shift_tiles.hpp"
#include "cuda/registration/kernels/shift_windows.hpp"
#include "cuda/registration/kernels/tile_warp.hpp"
#include "cuda/registration/kernels/value_select.hpp"
#include "cuda/registration/kernels/white_pair.hpp"
#include "cuda/runtime/run.hpp"
#include "kernels/registration/channel_sum.hpp"
#include "kernels/registration/moved_pixels.hpp"
#include "kernels/registration/pair_pixels.hpp"
#include "math/sample_types.hpp"

// The kernels of registration; T: a type of samples, of PPATCH_SAMPLE_TYPES.

#define PPATCH_SCENE_IMAGE_KERNELS(name, T) \
  PPATCH_LAUNCH(SceneBandSums<T>);          \
  PPATCH_LAUNCH(SceneFindConditioning<T>);  \
  PPATCH_LAUNCH(SceneHotPixelThreshold<T>); \
  PPATCH_LAUNCH(SceneDecimate<T, 1>);       \
  PPATCH_LAUNCH(SceneDecimate<T, 2>);       \
  PPATCH_LAUNCH(SceneDecimate<T, 3>);

#define PPATCH_SCENE_PATTERN_KERNELS()                        \
  PPATCH_LAUNCH(EachPiece<EachAxisPiece<PatternTables>>);     \
  PPATCH_LAUNCH(EachPiece<EachAxisPiece<PatternProjection>>); \
  PPATCH_LAUNCH(EachPiece<EachAxisPiece<PatternFirstStage>>); \
  PPATCH_LAUNCH(EachPiece<EachAxisPiece<PatternPowers>>);     \
  PPATCH_LAUNCH(PatternMedian);                               \
  PPATCH_LAUNCH(EachPiece<PatternFlags>)

#define PPATCH_PAIR_SAMPLE_KERNELS(name, T)                \
  PPATCH_LAUNCH(EachPiece<EachPixel<ShiftPixel<T>>>);      \
  PPATCH_LAUNCH(EachPiece<EachPixel<LuminancePixel<T>>>);  \
  PPATCH_LAUNCH(EachPiece<EachPixel<WarpPixel<T>>>);       \
  PPATCH_LAUNCH(EachPiece<EachPixel<NormalisedPixel<T>>>); \
  PPATCH_LAUNCH(EachPiece<EachPixel<BinnedPixel<T>>>);

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

#define PPATCH_SHIFT_KERNELS()               \
  PPATCH_LAUNCH(EachPiece<WindowTapers>);    \
  PPATCH_LAUNCH(WindowSums);                 \
  PPATCH_LAUNCH(EachPiece<WindowTrend>);     \
  PPATCH_LAUNCH(WindowRows);                 \
  PPATCH_LAUNCH(CoarseWeights);              \
  PPATCH_LAUNCH(CoarseCross);                \
  PPATCH_LAUNCH(CoarsePeaks);                \
  PPATCH_LAUNCH(CoarseAnswer);               \
  PPATCH_LAUNCH(EachPiece<ShiftPhases>);     \
  PPATCH_LAUNCH(ShiftRingSums);              \
  PPATCH_LAUNCH(EachPiece<ShiftRingTotals>); \
  PPATCH_LAUNCH(ShiftRingWeights);           \
  PPATCH_LAUNCH(ShiftNewtonSums);            \
  PPATCH_LAUNCH(ShiftNewtonStep);            \
  PPATCH_LAUNCH(ShiftBandSums);              \
  PPATCH_LAUNCH(ShiftBandTotals);            \
  PPATCH_LAUNCH(ShiftTileSums);              \
  PPATCH_LAUNCH(EachPiece<WarpTiles>);       \
  PPATCH_LAUNCH(ShiftTileTotals);            \
  PPATCH_LAUNCH(EachPiece<WhiteWeights>);    \
  PPATCH_LAUNCH(TileValueSums);              \
  PPATCH_LAUNCH(EachPiece<KeepLeft>)
