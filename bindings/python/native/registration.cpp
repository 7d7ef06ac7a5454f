// SPDX-License-Identifier: Apache-2.0
#include <nanobind/stl/array.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
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

using Black = std::optional<Levels>;

// A scene plan and its reference.
class Scene {
  template <class Body>
  auto run(const nb::sequence& images, const nb::sequence& masks, const Black& black, double white,
           const nb::int_& stream, Body&& body) {
    const Turn turn(*this);
    if (!reference_) throw nb::value_error("align: expected a reference, none is set");
    std::vector<std::unique_ptr<HeldImage>> held;
    std::vector<ppatch_scene_image> given;
    for (std::size_t j = 0; j < nb::len(images); ++j) {
      held.push_back(std::make_unique<HeldImage>("moving", images[j], masks[j], black, white));
      given.push_back(held.back()->get());
    }
    void* const order = address_of(stream);
    return run_unlocked([&] {
      plan_.set_stream(order);
      return body(given);
    });
  }

 public:
  Scene(const PlanningContext& context, const ppatch_scene_options& options)
      : plan_(context.get(), options) {}

  void borrow_reference(nb::handle pixels, nb::handle mask, const Black& black, double white) {
    const Turn turn(*this);
    auto next = std::make_unique<HeldImage>("reference", pixels, mask, black, white);
    run_unlocked([&] { plan_.borrow_reference(next->get()); });
    reference_ = std::move(next);
  }

  std::vector<ppatch_shift> align(const nb::sequence& images, const nb::sequence& masks,
                                  const Black& black, double white, const nb::int_& stream) {
    return run(images, masks, black, white, stream,
               [&](const std::vector<ppatch_scene_image>& given) { return plan_.align(given); });
  }

