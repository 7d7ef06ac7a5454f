// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "oracle/patches/gradient.hpp"
#include "oracle/patches/normal.hpp"
#include "ptychopatch/ptychopatch.hpp"
#include "support/case.hpp"

// A context for so many threads and bytes of scratch (0: the default), kept for the whole run.
const ptychopatch::Context& shared_context(int threads, std::uint64_t budget = 0);

// A case with its random inputs and its plan. Each operator makes a poisoned output, calls the
// library, checks that nothing but the output's elements was written, and returns it.
class Job {
 public:
  explicit Job(const Case& c) : Job(c, shared_context(c.threads)) {}
  Job(const Case& c, const ptychopatch::Context& context);

  HostArray extract();
  // With PPATCH_ADJOINT_ACCUMULATE the outputs hold `before` on entry. image first, then coverage.
  struct Sums {
    HostArray image;
    HostArray coverage;
    Values image_before;
    Values coverage_before;
  };
  Sums adjoint(std::uint32_t flags);
  Sums assemble(double eps);
  struct Solution {
    HostArray image;
    HostArray coverage;
    ppatch_patch_solve_info info;
  };
  // weights: of positions; empty: none are given.
  Solution solve(const ppatch_patch_solve_options& options, const std::vector<double>& weights);
  struct Gradients {
    HostArray gradient;
    HostArray curvature;
  };
  Gradients position_gradient();
  HostArray probe_extract();
  Sums probe_adjoint_image(std::uint32_t flags);
  struct ProbeSum {
    HostArray probe;
    Values before;
  };
  ProbeSum probe_adjoint_probe(std::uint32_t flags);

  struct Normals {
    HostArray gradient;
    HostArray normal;
  };
  // Of waves, or of patches without the probe.
  Normals position_normal(bool with_probe);

  // Every operator's output.
  std::vector<HostArray> everything();

  // Inputs as the oracle takes them.
  Values image_values() const { return image_.values(); }
  Values patch_values() const { return canonical(patches_, 0); }
  Values wave_values() const { return canonical(waves_, case_.wave_modes()); }
  oracle::Probe probe() const { return {probe_.values(), case_.modes, case_.probe_per_position}; }
  // Patches (modes 0) or waves in the oracle's order.
  Values canonical(const HostArray& array, std::int64_t modes) const;

  ptychopatch::PatchPlan& plan() { return *plan_; }
  const HostArray& image() const { return image_; }
  const HostArray& patches() const { return patches_; }
  const HostArray& waves() const { return waves_; }
  const HostArray& probe_array() const { return probe_; }
  const HostArray& positions() const { return positions_; }
  const HostArray& fractions() const { return fractions_; }

 private:
  HostArray input(ppatch_dtype dtype, const Shape& shape);
  HostArray output(ppatch_dtype dtype, const Shape& shape);
  Shape image_shape() const;
  Shape probe_shape() const;
  Shape result_shape(std::int64_t columns) const;
  Sums sums(std::uint32_t flags);
  void verify(const HostArray& out) const;

  Case case_;
  Random random_;
  HostArray positions_;  // or their integer parts
  HostArray fractions_;
  HostArray image_;
  HostArray patches_;
  HostArray probe_;
  HostArray waves_;
  std::unique_ptr<ptychopatch::PatchPlan> plan_;
  std::vector<std::vector<std::byte>> inputs_before_;
};
