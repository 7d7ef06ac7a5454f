// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <numeric>

#include "selftest/answer.hpp"

namespace ptychopatch::app {
namespace {

using Complex = std::complex<float>;
using Exact = std::complex<double>;

constexpr std::int64_t image_size = 300;  // height and width
constexpr std::int64_t patch = 65;
constexpr std::int64_t patch_count = 60;
constexpr double sum_of_many = 2e-5;  // of sums over all patches

Exact inner(const std::vector<Complex>& a, const std::vector<Complex>& b) {
  Exact sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::conj(Exact(a[i])) * Exact(b[i]);
  return sum;
}
double norm(const std::vector<Complex>& a) { return std::sqrt(inner(a, a).real()); }

// Of <A x, y> = <x, A^T y>.
double disagreement(const std::vector<Complex>& forward, const std::vector<Complex>& y,
                    const std::vector<Complex>& x, const std::vector<Complex>& back) {
  return std::abs(inner(forward, y) - inner(x, back)) / (norm(forward) * norm(y));
}

double largest_difference(const std::vector<Complex>& got, const std::vector<Exact>& want) {
  double error = 0;
  double size = 0;
  for (std::size_t i = 0; i < got.size(); ++i) {
    const double one = std::abs(Exact(got[i]) - want[i]);
    if (std::isnan(one)) return one;
    error = std::max(error, one);
    size = std::max(size, std::abs(want[i]));
  }
  return error / size;
}

class Patches {
 public:
  Patches(const Context& context, ppatch_interpolation interpolation)
      : plan_(context, array(positions_.data(), {patch_count, 2}), options(interpolation)) {}

  // A ramp, which interpolation between two pixels and Keys' cubic give back exactly.
  std::vector<Complex> ramp() const {
    std::vector<Complex> image;
    for (std::int64_t y = 0; y < image_size; ++y) {
      for (std::int64_t x = 0; x < image_size; ++x) {
        image.emplace_back(ramp_at(static_cast<double>(y), static_cast<double>(x)));
      }
    }
    return image;
  }
  std::vector<Exact> ramp_patches() const {
    std::vector<Exact> patches;
    for (std::int64_t k = 0; k < patch_count; ++k) {
      const double* at = positions_.data() + 2 * k;
      for (std::int64_t r = 0; r < patch; ++r) {
        for (std::int64_t q = 0; q < patch; ++q) {
          patches.push_back(
              ramp_at(at[0] + static_cast<double>(r), at[1] + static_cast<double>(q)));
        }
      }
    }
    return patches;
  }

  std::vector<Complex> extract(const std::vector<Complex>& image) {
    std::vector<Complex> patches(count());
    plan_.extract(of_image(image), of_patches(patches));
    return patches;
  }
  std::vector<Complex> adjoint(const std::vector<Complex>& patches, std::vector<float>& coverage) {
    std::vector<Complex> image(pixels());
    const Array weights = array(coverage.data(), {image_size, image_size});
    plan_.adjoint(of_patches(patches), of_image(image), &weights);
    return image;
  }
  std::vector<Complex> assemble(const std::vector<Complex>& patches, std::vector<float>& coverage) {
    std::vector<Complex> image(pixels());
    plan_.assemble(of_patches(patches), of_image(image),
                   array(coverage.data(), {image_size, image_size}), 1e-6);
    return image;
  }
  std::vector<float> gradient(const std::vector<Complex>& image,
                              const std::vector<Complex>& cotangent) {
    std::vector<float> gradient(2 * patch_count);
    plan_.position_gradient(of_image(image), of_patches(cotangent),
                            array(gradient.data(), {patch_count, 2}));
    return gradient;
  }
  std::vector<Complex> waves(const std::vector<Complex>& image, const std::vector<Complex>& probe) {
    std::vector<Complex> waves(count());
    plan_.probe_extract(of_image(image), of_probe(probe), of_waves(waves));
    return waves;
  }
  std::vector<Complex> image_of_waves(const std::vector<Complex>& waves,
                                      const std::vector<Complex>& probe) {
    std::vector<Complex> image(pixels());
    plan_.probe_adjoint_image(of_waves(waves), of_probe(probe), of_image(image));
    return image;
  }
  std::vector<Complex> probe_of_waves(const std::vector<Complex>& image,
                                      const std::vector<Complex>& waves) {
    std::vector<Complex> probe(patch * patch);
    plan_.probe_adjoint_probe(of_image(image), of_waves(waves), of_probe(probe));
    return probe;
  }
  // All positions moved to whole pixels.
  void round_positions() {
    for (double& one : positions_) one = std::floor(one);
    plan_.set_positions(array(positions_.data(), {patch_count, 2}));
  }

  static Exact slope_y() { return {0.004, -0.003}; }
  static Exact slope_x() { return {-0.002, 0.005}; }
  static std::size_t pixels() { return image_size * image_size; }
  static std::size_t count() { return patch_count * patch * patch; }