  std::vector<MeasuredMotion> measure_motion(const nb::sequence& images, const nb::sequence& masks,
                                             const Black& black, double white,
                                             const nb::int_& stream) {
    return run(
        images, masks, black, white, stream,
        [&](const std::vector<ppatch_scene_image>& given) { return plan_.measure_motion(given); });
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

void set_arrays(ppatch_scene_options& options, const std::string& letters, const Levels& black,
                const std::array<std::int64_t, 2>& max_shift) {
  options.cfa = cfa_of(letters);
  std::copy(black.begin(), black.end(), options.black);
  std::copy(max_shift.begin(), max_shift.end(), options.max_shift);
}

std::string representation(const ppatch_shift& shift) {
  return "<ptychopatch.Shift (" + std::to_string(shift.shift[0]) + ", " +
         std::to_string(shift.shift[1]) + "), " + ppatch_shift_status_string(shift.status) + ">";
}

// A member that is a pair.
template <auto member>
auto pair_of(const ppatch_shift& shift) {
  return std::pair((shift.*member)[0], (shift.*member)[1]);
}

template <std::uint32_t flag>
bool has(const ppatch_shift& shift) {
  return (shift.flags & flag) != 0;
}

void add_shift(nb::module_& module) {
  using Shift = ppatch_shift;
  nb::class_<Shift>(module, "Shift", "The answer for one moving image.")
      .def_prop_ro("shift", &pair_of<&Shift::shift>,
                   "(dy, dx) in pixels, in the sign that was asked for; NaN where there is none.")
      .def_prop_ro(
          "covariance",
          [](const Shift& s) {
            const double* c = s.covariance;
            return nb::make_tuple(nb::make_tuple(c[0], c[1]), nb::make_tuple(c[1], c[2]));
          },
          "Of the shift, ((yy, yx), (yx, xx)), px^2; NaN but for the method \"ml\".")
      .def_prop_ro("lattice_shift", &pair_of<&Shift::lattice_shift>,
                   "The nearest shift that moves every colour onto the same colour.")
      .def_prop_ro("lattice_residual", &pair_of<&Shift::lattice_residual>, "shift - lattice_shift.")
      .def_ro("peak", &Shift::peak, "Normalised correlation at the shift, 0 to 1.")
      .def_ro("second_peak_ratio", &Shift::second_peak_ratio,
              "Largest value of the phase correlation elsewhere over the peak.")
      .def_ro("false_alarm", &Shift::false_alarm,
              "How probable it is that noise alone has a peak as high; NaN but for \"ml\".")
      .def_ro("ambiguity", &Shift::ambiguity,
              "Likelihood of the second best shift over that of the best; NaN but for \"ml\".")
      .def_ro("coherence", &Shift::coherence,
              "Mean over the band, 0 to 1; NaN but for the method \"ml\".")
      .def_ro("residual", &Shift::residual, "|R - gain M| / |R| at the shift, 0 to 1.")
      .def_ro("gain", &Shift::gain, "Of the conditioned images, by least squares.")
      .def_ro("iterations", &Shift::iterations, "Newton's steps of the last round.")
      .def_prop_ro(
          "common_shape", [](const Shift& s) { return std::pair(s.common_height, s.common_width); },
          "The top-left area of both images that was aligned.")
      .def_prop_ro(
          "status", [](const Shift& s) { return ppatch_shift_status_string(s.status); },
          "\"ok\", or why there is no answer: \"flat\", \"saturated\", \"not-finite\", "
          "\"too-small\", \"unrelated\", \"not-converged\", \"reference\", \"ambiguous\".")
      .def_prop_ro("ok", [](const Shift& s) { return s.status == PPATCH_SHIFT_STATUS_OK; })
      .def_prop_ro("zero_lag", &has<PPATCH_SHIFT_FLAG_ZERO_LAG>,
                   "Within half a pixel of zero: what a pattern of the sensor would give as well.")
      .def_prop_ro("fixed_rows", &has<PPATCH_SHIFT_FLAG_FIXED_ROWS>,
                   "A pattern of rows was left out.")
      .def_prop_ro("fixed_columns", &has<PPATCH_SHIFT_FLAG_FIXED_COLUMNS>,
                   "A pattern of columns was left out.")
      .def_prop_ro("moving", &has<PPATCH_SHIFT_FLAG_MOVING>,
                   "Tiles were measured, and contradict this one shift.")
      .def("__repr__", &representation);
}

std::uint64_t plan_bytes(const PlanningContext& context, const ppatch_scene_options& options) {
  return ScenePlan::bytes(context.get(), options);
}

}  // namespace

void add_scenes(nb::module_& module) {
  add_shift(module);
  add_motion(module);
  using Options = ppatch_scene_options;
  add_options(module, "SceneOptions", scene_options(0, 0), &Options::height, &Options::width,
              &Options::white, &Options::overlap_ratio, &Options::false_alarm_limit,
              &Options::ambiguity_limit, &Options::upsample, &Options::method, &Options::sign,
              &Options::extent, &Options::hot_pixels, &Options::fixed_pattern,
              &Options::plane_average, &Options::motion, &Options::motion_search)
      .def("set_arrays", &set_arrays, "cfa"_a, "black"_a, "max_shift"_a);
  module.def("scene_plan_bytes", &plan_bytes, "context"_a, "options"_a);
  nb::class_<Scene>(module, "Scene")
      .def(nb::init<const PlanningContext&, const Options&>(), "context"_a, "options"_a)
      .def("borrow_reference", &Scene::borrow_reference, "pixels"_a, "mask"_a.none(),
           "black"_a.none(), "white"_a)
      .def("align", &Scene::align, "images"_a, "masks"_a, "black"_a.none(), "white"_a, "stream"_a)
      .def("measure_motion", &Scene::measure_motion, "images"_a, "masks"_a, "black"_a.none(),
           "white"_a, "stream"_a)
      .def("forget", &Scene::forget)
      .def_prop_ro("bytes", &Scene::bytes);
}

}  // namespace ptychopatch::python
