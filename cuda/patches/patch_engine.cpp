// SPDX-License-Identifier: Apache-2.0
#include "cuda/patches/patch_engine.hpp"

#include <algorithm>

#include "core/dtype_dispatch.hpp"
#include "cuda/patches/host_views.hpp"
#include "cuda/patches/kernels/extract_block.hpp"
#include "cuda/patches/kernels/gradient_block.hpp"
#include "cuda/patches/kernels/probe_adjoint_block.hpp"
#include "cuda/patches/tile_plane.hpp"
#include "kernels/patches/assemble.hpp"

namespace ppatch {
namespace {

// Copies of host patches that are on the device at a time.
constexpr std::uint64_t max_chunk_bytes = std::uint64_t{64} << 20;

template <class Kernel>
void run(const Kernel& kernel, device::Stream stream) {
  device::launch(kernel, kernel.blocks(), stream);
}

bool has_few_taps(Interpolation kind) { return tap_count(kind) <= 2; }

}  // namespace

CudaPatchEngine::CudaPatchEngine(const PatchSettings& settings, const PatchMemoryPlan& layout,
                                 const Machine& machine)
    : settings_(settings),
      layout_(layout),
      machine_(machine),
      origins_(machine.allocator, layout.capacity),
      image_index_(machine.allocator, layout.capacity),
      lists_(machine.allocator, layout.entries),
      staging_(layout.piece_bytes),
      copies_(machine, layout.left) {}

CudaPatchEngine::~CudaPatchEngine() {
  // Memory goes back to the caller's allocator, which knows nothing of the stream.
  try {
    const device::Selection selected(machine_.settings.device);
    device::synchronize(stream_.get());
  } catch (const Error&) {
  }
}

template <class T>
void CudaPatchEngine::upload(std::span<const T> from, DeviceBuffer<T>& to) {
  const device::Selection selected(machine_.settings.device);
  lists_.invalidate();
  HostLayout layout;
  layout.data = reinterpret_cast<unsigned char*>(const_cast<T*>(from.data()));
  layout.element = sizeof(T);
  layout.add(static_cast<std::int64_t>(from.size()), sizeof(T));
  staging_.upload(layout, to.data(), stream_.get());
}

void CudaPatchEngine::set_positions(std::span<const PatchOrigin> origins) {
  upload(origins, origins_);
  count_ = static_cast<std::int64_t>(origins.size());
}

void CudaPatchEngine::set_image_index(std::span<const std::int32_t> index) {
  upload(index, image_index_);
  has_index_ = !index.empty();
}

void CudaPatchEngine::set_stream(void* stream) {
  const device::Selection selected(machine_.settings.device);
  stream_.set(stream);
}

void CudaPatchEngine::read_to_host(const void* from, std::uint64_t bytes, void* to) {
  const device::Selection selected(machine_.settings.device);
  device::copy_to_host(to, from, bytes, stream_.get());
  device::synchronize(stream_.get());
}

PatchProblem CudaPatchEngine::problem(const Chunk& chunk) const {
  PatchProblem p;
  p.origins = origins_.data() + chunk.first;
  p.image_index = has_index_ ? image_index_.data() + chunk.first : nullptr;
  p.count = chunk.last - chunk.first;
  p.height = settings_.patch_height;
  p.width = settings_.patch_width;
  p.interpolation = settings_.interpolation;
  p.boundary = settings_.boundary;
  p.constant[0] = settings_.constant[0];
  p.constant[1] = settings_.constant[1];
  return p;
}

std::int64_t CudaPatchEngine::chunk_size(std::uint64_t bytes_a_patch, std::int64_t most) const {
  const std::int64_t group = settings_.group_size;
  std::int64_t size = std::max<std::int64_t>(count_, 1);
  size = std::min(size, most);
  if (settings_.algorithm == Algorithm::iterative) size = 1;
  if (bytes_a_patch > 0) {
    const std::uint64_t room = std::min(copies_.left(), max_chunk_bytes);
    size = std::min(size, static_cast<std::int64_t>(room / bytes_a_patch));
  }
  return std::max(size / group * group, group);
}

template <class Body>
void CudaPatchEngine::each_chunk(std::int64_t size, Body&& body) const {
  machine_.callbacks().progress(0.0);
  std::int64_t first = 0;
  do {
    const Chunk chunk{first, std::min(count_, first + size)};
    body(chunk);
    first = chunk.last;
    machine_.callbacks().progress(
        count_ > 0 ? static_cast<double>(first) / static_cast<double>(count_) : 1.0);
  } while (first < count_);
}

template <class T, int C>
ImageView CudaPatchEngine::on_device(PatchSlot slot, const char* name, const ImageView& view,
                                     bool read) {
  if (reaches(view)) return view;
  const HostLayout layout = layout_of(view, C, sizeof(T));
  void* const memory = copies_.take(slot, name, layout.packed_bytes(), stream_.get());
  if (read) staging_.upload(layout, memory, stream_.get());
  return packed(view, C, memory);
}

template <class T, int C>
void CudaPatchEngine::download(const ImageView& from, const ImageView& to) {
  if (from.data != to.data) {
    staging_.download(from.data, layout_of(to, C, sizeof(T)), stream_.get());
  }
}

template <class T, int C>
ProbeView CudaPatchEngine::shared_on_device(const ProbeView& probe, bool read) {
  if (!probe.data || !probe.shared || device::reaches(probe.data)) return probe;
  const std::int64_t h = settings_.patch_height;
  const std::int64_t w = settings_.patch_width;
  const HostLayout layout = layout_of(probe, 1, h, w, C, sizeof(T));
  void* const memory = copies_.take(probe_slot, "probe", layout.packed_bytes(), stream_.get());
  if (read) staging_.upload(layout, memory, stream_.get());
  return packed(probe, h, w, C, memory);
}

template <class P, int Most>
void CudaPatchEngine::extract_on_device(const ImageView& image, const ProbeView& probe,
                                        const PatchView& out) {
  using T = typename P::Storage;
  constexpr int C = P::components;
  const ImageView from = on_device<T, C>(image_slot, "image", image, true);
  const ProbeView shared = shared_on_device<T, C>(probe, true);
  ChunkArrays<T, C> arrays(out, probe, copies_, staging_, stream_.get());
  each_chunk(chunk_size(arrays.bytes_a_patch(), INT64_MAX), [&](const Chunk& chunk) {
    const PatchView to = arrays.patches(chunk.first, chunk.last, false);
    const ProbeView with = arrays.probe(shared, chunk.first, chunk.last, true);
    const ExtractPixel<P> job{problem(chunk), from, with, to};
    if (out.height > 0 && out.width > 0) run(ExtractBlock<P, Most>(job), stream_.get());
    arrays.download_patches(to, chunk.first, chunk.last);
  });
}

void CudaPatchEngine::extract(const ImageView& image, const ProbeView& probe,
                              const PatchView& out) {
  const device::Selection selected(machine_.settings.device);
  copies_.begin();
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    if (has_few_taps(settings_.interpolation)) {
      extract_on_device<P, 2>(image, probe, out);
    } else {
      extract_on_device<P, 6>(image, probe, out);
    }
  });
}

