// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/groups/kernels/group_rows.hpp"
#include "cuda/runtime/run.hpp"

// The kernels of groups.

#define PPATCH_GROUP_KERNELS()              \
  PPATCH_LAUNCH(PointExtremes);             \
  PPATCH_LAUNCH(EachPiece<PointKeys>);      \
  PPATCH_LAUNCH(EachPiece<PointLeaves>);    \
  PPATCH_LAUNCH(EachPiece<PointNodes>);     \
  PPATCH_LAUNCH(EachPiece<DrawRow>);        \
  PPATCH_LAUNCH(EachPiece<CoordinatesRow>); \
  PPATCH_LAUNCH(EachPiece<NeighboursRow>);  \
  PPATCH_LAUNCH(EachSearch<DrawRow>);       \
  PPATCH_LAUNCH(EachSearch<NeighboursRow>)
