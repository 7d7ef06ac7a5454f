/* SPDX-License-Identifier: Apache-2.0
 *
 * Groups: neighbouring scan positions, sample first. A part of ptychopatch.h, which includes it.
 */
#ifndef PTYCHOPATCH_GROUPS_H_
#define PTYCHOPATCH_GROUPS_H_

#include "ptychopatch/ptychopatch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Groups -----------------------------------------------------------------------------------
 *
 * n points in the plane; S groups of C = gridsize^2 of them are asked for. Group i has a centre,
 * one of the points; the centre's K nearest neighbours are searched, and C of them drawn without
 * replacement. Only centres are searched, so the work is that of S searches and the memory that of
 * n points.
 *
 * Neighbours are ordered by (squared distance, index). The squared distance is
 *     (x_i - x_s)^2 + (y_i - y_s)^2
 * in double precision, each operation rounded on its own, from the coordinates as they are given.
 * A point is never its own neighbour; that is decided by its index, so coincident points are
 * neighbours at distance 0. Where K exceeds n - 1, all n - 1 other points are neighbours.
 *
 * Centres, for S <= n: group i's is point i if S = n or with PPATCH_GROUP_SAMPLING_SEQUENTIAL; else
 * the i-th of a random order of the points, so no point is a centre twice. C members are then drawn
 * of the K neighbours, every choice and every order of it being equally likely. With
 * PPATCH_GROUP_MEMBERS_WITH_CENTRE the centre is the first member and C - 1 others are drawn. A
 * group of one (gridsize 1) is its centre, whatever the options say.
 *
 * Oversampling, S > n, has to be asked for. There are n * M pairs of a centre and an unordered
 * choice of its neighbours, M = K' over C (K' over C - 1 with the centre), K' = min(K, n - 1);
 * groups are S different pairs, every set of S pairs being equally likely. Groups of different
 * centres may still have the same members, since neighbours share neighbours: groups are distinct
 * in their (centre, set of members), and with PPATCH_GROUP_MEMBERS_WITH_CENTRE also in their first
 * member and the set of all.
 *
 * Every random number depends on (options.seed, number of the group) alone: the groups are the
 * same on any backend, with any number of threads, and for any division of the S groups among
 * calls.
 *
 * offset = mean of the group's members in double precision, summed in their order; relative
 * coordinates are measured from it. Columns of points, offsets and relative coordinates are in the
 * order that the axes option names.
 */

typedef int32_t ppatch_group_members;
enum {
  PPATCH_GROUP_MEMBERS_NEIGHBOURS = 0, /* C of the centre's K neighbours, as PtychoPINN has it */
  PPATCH_GROUP_MEMBERS_WITH_CENTRE = 1 /* the centre, and C - 1 of its K neighbours */
};

/* Of the members of a group. */
typedef int32_t ppatch_group_order;
enum {
  PPATCH_GROUP_ORDER_DRAWN = 0,
  /* As neighbours are ordered; a centre that is a member comes first. */
  PPATCH_GROUP_ORDER_DISTANCE = 1,
  /* Rows of gridsize members from low y to high y, in each row from low x to high x: channel j is
   * the same corner in every group. Members are sorted by (y, x, index), cut into gridsize rows,
   * and each row is sorted by (x, y, index). */
  PPATCH_GROUP_ORDER_POSITION = 2
};

typedef int32_t ppatch_group_sampling;
enum {
  PPATCH_GROUP_SAMPLING_RANDOM = 0,
  PPATCH_GROUP_SAMPLING_SEQUENTIAL = 1 /* centres are the first S points; S <= n */
};

typedef int32_t ppatch_relative_sign;
enum {
  PPATCH_RELATIVE_SIGN_FROM_OFFSET = 0, /* member - offset */
  /* -(member - offset): PtychoPINN's coords_relative with its local_offset_sign = -1 */
  PPATCH_RELATIVE_SIGN_TO_OFFSET = 1
};

typedef struct ppatch_group_options {
  uint32_t struct_size;
  int32_t gridsize;    /* C = gridsize^2, gridsize <= 64; 0: 1 */
  int64_t neighbours;  /* K >= C, or >= C - 1 with the centre; 0: C + 2 */
  int64_t group_count; /* S; 0: one group for each point */
  uint64_t seed;       /* of the random numbers */
  ppatch_group_members members;
  ppatch_group_order order;
  ppatch_group_sampling sampling;
  int32_t oversample; /* 1: S may exceed the number of points */
  ppatch_axes axes;
  ppatch_relative_sign relative_sign;
  int64_t point_capacity; /* most points that a plan will ever have, below 2^31; create needs it */
} ppatch_group_options;

