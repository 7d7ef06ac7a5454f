// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/scene_memory.hpp"

#include <utility>

namespace ppatch {
namespace {

constexpr std::uint64_t alignment = 256;
// Of a window of the reference.
constexpr std::int64_t slot_doubles = WindowSums::count_of_sums * WindowSums::max_chunks;

}  // namespace

// Lays arrays one behind the other; from no address on it only counts.
class SceneMemory::Carver {
 public:
  explicit Carver(unsigned char* base) : base_(base) {}

  template <class T>
  void lay(T*& array, std::int64_t count) {
    if (base_) array = reinterpret_cast<T*>(base_ + bytes_);
    const std::uint64_t bytes = static_cast<std::uint64_t>(count) * sizeof(T);
    bytes_ += (bytes + alignment - 1) / alignment * alignment;
  }
  std::uint64_t bytes() const { return bytes_; }

  SceneMail lay_mail(std::int64_t images) {
    SceneMail mail;
    lay(mail.moving_windows, images);
    lay(mail.reference_windows, images);
    lay(mail.shifts, images);
    lay(mail.peaks, images);
    mail.back = bytes_;
    lay(mail.shift_states, images);
    mail.sent = bytes_;
    lay(mail.peak_states, images);
    lay(mail.image_states, images + 1);
    mail.bytes = bytes_;
    return mail;
  }

 private:
  unsigned char* base_;
  std::uint64_t bytes_ = 0;
};

void SceneMemory::carve(Carver& carver, const SceneMemoryPlan& plan) {
  const std::int64_t images = plan.images;
  carver.lay(reference_planes_, plan.plane_floats);
  carver.lay(planes_, images * plan.plane_floats);
  carver.lay(reference_coarse_, plan.coarse_floats);
  carver.lay(slots_, plan.slots * plan.spectrum_floats);
  carver.lay(moving_, images * plan.spectrum_floats);
  carver.lay(weighted_, images * plan.spectrum_floats);
  carver.lay(phases_, images * plan.table_floats);
  carver.lay(lag_tables_, plan.lag_floats);
  carver.lay(ones_, plan.lag_floats);
  carver.lay(tapers_, (images + plan.slots) * plan.taper_floats);
  carver.lay(weights_, images * plan.rings);
  carver.lay(sums_, images * plan.sums_doubles);
  carver.lay(slot_sums_, plan.slots * slot_doubles);
  carver.lay(peaks_, images * plan.peaks);
  carver.lay(work_, static_cast<std::int64_t>(plan.work_bytes));
  carver.lay(mail_, static_cast<std::int64_t>(pinned_bytes(plan)));
}

std::uint64_t SceneMemory::device_bytes(const SceneMemoryPlan& plan) {
  SceneMemory memory;
  Carver counter(nullptr);
  memory.carve(counter, plan);
  return counter.bytes();
}

std::uint64_t SceneMemory::pinned_bytes(const SceneMemoryPlan& plan) {
  Carver counter(nullptr);
  return counter.lay_mail(plan.images).bytes;
}

void SceneMemory::take(const SceneMemoryPlan& plan, const DeviceAllocator& allocator) {
  const auto bytes = static_cast<std::int64_t>(device_bytes(plan));
  if (device_.size() < bytes) {
    device_ = DeviceBuffer<unsigned char>();
    device_ = DeviceBuffer<unsigned char>(allocator, bytes);
  }
  if (pinned_.bytes() < pinned_bytes(plan)) {
    pinned_ = PinnedBuffer();
    pinned_ = PinnedBuffer(pinned_bytes(plan));
  }
  plan_ = plan;
  Carver carver(device_.data());
  carve(carver, plan);
  host_ = Carver(pinned_.data()).lay_mail(plan.images);
  device_mail_ = Carver(mail_).lay_mail(plan.images);
}

void SceneMemory::release() {
  device_ = DeviceBuffer<unsigned char>();
  pinned_ = PinnedBuffer();
}

double* SceneMemory::slot_sums(std::int64_t i) const { return slot_sums_ + i * slot_doubles; }

void SceneMemory::planes_at(float* data, ScenePlane* planes) const {
  const SceneGeometry& geometry = plan_.geometry;
  for (int scale = 0; scale < geometry.scales; ++scale) {
    planes[scale] = {data, geometry.size[scale][0], geometry.size[scale][1]};
    data += geometry.size[scale][0] * geometry.size[scale][1];
  }
}

void SceneMemory::reference_planes(ScenePlane* planes) const {
  planes_at(reference_planes_, planes);
}

void SceneMemory::image_planes(std::int64_t image, ScenePlane* planes) const {
  planes_at(planes_ + image * plan_.plane_floats, planes);
}

void SceneMemory::upload(device::Stream stream) const {
  device::copy_to_device(mail_, pinned_.data(), host_.sent, stream);
}

void SceneMemory::download(device::Stream stream) const {
  device::copy_to_host(pinned_.data() + host_.back, mail_ + host_.back, host_.bytes - host_.back,
                       stream);
  device::synchronize(stream);
}

}  // namespace ppatch
