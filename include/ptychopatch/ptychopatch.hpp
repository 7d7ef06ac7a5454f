// SPDX-License-Identifier: Apache-2.0
//
// C++17 RAII over the C API. Header-only, exports nothing; ptychopatch.h documents every call.
// A failing call throws ptychopatch::Error.
#ifndef PTYCHOPATCH_PTYCHOPATCH_HPP_
#define PTYCHOPATCH_PTYCHOPATCH_HPP_

#include <complex>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "ptychopatch/ptychopatch.h"

namespace ptychopatch {

// what() is ppatch_last_error(), status() the code.
class Error : public std::runtime_error {
 public:
  Error(ppatch_status status, const std::string& message)
      : std::runtime_error(message), status_(status) {}
  ppatch_status status() const { return status_; }

 private:
  ppatch_status status_;
};

inline void check(ppatch_status status) {
  if (status != PPATCH_OK) throw Error(status, ppatch_last_error());
}

using Array = ppatch_array;

template <class T>
struct DTypeOf;
template <>
struct DTypeOf<float> {
  static constexpr ppatch_dtype value = PPATCH_F32;
};
template <>
struct DTypeOf<double> {
  static constexpr ppatch_dtype value = PPATCH_F64;
};
template <>
struct DTypeOf<std::complex<float>> {
  static constexpr ppatch_dtype value = PPATCH_C64;
};
template <>
struct DTypeOf<std::complex<double>> {
  static constexpr ppatch_dtype value = PPATCH_C128;
};
template <>
struct DTypeOf<std::int32_t> {
  static constexpr ppatch_dtype value = PPATCH_I32;
};
template <>
struct DTypeOf<std::int64_t> {
  static constexpr ppatch_dtype value = PPATCH_I64;
};
template <>
struct DTypeOf<std::uint16_t> {
  static constexpr ppatch_dtype value = PPATCH_U16;
};
template <>
struct DTypeOf<std::uint8_t> {
  static constexpr ppatch_dtype value = PPATCH_U8;
};
template <>
struct DTypeOf<std::int16_t> {
  static constexpr ppatch_dtype value = PPATCH_I16;
};

// A C-contiguous host array over the caller's memory, of a type known only at run time.
inline Array array(const void* data, ppatch_dtype dtype, const std::vector<std::int64_t>& shape) {
  if (shape.size() > PPATCH_MAX_NDIM) {
    throw Error(PPATCH_ERROR_INVALID_ARGUMENT, "an array has at most 8 axes");
  }
  return ppatch_array_c(data, dtype, static_cast<std::int32_t>(shape.size()), shape.data());
}

// A C-contiguous host array over the caller's memory.
template <class T>
Array array(const T* data, const std::vector<std::int64_t>& shape) {
  return array(data, DTypeOf<T>::value, shape);
}

inline ppatch_context_options context_options() {
  ppatch_context_options options{};
  options.struct_size = sizeof options;
  return options;
}

inline ppatch_patch_options patch_options(std::int64_t height, std::int64_t width) {
  ppatch_patch_options options{};
  options.struct_size = sizeof options;
  options.patch_height = height;
  options.patch_width = width;
  return options;
}

// K nearest neighbours, and groups of gridsize^2 of them.
inline ppatch_group_options group_options(std::int32_t gridsize, std::int64_t neighbours) {
  ppatch_group_options options{};
  options.struct_size = sizeof options;
  options.gridsize = gridsize;
  options.neighbours = neighbours;
  return options;
}

inline ppatch_scene_options scene_options(std::int64_t height, std::int64_t width,
                                          const ppatch_cfa& cfa = ppatch_cfa_of(nullptr)) {
  ppatch_scene_options options{};
  options.struct_size = sizeof options;
  options.height = height;
  options.width = width;
  options.cfa = cfa;
  return options;
}

// Shared: copies name the same context.
class Context {
 public:
  explicit Context(const ppatch_context_options& options = context_options()) {
    ppatch_context* raw = nullptr;
    check(ppatch_context_create(&raw, &options));
    context_.reset(raw, &ppatch_context_destroy);
  }

