// SPDX-License-Identifier: Apache-2.0
#include "support/job.hpp"

#include <map>
#include <stdexcept>
#include <utility>

#include "oracle/test_backend.hpp"

using ptychopatch::Context;
using ptychopatch::PatchPlan;

const Context& shared_context(int threads, std::uint64_t budget) {
  static std::map<std::pair<int, std::uint64_t>, Context> contexts;
  const auto key = std::make_pair(threads, budget);
  const auto found = contexts.find(key);
  if (found != contexts.end()) return found->second;
  ppatch_context_options options = ptychopatch::context_options();
  options.backend = test_backend();
  options.num_threads = threads;
  options.memory_budget = budget;
  return contexts.emplace(key, Context(options)).first->second;
}

Job::Job(const Case& c, const Context& context)
    : case_(c),
      random_(c.seed + 2),
      positions_(PPATCH_F64, {0, 2}),
      fractions_(PPATCH_F64, {0, 2}),
      image_(input(c.dtype, image_shape())),
      patches_(input(c.dtype, oracle::shape(c.layout(0)))),
      probe_(input(c.dtype, probe_shape())),
      waves_(input(c.dtype, oracle::shape(c.layout(c.wave_modes())))) {
  const Shape shape =
      c.positions_grouped ? Shape{c.count / c.members(), c.members(), 2} : Shape{c.count, 2};
  const bool narrow = c.form == PositionForm::f32 || c.form == PositionForm::split_f32;
  const Strides strides = c.contiguous ? Strides::contiguous : Strides::any;
  const ppatch_dtype integer = c.form == PositionForm::i64 ? PPATCH_I64 : PPATCH_I32;
  positions_ = HostArray(c.split() || c.integers() ? integer
                         : narrow                  ? PPATCH_F32
                                                   : PPATCH_F64,
                         shape, random_, strides);
  fractions_ = HostArray(narrow ? PPATCH_F32 : PPATCH_F64, shape, random_, strides);
  for (std::int64_t i = 0; i < positions_.size(); ++i) {
    positions_.set(i, c.split() ? static_cast<double>(c.integer[i]) : c.fraction[i]);
    fractions_.set(i, c.fraction[i]);
  }
  const ppatch_patch_options options = c.plan_options();
  if (c.split()) {
    plan_ = std::make_unique<PatchPlan>(context, options);
    plan_->set_positions(positions_.view(), fractions_.view());
  } else {
    plan_ = std::make_unique<PatchPlan>(context, positions_.view(), options);
  }
  if (c.indexed) {
    HostArray index(c.seed % 2 ? PPATCH_I32 : PPATCH_I64, {c.count}, random_, strides);
    const std::vector<std::int64_t> images = c.image_index();
    for (std::int64_t k = 0; k < c.count; ++k) index.set(k, static_cast<double>(images[k]));
    plan_->set_image_index(index.view());
  }
  for (const HostArray* in : {&image_, &patches_, &probe_, &waves_}) {
    inputs_before_.push_back(in->memory());
  }
}

HostArray Job::input(ppatch_dtype dtype, const Shape& shape) {
  HostArray out(dtype, shape, random_, case_.contiguous ? Strides::contiguous : Strides::repeated);
  out.fill(random_);
  return out;
}

HostArray Job::output(ppatch_dtype dtype, const Shape& shape) {
  return HostArray(dtype, shape, random_, case_.contiguous ? Strides::contiguous : Strides::any);
}

Shape Job::image_shape() const {
  return case_.images ? Shape{case_.images, case_.height, case_.width}
                      : Shape{case_.height, case_.width};
}

Shape Job::probe_shape() const {
  Shape out{case_.options.patch_height, case_.options.patch_width};
  if (case_.plain_probe) return out;
  out.insert(out.begin(), case_.modes);
  if (case_.probe_per_position) out.insert(out.begin(), case_.count);
  return out;
}

Shape Job::result_shape(std::int64_t columns) const {
  return case_.image_axis() ? Shape{case_.images, case_.count, columns}
                            : Shape{case_.count, columns};
}

Values Job::canonical(const HostArray& array, std::int64_t modes) const {
  Values out;
  for (std::int64_t i : oracle::order(case_.layout(modes))) out.push_back(array.get(i));
  return out;
}

void Job::verify(const HostArray& out) const {
  if (!out.gaps_intact()) throw std::runtime_error("the library wrote beside its output");
  std::size_t i = 0;
  for (const HostArray* in : {&image_, &patches_, &probe_, &waves_}) {
    if (in->memory() != inputs_before_[i++]) {
      throw std::runtime_error("the library wrote to an input");
    }
  }
}

HostArray Job::extract() {
  HostArray out = output(case_.dtype, oracle::shape(case_.layout(0)));
  plan_->extract(image_.view(), out.view());
  verify(out);
  return out;
}

