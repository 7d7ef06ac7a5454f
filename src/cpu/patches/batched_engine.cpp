// SPDX-License-Identifier: Apache-2.0
#include "cpu/patches/batched_engine.hpp"

#include <algorithm>
#include <array>
#include <type_traits>

#include "core/dtype_dispatch.hpp"
#include "cpu/patches/cell_order.hpp"

namespace ppatch {
namespace {

// A thread takes up work in blocks of about block_bytes, of no more than max_in_block patches;
// progress is told after each chunk. Threads wait for each other at a chunk's end: but for a shared
// probe, all of the work is one where nobody listens.
constexpr std::int64_t block_bytes = 1 << 20;
constexpr std::int64_t max_in_block = 64;
constexpr std::int64_t chunk_bytes = 32 << 20;

// Copies `count` pixels of C scalars between rows whose pixels lie from_stride and to_stride
// scalars apart.
template <int C, class From, class To>
void copy_pixels(const From* from, std::int64_t from_stride, To* to, std::int64_t to_stride,
                 std::int64_t count) {
  if constexpr (std::is_same_v<From, To>) {
    if (from_stride == C && to_stride == C) {
      std::copy_n(from, count * C, to);
      return;
    }
  }
  for (std::int64_t x = 0; x < count; ++x) {
    for (int c = 0; c < C; ++c) to[x * to_stride + c] = static_cast<To>(from[x * from_stride + c]);
  }
}

// Fills a tile's sum from the image, or with zeros, or stores it.
enum class TileMove { clear, load, store };

template <class P, class T = typename P::Real>
void move_tile(TileMove move, const ImageView& image, std::int64_t m, const Tile<T>& tile, T* sum,
               std::int64_t stride) {
  constexpr int C = P::components;
  const std::int64_t width = tile.x1 - tile.x0;
  for (std::int64_t y = tile.y0; y < tile.y1; ++y, sum += stride) {
    auto* pixels = image.at<typename P::Storage>(m, y, tile.x0);
    switch (move) {
      case TileMove::clear:
        std::fill_n(sum, width * C, T(0));
        break;
      case TileMove::load:
        copy_pixels<C>(pixels, image.stride_x, sum, C, width);
        break;
      case TileMove::store:
        copy_pixels<C>(sum, C, pixels, image.stride_x, width);
        break;
    }
  }
}

}  // namespace

void BatchedEngine::set_image_index(std::span<const std::int32_t> index) {
  PatchState::set_image_index(index);
  bins_.invalidate();
}

void BatchedEngine::set_positions(std::span<const PatchOrigin> origins) {
  PatchState::set_positions(origins);
  bins_.invalidate();
  ordered_ = position_count() <= UINT32_MAX;
  if (ordered_) sort_by_cell(problem(), bins_.counters(), scratch().order());
}

void BatchedEngine::extract(const ImageView& image, const ProbeView& probe, const PatchView& out) {
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    const ExtractPixel<P> job{problem(), image, probe, out};
    const auto loop = loops_.of<P>().extract;
    const std::int64_t bytes = out.modes * out.height * out.width * pixel_bytes<P>;
    const Store store =
        out.images * out.count * bytes > stream_threshold ? Store::streamed : Store::cached;
    each_group(out.images, bytes,
               [&](std::span<const PatchNumber> group, const SlotScratch& memory) {
                 loop(job, group, store, memory);
               });
  });
}

void BatchedEngine::adjoint(const PatchView& in, const ProbeView& probe, const ImageView& image,
                            const ImageView& coverage, Accumulation mode) {
  callbacks().progress(0.0);
  sum_patches(problem(), in, probe, image, coverage, mode == Accumulation::overwrite, {});
}