template <class P>
void CudaPatchEngine::adjoint_on_device(const PatchView& in, const ProbeView& probe,
                                        const ImageView& image, const ImageView& coverage,
                                        bool from_zero) {
  using T = typename P::Storage;
  constexpr int C = P::components;
  const TilePlane plane = tile_plane(image, has_index_);
  const ProbeView shared = shared_on_device<T, C>(probe, true);
  ChunkArrays<T, C> arrays(in, probe, copies_, staging_, stream_.get());
  const std::int64_t entries = TileLists::entries_a_patch(problem({0, count_}), plane);
  const std::int64_t most = entries > 0 ? lists_.capacity() / entries : INT64_MAX;
  each_chunk(chunk_size(arrays.bytes_a_patch(), most), [&](const Chunk& chunk) {
    lists_.build(problem(chunk), chunk.first, plane, stream_.get());
    const PatchView from = arrays.patches(chunk.first, chunk.last, true);
    const ProbeView with = arrays.probe(shared, chunk.first, chunk.last, true);
    const AdjointPixel<P> job{problem(chunk), from, with};
    const auto sum = [&](auto kernel) {
      kernel.job = job;
      kernel.image = image;
      kernel.coverage = coverage;
      kernel.plane = plane;
      kernel.patches = lists_.patches();
      kernel.begins = lists_.begins();
      kernel.from_zero = from_zero;
      run(kernel, stream_.get());
    };
    if (has_few_taps(settings_.interpolation)) {
      sum(AdjointBlock<P, 2>{});
    } else {
      sum(AdjointBlock<P, 6>{});
    }
    from_zero = false;
  });
}

