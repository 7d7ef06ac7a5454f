// SPDX-License-Identifier: Apache-2.0
#include "core/patches/patch_arrays.hpp"

#include "core/dtype_dispatch.hpp"

namespace ppatch {

ImageView PatchArrays::image(const ppatch_array* given) {
  const CheckedArray& array = read("image", given);
  array.expect_dtype(pixel_dtypes);
  if (array.ndim() != 2 && array.ndim() != 3) {
    invalid("image: expected shape (H, W) or (M, H, W), got ", array.ndim(), " axes");
  }
  dtype_ = array.dtype();
  image_ = image_view(array);
  batch_axis_ = array.ndim() == 3 && !positions_.has_image_index();
  images_ = batch_axis_ ? image_.count : 1;
  if (positions_.min_image_count() > image_.count) {
    invalid("image: expected at least ", positions_.min_image_count(),
            " images for the plan's image index, got ", image_.count);
  }
  const bool needs_samples = settings_.boundary == Boundary::edge ||
                             settings_.boundary == Boundary::reflect ||
                             settings_.boundary == Boundary::wrap;
  if (needs_samples && array.empty() && positions_.count() > 0 && image_.count > 0) {
    invalid(
        "image: expected at least one pixel for the boundary modes edge, reflect and wrap, got ",
        image_.height, " x ", image_.width);
  }
  return image_;
}

std::vector<std::int64_t> PatchArrays::shape_with_batch(std::vector<std::int64_t> shape) const {
  if (batch_axis_) shape.insert(shape.begin(), images_);
  return shape;
}

PatchView PatchArrays::patch_view(const CheckedArray& array,
                                  std::optional<std::int64_t> modes) const {
  array.expect_dtype({dtype_});
  const std::int64_t count = positions_.count();
  const std::int64_t h = settings_.patch_height;
  const std::int64_t w = settings_.patch_width;
  const std::int64_t c = settings_.group_size;
  std::vector<std::int64_t> shape{layout_ == Layout::flat ? count : count / c};
  if (layout_ == Layout::channel_first) shape.push_back(c);
  if (modes) shape.push_back(*modes);
  shape.insert(shape.end(), {h, w});
  if (layout_ == Layout::channel_last) shape.push_back(c);
  array.expect_shape(shape_with_batch(shape));

  int axis = batch_axis_ ? 1 : 0;
  PatchView view;
  view.data = array.data();
  view.dtype = dtype_;
  view.images = images_;
  view.count = count;
  view.modes = modes.value_or(1);
  view.height = h;
  view.width = w;
  view.stride_image = batch_axis_ ? array.stride(0) : 0;
  view.stride_group = array.stride(axis++);
  view.group_size = layout_ == Layout::flat ? 1 : c;
  if (layout_ == Layout::channel_first) view.stride_member = array.stride(axis++);
  if (modes) view.stride_mode = array.stride(axis++);
  view.stride_y = array.stride(axis++);
  view.stride_x = array.stride(axis++);
  if (layout_ == Layout::channel_last) view.stride_member = array.stride(axis);
  return view;
}

PatchView PatchArrays::patches(const char* name, const ppatch_array* given) {
  return patch_view(read(name, given), std::nullopt);
}

PatchView PatchArrays::waves(const char* name, const ppatch_array* given) {
  return patch_view(read(name, given), modes_);
}

ProbeView PatchArrays::probe(const ppatch_array* given) {
  const CheckedArray& array = read("probe", given);
  array.expect_dtype({dtype_});
  if (array.ndim() < 2 || array.ndim() > 4) {
    invalid("probe: expected shape (h, w), (modes, h, w) or (K, modes, h, w), got ", array.ndim(),
            " axes");
  }
  const bool shared = array.ndim() < 4;
  const int y = array.ndim() - 2;
  std::vector<std::int64_t> shape{settings_.patch_height, settings_.patch_width};
  if (y > 0) {
    modes_ = array.shape(y - 1);
    shape.insert(shape.begin(), *modes_);
  }
  if (!shared) shape.insert(shape.begin(), positions_.count());
  array.expect_shape(shape);
  if (modes_ == 0) invalid("probe: expected at least one mode, got 0");
  return {array.data(),
          modes_.value_or(1),
          shared,
          shared ? 0 : array.stride(0),
          y > 0 ? array.stride(y - 1) : 0,
          array.stride(y),
          array.stride(y + 1)};
}

ImageView PatchArrays::coverage(const ppatch_array* given) {
  if (!given) return {};
  const CheckedArray& array = read("coverage", given);
  array.expect_dtype({real_type_of(dtype_)});
  const CheckedArray& image = first_read();
  std::vector<std::int64_t> shape(static_cast<std::size_t>(image.ndim()));
  for (int d = 0; d < image.ndim(); ++d) shape[static_cast<std::size_t>(d)] = image.shape(d);
  array.expect_shape(shape);
  return image_view(array);
}

PositionResultView PatchArrays::position_result(const char* name, const ppatch_array* given,
                                                std::int64_t columns) {
  const CheckedArray& array = read(name, given);
  array.expect_dtype({real_type_of(dtype_)});
  array.expect_shape(shape_with_batch({positions_.count(), columns}));
  const int axis = batch_axis_ ? 1 : 0;
  return {array.data(), batch_axis_ ? array.stride(0) : 0, array.stride(axis),
          array.stride(axis + 1)};
}

}  // namespace ppatch
