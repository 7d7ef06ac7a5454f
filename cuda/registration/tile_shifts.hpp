// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registration/motion.hpp"
#include "cuda/registration/kernels/tile_warp.hpp"
#include "cuda/registration/scene_workspace.hpp"

namespace ppatch {

// One plane of a pair, and its image's state, in the device's memory.
struct PairPlane {
  ScenePlane plane;
  const SceneImageState* state = nullptr;
};

// The tiles of pairs of planes, in batches as the images of a scene are: each has a spectrum of the
// reference of its own.
class CudaTileEngine final : public TileEngine {
 public:
  CudaTileEngine(const SceneSettings& settings, const Machine& machine);

  // What it takes, in all.
  static std::uint64_t bytes(const SceneSettings& settings);

  // What the next calls are about. flags: of the lines that the pair leaves out.
  void set_pair(const PairPlane& reference, const PairPlane& moving, std::uint32_t flags,
                device::Stream stream);

  void find_peaks(const SceneGeometry& tile, std::int64_t count, const TileTask* tasks,
                  CoarsePeak* peaks) override;
  void find_shifts(const SceneGeometry& tile, std::int64_t count, const TileTask* tasks,
                   TileShift* shifts) override;

 private:
  struct Batch;

  void prepare(const SceneGeometry& tile);
  // Calls each(first, end) for batches of tasks.
  template <class Each>
  void for_batches(std::int64_t count, Each&& each) const;
  // Makes the batch's tiles ready for their windows.
  void begin(Batch& batch, const TileTask* tasks, std::int64_t count);
  void lay(const Batch& batch, int scale);
  void transform(const Batch& batch, int scale) const;
  void run_round(Batch& batch);
  void find_quality(Batch& batch);
  std::int64_t write_jobs(const Batch& batch);

  SceneSettings settings_;
  const Machine& machine_;
  std::uint64_t bytes_;
  Carrier carriers_[max_carriers];
  int carrier_count_;
  SceneWorkspace space_;
  DeviceBuffer<float> warp_table_;
  DeviceBuffer<WarpJob> warp_jobs_;
  PinnedBuffer warp_mail_;
  PairPlane reference_, moving_;
  std::uint32_t flags_ = 0;
  device::Stream stream_ = nullptr;
};

}  // namespace ppatch
