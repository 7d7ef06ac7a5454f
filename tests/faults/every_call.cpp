// SPDX-License-Identifier: Apache-2.0
#include <cstring>

#include "faults/every_call_data.hpp"

EveryCall::EveryCall(ppatch_context* context, const ppatch_context_options& options,
                     std::uint64_t seed)
    : context_(context), data_(std::make_unique<Data>(seed)) {
  add_common(options);
  add_patches();
  add_groups();
  add_scenes();
  add_pairs();
}

EveryCall::~EveryCall() {
  ppatch_patch_plan_destroy(data_->patch_plan);
  ppatch_patch_plan_destroy(data_->shifted_plan);
  ppatch_group_plan_destroy(data_->group_plan);
  ppatch_scene_plan_destroy(data_->scene_plan);
  ppatch_scene_plan_destroy(data_->motion_plan);
}

void EveryCall::poison() {
  data_->each_output([](auto& values) {
    std::memset(static_cast<void*>(values.data()), 0xa5, values.size() * sizeof values[0]);
  });
}

std::vector<unsigned char> EveryCall::outputs() const {
  std::vector<unsigned char> bytes;
  data_->each_output([&](const auto& values) {
    const auto* begin = reinterpret_cast<const unsigned char*>(values.data());
    bytes.insert(bytes.end(), begin, begin + values.size() * sizeof values[0]);
  });
  return bytes;
}

void EveryCall::add(const char* name, std::function<ppatch_status()> run) {
  calls_.push_back({name, std::move(run)});
}

void EveryCall::add_common(const ppatch_context_options& options) {
  add("ppatch_backend_probe", [] {
    std::int32_t devices = 0;
    return ppatch_backend_probe(PPATCH_BACKEND_CPU, &devices);
  });
  add("ppatch_context_create", [options] {
    ppatch_context* made = nullptr;
    const ppatch_status status = ppatch_context_create(&made, &options);
    ppatch_context_destroy(made);
    return status;
  });
  add("ppatch_context_synchronize", [this] { return ppatch_context_synchronize(context_); });
  add("ppatch_context_get_info", [this] {
    ppatch_context_info info = PPATCH_CONTEXT_INFO_INIT;
    return ppatch_context_get_info(context_, &info);
  });
}

