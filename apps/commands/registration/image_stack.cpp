// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/image_stack.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>
#include <limits>
#include <vector>

#include "formats/scratch_file.hpp"
#include "formats/unforked_memory.hpp"
#include "parts.hpp"

namespace ptychopatch::alignment {
namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t min_to_judge = 3;

class MeanStack : public ImageStack {
 public:
  explicit MeanStack(std::size_t pixels) : sums_(pixels), weights_(pixels) {}

  void add(std::span<const float> image, std::span<const float> weights) override {
    for (std::size_t i = 0; i < image.size(); ++i) {
      if (std::isnan(image[i])) continue;
      const float weight = weights.empty() ? 1.0F : weights[i];
      sums_[i] += static_cast<double>(weight) * image[i];
      weights_[i] += weight;
      ++values_;
    }
  }
  void combine(std::span<float> out, int, const std::function<void(double)>&) override {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = weights_[i] > 0 ? static_cast<float>(sums_[i] / weights_[i]) : nothing;
    }
    sums_ = {};
    weights_ = {};
  }

 private:
  formats::UnforkedVector<double> sums_;
  formats::UnforkedVector<float> weights_;
};

// Of the values, whose order is lost.
float median_of(std::span<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// A normal distribution's standard deviation over the median of its distances from their own
// median, of so many values: one of few often is that median. Simulated.
constexpr double sigma_of_median = 1.4826;
double sigma_of_distances(std::size_t count) {
  static constexpr std::array<double, 6> few = {3.187, 2.057, 2.040, 1.895, 1.816, 1.775};
  if (count < min_to_judge + few.size()) return few[count - min_to_judge];
  return sigma_of_median * (1 + 1.3 / static_cast<double>(count));
}

// The values of one pixel that tell something, and which images' they are.
class PixelValues {
 public:
  explicit PixelValues(std::size_t images)
      : values_(images), weights_(images), images_(images), sorted_(images) {}

  // Of planes one after the other, of values or of values and weights in turn.
  void take(std::span<const float> band, std::size_t planes, std::size_t stride,
            std::size_t pixel) {
    count_ = 0;
    for (std::size_t i = 0; i < images_.size(); ++i) {
      const float value = band[i * planes * stride + pixel];
      if (std::isnan(value)) continue;
      values_[count_] = value;
      weights_[count_] = planes == 1 ? 1.0F : band[(i * planes + 1) * stride + pixel];
      images_[count_++] = i;
    }
    if (count_ == 0) return;
    std::copy_n(values_.begin(), count_, sorted_.begin());
    median_ = median_of({sorted_.data(), count_});
  }

  std::size_t count() const { return count_; }
  float value(std::size_t i) const { return values_[i]; }
  double weight(std::size_t i) const { return weights_[i]; }
  std::size_t image(std::size_t i) const { return images_[i]; }
  float median() const { return median_; }
  float distance(std::size_t i) const { return std::abs(values_[i] - median_); }
  double scatter() {
    for (std::size_t i = 0; i < count_; ++i) sorted_[i] = distance(i);
    return sigma_of_median * median_of({sorted_.data(), count_});
  }

 private:
  std::vector<float> values_, weights_;
  std::vector<std::size_t> images_;
  std::vector<float> sorted_;
  std::size_t count_ = 0;
  float median_ = 0;
};

// The standard error of each image by brightness.
class StandardErrors {
 public:
  StandardErrors(std::size_t images, std::size_t max_samples) : images_(images) {
    samples_.reserve(max_samples);
  }

  bool has_room() const { return samples_.capacity() - samples_.size() >= images_; }

  void add(const PixelValues& pixel) {
    if (pixel.count() < min_to_judge) return;
    const double factor = sigma_of_distances(pixel.count());
    for (std::size_t i = 0; i < pixel.count(); ++i) {
      samples_.push_back({pixel.median(), static_cast<float>(factor * pixel.distance(i)),
                          static_cast<std::uint32_t>(pixel.image(i))});
    }
  }

  // Bins of equally many samples each, from dark to bright; one stands for its middle sample.
  void make() {
    constexpr std::size_t max_bins = 32, min_samples = 256;
    if (samples_.empty()) return;
    std::ranges::stable_sort(samples_, {}, &Sample::brightness);
    const std::size_t bins =
        std::clamp<std::size_t>(samples_.size() / (min_samples * images_), 1, max_bins);
    std::vector<std::vector<float>> errors(images_);
    for (std::size_t bin = 0; bin < bins; ++bin) {
      const std::size_t begin = samples_.size() * bin / bins;
      const std::size_t end = samples_.size() * (bin + 1) / bins;
      for (auto& each : errors) each.clear();
      for (std::size_t i = begin; i < end; ++i) {
        errors[samples_[i].image].push_back(samples_[i].error);
      }
      brightness_.push_back(samples_[(begin + end) / 2].brightness);
      for (auto& each : errors) errors_.push_back(each.empty() ? unlimited : median_of(each));
    }
    samples_ = {};
  }

  // Unlimited where no pixel told of it.
  double at(std::size_t image, float brightness) const {
    if (brightness_.empty()) return unlimited;
    const auto above = std::ranges::upper_bound(brightness_, brightness);
    const auto next = static_cast<std::size_t>(above - brightness_.begin());
    if (next == 0) return errors_[image];
    const double below = errors_[(next - 1) * images_ + image];
    if (next == brightness_.size()) return below;
    const double part = (brightness - brightness_[next - 1]) /
                        static_cast<double>(brightness_[next] - brightness_[next - 1]);
    return std::lerp(below, errors_[next * images_ + image], part);
  }

 private:
  static constexpr double unlimited = std::numeric_limits<double>::infinity();

  struct Sample {
    float brightness, error;
    std::uint32_t image;
  };

  std::size_t images_;
  std::vector<Sample> samples_;
  std::vector<float> brightness_;
  std::vector<double> errors_;  // of each bin all images
};

class ClippedStack : public ImageStack {
 public:
  ClippedStack(std::size_t pixels, double limit, const std::string& folder)
      : pixels_(pixels), limit_(limit), kept_(folder) {}

  void add(std::span<const float> image, std::span<const float> weights) override {
    kept_.append(std::as_bytes(image));
    kept_.append(std::as_bytes(weights));
    planes_ = weights.empty() ? 1 : 2;
    ++images_;
  }

  void combine(std::span<float> out, int threads,
               const std::function<void(double)>& advance) override {
    if (images_ == 0) {
      std::ranges::fill(out, nothing);
      return;
    }
    const StandardErrors errors = measured();
    const std::size_t step = max_step(clipped_stack_memory / 4);
    std::atomic<std::uint64_t> values = 0, rejected = 0;
    for (std::size_t begin = 0; begin < pixels_; begin += step) {
      const std::size_t count = read(begin, std::min(step, pixels_ - begin));
      const auto part = [&](std::int64_t first, std::int64_t last) {
        PixelValues pixel(images_);
        Counts counts;
        for (auto i = static_cast<std::size_t>(first); i < static_cast<std::size_t>(last); ++i) {
          pixel.take(band_, planes_, count, i);
          out[begin + i] = combined(pixel, errors, counts);
        }
        values += counts.values;
        rejected += counts.rejected;
      };
      app::in_parts(static_cast<std::int64_t>(count), threads, part);
      advance(static_cast<double>(begin + count) / static_cast<double>(pixels_));
    }
    values_ = values;
    rejected_ = rejected;
    band_ = {};
  }

 private:
  struct Counts {
    std::uint64_t values = 0, rejected = 0;
  };

  // Pixels of which so many bytes hold all images' values.
  std::size_t max_step(std::size_t bytes) const {
    return std::clamp<std::size_t>(bytes / (images_ * planes_ * sizeof(float)), 1, pixels_);
  }

  // From stretches of pixels all over the image.
  StandardErrors measured() {
    constexpr std::size_t max_samples = clipped_stack_memory / 4 / 12, max_stretch = 4096;
    StandardErrors errors(images_, std::max(max_samples, images_));
    const std::size_t stretch = std::min(max_step(clipped_stack_memory / 4), max_stretch);
    const std::size_t there = (pixels_ + stretch - 1) / stretch;
    const std::size_t stretches =
        std::clamp<std::size_t>(max_samples / (images_ * stretch), 1, there);
    PixelValues pixel(images_);
    for (std::size_t k = 0; k < stretches; ++k) {
      const std::size_t begin = (there * k / stretches + there / stretches / 2) * stretch;
      const std::size_t count = read(begin, std::min(stretch, pixels_ - begin));
      for (std::size_t i = 0; i < count && errors.has_room(); ++i) {
        pixel.take(band_, planes_, count, i);
        errors.add(pixel);
      }
    }
    errors.make();
    return errors;
  }

  // So many pixels of each image, one image after the other.
  std::size_t read(std::size_t begin, std::size_t count) {
    band_.resize(count * images_ * planes_);
    for (std::size_t plane = 0; plane < images_ * planes_; ++plane) {
      kept_.read((plane * pixels_ + begin) * sizeof(float),
                 std::as_writable_bytes(std::span(band_).subspan(plane * count, count)));
    }
    return count;
  }

  float combined(PixelValues& pixel, const StandardErrors& errors, Counts& counts) const {
    counts.values += pixel.count();
    if (pixel.count() == 0) return nothing;
    const bool judges = pixel.count() >= min_to_judge;
    const double scatter = judges ? pixel.scatter() : 0.0;
    double sum = 0, weights = 0;
    for (std::size_t i = 0; i < pixel.count(); ++i) {
      if (judges) {
        const double error = std::max(errors.at(pixel.image(i), pixel.median()), scatter);
        if (pixel.distance(i) > limit_ * error) {
          ++counts.rejected;
          continue;
        }
      }
      sum += pixel.weight(i) * pixel.value(i);
      weights += pixel.weight(i);
    }
    return weights > 0 ? static_cast<float>(sum / weights) : pixel.median();
  }

  std::size_t pixels_;
  double limit_;
  formats::ScratchFile kept_;
  std::size_t images_ = 0, planes_ = 1;
  std::vector<float> band_;
};

}  // namespace

std::unique_ptr<ImageStack> mean_stack(std::size_t pixels) {
  return std::make_unique<MeanStack>(pixels);
}

std::unique_ptr<ImageStack> clipped_stack(std::size_t pixels, double limit,
                                          const std::string& folder) {
  return std::make_unique<ClippedStack>(pixels, limit, folder);
}

}  // namespace ptychopatch::alignment
