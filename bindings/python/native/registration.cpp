// SPDX-License-Identifier: Apache-2.0
#include "registration.hpp"

#include <nanobind/stl/array.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>

#include "context.hpp"
#include "scene_image.hpp"

namespace ptychopatch::python {
namespace {

std::unique_ptr<HeldImage> hold(const char* name, nb::handle pixels, nb::handle mask,
                                nb::handle black, double white) {
  auto image = std::make_unique<HeldImage>(name, pixels, mask);
  if (!black.is_none()) image->set_levels(nb::cast<Levels>(black), white);
  return image;
}

// A scene plan and its reference.
class Scene {
 public:
  Scene(const PlanningContext& context, const ppatch_scene_options& options)
      : plan_(context.get(), options) {}

  void borrow_reference(nb::handle pixels, nb::handle mask, nb::handle black, double white) {
    const Turn turn(*this);
    auto next = hold("reference", pixels, mask, black, white);
    run_unlocked([&] { plan_.borrow_reference(next->get()); });
    reference_ = std::move(next);
  }

  std::vector<ppatch_shift> align(const nb::sequence& images, const nb::sequence& masks,
                                  nb::handle black, double white) {
    const Turn turn(*this);
    if (!reference_) throw nb::value_error("align: expected a reference, none is set");
    std::vector<std::unique_ptr<HeldImage>> held;
    std::vector<ppatch_scene_image> given;
    for (std::size_t j = 0; j < nb::len(images); ++j) {
      held.push_back(hold("moving", images[j], masks[j], black, white));
      given.push_back(held.back()->get());
    }
    std::vector<ppatch_shift> shifts;
    run_unlocked([&] { shifts = plan_.align(given); });
    return shifts;
  }

  void forget() {
    const Turn turn(*this);
    reference_.reset();
  }

  std::uint64_t bytes() const { return plan_.info().bytes; }

 private:
  // A plan belongs to one call at a time; the interpreter's lock guards the flag.
  class Turn {
   public:
    explicit Turn(Scene& scene) : scene_(scene) {
      if (scene.busy_) throw std::runtime_error("a Scene runs one call at a time; another runs it");
      scene.busy_ = true;
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { scene_.busy_ = false; }

   private:
    Scene& scene_;
  };

