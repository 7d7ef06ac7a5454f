// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cuda/groups/group_memory_plan.hpp"
#include "cuda/groups/kernels/group_rows.hpp"
#include "cuda/groups/point_index.hpp"
#include "cuda/runtime/call_memory.hpp"
#include "cuda/runtime/machine.hpp"

namespace ppatch {

// Groups of one plan on a device: a thread does a row, as many at a time as there is room for.
class CudaGroupEngine final : public GroupEngine {
 public:
  CudaGroupEngine(const GroupSettings& settings, const GroupMemoryPlan& plan,
                  const Machine& machine);
  ~CudaGroupEngine() override;

  void set_points(const PointView& points) override;
  void set_stream(void* stream) override;
  void read_to_host(const void* from, std::uint64_t bytes, void* to) override;
  std::uint64_t scratch_bytes() const override { return plan_.total_bytes() + memory_.bytes(); }

  void draw(const GroupRequest& request) override;
  void coordinates(const IndexView& indices, const CoordinateResultView& offsets,
                   const CoordinateResultView& relative) override;
  void neighbours(const IndexView& queries, const IndexView& indices,
                  const CoordinateResultView& squared_distances) override;

 private:
  NeighbourQuery query(std::int64_t k) const;
  GroupCoordinates group_coordinates() const;

  GroupSettings settings_;
  GroupMemoryPlan plan_;
  const Machine& machine_;
  PlanStream stream_;
  PointIndex index_;
  PointSource points_;  // on the device
  DeviceBuffer<double> squared_distances_;
  DeviceBuffer<std::uint32_t> found_;
  DeviceBuffer<std::int64_t> numbers_;
  DeviceBuffer<unsigned char> points_copy_;
  CallMemory memory_;
};

}  // namespace ppatch
