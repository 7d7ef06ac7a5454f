// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <limits>

#include "core/error.hpp"
#include "core/registration/fft_size.hpp"
#include "core/registration/shift_answer.hpp"
#include "cpu/registration/correlation.hpp"
#include "cpu/registration/pixel_sums.hpp"
#include "cpu/registration/row_reader.hpp"
#include "cpu/registration/scene_machine.hpp"

namespace ppatch {
namespace {

constexpr double second_peak_pixels = 8.0;  // px

// Sizes of the transforms for a common area of h x w pixels.
struct CorrelationSizes {
  CorrelationSizes(const SceneSettings& settings, std::int64_t h, std::int64_t w, bool masked);
  std::int64_t floats() const;

  int period = 1;
  std::int64_t image[2], transform[2];
  double max_lag[2];
};

// The memory of the correlation engine.
struct CorrelationMemoryPlan {
  // Throws OUT_OF_MEMORY, naming the smallest budget that would do, where the machine's is smaller.
  static CorrelationMemoryPlan within(const SceneSettings& settings, const SceneMachine& machine,
                                      int neighbour_reach);
  std::uint64_t total_bytes() const;

  std::int64_t plane_floats = 0, slot_floats = 0, slots = 0;
  std::int64_t lines_doubles = 0, measure_doubles = 0;
};

CorrelationSizes::CorrelationSizes(const SceneSettings& s, std::int64_t h, std::int64_t w,
                                   bool masked) {
  period = s.method == ShiftMethod::per_plane ? s.cfa.period : 1;
  const std::int64_t side[2] = {h, w};
  for (int axis = 0; axis < 2; ++axis) {
    image[axis] = side[axis] / period;
    const std::int64_t n = image[axis];
    const bool pads = n > 1 && (masked || !s.circular);
    transform[axis] = pads ? good_fft_size(2 * n - 1) : n;
    const std::int64_t farthest = pads ? n - 1 : n / 2;
    const auto limit = static_cast<double>(farthest);
    const double asked = std::floor(s.max_shift[axis] / static_cast<double>(period));
    max_lag[axis] = s.max_shift[axis] > 0.0 ? std::min(asked, limit) : limit;
  }
}

std::int64_t CorrelationSizes::floats() const {
  return PlaneFft::floats_of(transform[0], transform[1]);
}

CorrelationMemoryPlan CorrelationMemoryPlan::within(const SceneSettings& s,
                                                    const SceneMachine& machine,
                                                    int neighbour_reach) {
  CorrelationMemoryPlan plan;
  const CorrelationSizes sizes(s, s.height, s.width, false);
  plan.plane_floats = sizes.floats();
  const std::int64_t longest =
      std::max({good_fft_size(2 * std::max(sizes.image[0], sizes.image[1])), sizes.transform[0],
                sizes.transform[1]});
  // Prime lengths take the most.
  plan.slot_floats = std::max(26 * 2 * longest * machine.fft.lanes + 4096,
                              RowReader::floats(s.width, neighbour_reach) + s.width);
  plan.slot_floats = (plan.slot_floats + 15) / 16 * 16;
  plan.slots = machine.arena->num_threads();
  const auto region = static_cast<std::int64_t>(std::ceil(1.5 * s.upsample));
  plan.lines_doubles = 2 * (sizes.transform[1] / 2 + 1) * plan.slots + 3 * region;
  plan.measure_doubles = pixel_sums_doubles(s.height);
  require_budget(s, plan.total_bytes(), machine.settings->memory_budget);
  return plan;
}

std::uint64_t CorrelationMemoryPlan::total_bytes() const {
  return static_cast<std::uint64_t>(4 * (2 * plane_floats + slots * slot_floats) +
                                    8 * (lines_doubles + measure_doubles));
}

class CorrelationEngine final : public SingleSceneEngine {
 public:
  CorrelationEngine(const SceneSettings& settings, const SceneMachine& machine)
      : settings_(settings),
        machine_(machine),
        neighbours_(settings.cfa),
        memory_plan_(CorrelationMemoryPlan::within(settings, machine, neighbours_.reach)) {
    const Allocator& allocator = *machine.settings->allocator;
    reference_plane_ = Buffer<float>(allocator, memory_plan_.plane_floats);
    moving_plane_ = Buffer<float>(allocator, memory_plan_.plane_floats);
    slots_ = Buffer<float>(allocator, memory_plan_.slots * memory_plan_.slot_floats);
    lines_ = Buffer<double>(allocator, memory_plan_.lines_doubles);
    measures_ = Buffer<double>(allocator, memory_plan_.measure_doubles);
  }