void BatchedEngine::sum_patches(const PatchProblem& problem, const PatchView& in,
                                const ProbeView& probe, const ImageView& image,
                                const ImageView& coverage, bool from_zero, const Share& share) {
  const std::int64_t count = problem.count;
  bins_.prepare(
      TileGrid::over(image.height, image.width, scratch().plan().tile_pixels, arena_.num_threads()),
      problem.image_index ? image.count : 1);
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    const AdjointPixel<P> job{problem, in, probe};
    std::int64_t first = 0;
    do {
      // Bins that hold all patches stay from call to call.
      const std::int64_t last = bins_.holds(first, count) ? count : bins_.build(problem, first);
      const auto part = [&](std::int64_t k) {
        return share.share *
               (count > 0 ? static_cast<double>(k) / static_cast<double>(count) : 1.0);
      };
      const double begun = count > 0 ? part(first) : 0.0;
      sum_tiles<P>(job, image, coverage, from_zero, {share.done + begun, part(last) - begun});
      from_zero = false;
      first = last;
    } while (first < count);
  });
}

void BatchedEngine::position_gradient(const ImageView& image, const PatchView& cotangent,
                                      const PositionResultView& gradient,
                                      const PositionResultView& curvature) {
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    const auto job = gradient_job<P>(settings(), problem(), image, cotangent, gradient, curvature);
    const auto loop = loops_.of<P>().gradient;
    each_patch(cotangent.images, cotangent.height * cotangent.width * pixel_bytes<P>,
               [&](std::int64_t m, std::int64_t k, const SlotScratch& memory) {
                 loop(job, m, k, memory);
               });
  });
}

void BatchedEngine::position_normal(const ImageView& image, const ProbeView& probe,
                                    const PatchView& cotangent, const PositionResultView& gradient,
                                    const PositionResultView& normal) {
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    const auto job =
        normal_job<P>(settings(), problem(), image, probe, cotangent, gradient, normal);
    const auto loop = loops_.of<P>().normal;
    each_patch(cotangent.images,
               cotangent.modes * cotangent.height * cotangent.width * pixel_bytes<P>,
               [&](std::int64_t m, std::int64_t k, const SlotScratch& memory) {
                 loop(job, m, k, memory);
               });
  });
}

void BatchedEngine::probe_adjoint(const ImageView& image, const PatchView& waves,
                                  const ProbeView& probe, Accumulation mode) {
  with_pixel(image.dtype, [&](auto pixel) {
    using P = decltype(pixel);
    const ProbeAdjointPixel<P> job{problem(), image, waves, probe};
    if (probe.shared) {
      shared_probe(job, mode);
    } else {
      probe_per_position(job, mode);
    }
  });
}

template <class Body>
void BatchedEngine::each_group(std::int64_t images, std::int64_t bytes_per_patch, Body&& body) {
  const std::int64_t count = position_count();
  const std::int64_t all = images * count;
  const std::int64_t block =
      std::clamp<std::int64_t>(block_bytes / bytes_per_patch, 1, max_in_block);
  const std::int64_t chunk = callbacks().between_reports(
      all, std::max(block * arena_.num_threads() * 4, chunk_bytes / bytes_per_patch));
  callbacks().progress(0.0);
  for (std::int64_t first = 0; first < all; first += chunk) {
    const std::int64_t last = std::min(all, first + chunk);
    arena_.parallel_for((last - first + block - 1) / block, [&](std::int64_t b, int slot) {
      const SlotScratch memory = scratch().slot(slot);
      const std::int64_t end = std::min(last, first + (b + 1) * block);
      std::array<PatchNumber, max_in_block> group;
      std::size_t size = 0;
      for (std::int64_t n = first + b * block; n < end; ++n) {
        const std::int64_t k = n % count;
        group[size++] = {n / count, ordered_ ? scratch().order()[k] : k};
      }
      body(std::span<const PatchNumber>(group).first(size), memory);
    });
    callbacks().progress(static_cast<double>(last) / static_cast<double>(all));
  }
}

template <class Body>
void BatchedEngine::each_patch(std::int64_t images, std::int64_t bytes_per_patch, Body&& body) {
  each_group(images, bytes_per_patch,
             [&](std::span<const PatchNumber> group, const SlotScratch& memory) {
               for (const PatchNumber& one : group) body(one.m, one.k, memory);
             });
}