 private:
  static Exact ramp_at(double y, double x) { return Exact(1, 0.5) + slope_y() * y + slope_x() * x; }
  static ppatch_patch_options options(ppatch_interpolation interpolation) {
    ppatch_patch_options all = patch_options(patch, patch);
    all.interpolation = interpolation;
    return all;
  }
  static std::vector<double> inside() {
    Numbers numbers(1);
    std::vector<double> all(2 * patch_count);
    for (double& one : all) one = numbers.between(3, static_cast<double>(image_size - patch - 4));
    return all;
  }
  static Array of_image(const std::vector<Complex>& a) {
    return array(a.data(), {image_size, image_size});
  }
  static Array of_patches(const std::vector<Complex>& a) {
    return array(a.data(), {patch_count, patch, patch});
  }
  static Array of_waves(const std::vector<Complex>& a) {
    return array(a.data(), {patch_count, 1, patch, patch});
  }
  static Array of_probe(const std::vector<Complex>& a) {
    return array(a.data(), {1, patch, patch});
  }

  std::vector<double> positions_ = inside();
  PatchPlan plan_;
};

}  // namespace

void add_patches(const Context& context, std::vector<KnownAnswer>& answers) {
  Numbers numbers(2);
  const std::vector<Complex> image = numbers.values(image_size * image_size);
  const std::vector<Complex> cotangent = numbers.values(patch_count * patch * patch);
  const std::vector<Complex> probe = numbers.values(patch * patch);
  const auto add = [&](const Answer& answer) { answers.push_back(answer.get()); };

  Patches linear(context, PPATCH_INTERPOLATION_BILINEAR);
  const std::vector<Complex> patches = linear.extract(image);
  const std::vector<Complex> ramp = linear.ramp();
  const std::vector<Complex> of_ramp = linear.extract(ramp);
  add(Answer("extract", single)
          .gave(of_ramp)
          .gave(patches)
          .expect(largest_difference(of_ramp, linear.ramp_patches())));
  for (const auto& [name, kind] : {std::pair("extract, bicubic", PPATCH_INTERPOLATION_BICUBIC),
                                   std::pair("extract, lanczos3", PPATCH_INTERPOLATION_LANCZOS3)}) {
    Patches other(context, kind);
    const std::vector<Complex> got = other.extract(ramp);
    // Six normalised taps of a sinc give a ramp back but for a hundredth of its step.
    add(Answer(name, kind == PPATCH_INTERPOLATION_BICUBIC ? single : 1e-3)
            .gave(got)
            .gave(other.extract(image))
            .expect(largest_difference(got, other.ramp_patches())));
  }

  std::vector<float> coverage(Patches::pixels());
  const std::vector<Complex> sum = linear.adjoint(cotangent, coverage);
  const double covered = std::accumulate(coverage.begin(), coverage.end(), 0.0);
  const auto weight = static_cast<double>(Patches::count());
  add(Answer("adjoint", sum_of_many)
          .gave(sum)
          .gave(coverage)
          .expect(disagreement(patches, cotangent, image, sum))
          .expect(std::abs(covered / weight - 1)));

  // Re <G, dP/dp> of a ramp, whose derivative is its slope everywhere.
  const std::vector<float> gradient = linear.gradient(ramp, cotangent);
  // Differences of samples that are rounded to 1e-7 of themselves, two hundred times a difference.
  Answer by_position("position gradient", 2e-4);
  by_position.gave(gradient).gave(linear.gradient(image, cotangent));
  for (std::int64_t k = 0; k < patch_count; ++k) {
    Exact total = 0;
    for (std::int64_t i = 0; i < patch * patch; ++i) {
      total += Exact(cotangent[static_cast<std::size_t>(k * patch * patch + i)]);
    }
    const auto at = static_cast<std::size_t>(2 * k);
    const double wanted[2] = {(std::conj(total) * Patches::slope_y()).real(),
                              (std::conj(total) * Patches::slope_x()).real()};
    // Against the size of what is summed up: the sum itself may vanish.
    for (std::size_t axis = 0; axis < 2; ++axis) {
      by_position.expect(std::abs(static_cast<double>(gradient[at + axis]) - wanted[axis]) /
                         (0.005 * patch));
    }
  }
  by_position.expect(0);
  add(by_position);

  const std::vector<Complex> waves = linear.waves(image, probe);
  std::vector<Exact> products;
  for (std::size_t i = 0; i < patches.size(); ++i) {
    products.push_back(Exact(patches[i]) * Exact(probe[i % (patch * patch)]));
  }
  add(Answer("probe extract", single).gave(waves).expect(largest_difference(waves, products)));
  const std::vector<Complex> by_image = linear.image_of_waves(cotangent, probe);
  add(Answer("probe adjoint by image", sum_of_many)
          .gave(by_image)
          .expect(disagreement(waves, cotangent, image, by_image)));
  const std::vector<Complex> by_probe = linear.probe_of_waves(image, cotangent);
  add(Answer("probe adjoint by probe", sum_of_many)
          .gave(by_probe)
          .expect(disagreement(waves, cotangent, probe, by_probe)));

  // Patches of whole pixels give the image back where they lie.
  linear.round_positions();
  const std::vector<Complex> whole = linear.assemble(linear.extract(image), coverage);
  std::vector<Exact> wanted(image.size());
  for (std::size_t i = 0; i < image.size(); ++i) wanted[i] = coverage[i] > 0 ? Exact(image[i]) : 0;
  add(Answer("assemble", single)
          .gave(whole)
          .gave(coverage)
          .expect(largest_difference(whole, wanted)));
}

}  // namespace ptychopatch::app