  std::uint64_t scratch_bytes() const override {
    return memory_plan_.total_bytes() + reference_masked_.bytes() + moving_masked_.bytes();
  }

  void set_reference(const SceneImageView& reference) override { reference_ = reference; }

  ppatch_shift align_one(const SceneImageView& moving, SceneMotion*) override {
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    ppatch_shift result = begun_answer(reference_, moving, PPATCH_BACKEND_CPU);
    for (double& c : result.covariance) c = nothing;
    result.coherence = result.residual = result.gain = nothing;
    result.false_alarm = result.ambiguity = nothing;
    const bool masked =
        settings_.method != ShiftMethod::per_plane && (reference_.mask || moving.mask);
    const CorrelationSizes sizes(settings_, result.common_height, result.common_width, masked);
    if (sizes.image[0] == 0 || sizes.image[1] == 0 || sizes.image[0] * sizes.image[1] < 2) {
      result.status = PPATCH_SHIFT_STATUS_TOO_SMALL;
      return result;
    }
    ConditionedImage still(reference_, result.common_height, result.common_width);
    ConditionedImage other(moving, result.common_height, result.common_width);
    if (measure(still) != PPATCH_SHIFT_STATUS_OK) {
      result.status = PPATCH_SHIFT_STATUS_REFERENCE;
      return result;
    }
    result.status = measure(other);
    if (result.status != PPATCH_SHIFT_STATUS_OK) return result;
    const CorrelationPeak peak =
        masked ? align_masked(still, other, sizes) : align_planes(still, other, sizes);
    result.peak = peak.value;
    result.second_peak_ratio = peak.second_ratio;
    for (int axis = 0; axis < 2; ++axis) {
      result.shift[axis] = peak.shift[axis] * static_cast<double>(sizes.period);
    }
    if (!peak.found) result.status = PPATCH_SHIFT_STATUS_UNRELATED;
    return result;
  }

 private:
  FftSlots slots() { return {slots_.data(), memory_plan_.slot_floats}; }

  ppatch_shift_status measure(ConditionedImage& image) {
    image.measure(neighbours(), settings_.repairs(image.view().dtype), *machine_.loops,
                  *machine_.arena, measures_.data());
    return image.conditioning().status;
  }
  // Phase and cross look at pixels as they are: CFA phases are not told apart.
  const CfaNeighbours& neighbours() const {
    return settings_.method == ShiftMethod::per_plane ? neighbours_ : plain_neighbours_;
  }

  // Every period-th pixel from (y0, x0) on, conditioned.
  void fill_plane(const ConditionedImage& image, const CorrelationSizes& sizes, std::int64_t y0,
                  std::int64_t x0, const PlaneFft& fft, float* plane) {
    constexpr std::int64_t rows = 64;
    const std::int64_t blocks = (sizes.image[0] + rows - 1) / rows;
    machine_.arena->parallel_for(blocks, [&](std::int64_t block, int slot) {
      float* line = slots_.data() + slot * memory_plan_.slot_floats;
      RowReader reader(image, neighbours(), *machine_.loops, line + settings_.width);
      for (std::int64_t y = block * rows; y < std::min(sizes.image[0], (block + 1) * rows); ++y) {
        reader.read(y0 + y * sizes.period, line);
        float* out = plane + y * fft.row_floats();
        for (std::int64_t x = 0; x < sizes.image[1]; ++x) out[x] = line[x0 + x * sizes.period];
        std::fill(out + sizes.image[1], out + fft.width(), 0.0F);
      }
    });
  }

  CorrelationSearch search(const CorrelationSizes& sizes) const {
    CorrelationSearch search;
    for (int axis = 0; axis < 2; ++axis) {
      search.size[axis] = sizes.image[axis];
      search.max_lag[axis] = sizes.max_lag[axis];
    }
    search.apart = second_peak_pixels / static_cast<double>(sizes.period);
    search.normalisation =
        settings_.method == ShiftMethod::cross ? Normalisation::none : Normalisation::phase;
    search.upsample = settings_.upsample;
    return search;
  }