  ppatch_context* get() const { return context_.get(); }

  ppatch_context_info info() const {
    ppatch_context_info info{};
    info.struct_size = sizeof info;
    check(ppatch_context_get_info(get(), &info));
    return info;
  }

  void synchronize() const { check(ppatch_context_synchronize(get())); }

 private:
  std::shared_ptr<ppatch_context> context_;
};

class PatchPlan {
 public:
  // positions may come later, up to options.position_capacity of them.
  PatchPlan(const Context& context, const ppatch_patch_options& options)
      : PatchPlan(context, nullptr, options) {}
  PatchPlan(const Context& context, const Array& positions, const ppatch_patch_options& options)
      : PatchPlan(context, &positions, options) {}

  ppatch_patch_plan* get() const { return plan_.get(); }

  ppatch_patch_plan_info info() const {
    ppatch_patch_plan_info info{};
    info.struct_size = sizeof info;
    check(ppatch_patch_plan_get_info(get(), &info));
    return info;
  }

  void set_positions(const Array& positions) {
    check(ppatch_patch_plan_set_positions(get(), &positions));
  }
  void set_positions(const Array& integer, const Array& fraction) {
    check(ppatch_patch_plan_set_positions_split(get(), &integer, &fraction));
  }
  void set_image_index(const Array& index) {
    check(ppatch_patch_plan_set_image_index(get(), &index));
  }
  void clear_image_index() { check(ppatch_patch_plan_set_image_index(get(), nullptr)); }
  void set_stream(void* stream) { check(ppatch_patch_plan_set_stream(get(), stream)); }

  // (K, 2) F64.
  void positions(const Array& out) const { check(ppatch_patch_plan_get_positions(get(), &out)); }

  void extract(const Array& image, const Array& patches) {
    check(ppatch_patch_extract(get(), &image, &patches));
  }
  void adjoint(const Array& patches, const Array& image, const Array* coverage = nullptr,
               std::uint32_t flags = PPATCH_ADJOINT_OVERWRITE) {
    check(ppatch_patch_adjoint(get(), &patches, &image, coverage, flags));
  }
  void assemble(const Array& patches, const Array& image, const Array& coverage, double eps) {
    check(ppatch_patch_assemble(get(), &patches, &image, &coverage, eps));
  }
  void position_gradient(const Array& image, const Array& cotangent, const Array& gradient,
                         const Array* curvature = nullptr) {
    check(ppatch_patch_position_gradient(get(), &image, &cotangent, &gradient, curvature));
  }
  void probe_extract(const Array& image, const Array& probe, const Array& waves) {
    check(ppatch_patch_probe_extract(get(), &image, &probe, &waves));
  }
  void probe_adjoint_image(const Array& waves, const Array& probe, const Array& image,
                           const Array* coverage = nullptr,
                           std::uint32_t flags = PPATCH_ADJOINT_OVERWRITE) {
    check(ppatch_patch_probe_adjoint_image(get(), &waves, &probe, &image, coverage, flags));
  }
  void probe_adjoint_probe(const Array& image, const Array& waves, const Array& probe,
                           std::uint32_t flags = PPATCH_ADJOINT_OVERWRITE) {
    check(ppatch_patch_probe_adjoint_probe(get(), &image, &waves, &probe, flags));
  }

 private:
  PatchPlan(const Context& context, const Array* positions, const ppatch_patch_options& options) {
    ppatch_patch_plan* raw = nullptr;
    check(ppatch_patch_plan_create(&raw, context.get(), positions, &options));
    plan_.reset(raw);
  }

  struct Destroy {
    void operator()(ppatch_patch_plan* plan) const { ppatch_patch_plan_destroy(plan); }
  };
  std::unique_ptr<ppatch_patch_plan, Destroy> plan_;
};

// Groups of neighbouring points. The points' memory stays as it is while the plan has them.
class GroupPlan {
 public:
  // points may come later, up to options.point_capacity of them.
  GroupPlan(const Context& context, const ppatch_group_options& options)
      : GroupPlan(context, nullptr, options) {}
  GroupPlan(const Context& context, const Array& points, const ppatch_group_options& options)
      : GroupPlan(context, &points, options) {}

