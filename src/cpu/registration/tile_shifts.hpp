// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registration/motion.hpp"
#include "cpu/host_engine.hpp"
#include "cpu/registration/scene_machine.hpp"
#include "cpu/registration/shift_estimate.hpp"

namespace ppatch {

// The tiles of pairs of planes: each by one thread with memory of its own, so that no result
// depends on how many there are.
class CpuTileEngine final : public TileEngine {
 public:
  CpuTileEngine(const SceneSettings& settings, const SceneMachine& machine);

  static std::uint64_t bytes(const SceneSettings& settings, const SceneMachine& machine);

  // The planes of the finest scale that the next calls are about, and their band.
  void set_planes(const Plane& reference, const Plane& moving, const Band& band);

  void find_peaks(const SceneGeometry& tile, std::int64_t count, const TileTask* tasks,
                  CoarsePeak* peaks) override;
  void find_shifts(const SceneGeometry& tile, std::int64_t count, const TileTask* tasks,
                   TileShift* shifts) override;

 private:
  // The memory of the largest tiles.
  struct MemoryPlan {
    MemoryPlan(const SceneSettings& settings, const SceneMachine& machine);
    std::uint64_t bytes() const;

    std::int64_t slots = 0, spectrum_floats = 0, table_floats = 0, fft_floats = 0, slot_floats = 0;
    std::int64_t sums_doubles = 0, rings = 0, lag_floats = 0, warp_floats = 0;
  };

  void set_tile(const SceneGeometry& tile);
  EstimateTools tools(int slot);
  Plane reference_tile(const TileTask& task) const;
  // The moving image's, warped into a slot's memory where it is.
  Plane moving_tile(const TileTask& task, int slot);
  TileShift find_shift(const TileTask& task, int slot);

  SceneMachine machine_;
  MemoryPlan plan_;
  Arena serial_;  // for what is done within a tile
  SceneGeometry tile_;
  Buffer<float> slots_, lag_tables_, warp_table_;
  Buffer<double> sums_;
  Buffer<RingWeight> weights_;
  PlaneFft fft_, coarse_fft_;
  Plane reference_, moving_;
  Band band_;
};

}  // namespace ppatch