Job::Sums Job::sums(std::uint32_t flags) {
  Sums out{output(case_.dtype, image_shape()), output(real_of(case_.dtype), image_shape()), {}, {}};
  if (flags & PPATCH_ADJOINT_ACCUMULATE) {
    out.image.fill(random_);
    out.coverage.fill(random_);
  }
  out.image_before = out.image.values();
  out.coverage_before = out.coverage.values();
  return out;
}

Job::Sums Job::adjoint(std::uint32_t flags) {
  Sums out = sums(flags);
  const ppatch_array coverage = out.coverage.view();
  plan_->adjoint(patches_.view(), out.image.view(), &coverage, flags);
  verify(out.image);
  verify(out.coverage);
  return out;
}

Job::Sums Job::assemble(double eps) {
  Sums out = sums(PPATCH_ADJOINT_OVERWRITE);
  plan_->assemble(patches_.view(), out.image.view(), out.coverage.view(), eps);
  verify(out.image);
  verify(out.coverage);
  return out;
}

Job::Solution Job::solve(const ppatch_patch_solve_options& options,
                         const std::vector<double>& weights) {
  Solution out{output(case_.dtype, image_shape()), output(real_of(case_.dtype), image_shape()), {}};
  const ppatch_array coverage = out.coverage.view();
  HostArray given(case_.seed % 2 ? PPATCH_F32 : PPATCH_F64, {case_.count}, random_, Strides::any);
  for (std::size_t k = 0; k < weights.size(); ++k)
    given.set(static_cast<std::int64_t>(k), weights[k]);
  const ppatch_array view = given.view();
  out.info = plan_->solve(patches_.view(), out.image.view(), &coverage,
                          weights.empty() ? nullptr : &view, options);
  verify(out.image);
  verify(out.coverage);
  return out;
}

Job::Gradients Job::position_gradient() {
  Gradients out{output(real_of(case_.dtype), result_shape(2)),
                output(real_of(case_.dtype), result_shape(2))};
  const ppatch_array curvature = out.curvature.view();
  plan_->position_gradient(image_.view(), patches_.view(), out.gradient.view(), &curvature);
  verify(out.gradient);
  verify(out.curvature);
  return out;
}

HostArray Job::probe_extract() {
  HostArray out = output(case_.dtype, oracle::shape(case_.layout(case_.wave_modes())));
  plan_->probe_extract(image_.view(), probe_.view(), out.view());
  verify(out);
  return out;
}

Job::Sums Job::probe_adjoint_image(std::uint32_t flags) {
  Sums out = sums(flags);
  const ppatch_array coverage = out.coverage.view();
  plan_->probe_adjoint_image(waves_.view(), probe_.view(), out.image.view(), &coverage, flags);
  verify(out.image);
  verify(out.coverage);
  return out;
}

Job::ProbeSum Job::probe_adjoint_probe(std::uint32_t flags) {
  ProbeSum out{output(case_.dtype, probe_shape()), {}};
  if (flags & PPATCH_ADJOINT_ACCUMULATE) out.probe.fill(random_);
  out.before = out.probe.values();
  plan_->probe_adjoint_probe(image_.view(), waves_.view(), out.probe.view(), flags);
  verify(out.probe);
  return out;
}

Job::Normals Job::position_normal(bool with_probe) {
  Normals out{output(real_of(case_.dtype), result_shape(2)),
              output(real_of(case_.dtype), result_shape(3))};
  const ppatch_array probe = probe_.view();
  const ppatch_array normal = out.normal.view();
  plan_->position_normal(image_.view(), with_probe ? &probe : nullptr,
                         with_probe ? waves_.view() : patches_.view(), out.gradient.view(),
                         &normal);
  verify(out.gradient);
  verify(out.normal);
  return out;
}

std::vector<HostArray> Job::everything() {
  std::vector<HostArray> out;
  const auto add = [&](const Sums& s) {
    out.push_back(s.image);
    out.push_back(s.coverage);
  };
  out.push_back(extract());
  add(adjoint(PPATCH_ADJOINT_OVERWRITE));
  add(adjoint(PPATCH_ADJOINT_ACCUMULATE));
  add(assemble(1e-3));
  const Gradients gradients = position_gradient();
  out.push_back(gradients.gradient);
  out.push_back(gradients.curvature);
  out.push_back(probe_extract());
  add(probe_adjoint_image(PPATCH_ADJOINT_OVERWRITE));
  add(probe_adjoint_image(PPATCH_ADJOINT_ACCUMULATE));
  out.push_back(probe_adjoint_probe(PPATCH_ADJOINT_OVERWRITE).probe);
  out.push_back(probe_adjoint_probe(PPATCH_ADJOINT_ACCUMULATE).probe);
  for (bool with_probe : {false, true}) {
    const Normals normals = position_normal(with_probe);
    out.push_back(normals.gradient);
    out.push_back(normals.normal);
  }
  return out;
}
