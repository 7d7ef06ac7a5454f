// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/patches/kernels/adjoint_block.hpp"
#include "cuda/patches/kernels/extract_block.hpp"
#include "cuda/patches/kernels/gradient_block.hpp"
#include "cuda/patches/kernels/normal_block.hpp"
#include "cuda/patches/kernels/probe_adjoint_block.hpp"
#include "cuda/patches/kernels/shift_pieces.hpp"
#include "cuda/patches/kernels/tile_entries.hpp"
#include "cuda/runtime/run.hpp"
#include "kernels/patches/assemble.hpp"

// The kernels of patches: those of one type of pixel, those of the tiles' lists, and
// those of shifts in one precision.

#define PPATCH_PATCH_KERNELS(P)               \
  PPATCH_LAUNCH(ExtractBlock<P, 2>);          \
  PPATCH_LAUNCH(ExtractBlock<P, 4>);          \
  PPATCH_LAUNCH(ExtractBlock<P, 6>);          \
  PPATCH_LAUNCH(AdjointBlock<P, 2, false>);   \
  PPATCH_LAUNCH(AdjointBlock<P, 2, true>);    \
  PPATCH_LAUNCH(AdjointBlock<P, 4, false>);   \
  PPATCH_LAUNCH(AdjointBlock<P, 4, true>);    \
  PPATCH_LAUNCH(AdjointBlock<P, 6, false>);   \
  PPATCH_LAUNCH(AdjointBlock<P, 6, true>);    \
  PPATCH_LAUNCH(GradientBlock<P, 2, false>);  \
  PPATCH_LAUNCH(GradientBlock<P, 2, true>);   \
  PPATCH_LAUNCH(GradientBlock<P, 4, false>);  \
  PPATCH_LAUNCH(GradientBlock<P, 4, true>);   \
  PPATCH_LAUNCH(GradientBlock<P, 6, false>);  \
  PPATCH_LAUNCH(GradientBlock<P, 6, true>);   \
  PPATCH_LAUNCH(NormalBlock<P, false>);       \
  PPATCH_LAUNCH(NormalBlock<P, true>);        \
  PPATCH_LAUNCH(EachPiece<LoadProbe<P>>);     \
  PPATCH_LAUNCH(EachPiece<KeepUnshifted<P>>); \
  PPATCH_LAUNCH(EachPiece<StoreProbe<P>>);    \
  PPATCH_LAUNCH(ProbeAdjointBlock<P, 2>);     \
  PPATCH_LAUNCH(ProbeAdjointBlock<P, 4>);     \
  PPATCH_LAUNCH(ProbeAdjointBlock<P, 6>);     \
  PPATCH_LAUNCH(EachPiece<ProbeTotals<P>>);   \
  PPATCH_LAUNCH(EachPiece<AssemblePixel<P>>)

#define PPATCH_LIST_KERNELS()            \
  PPATCH_LAUNCH(EachPiece<TileEntries>); \
  PPATCH_LAUNCH(EachPiece<TileBegins>)

#define PPATCH_PROBE_SHIFT_KERNELS(T)          \
  PPATCH_LAUNCH(EachPiece<ProbePhases<T>>);    \
  PPATCH_LAUNCH(EachPiece<ApplyShift<T>>);     \
  PPATCH_LAUNCH(EachPiece<SumShiftedBack<T>>); \
  PPATCH_LAUNCH(EachPiece<RoundSums<T>>);      \
  PPATCH_LAUNCH(EachPiece<ClearScalars<T>>)