// Stores a tile's sum in image m.
template <class P>
void BatchedEngine::store_tile(const ImageView& image, std::int64_t m,
                               const Tile<typename P::Real>& tile, typename P::Real* sum) const {
  constexpr int C = P::components;
  const std::int64_t bytes = image.count * image.height * image.width * pixel_bytes<P>;
  if (!P::converts && bytes > stream_threshold && image.stride_x == C) {
    loops_.of<P>().stream_tile(tile, sum, image, m);
  } else {
    move_tile<P>(TileMove::store, image, m, tile, sum, tile.template stride<C>());
  }
}

template <class P>
void BatchedEngine::sum_tiles(const AdjointPixel<P>& job, const ImageView& image,
                              const ImageView& coverage, bool from_zero, const Share& part) {
  using T = typename P::Real;
  constexpr int C = P::components;
  const TileGrid& grid = bins_.grid();
  const auto loop = loops_.of<P>().adjoint;
  const bool indexed = job.problem.image_index != nullptr;
  const auto sum_tile = [&](std::int64_t n, int slot) {
    const std::int64_t m = n / grid.count();
    const std::int64_t t = n % grid.count();
    const auto patches = bins_.patches(indexed ? m : 0, t);
    if (patches.empty() && !from_zero) return;
    const SlotScratch memory = scratch().slot(slot);
    Tile<T> tile;
    tile.y0 = t / grid.columns * grid.tile_height;
    tile.x0 = t % grid.columns * grid.tile_width;
    tile.y1 = std::min(grid.height, tile.y0 + grid.tile_height);
    tile.x1 = std::min(grid.width, tile.x0 + grid.tile_width);
    tile.image = reinterpret_cast<T*>(memory.tile);
    if (coverage.data) tile.coverage = reinterpret_cast<T*>(memory.coverage_tile);

    const TileMove begin = from_zero ? TileMove::clear : TileMove::load;
    move_tile<P>(begin, image, m, tile, tile.image, tile.template stride<C>());
    if (coverage.data)
      move_tile<typename P::Scalar>(begin, coverage, m, tile, tile.coverage,
                                    tile.template stride<1>());
    loop(job, image, {m, indexed ? 0 : m, bins_.first(), patches}, tile, memory);
    store_tile<P>(image, m, tile, tile.image);
    if (coverage.data) store_tile<typename P::Scalar>(coverage, m, tile, tile.coverage);
  };
  const std::int64_t all = image.count * grid.count();
  const std::int64_t chunk = callbacks().between_reports(all, 16 * arena_.num_threads());
  for (std::int64_t first = 0; first < all; first += chunk) {
    const std::int64_t last = std::min(all, first + chunk);
    arena_.parallel_for(last - first, [&](std::int64_t n, int slot) { sum_tile(first + n, slot); });
    callbacks().progress(part.done +
                         part.share * static_cast<double>(last) / static_cast<double>(all));
  }
}

// Of a probe's sums, and of those of a segment.
std::int64_t BatchedEngine::probe_block_rows() const {
  const std::int64_t rows = scratch().plan().tile_pixels / (2 * settings().patch_width);
  return std::clamp<std::int64_t>(rows, 1, 8);
}

// The modes of a probe whose first one is at `data`.
ImageView BatchedEngine::pixels_of(const ProbeView& probe, void* data) const {
  return {data,
          DType::f32,
          probe.modes,
          settings().patch_height,
          settings().patch_width,
          probe.stride_mode,
          probe.stride_y,
          probe.stride_x};
}

// The rows [r0, r0 + rows) of one mode of a probe: add(tile) sums what waves give to them, after
// what they hold, or from zero.
template <class P, class Add>
void BatchedEngine::sum_probe_rows(const ImageView& pixels, std::int64_t mode, std::int64_t r0,
                                   bool from_zero, const SlotScratch& memory, Add&& add) const {
  using T = typename P::Real;
  const std::int64_t w = settings().patch_width;
  const std::int64_t r1 = std::min(settings().patch_height, r0 + probe_block_rows());
  const Tile<T> tile{r0, r1, 0, w, reinterpret_cast<T*>(memory.tile), nullptr};
  move_tile<P>(from_zero ? TileMove::clear : TileMove::load, pixels, mode, tile, tile.image,
               w * P::components);
  add(tile);
  move_tile<P>(TileMove::store, pixels, mode, tile, tile.image, w * P::components);
}

