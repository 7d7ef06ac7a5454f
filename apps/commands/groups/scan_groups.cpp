// SPDX-License-Identifier: Apache-2.0
#include "commands/groups/scan_groups.hpp"

#include <utility>

#include "exit_status.hpp"
#include "formats/array_store.hpp"

namespace ptychopatch::app {
namespace {

using formats::Tensor;

constexpr const char* indices_key = "nn_indices";
constexpr const char* what = "the groups";

Tensor make_relative(std::int64_t groups, std::int64_t size) {
  return Tensor::make(PPATCH_F64, {groups, 1, 2, size}, what);
}
ScanGroups::Coordinates make_coordinates(std::int64_t groups, std::int64_t size) {
  return {make_relative(groups, 1), make_relative(groups, size)};
}

// (S, 2) and (S, C, 2) as the library has them, in the memory of the above.
Array offsets_view(const Tensor& tensor) { return tensor.view(0, {tensor.shape[0], 2}); }
Array relative_view(const Tensor& tensor) {
  const std::int64_t groups = tensor.shape[0];
  const std::int64_t size = tensor.shape[3];
  const std::int64_t shape[3] = {groups, size, 2};
  const std::int64_t strides[3] = {2 * size, 1, size};
  return ppatch_array_strided(tensor.data.data(), PPATCH_F64, 3, shape, strides);
}

double value(const Tensor& positions, std::int64_t k, std::int64_t axis) {
  const std::int64_t at = 2 * k + axis;
  return positions.dtype == PPATCH_F32 ? static_cast<double>(positions.as<float>()[at])
                                       : positions.as<double>()[at];
}

}  // namespace

ScanGroups ScanGroups::draw(const Session& session, const Tensor& positions,
                            const std::string& source, const ppatch_group_options& options) {
  return with_source(source, [&] {
    GroupPlan plan = GroupPlan::borrow(session.context(), positions.view(), options);
    const ppatch_group_plan_info info = plan.info();
    ScanGroups groups;
    groups.indices_ = Tensor::make(PPATCH_I64, {info.group_count, info.group_size}, what);
    groups.centres_ = Tensor::make(PPATCH_I64, {info.group_count}, what);
    groups.coordinates_ = make_coordinates(info.group_count, info.group_size);
    const Array centres = groups.centres_.view();
    const Array offsets = offsets_view(groups.coordinates_.offsets);
    const Array relative = relative_view(groups.coordinates_.relative);
    plan.draw(0, groups.indices_.view(), &centres, &offsets, &relative);
    session.context().synchronize();
    return groups;
  });
}

ScanGroups ScanGroups::given(const Session& session, const Tensor& positions,
                             const ppatch_group_options& options, Tensor indices,
                             const std::string& source) {
  ScanGroups groups;
  groups.indices_ = std::move(indices);
  groups.coordinates_ =
      with_source(source, [&] { return groups.coordinates(session, positions, options); });
  return groups;
}

ScanGroups::Coordinates ScanGroups::coordinates(const Session& session, const Tensor& positions,
                                                const ppatch_group_options& options) const {
  GroupPlan plan = GroupPlan::borrow(session.context(), positions.view(), options);
  Coordinates found = make_coordinates(count(), size());
  const Array offsets = offsets_view(found.offsets);
  const Array relative = relative_view(found.relative);
  plan.coordinates(indices_.view(), &offsets, &relative);
  session.context().synchronize();
  return found;
}

Tensor ScanGroups::coords(const Tensor& positions) const {
  Tensor coords = make_relative(count(), size());
  for (std::int64_t i = 0; i < count(); ++i) {
    for (std::int64_t j = 0; j < size(); ++j) {
      for (std::int64_t axis = 0; axis < 2; ++axis) {
        coords.as<double>()[(2 * i + axis) * size() + j] =
            value(positions, indices_.as<std::int64_t>()[i * size() + j], axis);
      }
    }
  }
  return coords;
}

Tensor ScanGroups::positions(const Tensor& scan, bool as_ptychopinn) const {
  Tensor all = Tensor::make(PPATCH_F64, {count() * size(), 2}, what);
  for (std::int64_t k = 0; k < count() * size(); ++k) {
    const std::int64_t point = indices_.as<std::int64_t>()[k];
    for (std::int64_t axis = 0; axis < 2; ++axis) {
      double p = value(scan, point, axis);
      if (as_ptychopinn) {
        const double offset = coordinates_.offsets.as<double>()[k / size() * 2 + axis];
        p = static_cast<double>(static_cast<float>(offset + (p - offset)));
      }
      all.as<double>()[2 * k + axis] = p;
    }
  }
  return all;
}

void ScanGroups::add_to(formats::ArrayWriter& writer) const {
  writer.add(indices_key, indices_);
  if (!centres_.shape.empty()) writer.add("centre_indices", centres_);
  writer.add("coords_offsets", coordinates_.offsets);
  writer.add("coords_relative", coordinates_.relative);
}

Tensor read_groups(const std::string& path, std::string* source) {
  formats::NamedArray groups =
      formats::container_of(path) == formats::Container::npy
          ? formats::NamedArray{formats::read_npy_file(path), formats::quoted(path)}
          : formats::ask_store<formats::NamedArray>(path, [](const formats::ArrayStore& store) {
              return formats::NamedArray{store.read(indices_key), store.source(indices_key)};
            });
  *source = groups.source;
  const formats::Shape& shape = groups.array.shape;
  formats::require_shape(shape.size() == 2 && shape[1] > 0, *source, shape, "groups (B, c)");
  return formats::to_tensor(std::move(groups.array), PPATCH_I64, *source);
}

}  // namespace ptychopatch::app