template <class P>
void CudaPatchEngine::sum_on_device(const PatchView& in, const ImageView& image,
                                    const ImageView& coverage, const ProbeView& probe,
                                    Accumulation mode, const double* eps) {
  using T = typename P::Storage;
  constexpr int C = P::components;
  const bool from_zero = mode == Accumulation::overwrite;
  const ImageView sum = on_device<T, C>(image_slot, "image", image, !from_zero);
  const ImageView cover =
      coverage.data ? on_device<T, 1>(coverage_slot, "coverage", coverage, !from_zero) : coverage;
  adjoint_on_device<P>(in, probe, sum, cover, from_zero);
  if (eps) {
    const AssemblePixel<P> divide(sum, cover, *eps);
    run(EachPiece<AssemblePixel<P>>{divide, divide.count()}, stream_.get());
  }
  download<T, C>(sum, image);
  if (coverage.data) download<T, 1>(cover, coverage);
}

void CudaPatchEngine::adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
                              const ImageView& coverage, Accumulation mode) {
  const device::Selection selected(machine_.settings.device);
  copies_.begin();
  with_pixel(image.dtype, [&](auto pixel) {
    sum_on_device<decltype(pixel)>(in, image, coverage, probe, mode, nullptr);
  });
}

void CudaPatchEngine::assemble(const PatchView& in, const ImageView& image,
                               const ImageView& coverage, double eps) {
  const device::Selection selected(machine_.settings.device);
  copies_.begin();
  with_pixel(image.dtype, [&](auto pixel) {
    sum_on_device<decltype(pixel)>(in, image, coverage, ProbeView{}, Accumulation::overwrite, &eps);
  });
}

template <class P>
void CudaPatchEngine::differentiate(const ImageView& image, const PatchView& cotangent,
                                    const PositionResultView& gradient,
                                    const PositionResultView& curvature) {
  using T = typename P::Storage;
  constexpr int C = P::components;
  const ImageView from = on_device<T, C>(image_slot, "image", image, true);
  const ProbeView no_probe;
  ChunkArrays<T, C> arrays(cotangent, no_probe, copies_, staging_, stream_.get());
  const std::int64_t results = cotangent.images * cotangent.count;
  const bool copies[2] = {!reaches(gradient.data, results), !reaches(curvature.data, results)};
  const std::uint64_t bytes_a_result = 2 * cotangent.images * sizeof(T);
  const auto result = [&](const Chunk& chunk, const PositionResultView& view, bool copied,
                          PatchSlot slot, const char* name) {
    const std::int64_t count = chunk.last - chunk.first;
    if (!copied) return part_of(view, chunk.first, sizeof(T));
    return packed(view, count, copies_.take(slot, name, count * bytes_a_result, stream_.get()));
  };
  const auto download_result = [&](const Chunk& chunk, const PositionResultView& view, bool copied,
                                   const PositionResultView& copy) {
    if (!copied) return;
    const PositionResultView to = part_of(view, chunk.first, sizeof(T));
    staging_.download(copy.data,
                      layout_of(to, cotangent.images, chunk.last - chunk.first, sizeof(T)),
                      stream_.get());
  };
  const std::uint64_t bytes =
      arrays.bytes_a_patch() + (copies[0] ? bytes_a_result : 0) + (copies[1] ? bytes_a_result : 0);
  each_chunk(chunk_size(bytes, INT64_MAX), [&](const Chunk& chunk) {
    PositionGradient<P> job;
    job.problem = problem(chunk);
    job.image = from;
    job.cotangent = arrays.patches(chunk.first, chunk.last, true);
    job.gradient = result(chunk, gradient, copies[0], gradient_slot, "gradient");
    job.curvature = result(chunk, curvature, copies[1], curvature_slot, "curvature");
    job.axis_of_y = settings_.axes == Axes::yx ? 0 : 1;
    job.direction = settings_.sign == Sign::content ? -1.0 : 1.0;
    run(GradientBlock<P>{job}, stream_.get());
    download_result(chunk, gradient, copies[0], job.gradient);
    download_result(chunk, curvature, copies[1], job.curvature);
  });
}

