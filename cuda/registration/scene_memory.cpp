// SPDX-License-Identifier: Apache-2.0
#include "cuda/registration/scene_memory.hpp"

#include <utility>

namespace ppatch {
namespace {

constexpr std::uint64_t alignment = 256;
// Of a window of the reference, where the mean comes from at most a thousand rows.
constexpr std::int64_t slot_doubles = WindowSums::count_of_sums * (1000 / WindowSums::rows);

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

void SceneMemory::carve(Carver& carver, const SceneMemoryPlan& layout) {
  const std::int64_t images = layout.images;
  carver.lay(reference_planes_, layout.plane_floats);
  carver.lay(planes_, images * layout.plane_floats);
  carver.lay(reference_coarse_, layout.coarse_floats);
  carver.lay(slots_, layout.slots * layout.spectrum_floats);
  carver.lay(moving_, images * layout.spectrum_floats);
  carver.lay(weighted_, images * layout.spectrum_floats);
  carver.lay(phases_, images * layout.table_floats);
  carver.lay(tapers_, (images + layout.slots) * layout.taper_floats);
  carver.lay(weights_, images * layout.rings);
  carver.lay(sums_, images * layout.sums_doubles);
  carver.lay(slot_sums_, layout.slots * slot_doubles);
  carver.lay(peaks_, images * layout.peaks);
  carver.lay(work_, static_cast<std::int64_t>(layout.work_bytes));
  carver.lay(mail_, static_cast<std::int64_t>(pinned_bytes(layout)));
}

std::uint64_t SceneMemory::device_bytes(const SceneMemoryPlan& layout) {
  SceneMemory memory;
  Carver counter(nullptr);
  memory.carve(counter, layout);
  return counter.bytes();
}

std::uint64_t SceneMemory::pinned_bytes(const SceneMemoryPlan& layout) {
  Carver counter(nullptr);
  return counter.lay_mail(layout.images).bytes;
}

void SceneMemory::take(const SceneMemoryPlan& layout, const DeviceAllocator& allocator) {
  const auto bytes = static_cast<std::int64_t>(device_bytes(layout));
  if (device_.size() < bytes) {
    device_ = DeviceBuffer<unsigned char>();
    device_ = DeviceBuffer<unsigned char>(allocator, bytes);
  }
  if (pinned_.bytes() < pinned_bytes(layout)) {
    pinned_ = PinnedBuffer();
    pinned_ = PinnedBuffer(pinned_bytes(layout));
  }
  layout_ = layout;
  Carver carver(device_.data());
  carve(carver, layout);
  host_ = Carver(pinned_.data()).lay_mail(layout.images);
  device_mail_ = Carver(mail_).lay_mail(layout.images);
}

void SceneMemory::release() {
  device_ = DeviceBuffer<unsigned char>();
  pinned_ = PinnedBuffer();
}

double* SceneMemory::slot_sums(std::int64_t i) const { return slot_sums_ + i * slot_doubles; }

void SceneMemory::planes_at(float* data, ScenePlane* planes) const {
  const SceneGeometry& geometry = layout_.geometry;
  for (int level = 0; level < geometry.scales; ++level) {
    planes[level] = {data, geometry.size[level][0], geometry.size[level][1]};
    data += geometry.size[level][0] * geometry.size[level][1];
  }
}

void SceneMemory::reference_planes(ScenePlane* planes) const {
  planes_at(reference_planes_, planes);
}

void SceneMemory::image_planes(std::int64_t image, ScenePlane* planes) const {
  planes_at(planes_ + image * layout_.plane_floats, planes);
}

void SceneMemory::send(device::Stream stream) const {
  device::copy_to_device(mail_, pinned_.data(), host_.sent, stream);
}

void SceneMemory::fetch(device::Stream stream) const {
  device::copy_to_host(pinned_.data() + host_.back, mail_ + host_.back, host_.bytes - host_.back,
                       stream);
  device::synchronize(stream);
}

}  // namespace ppatch
