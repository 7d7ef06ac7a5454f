// SPDX-License-Identifier: Apache-2.0
#include "context.hpp"
#include "held_array.hpp"

namespace ptychopatch::python {
namespace {

template <std::size_t N>
nb::tuple numbers(const double (&values)[N]) {
  nb::list list;
  for (const double value : values) list.append(value);
  return nb::tuple(list);
}

nb::dict fit(nb::handle nominal, nb::handle refined, nb::handle information, nb::handle residual,
             double sigma, ppatch_axes axes) {
  const HeldArray from("nominal", nominal), to("refined", refined);
  const OptionalArray known("information", information);
  const HeldArray left("residual", residual, Access::write);
  ppatch_scan_fit_options options = scan_fit_options();
  options.axes = axes;
  options.sigma = sigma;
  const ppatch_scan_fit_info found =
      run_unlocked([&] { return fit_scan(*from, *to, known.get(), &*left, options); });
  nb::dict told;
  told["status"] = found.status;
  told["centre"] = numbers(found.centre);
  told["shift"] = numbers(found.shift);
  told["matrix"] = numbers(found.matrix);
  told["covariance"] = numbers(found.covariance);
  told["rotation"] = found.rotation;
  told["scale"] = numbers(found.scale);
  told["shear"] = found.shear;
  told["rotation_sigma"] = found.rotation_sigma;
  told["scale_sigma"] = numbers(found.scale_sigma);
  told["shear_sigma"] = found.shear_sigma;
  told["sigma"] = found.sigma;
  told["chi2_per_dof"] = found.chi2_per_dof;
  told["degrees_of_freedom"] = found.degrees_of_freedom;
  return told;
}

}  // namespace

void add_scans(nb::module_& module) {
  module.def("fit_scan", &fit, "nominal"_a, "refined"_a, "information"_a.none(), "residual"_a,
             "sigma"_a, "axes"_a);
}

}  // namespace ptychopatch::python
