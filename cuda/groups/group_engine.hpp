// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_CUDA_GROUPS_GROUP_ENGINE_HPP_
#define PTYCHOPATCH_CUDA_GROUPS_GROUP_ENGINE_HPP_

#include "cuda/groups/kernels/group_rows.hpp"
#include "cuda/groups/point_index.hpp"
#include "cuda/runtime/array_copies.hpp"
#include "cuda/runtime/machine.hpp"

namespace ppatch {

// How a group plan's memory is laid out under a budget.
struct GroupMemoryPlan {
  std::int64_t capacity = 0;      // points
  std::int64_t neighbours = 0;    // of a search
  std::int64_t members = 0;       // of a group
  std::int64_t searches = 0;      // at a time
  std::uint64_t piece_bytes = 0;  // of each of two pinned buffers
  std::uint64_t left = 0;         // of the budget, for copies of host arrays

  std::uint64_t total_bytes() const;

  // Throws OUT_OF_MEMORY, naming the least budget, where the budget is too small.
  static GroupMemoryPlan within(const GroupSettings& settings, std::uint64_t budget);
};

// Groups of one plan on a device: a thread does a row, as many at a time as there is room for.
class CudaGroupEngine final : public GroupEngine {
 public:
  CudaGroupEngine(const GroupSettings& settings, const GroupMemoryPlan& layout,
                  const Machine& machine);
  ~CudaGroupEngine() override;

  void set_points(const PointView& points) override;
  void set_stream(void* stream) override;
  std::int64_t point_count() const override { return index_.count(); }
  std::uint64_t scratch_bytes() const override { return layout_.total_bytes() + copies_.bytes(); }

  void draw(const GroupRequest& request) override;
  void coordinates(const IndexView& indices, const CoordinateResultView& offsets,
                   const CoordinateResultView& relative) override;
  void neighbours(const IndexView& queries, const IndexView& indices,
                  const CoordinateResultView& squared_distances) override;

 private:
  struct Rows {
    std::int64_t first = 0, last = 0;
    std::int64_t count() const { return last - first; }
  };
  // Arrays of a call that may be copies.
  enum Slot : int {
    indices_slot,
    centres_slot,
    offsets_slot,
    relative_slot,
    queries_slot,
    distances_slot
  };
  // Rows of a call's arrays, in copies where these are on the host.
  class RowArrays;

  template <class Body>
  void each_chunk(std::int64_t rows, std::int64_t size, Body&& body) const;
  std::int64_t chunk_size(std::uint64_t bytes_a_row, std::int64_t most) const;
  void check_indices(const char* name, const IndexView& view);
  NeighbourQuery query(std::int64_t k) const;
  GroupCoordinates group_coordinates() const;

  GroupSettings settings_;
  GroupMemoryPlan layout_;
  const Machine& machine_;
  PlanStream stream_;
  PointIndex index_;
  PointSource points_;  // on the device
  DeviceBuffer<double> squared_distances_;
  DeviceBuffer<std::uint32_t> found_;
  DeviceBuffer<std::int64_t> numbers_;
  DeviceBuffer<unsigned char> points_copy_;
  Staging staging_;
  ArrayCopies copies_;
};

}  // namespace ppatch

#endif  // PTYCHOPATCH_CUDA_GROUPS_GROUP_ENGINE_HPP_