  static std::uint64_t bytes(const Context& context, std::int64_t point_count,
                             const ppatch_group_options& options) {
    std::uint64_t bytes = 0;
    check(ppatch_group_plan_bytes(context.get(), point_count, &options, &bytes));
    return bytes;
  }

  ppatch_group_plan* get() const { return plan_.get(); }

  ppatch_group_plan_info info() const {
    ppatch_group_plan_info info{};
    info.struct_size = sizeof info;
    check(ppatch_group_plan_get_info(get(), &info));
    return info;
  }

  void set_points(const Array& points) { check(ppatch_group_plan_set_points(get(), &points)); }
  void set_stream(void* stream) { check(ppatch_group_plan_set_stream(get(), stream)); }

  void draw(std::int64_t first, const Array& indices, const Array* seeds = nullptr,
            const Array* offsets = nullptr, const Array* relative = nullptr) {
    check(ppatch_group_plan_draw(get(), first, &indices, seeds, offsets, relative));
  }
  void coordinates(const Array& indices, const Array* offsets, const Array* relative) {
    check(ppatch_group_plan_coordinates(get(), &indices, offsets, relative));
  }
  // Of all points.
  void neighbours(const Array& indices, const Array* squared_distances = nullptr) {
    check(ppatch_group_plan_neighbours(get(), nullptr, &indices, squared_distances));
  }
  void neighbours_of(const Array& queries, const Array& indices,
                     const Array* squared_distances = nullptr) {
    check(ppatch_group_plan_neighbours(get(), &queries, &indices, squared_distances));
  }

 private:
  GroupPlan(const Context& context, const Array* points, const ppatch_group_options& options) {
    ppatch_group_plan* raw = nullptr;
    check(ppatch_group_plan_create(&raw, context.get(), points, &options));
    plan_.reset(raw);
  }

  struct Destroy {
    void operator()(ppatch_group_plan* plan) const { ppatch_group_plan_destroy(plan); }
  };
  std::unique_ptr<ppatch_group_plan, Destroy> plan_;
};

// Aligns moving images onto one reference.
class ScenePlan {
 public:
  ScenePlan(const Context& context, const ppatch_scene_options& options) {
    ppatch_scene_plan* raw = nullptr;
    check(ppatch_scene_plan_create(&raw, context.get(), &options));
    plan_.reset(raw);
  }

  static std::uint64_t bytes(const Context& context, const ppatch_scene_options& options) {
    std::uint64_t bytes = 0;
    check(ppatch_scene_plan_bytes(context.get(), &options, &bytes));
    return bytes;
  }

  ppatch_scene_plan* get() const { return plan_.get(); }

  ppatch_scene_plan_info info() const {
    ppatch_scene_plan_info info{};
    info.struct_size = sizeof info;
    check(ppatch_scene_plan_get_info(get(), &info));
    return info;
  }

  // The reference's memory stays as it is until the next one is set.
  void set_reference(const ppatch_scene_image& reference) {
    check(ppatch_scene_plan_set_reference(get(), &reference));
  }
  ppatch_shift align(const ppatch_scene_image& image) {
    ppatch_shift shift{};
    check(ppatch_scene_plan_align(get(), 1, &image, &shift));
    return shift;
  }
  std::vector<ppatch_shift> align(const std::vector<ppatch_scene_image>& images) {
    std::vector<ppatch_shift> shifts(images.size());
    check(ppatch_scene_plan_align(get(), static_cast<std::int64_t>(images.size()), images.data(),
                                  shifts.data()));
    return shifts;
  }

 private:
  struct Destroy {
    void operator()(ppatch_scene_plan* plan) const { ppatch_scene_plan_destroy(plan); }
  };
  std::unique_ptr<ppatch_scene_plan, Destroy> plan_;
};

}  // namespace ptychopatch

#endif  // PTYCHOPATCH_PTYCHOPATCH_HPP_