void CudaPatchEngine::position_gradient(const ImageView& image, const PatchView& cotangent,
                                        const PositionResultView& gradient,
                                        const PositionResultView& curvature) {
  const device::Selection selected(machine_.settings.device);
  copies_.begin();
  with_pixel(image.dtype, [&](auto pixel) {
    differentiate<decltype(pixel)>(image, cotangent, gradient, curvature);
  });
}

template <class P>
void CudaPatchEngine::sum_probe(const ImageView& image, const PatchView& waves,
                                const ProbeView& probe, Accumulation mode) {
  using T = typename P::Storage;
  constexpr int C = P::components;
  const bool overwrite = mode == Accumulation::overwrite;
  const ImageView from = on_device<T, C>(image_slot, "image", image, true);
  const ProbeView shared = shared_on_device<T, C>(probe, !overwrite);
  if (!probe.shared) {
    ChunkArrays<T, C> arrays(waves, probe, copies_, staging_, stream_.get());
    each_chunk(chunk_size(arrays.bytes_a_patch(), INT64_MAX), [&](const Chunk& chunk) {
      const PatchView in = arrays.patches(chunk.first, chunk.last, true);
      const ProbeView to = arrays.probe(shared, chunk.first, chunk.last, !overwrite);
      run(ProbeAdjointBlock<P>{{problem(chunk), from, in, to}, overwrite}, stream_.get());
      arrays.download_probe(to, chunk.first, chunk.last);
    });
    return;
  }
  // A shared probe sums the waves of one image after those of the other.
  bool from_zero = overwrite;
  for (std::int64_t m = 0; m < std::max<std::int64_t>(waves.images, 1); ++m) {
    PatchView slice = waves;
    slice.images = std::min<std::int64_t>(waves.images, 1);
    if (slice.data) slice.data = static_cast<T*>(waves.data) + m * waves.stride_image;
    ImageView sampled = from;
    if (!has_index_ && from.data) sampled.data = static_cast<T*>(from.data) + m * from.stride_image;
    const ProbeView no_probe;
    ChunkArrays<T, C> arrays(slice, no_probe, copies_, staging_, stream_.get());
    each_chunk(chunk_size(arrays.bytes_a_patch(), INT64_MAX), [&](const Chunk& chunk) {
      const PatchView in = arrays.patches(chunk.first, chunk.last, true);
      run(ProbeAdjointBlock<P>{{problem(chunk), sampled, in, shared}, from_zero}, stream_.get());
      from_zero = false;
    });
  }
  if (shared.data != probe.data) {
    staging_.download(
        shared.data,
        layout_of(probe, 1, settings_.patch_height, settings_.patch_width, C, sizeof(T)),
        stream_.get());
  }
}

void CudaPatchEngine::probe_adjoint(const ImageView& image, const PatchView& waves,
                                    const ProbeView& probe, Accumulation mode) {
  const device::Selection selected(machine_.settings.device);
  copies_.begin();
  with_pixel(image.dtype,
             [&](auto pixel) { sum_probe<decltype(pixel)>(image, waves, probe, mode); });
}

}  // namespace ppatch