void EveryCall::add_patches() {
  Data& d = *data_;
  d.patch_options.patch_height = d.patch_options.patch_width = patch_size;
  const ppatch_array where = Data::array(d.where, {patch_count, 2});
  const ppatch_array integer = Data::array(d.integer, {patch_count, 2});
  const ppatch_array fraction = Data::array(d.fraction, {patch_count, 2});
  const ppatch_array index = Data::array(d.image_index, {patch_count});
  require(ppatch_patch_plan_create(&d.patch_plan, context_, &where, &d.patch_options));
  // Images are of a batch from then on.
  require(ppatch_patch_plan_set_image_index(d.patch_plan, &index));
  add("ppatch_patch_plan_bytes", [this, &d] {
    std::uint64_t bytes = 0;
    return ppatch_patch_plan_bytes(context_, patch_count, &d.patch_options, &bytes);
  });
  add("ppatch_patch_plan_create", [this, &d, where] {
    ppatch_patch_plan* made = nullptr;
    const ppatch_status status =
        ppatch_patch_plan_create(&made, context_, &where, &d.patch_options);
    ppatch_patch_plan_destroy(made);
    return status;
  });
  add("ppatch_patch_plan_set_image_index",
      [&d, index] { return ppatch_patch_plan_set_image_index(d.patch_plan, &index); });
  add("ppatch_patch_plan_set_positions_split", [&d, integer, fraction] {
    return ppatch_patch_plan_set_positions_split(d.patch_plan, &integer, &fraction);
  });
  add("ppatch_patch_plan_set_positions",
      [&d, where] { return ppatch_patch_plan_set_positions(d.patch_plan, &where); });
  add("ppatch_patch_plan_set_stream",
      [&d] { return ppatch_patch_plan_set_stream(d.patch_plan, nullptr); });
  add("ppatch_patch_plan_get_info", [&d] {
    ppatch_patch_plan_info info = PPATCH_PATCH_PLAN_INFO_INIT;
    return ppatch_patch_plan_get_info(d.patch_plan, &info);
  });
  const ppatch_array positions = Data::array(d.positions, {patch_count, 2});
  add("ppatch_patch_plan_get_positions",
      [&d, positions] { return ppatch_patch_plan_get_positions(d.patch_plan, &positions); });

  const ppatch_array image = Data::array(d.image, {1, image_size, image_size});
  const ppatch_array patches = Data::array(d.patches, {patch_count, patch_size, patch_size});
  const ppatch_array probe = Data::array(d.probe, {mode_count, patch_size, patch_size});
  const ppatch_array waves =
      Data::array(d.waves, {patch_count, mode_count, patch_size, patch_size});
  const ppatch_array to_patches = Data::array(d.to_patches, {patch_count, patch_size, patch_size});
  const ppatch_array to_image = Data::array(d.to_image, {1, image_size, image_size});
  const ppatch_array to_probe = Data::array(d.to_probe, {mode_count, patch_size, patch_size});
  const ppatch_array to_waves =
      Data::array(d.to_waves, {patch_count, mode_count, patch_size, patch_size});
  const ppatch_array to_object = Data::array(d.to_object, {1, image_size, image_size});
  const ppatch_array to_sum = Data::array(d.to_sum, {1, image_size, image_size});
  const ppatch_array coverage = Data::array(d.coverage, {1, image_size, image_size});
  const ppatch_array cover = Data::array(d.cover, {1, image_size, image_size});
  const ppatch_array covered = Data::array(d.covered, {1, image_size, image_size});
  const ppatch_array gradient = Data::array(d.gradient, {patch_count, 2});
  add("ppatch_patch_extract",
      [=, &d] { return ppatch_patch_extract(d.patch_plan, &image, &to_patches); });
  add("ppatch_patch_adjoint", [=, &d] {
    return ppatch_patch_adjoint(d.patch_plan, &patches, &to_image, &coverage,
                                PPATCH_ADJOINT_OVERWRITE);
  });
  add("ppatch_patch_assemble",
      [=, &d] { return ppatch_patch_assemble(d.patch_plan, &patches, &to_object, &cover, 1e-9); });
  const ppatch_array to_solution = Data::array(d.to_solution, {1, image_size, image_size});
  add("ppatch_patch_solve", [=, &d] {
    return ppatch_patch_solve(d.patch_plan, &patches, nullptr, &to_solution, nullptr, nullptr,
                              nullptr);
  });
  const ppatch_array residual = Data::array(d.residual, {patch_count, 2});
  add("ppatch_scan_fit", [=] {
    ppatch_scan_fit_info fit = PPATCH_SCAN_FIT_INFO_INIT;
    return ppatch_scan_fit(&where, &where, nullptr, nullptr, &residual, &fit);
  });
  add("ppatch_patch_solve_bytes", [=, &d] {
    std::uint64_t bytes = 0;
    return ppatch_patch_solve_bytes(d.patch_plan, &to_solution, &bytes);
  });
  add("ppatch_patch_position_gradient", [=, &d] {
    return ppatch_patch_position_gradient(d.patch_plan, &image, &patches, &gradient, nullptr);
  });
  add("ppatch_patch_probe_extract",
      [=, &d] { return ppatch_patch_probe_extract(d.patch_plan, &image, &probe, &to_waves); });
  add("ppatch_patch_probe_adjoint_image", [=, &d] {
    return ppatch_patch_probe_adjoint_image(d.patch_plan, &waves, &probe, &to_sum, &covered,
                                            PPATCH_ADJOINT_OVERWRITE);
  });
  add("ppatch_patch_probe_adjoint_probe", [=, &d] {
    return ppatch_patch_probe_adjoint_probe(d.patch_plan, &image, &waves, &to_probe,
                                            PPATCH_ADJOINT_OVERWRITE);
  });
  const ppatch_array slope = Data::array(d.slope, {patch_count, 2});
  const ppatch_array normal = Data::array(d.matrix, {patch_count, 3});
  add("ppatch_patch_position_normal", [=, &d] {
    return ppatch_patch_position_normal(d.patch_plan, &image, &probe, &waves, &slope, &normal);
  });
  add_shifted_probe(image, probe, waves);
}