  ScenePlan plan_;
  std::unique_ptr<HeldImage> reference_;
  bool busy_ = false;
};

ppatch_scene_options options_of(std::int32_t method, std::int64_t height, std::int64_t width,
                                const std::string& cfa, const Levels& black, double white,
                                std::array<std::int64_t, 2> max_shift, std::int32_t sign,
                                std::int32_t extent, std::int32_t hot_pixels,
                                std::int32_t fixed_pattern, std::int32_t plane_average,
                                std::int32_t upsample, double overlap_ratio) {
  ppatch_scene_options options =
      scene_options(height, width, cfa.empty() ? ppatch_cfa_none() : ptychopatch::cfa(cfa));
  options.method = method;
  std::copy(black.begin(), black.end(), options.black);
  options.white = white;
  std::copy(max_shift.begin(), max_shift.end(), options.max_shift);
  options.sign = sign;
  options.extent = extent;
  options.hot_pixels = hot_pixels;
  options.fixed_pattern = fixed_pattern;
  options.plane_average = plane_average;
  options.upsample = upsample;
  options.overlap_ratio = overlap_ratio;
  return options;
}

std::string representation(const ppatch_shift& shift) {
  return "<ptychopatch.Shift (" + std::to_string(shift.shift[0]) + ", " +
         std::to_string(shift.shift[1]) + "), " + ppatch_shift_status_string(shift.status) + ">";
}

// The members that mean the same in Python.
template <class Class>
void add_numbers(Class& shift) {
  shift.def_ro("peak", &ppatch_shift::peak, "Normalised correlation at the shift, 0 to 1.")
      .def_ro("second_peak_ratio", &ppatch_shift::second_peak_ratio,
              "Largest value of the phase correlation elsewhere over the peak.")
      .def_ro("coherence", &ppatch_shift::coherence,
              "Mean over the band, 0 to 1; NaN but for the method \"ml\".")
      .def_ro("residual", &ppatch_shift::residual, "|R - gain M| / |R| at the shift, 0 to 1.")
      .def_ro("gain", &ppatch_shift::gain, "Of the conditioned images, by least squares.")
      .def_ro("iterations", &ppatch_shift::iterations, "Newton's steps of the last round.");
}

template <std::uint32_t flag>
bool has(const ppatch_shift& shift) {
  return (shift.flags & flag) != 0;
}

void add_shift(nb::module_& module) {
  nb::class_<ppatch_shift> shift(module, "Shift", "The answer for one moving image.");
  shift
      .def_prop_ro(
          "shift", [](const ppatch_shift& s) { return nb::make_tuple(s.shift[0], s.shift[1]); },
          "(dy, dx) in pixels, in the sign that was asked for; NaN where there is none.")
      .def_prop_ro(
          "covariance",
          [](const ppatch_shift& s) {
            const double* c = s.covariance;
            return nb::make_tuple(nb::make_tuple(c[0], c[1]), nb::make_tuple(c[1], c[2]));
          },
          "Of the shift, ((yy, yx), (yx, xx)), px^2; NaN but for the method \"ml\".")
      .def_prop_ro(
          "lattice_shift",
          [](const ppatch_shift& s) {
            return nb::make_tuple(s.lattice_shift[0], s.lattice_shift[1]);
          },
          "The nearest shift that moves every colour onto the same colour.")
      .def_prop_ro(
          "lattice_residual",
          [](const ppatch_shift& s) {
            return nb::make_tuple(s.lattice_residual[0], s.lattice_residual[1]);
          },
          "shift - lattice_shift.")
      .def_prop_ro(
          "common_shape",
          [](const ppatch_shift& s) { return nb::make_tuple(s.common_height, s.common_width); },
          "The top-left area of both images that was aligned.")
      .def_prop_ro(
          "status",
          [](const ppatch_shift& s) { return std::string(ppatch_shift_status_string(s.status)); },
          "\"ok\", or why there is no answer: \"flat\", \"saturated\", \"not-finite\", "
          "\"too-small\", \"unrelated\", \"not-converged\", \"reference\".")
      .def_prop_ro("ok", [](const ppatch_shift& s) { return s.status == PPATCH_SHIFT_STATUS_OK; })
      .def_prop_ro("zero_lag", &has<PPATCH_SHIFT_FLAG_ZERO_LAG>,
                   "Within half a pixel of zero: what a pattern of the sensor would give as well.")
      .def_prop_ro("fixed_rows", &has<PPATCH_SHIFT_FLAG_FIXED_ROWS>,
                   "A pattern of rows was left out.")
      .def_prop_ro("fixed_columns", &has<PPATCH_SHIFT_FLAG_FIXED_COLUMNS>,
                   "A pattern of columns was left out.")
      .def("__repr__", &representation);
  add_numbers(shift);
}

std::uint64_t plan_bytes(const PlanningContext& context, const ppatch_scene_options& options) {
  return ScenePlan::bytes(context.get(), options);
}

}  // namespace

void add_scenes(nb::module_& module) {
  add_shift(module);
  module.def("scene_plan_bytes", &plan_bytes, nb::arg("context"), nb::arg("options"));
  nb::class_<ppatch_scene_options>(module, "SceneOptions")
      .def(nb::new_(&options_of), nb::arg("method"), nb::arg("height"), nb::arg("width"),
           nb::arg("cfa"), nb::arg("black"), nb::arg("white"), nb::arg("max_shift"),
           nb::arg("sign"), nb::arg("extent"), nb::arg("hot_pixels"), nb::arg("fixed_pattern"),
           nb::arg("plane_average"), nb::arg("upsample"), nb::arg("overlap_ratio"));
  nb::class_<Scene>(module, "Scene")
      .def(nb::init<const PlanningContext&, const ppatch_scene_options&>(), nb::arg("context"),
           nb::arg("options"))
      .def("borrow_reference", &Scene::borrow_reference, nb::arg("pixels"), nb::arg("mask").none(),
           nb::arg("black").none(), nb::arg("white"))
      .def("align", &Scene::align, nb::arg("images"), nb::arg("masks"), nb::arg("black").none(),
           nb::arg("white"))
      .def("forget", &Scene::forget)
      .def_prop_ro("bytes", &Scene::bytes);
}

}  // namespace ptychopatch::python