#define PPATCH_GROUP_OPTIONS_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_group_options) }

/* A set of points ready to be searched. */
typedef struct ppatch_group_plan ppatch_group_plan;

/* Bytes of scratch that a plan for point_count points would hold, within the context's budget:
 * about 15 a point on the CPU, about 70 on CUDA. options may be NULL: all defaults. Where its
 * point_capacity is above 0, that counts, and point_count may not exceed it.
 * Errors: INVALID_ARGUMENT; OUT_OF_MEMORY, with the least budget that would do in the text. */
ppatch_status ppatch_group_plan_bytes(const ppatch_context *context, int64_t point_count,
                                      const ppatch_group_options *options, uint64_t *bytes);

/* Makes a plan and takes all its memory. *plan is set to NULL first. The plan has no point until
 * ppatch_group_plan_borrow_points is called.
 * Errors: INVALID_ARGUMENT, OUT_OF_MEMORY, UNSUPPORTED. */
ppatch_status ppatch_group_plan_create(ppatch_group_plan **plan, ppatch_context *context,
                                       const ppatch_group_options *options);

/* NULL is fine. */
void ppatch_group_plan_destroy(ppatch_group_plan *plan);

/* The points: (n, 2), F32 or F64, n <= capacity, each within +-1e150, in any unit. They are sorted
 * into a grid here, which takes time in proportion to n. The plan borrows the array, which every
 * later call reads again: its memory stays as it is until other points are borrowed or the plan is
 * destroyed. On an error the plan keeps its old points, but for CANCELLED, after which it has none.
 * Errors: INVALID_ARGUMENT (a NaN, an infinity or one out of range is named by its index),
 * CANCELLED. */
ppatch_status ppatch_group_plan_borrow_points(ppatch_group_plan *plan, const ppatch_array *points);

/* The stream (a cudaStream_t) on which later calls of this plan are enqueued; the CPU takes only
 * NULL. Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_group_plan_set_stream(ppatch_group_plan *plan, void *stream);

/* Groups first to first + count - 1 of the plan's S, count being the arrays' first extent: any
 * division of the S groups gives the same groups.
 *     indices   (count, C), I32 or I64: the points of each group
 *     centres   (count,), I32 or I64
 *     offsets   (count, 2), F32 or F64
 *     relative  (count, C, 2), F32 or F64
 * All but indices may be NULL.
 * Errors: INVALID_ARGUMENT, with the numbers in the text: too few points for a group, S > n without
 * oversample, S above the number of pairs, a number of pairs of 2^63 or more; CANCELLED. */
ppatch_status ppatch_group_plan_draw(ppatch_group_plan *plan, int64_t first,
                                     const ppatch_array *indices, const ppatch_array *centres,
                                     const ppatch_array *offsets, const ppatch_array *relative);

/* Offsets and relative coordinates of given groups: indices (B, c), I32 or I64, of any c >= 1, each
 * 0 <= index < n; offsets (B, 2); relative (B, c, 2), as above. Either output may be NULL.
 * Errors: INVALID_ARGUMENT (an index that names no point is told with its place), CANCELLED. */
ppatch_status ppatch_group_plan_coordinates(ppatch_group_plan *plan, const ppatch_array *indices,
                                            const ppatch_array *offsets,
                                            const ppatch_array *relative);

/* The K nearest neighbours, in order, of the points that queries names, (Q,), I32 or I64, or of all
 * points in their order where queries is NULL (Q = n):
 *     indices            (Q, K), I32 or I64
 *     squared_distances  (Q, K), F64; may be NULL
 * K is options.neighbours; here n >= K + 1 is needed.
 * Errors: INVALID_ARGUMENT, CANCELLED. */
ppatch_status ppatch_group_plan_neighbours(ppatch_group_plan *plan, const ppatch_array *queries,
                                           const ppatch_array *indices,
                                           const ppatch_array *squared_distances);

typedef struct ppatch_group_plan_info {
  uint32_t struct_size;
  int32_t group_size;  /* C */
  int64_t neighbours;  /* K */
  int64_t group_count; /* S for the points that it has */
  int64_t point_count;
  int64_t point_capacity;
  uint64_t bytes; /* scratch held now */
} ppatch_group_plan_info;

#define PPATCH_GROUP_PLAN_INFO_INIT \
  { .struct_size = (uint32_t)sizeof(ppatch_group_plan_info) }

/* Errors: INVALID_ARGUMENT. */
ppatch_status ppatch_group_plan_get_info(const ppatch_group_plan *plan,
                                         ppatch_group_plan_info *info);

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* PTYCHOPATCH_GROUPS_H_ */