template <class P>
void BatchedEngine::shared_probe(const ProbeAdjointPixel<P>& job, Accumulation mode) {
  const ProbeView& probe = job.probe;
  const std::int64_t h = settings().patch_height;
  const std::int64_t count = position_count();
  const std::int64_t rows = probe_block_rows();
  const std::int64_t blocks = (h + rows - 1) / rows;
  const ImageView pixels = pixels_of(probe, probe.data);
  const auto loop = loops_.of<P>().probe_adjoint;
  const std::int64_t segments = (count + probe_segment - 1) / probe_segment;  // of an image
  const std::int64_t all = job.waves.images * segments;
  const std::int64_t bytes =
      probe_segment * h * settings().patch_width * probe.modes * pixel_bytes<P>;
  const std::int64_t chunk = std::max<std::int64_t>(1, chunk_bytes / bytes);
  callbacks().progress(0.0);
  std::int64_t first = 0;
  do {
    const std::int64_t last = std::min(all, first + chunk);
    const bool from_zero = first == 0 && mode == Accumulation::overwrite;
    arena_.parallel_for(probe.modes * blocks, [&](std::int64_t n, int slot) {
      const SlotScratch memory = scratch().slot(slot);
      const std::int64_t mode_number = n / blocks;
      sum_probe_rows<P>(
          pixels, mode_number, n % blocks * rows, from_zero, memory, [&](const auto& tile) {
            using T = typename P::Real;
            const std::int64_t scalars =
                (tile.y1 - tile.y0) * settings().patch_width * P::components;
            T* const partial = tile.image + scalars;
            for (std::int64_t s = first; s < last; ++s) {
              const std::int64_t k = s % segments * probe_segment;
              std::fill_n(partial, scalars, T(0));
              for (std::int64_t i = k; i < std::min(count, k + probe_segment); ++i) {
                loop(job, s / segments, i, mode_number, tile.y0, tile.y1, partial, memory);
              }
              for (std::int64_t i = 0; i < scalars; ++i) tile.image[i] += partial[i];
            }
          });
    });
    first = last;
    callbacks().progress(all > 0 ? static_cast<double>(last) / static_cast<double>(all) : 1.0);
  } while (first < all);
}

template <class P>
void BatchedEngine::probe_per_position(const ProbeAdjointPixel<P>& job, Accumulation mode) {
  const ProbeView& probe = job.probe;
  const std::int64_t h = settings().patch_height;
  const auto loop = loops_.of<P>().probe_adjoint;
  each_patch(1, probe.modes * h * settings().patch_width * pixel_bytes<P>,
             [&](std::int64_t, std::int64_t k, const SlotScratch& memory) {
               const ImageView pixels = pixels_of(probe, probe.at<typename P::Storage>(k, 0));
               for (std::int64_t n = 0; n < probe.modes; ++n) {
                 for (std::int64_t r0 = 0; r0 < h; r0 += probe_block_rows()) {
                   sum_probe_rows<P>(pixels, n, r0, mode == Accumulation::overwrite, memory,
                                     [&](const auto& tile) {
                                       for (std::int64_t m = 0; m < job.waves.images; ++m) {
                                         loop(job, m, k, n, tile.y0, tile.y1, tile.image, memory);
                                       }
                                     });
                 }
               }
             });
}

std::unique_ptr<PatchEngine> make_batched_engine(const PatchSettings& settings,
                                                 const PatchMemoryPlan& plan,
                                                 const BackendSettings& backend,
                                                 const SolveMachine& solver, const Arena& arena,
                                                 const PatchLoopTable& loops) {
  return std::make_unique<BatchedEngine>(settings, plan, backend, solver, arena, loops);
}

}  // namespace ppatch
