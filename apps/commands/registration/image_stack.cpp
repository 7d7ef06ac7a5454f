// SPDX-License-Identifier: Apache-2.0
#include "commands/registration/image_stack.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "formats/scratch_file.hpp"

namespace ptychopatch::alignment {
namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t least_to_judge = 3;

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
  void combine(std::span<float> out) override {
    for (std::size_t i = 0; i < out.size(); ++i) {
      out[i] = weights_[i] > 0 ? static_cast<float>(sums_[i] / weights_[i]) : nothing;
    }
    sums_ = {};
    weights_ = {};
  }

 private:
  std::vector<double> sums_;
  std::vector<float> weights_;
};

// Of the values, whose order is lost.
float median_of(std::span<float> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

// A normal distribution's standard deviation over the median of its distances.
constexpr double sigma_of_median = 1.4826;

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
class NoiseLevels {
 public:
  NoiseLevels(std::size_t images, std::size_t max_samples) : images_(images) {
    samples_.reserve(max_samples);
  }

  void add(const PixelValues& pixel) {
    if (pixel.count() < least_to_judge) return;
    for (std::size_t i = 0; i < pixel.count(); ++i) {
      samples_.push_back(
          {pixel.median(), pixel.distance(i), static_cast<std::uint32_t>(pixel.image(i))});
    }
  }

  // Of equally many samples each, from dark to bright; a level stands for the middle one of them.
  void make() {
    constexpr std::size_t most_levels = 32, least_samples = 256;
    if (samples_.empty()) return;
    std::ranges::stable_sort(samples_, {}, &Sample::brightness);
    const std::size_t levels =
        std::clamp<std::size_t>(samples_.size() / (least_samples * images_), 1, most_levels);
    std::vector<std::vector<float>> distances(images_);
    for (std::size_t level = 0; level < levels; ++level) {
      const std::size_t begin = samples_.size() * level / levels;
      const std::size_t end = samples_.size() * (level + 1) / levels;
      for (auto& each : distances) each.clear();
      for (std::size_t i = begin; i < end; ++i) {
        distances[samples_[i].image].push_back(samples_[i].distance);
      }
      brightness_.push_back(samples_[(begin + end) / 2].brightness);
      for (auto& each : distances) {
        errors_.push_back(each.empty() ? std::numeric_limits<double>::infinity()
                                       : sigma_of_median * median_of(each));
      }
    }
    samples_ = {};
  }

  double at(std::size_t image, float brightness) const {
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
  struct Sample {
    float brightness, distance;
    std::uint32_t image;
  };

  std::size_t images_;
  std::vector<Sample> samples_;
  std::vector<float> brightness_;
  std::vector<double> errors_;  // of each level all images
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

  void combine(std::span<float> out) override {
    if (images_ == 0) {
      std::ranges::fill(out, nothing);
      return;
    }
    constexpr std::size_t band_values = clipped_stack_memory / 4 / sizeof(float);
    constexpr std::size_t most_samples = clipped_stack_memory / 4 / 12;
    const std::size_t step = std::max<std::size_t>(band_values / (images_ * planes_), 1);
    band_.resize(std::min(step, pixels_) * images_ * planes_);
    PixelValues pixel(images_);
    NoiseLevels levels(images_, most_samples);
    const std::size_t stride = pixels_ / (most_samples / images_ + 1) + 1;
    for (std::size_t begin = 0; begin < pixels_; begin += step) {
      const std::size_t count = read(begin, step);
      for (std::size_t i = (stride - begin % stride) % stride; i < count; i += stride) {
        pixel.take(band_, planes_, count, i);
        levels.add(pixel);
      }
    }
    levels.make();
    for (std::size_t begin = 0; begin < pixels_; begin += step) {
      const std::size_t count = read(begin, step);
      for (std::size_t i = 0; i < count; ++i) {
        pixel.take(band_, planes_, count, i);
        out[begin + i] = combined(pixel, levels);
      }
    }
    band_ = {};
  }

 private:
  // So many pixels of each image, one image after the other.
  std::size_t read(std::size_t begin, std::size_t step) {
    const std::size_t count = std::min(step, pixels_ - begin);
    for (std::size_t plane = 0; plane < images_ * planes_; ++plane) {
      kept_.read((plane * pixels_ + begin) * sizeof(float),
                 std::as_writable_bytes(std::span(band_).subspan(plane * count, count)));
    }
    return count;
  }

  float combined(PixelValues& pixel, const NoiseLevels& levels) {
    values_ += pixel.count();
    if (pixel.count() == 0) return nothing;
    const bool judges = pixel.count() >= least_to_judge;
    const double scatter = judges ? pixel.scatter() : 0.0;
    double sum = 0, weights = 0;
    for (std::size_t i = 0; i < pixel.count(); ++i) {
      if (judges) {
        const double error = std::max(levels.at(pixel.image(i), pixel.median()), scatter);
        if (pixel.distance(i) > limit_ * error) {
          ++rejected_;
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