// The same functions for waves with a shifted probe.
void EveryCall::add_shifted_probe(const ppatch_array& image, const ppatch_array& probe,
                                  const ppatch_array& waves) {
  Data& d = *data_;
  d.shifted_options = d.patch_options;
  d.shifted_options.subpixel = PPATCH_SUBPIXEL_PROBE;
  const ppatch_array where = Data::array(d.where, {patch_count, 2});
  const ppatch_array index = Data::array(d.image_index, {patch_count});
  require(ppatch_patch_plan_create(&d.shifted_plan, context_, &where, &d.shifted_options));
  require(ppatch_patch_plan_set_image_index(d.shifted_plan, &index));
  add("ppatch_patch_plan_create", [this, &d, where] {
    ppatch_patch_plan* made = nullptr;
    const ppatch_status status =
        ppatch_patch_plan_create(&made, context_, &where, &d.shifted_options);
    ppatch_patch_plan_destroy(made);
    return status;
  });
  const ppatch_array to_waves =
      Data::array(d.shifted_waves, {patch_count, mode_count, patch_size, patch_size});
  const ppatch_array to_image = Data::array(d.shifted_image, {1, image_size, image_size});
  const ppatch_array to_probe = Data::array(d.shifted_probe, {mode_count, patch_size, patch_size});
  const ppatch_array covered = Data::array(d.shifted_covered, {1, image_size, image_size});
  const ppatch_array slope = Data::array(d.shifted_slope, {patch_count, 2});
  const ppatch_array normal = Data::array(d.shifted_matrix, {patch_count, 3});
  add("ppatch_patch_probe_extract",
      [=, &d] { return ppatch_patch_probe_extract(d.shifted_plan, &image, &probe, &to_waves); });
  add("ppatch_patch_probe_adjoint_image", [=, &d] {
    return ppatch_patch_probe_adjoint_image(d.shifted_plan, &waves, &probe, &to_image, &covered,
                                            PPATCH_ADJOINT_OVERWRITE);
  });
  add("ppatch_patch_probe_adjoint_probe", [=, &d] {
    return ppatch_patch_probe_adjoint_probe(d.shifted_plan, &image, &waves, &to_probe,
                                            PPATCH_ADJOINT_OVERWRITE);
  });
  add("ppatch_patch_position_normal", [=, &d] {
    return ppatch_patch_position_normal(d.shifted_plan, &image, &probe, &waves, &slope, &normal);
  });
}

void EveryCall::add_groups() {
  Data& d = *data_;
  d.group_options.gridsize = 2;
  d.group_options.neighbours = neighbour_count;
  d.group_options.point_capacity = point_count;
  const ppatch_array points = Data::array(d.points, {point_count, 2});
  require(ppatch_group_plan_create(&d.group_plan, context_, &d.group_options));
  require(ppatch_group_plan_borrow_points(d.group_plan, &points));
  add("ppatch_group_plan_bytes", [this, &d] {
    std::uint64_t bytes = 0;
    return ppatch_group_plan_bytes(context_, point_count, &d.group_options, &bytes);
  });
  add("ppatch_group_plan_create", [this, &d] {
    ppatch_group_plan* made = nullptr;
    const ppatch_status status = ppatch_group_plan_create(&made, context_, &d.group_options);
    ppatch_group_plan_destroy(made);
    return status;
  });
  add("ppatch_group_plan_set_stream",
      [&d] { return ppatch_group_plan_set_stream(d.group_plan, nullptr); });
  add("ppatch_group_plan_borrow_points",
      [=, &d] { return ppatch_group_plan_borrow_points(d.group_plan, &points); });
  add("ppatch_group_plan_get_info", [&d] {
    ppatch_group_plan_info info = PPATCH_GROUP_PLAN_INFO_INIT;
    return ppatch_group_plan_get_info(d.group_plan, &info);
  });
  const ppatch_array drawn = Data::array(d.drawn, {point_count, group_size});
  const ppatch_array members = Data::array(d.members, {point_count, group_size});
  const ppatch_array offsets = Data::array(d.offsets, {point_count, 2});
  const ppatch_array queries = Data::array(d.queries, {point_count / 2});
  const ppatch_array indices = Data::array(d.indices, {point_count / 2, neighbour_count});
  const ppatch_array squares = Data::array(d.squares, {point_count / 2, neighbour_count});
  add("ppatch_group_plan_draw", [=, &d] {
    return ppatch_group_plan_draw(d.group_plan, 0, &drawn, nullptr, nullptr, nullptr);
  });
  add("ppatch_group_plan_coordinates",
      [=, &d] { return ppatch_group_plan_coordinates(d.group_plan, &members, &offsets, nullptr); });
  add("ppatch_group_plan_neighbours",
      [=, &d] { return ppatch_group_plan_neighbours(d.group_plan, &queries, &indices, &squares); });
}