  CorrelationPeak align_planes(const ConditionedImage& still, const ConditionedImage& other,
                               const CorrelationSizes& sizes) {
    const PlaneFft fft(machine_.fft, *machine_.slabs, sizes.transform[0], sizes.transform[1]);
    const int planes = sizes.period * sizes.period;
    double shift[2][36];
    CorrelationPeak all;
    for (int phase = 0; phase < planes; ++phase) {
      const std::int64_t y0 = phase / sizes.period;
      const std::int64_t x0 = phase % sizes.period;
      fill_plane(still, sizes, y0, x0, fft, reference_plane_.data());
      fill_plane(other, sizes, y0, x0, fft, moving_plane_.data());
      const CorrelationPeak one =
          correlate_planes(reference_plane_.data(), moving_plane_.data(), fft, search(sizes),
                           *machine_.arena, slots(), lines_.data());
      all.found = all.found || one.found;
      all.value += one.value / planes;
      all.second_ratio += one.second_ratio / planes;
      for (int axis = 0; axis < 2; ++axis) shift[axis][phase] = one.shift[axis];
    }
    for (int axis = 0; axis < 2; ++axis) {
      all.shift[axis] = average(shift[axis], planes);
    }
    return all;
  }

  double average(double* values, int n) const {
    if (settings_.plane_mean) {
      double sum = 0.0;
      for (int i = 0; i < n; ++i) sum += values[i];
      return sum / n;
    }
    std::sort(values, values + n);
    return 0.5 * (values[(n - 1) / 2] + values[n / 2]);
  }

  CorrelationPeak align_masked(const ConditionedImage& still, const ConditionedImage& other,
                               const CorrelationSizes& sizes) {
    const PlaneFft fft(machine_.fft, *machine_.slabs, sizes.transform[0], sizes.transform[1]);
    // Masks come with images, so this is not known before.
    const std::int64_t floats = masked_planes_taken * fft.plane_floats();
    if (moving_masked_.size() < floats) {  // the one that is taken last
      const std::uint64_t more = 2 * Buffer<float>::bytes_of(floats);
      if (memory_plan_.total_bytes() + more > machine_.settings->memory_budget) {
        fail(PPATCH_ERROR_OUT_OF_MEMORY, "images: masks need a memory budget of at least ",
             memory_plan_.total_bytes() + more, " bytes, got ", machine_.settings->memory_budget);
      }
      reference_masked_ = Buffer<float>();
      moving_masked_ = Buffer<float>();
      reference_masked_ = Buffer<float>(*machine_.settings->allocator, floats);
      moving_masked_ = Buffer<float>(*machine_.settings->allocator, floats);
    }
    fill_masked(still, sizes, fft, reference_masked_.data());
    fill_masked(other, sizes, fft, moving_masked_.data());
    return correlate_masked(reference_masked_.data(), moving_masked_.data(), fft, search(sizes),
                            settings_.overlap_ratio, *machine_.arena, slots());
  }

  void fill_masked(const ConditionedImage& image, const CorrelationSizes& sizes,
                   const PlaneFft& fft, float* planes) {
    fill_plane(image, sizes, 0, 0, fft, planes);
    const SceneImageView& view = image.view();
    for (std::int64_t y = 0; y < sizes.image[0]; ++y) {
      float* value = planes + y * fft.row_floats();
      float* mask = value + fft.plane_floats();
      float* square = mask + fft.plane_floats();
      std::fill(mask, mask + fft.width(), 0.0F);
      for (std::int64_t x = 0; x < fft.width(); ++x) square[x] = value[x] * value[x];
      for (std::int64_t x = 0; x < sizes.image[1]; ++x) {
        mask[x] = view.masked(y, x) ? 0.0F : 1.0F;
      }
    }
  }

  SceneSettings settings_;
  SceneMachine machine_;
  CfaNeighbours neighbours_;
  CfaNeighbours plain_neighbours_{CfaPattern()};
  CorrelationMemoryPlan memory_plan_;
  Buffer<float> reference_plane_, moving_plane_, slots_;
  Buffer<float> reference_masked_, moving_masked_;
  Buffer<double> lines_, measures_;
  SceneImageView reference_;
};

}  // namespace

std::uint64_t correlation_engine_bytes(const SceneSettings& settings, const SceneMachine& machine) {
  const CfaNeighbours neighbours(settings.cfa);
  return CorrelationMemoryPlan::within(settings, machine, neighbours.reach).total_bytes();
}

std::unique_ptr<SceneEngine> make_correlation_engine(const SceneSettings& settings,
                                                     const SceneMachine& machine) {
  return std::make_unique<CorrelationEngine>(settings, machine);
}

}  // namespace ppatch
