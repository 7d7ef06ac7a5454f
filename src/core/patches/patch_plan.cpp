// SPDX-License-Identifier: Apache-2.0
#include "core/patches/patch_plan.hpp"

#include <utility>

#include "core/host_copy.hpp"
#include "core/patches/patch_settings.hpp"

namespace ppatch {
namespace {

const char* name_of(Algorithm algorithm) {
  return algorithm == Algorithm::iterative ? "iterative" : "batched";
}

Accumulation read_flags(std::uint32_t flags) {
  if (flags == PPATCH_ADJOINT_OVERWRITE) return Accumulation::overwrite;
  if (flags == PPATCH_ADJOINT_ACCUMULATE) return Accumulation::accumulate;
  invalid("flags: expected PPATCH_ADJOINT_OVERWRITE (0) or PPATCH_ADJOINT_ACCUMULATE (1), got ",
          flags);
}

// Positions of a (K, 2) or (B, c, 2) array.
std::int64_t position_count(const ppatch_array* positions) {
  if (!positions) return 0;
  expect_pointer("positions", "an array", positions);
  if (positions->ndim < 2 || positions->ndim > 3) return 0;
  const std::int64_t first = positions->shape[0];
  const std::int64_t second = positions->ndim == 3 ? positions->shape[1] : 1;
  std::int64_t count = 0;
  if (first < 0 || second < 0 || __builtin_mul_overflow(first, second, &count)) return 0;
  return count;
}

constexpr std::initializer_list<DType> position_dtypes = {DType::f32, DType::f64, DType::i32,
                                                          DType::i64};

// An array of positions whose elements are at `data`, in groups of c.
CoordinateView coordinates(const CheckedArray& array, const void* data, std::int64_t c) {
  const bool grouped = array.ndim() == 3;
  // One group's stride is never used, and may be any number.
  const bool several = array.shape(0) > (grouped ? 1 : c);
  const std::int64_t between = several ? array.stride(0) : 0;
  return {data, array.dtype(), grouped ? between : between * c, array.stride(grouped ? 1 : 0),
          array.stride(array.ndim() - 1)};
}

}  // namespace

PatchPlan::PatchPlan(std::shared_ptr<Context> context, const ppatch_array* positions,
                     const ppatch_patch_options* options)
    : context_(std::move(context)),
      settings_(read_patch_settings(options, position_count(positions))),
      layout_(read_patch_layout(options)),
      engines_(
          *context_, [&](Backend& backend) { return backend.make_patch_engine(settings_); },
          [&](PatchEngine& engine) {
            engine.set_positions(positions_.origins());
            engine.set_image_index(positions_.image_index());
          }) {
  if (!positions && settings_.capacity == 0) {
    invalid("positions: expected an array, or options.position_capacity above 0, got NULL and 0");
  }
  if (positions) read_positions("positions", positions, position_dtypes);
  engines_.begin();
  positions_ = PatchPositions(settings_, context_->host_allocator());
  if (positions) set_positions(positions);
  context_->callbacks().log(PPATCH_LOG_LEVEL_INFO, "patch plan: algorithm ",
                            name_of(settings_.algorithm), ", capacity ", settings_.capacity,
                            " positions, patches ", settings_.patch_height, " x ",
                            settings_.patch_width, ", ", engines_.scratch_bytes(),
                            " bytes of scratch on ", context_->backend().info().device_name);
}

std::uint64_t PatchPlan::bytes(const Context& context, std::int64_t count,
                               const ppatch_patch_options* options) {
  if (count < 0) invalid("position_count: expected at least 0, got ", count);
  read_patch_layout(options);
  return context.backend().patch_engine_bytes(read_patch_settings(options, count));
}

CheckedArray PatchPlan::read_positions(const char* name, const ppatch_array* given,
                                       std::initializer_list<DType> legal) const {
  CheckedArray array(name, given, *context_);
  array.expect_dtype(legal);
  const std::int64_t c = settings_.group_size;
  const int last = array.ndim() - 1;
  const bool grouped = array.ndim() == 3;
  if ((array.ndim() != 2 && !grouped) || array.shape(last) != 2 ||
      (grouped && array.shape(1) != c)) {
    invalid(name, ": expected shape (K, 2) or (B, ", c, ", 2), got ",
            text_of_shape(given->shape, static_cast<std::size_t>(given->ndim)));
  }
  const std::int64_t count = position_count(given);
  if (count % c != 0) {
    invalid(name, ": expected a multiple of options.group_size = ", c, " positions, got ", count);
  }
  if (count > settings_.capacity) {
    invalid(name, ": expected at most the plan's capacity of ", settings_.capacity,
            " positions, got ", count);
  }
  return array;
}

void PatchPlan::use(const PositionSource& source) {
  const bool indexed = positions_.has_image_index();
  positions_.set(source);
  const bool drops = indexed && !positions_.has_image_index();
  engines_.change([&](PatchEngine& engine) {
    if (drops) engine.set_image_index({});
    engine.set_positions(positions_.origins());
  });
}

void PatchPlan::set_positions(const ppatch_array* given) {
  const CheckedArray array = read_positions("positions", given, position_dtypes);
  const HostCopy on_host(array, engines_.at(array.card()));
  use({position_count(given), coordinates(array, on_host.data(), settings_.group_size), {}});
}

void PatchPlan::set_positions_split(const ppatch_array* integer, const ppatch_array* fraction) {
  const CheckedArray first = read_positions("integer", integer, {DType::i32});
  const CheckedArray second = read_positions("fraction", fraction, {DType::f32, DType::f64});
  if (position_count(integer) != position_count(fraction)) {
    invalid("fraction: expected as many positions as integer has, ", position_count(integer),
            ", got ", position_count(fraction));
  }
  const HostCopy integers(first, engines_.at(first.card()));
  const HostCopy fractions(second, engines_.at(second.card()));
  use({position_count(fraction), coordinates(second, fractions.data(), settings_.group_size),
       coordinates(first, integers.data(), settings_.group_size)});
}

void PatchPlan::set_image_index(const ppatch_array* index) {
  if (index) {
    positions_.set_image_index(CheckedArray("index", index, *context_));
  } else {
    positions_.drop_image_index();
  }
  engines_.change([&](PatchEngine& engine) { engine.set_image_index(positions_.image_index()); });
}

void PatchPlan::get_positions(const ppatch_array* positions) const {
  const CheckedArray array("positions", positions, *context_);
  array.expect_host();
  array.expect_dtype({DType::f64});
  array.expect_shape({positions_.count(), 2});
  array.expect_writable();
  positions_.write(static_cast<double*>(array.data()), array.stride(0), array.stride(1));
}

void PatchPlan::get_info(ppatch_patch_plan_info* info) const {
  info->algorithm = static_cast<ppatch_algorithm>(settings_.algorithm);
  info->position_count = positions_.count();
  info->position_capacity = settings_.capacity;
  info->bytes = engines_.scratch_bytes();
}

void PatchPlan::log_call(const char* operation) const {
  context_->callbacks().log(PPATCH_LOG_LEVEL_DEBUG, operation, ": algorithm ",
                            name_of(settings_.algorithm), ", ", positions_.count(), " positions");
}

void PatchPlan::extract(const ppatch_array* image, const ppatch_array* patches) {
  PatchArrays read = arrays();
  const ImageView from = read.image(image);
  const PatchView to = read.patches("patches", patches);
  read.mark_output();
  read.check_outputs();
  log_call("extract");
  engine(read).extract(from, ProbeView{}, to);
}

void PatchPlan::adjoint(const ppatch_array* patches, const ppatch_array* image,
                        const ppatch_array* coverage, std::uint32_t flags) {
  const Accumulation mode = read_flags(flags);
  PatchArrays read = arrays();
  const ImageView to = read.image(image);
  read.mark_output();
  const PatchView from = read.patches("patches", patches);
  const ImageView cover = read.coverage(coverage);
  if (coverage) read.mark_output();
  read.check_outputs();
  log_call("adjoint");
  engine(read).adjoint(from, ProbeView{}, to, cover, mode);
}

void PatchPlan::assemble(const ppatch_array* patches, const ppatch_array* image,
                         const ppatch_array* coverage, double eps) {
  if (!(eps > 0.0)) invalid("eps: expected a number above 0, got ", eps);
  if (!coverage) invalid("coverage: expected an array, got NULL");
  PatchArrays read = arrays();
  const ImageView to = read.image(image);
  read.mark_output();
  const PatchView from = read.patches("patches", patches);
  const ImageView cover = read.coverage(coverage);
  read.mark_output();
  read.check_outputs();
  log_call("assemble");
  engine(read).assemble(from, to, cover, eps);
}

void PatchPlan::position_gradient(const ppatch_array* image, const ppatch_array* cotangent,
                                  const ppatch_array* gradient, const ppatch_array* curvature) {
  PatchArrays read = arrays();
  const ImageView from = read.image(image);
  const PatchView with = read.patches("cotangent", cotangent);
  const PositionResultView to = read.position_result("gradient", gradient);
  read.mark_output();
  PositionResultView second;
  if (curvature) {
    second = read.position_result("curvature", curvature);
    read.mark_output();
  }
  read.check_outputs();
  log_call("position gradient");
  engine(read).position_gradient(from, with, to, second);
}

void PatchPlan::probe_extract(const ppatch_array* image, const ppatch_array* probe,
                              const ppatch_array* waves) {
  PatchArrays read = arrays();
  const ImageView from = read.image(image);
  const ProbeView with = read.probe(probe);
  const PatchView to = read.waves("waves", waves);
  read.mark_output();
  read.check_outputs();
  log_call("probe extract");
  engine(read).extract(from, with, to);
}

void PatchPlan::probe_adjoint_image(const ppatch_array* waves, const ppatch_array* probe,
                                    const ppatch_array* image, const ppatch_array* coverage,
                                    std::uint32_t flags) {
  const Accumulation mode = read_flags(flags);
  PatchArrays read = arrays();
  const ImageView to = read.image(image);
  read.mark_output();
  const ProbeView with = read.probe(probe);
  const PatchView from = read.waves("waves", waves);
  const ImageView cover = read.coverage(coverage);
  if (coverage) read.mark_output();
  read.check_outputs();
  log_call("probe adjoint by image");
  engine(read).adjoint(from, with, to, cover, mode);
}

void PatchPlan::probe_adjoint_probe(const ppatch_array* image, const ppatch_array* waves,
                                    const ppatch_array* probe, std::uint32_t flags) {
  const Accumulation mode = read_flags(flags);
  PatchArrays read = arrays();
  const ImageView from = read.image(image);
  const ProbeView to = read.probe(probe);
  read.mark_output();
  const PatchView with = read.waves("waves", waves);
  read.check_outputs();
  log_call("probe adjoint by probe");
  engine(read).probe_adjoint(from, with, to, mode);
}

void PatchPlan::position_normal(const ppatch_array* image, const ppatch_array* probe,
                                const ppatch_array* cotangent, const ppatch_array* gradient,
                                const ppatch_array* normal) {
  PatchArrays read = arrays();
  const ImageView from = read.image(image);
  const ProbeView through = probe ? read.probe(probe) : ProbeView{};
  const PatchView with =
      probe ? read.waves("cotangent", cotangent) : read.patches("cotangent", cotangent);
  const PositionResultView to = read.position_result("gradient", gradient);
  read.mark_output();
  PositionResultView second;
  if (normal) {
    second = read.position_result("normal", normal, 3);
    read.mark_output();
  }
  read.check_outputs();
  log_call("position normal");
  engine(read).position_normal(from, through, with, to, second);
}

}  // namespace ppatch
