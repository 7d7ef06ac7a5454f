// SPDX-License-Identifier: Apache-2.0
//
// Reconstructs object, probe and positions from far-field diffraction patterns, as reconstruct.py
// does, and says how well the waves fit them.
//
//     example_reconstruct FOLDER [ITERATIONS]
//
// FOLDER has data.npy (K, n, n) float32, intensities with the direct beam at pixel (0, 0);
// probe.npy (n, n) complex64; scan.npy (K, 2) float32, (y, x) in pixels. object.npy,
// found_probe.npy and found_scan.npy are written there.
#include <algorithm>
#include <cmath>
#include <complex>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <kissfft/kissfft.hh>
#include <numeric>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "npy.hpp"
#include "ptychopatch/ptychopatch.hpp"

namespace {

using Complex = std::complex<float>;
using std::size_t;
constexpr std::int64_t margin = 16;  // pixels about the scan, for positions to move into
constexpr std::int64_t batch = 48;
constexpr float momentum = 0.5F;
constexpr float damping_ratio = 0.1F;  // of the mean normal matrix

// Unitary transforms of n x n planes.
class Fourier {
 public:
  explicit Fourier(size_t n) : n_(n), there_(n, false), back_(n, true), in_(n), out_(n) {}

  void transform(Complex* plane, bool inverse) {
    kissfft<float>& line = inverse ? back_ : there_;
    for (size_t pass = 0; pass < 2; ++pass) {
      const size_t along = pass == 0 ? 1 : n_;
      const size_t across = pass == 0 ? n_ : 1;
      for (size_t i = 0; i < n_; ++i) {
        for (size_t j = 0; j < n_; ++j) in_[j] = plane[i * across + j * along];
        line.transform(in_.data(), out_.data());
        const auto unit = 1 / std::sqrt(static_cast<float>(n_));
        for (size_t j = 0; j < n_; ++j) plane[i * across + j * along] = unit * out_[j];
      }
    }
  }

 private:
  size_t n_;
  kissfft<float> there_, back_;
  std::vector<Complex> in_, out_;
};

// Smoothed by 1.4 pixels: a pattern's own noise in the image holds its position where it is.
std::vector<Complex> smoothed(std::vector<Complex> image, size_t height, size_t width) {
  std::vector<Complex> next(image.size());
  for (int pass = 0; pass < 8; ++pass) {
    for (size_t y = 0; y < height; ++y) {
      for (size_t x = 0; x < width; ++x) {
        const size_t at = y * width + x;
        const bool rows = pass % 2 == 0;
        const size_t before = rows ? (y > 0 ? at - width : at) : (x > 0 ? at - 1 : at);
        const size_t after =
            rows ? (y + 1 < height ? at + width : at) : (x + 1 < width ? at + 1 : at);
        next[at] = 0.25F * (image[before] + 2.0F * image[at] + image[after]);
      }
    }
    image.swap(next);
  }
  return image;
}

// Gauss-Newton, at most a pixel, and a part of the last move again. Amplitudes see half of what a
// wave changes: twice the step.
void move_position(float* position, float* move, const float* gradient, const float* normal,
                   float damping) {
  const float yy = normal[0] + damping;
  const float yx = normal[1];
  const float xx = normal[2] + damping;
  const float scale = 2 / (yy * xx - yx * yx);
  const float step[2] = {scale * (yx * gradient[1] - xx * gradient[0]),
                         scale * (yx * gradient[0] - yy * gradient[1])};
  const float length = std::max(1.0F, std::hypot(step[0], step[1]));
  for (int axis = 0; axis < 2; ++axis) {
    move[axis] = momentum * move[axis] + step[axis] / length;
    position[axis] += move[axis];
  }
}

class Reconstruction {
 public:
  Reconstruction(npy::File<float> data, npy::File<Complex> probe, npy::File<float> scan)
      : count_(data.shape.at(0)),
        n_(data.shape.at(2)),
        pixels_(static_cast<size_t>(n_ * n_)),
        measured_(std::move(data.values)),
        probe_(std::move(probe.values)),
        positions_(std::move(scan.values)),
        fourier_(static_cast<size_t>(n_)) {
    if (data.shape.at(1) != n_ || probe_.size() != pixels_ ||
        positions_.size() != static_cast<size_t>(2 * count_)) {
      throw std::runtime_error("data (K, n, n), probe (n, n) and scan (K, 2) do not fit");
    }
    double brightness = 0;
    for (float& value : measured_) power_ += value, value = std::sqrt(value);
    for (const Complex& value : probe_) brightness += std::norm(value);
    const auto scale =
        static_cast<float>(std::sqrt(power_ / static_cast<double>(count_) / brightness));
    for (Complex& value : probe_) value *= scale;
    for (size_t axis = 0; axis < 2; ++axis) {
      float low = positions_[axis];
      float high = low;
      for (size_t i = axis; i < positions_.size(); i += 2) {
        low = std::min(low, positions_[i]);
        high = std::max(high, positions_[i]);
      }
      for (size_t i = axis; i < positions_.size(); i += 2) positions_[i] += margin - low;
      shape_.push_back(static_cast<std::int64_t>(std::ceil(high - low)) + n_ + 2 * margin);
    }
    image_.assign(static_cast<size_t>(shape_[0] * shape_[1]), Complex(1));
    moves_.resize(positions_.size());
    brightness_.resize(image_.size());
    by_image_.resize(image_.size());
    light_.resize(image_.size());
  }

  // The residual, sum (|wave| - A)^2 / sum A^2, of all patterns, each before its batch's step.
  double iterate(int iteration, std::mt19937& random) {
    std::vector<std::int64_t> order(static_cast<size_t>(count_));
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random);
    double residual = 0;
    for (std::int64_t first = 0; first < count_; first += batch) {
      const auto end = std::min(count_, first + batch);
      residual += step({order.begin() + first, order.begin() + end}, iteration > 1, iteration > 9);
    }
    return residual / power_;
  }

  void write(const std::string& folder) const {
    npy::write<Complex>(folder + "/object.npy", {shape_, image_});
    npy::write<Complex>(folder + "/found_probe.npy", {{n_, n_}, probe_});
    npy::write<float>(folder + "/found_scan.npy", {{count_, 2}, positions_});
  }

 private:
  double step(const std::vector<std::int64_t>& chosen, bool with_probe, bool with_positions) {
    const auto size = static_cast<std::int64_t>(chosen.size());
    at_.clear();
    for (const std::int64_t k : chosen)
      at_.insert(at_.end(), {positions_[2 * k], positions_[2 * k + 1]});
    plan_.set_positions(ptychopatch::array(at_.data(), {size, 2}));
    waves_.resize(chosen.size() * pixels_);
    const auto image = ptychopatch::array(image_.data(), shape_);
    const auto probe = ptychopatch::array(probe_.data(), {n_, n_});
    const auto waves = ptychopatch::array(waves_.data(), {size, n_, n_});
    plan_.probe_extract(image, probe, waves);
    double residual = 0;
    for (size_t b = 0; b < chosen.size(); ++b) residual += compare(b, chosen[b]);
    // The waves are now the gradient by them.
    const auto by_image = ptychopatch::array(by_image_.data(), shape_);
    const auto light = ptychopatch::array(light_.data(), shape_);
    plan_.probe_adjoint_image(waves, probe, by_image, &light);
    if (with_positions) move_positions(chosen, probe, waves);
    if (with_probe) improve_probe(size, image, waves);
    const float most = *std::max_element(light_.begin(), light_.end());
    for (size_t i = 0; i < image_.size(); ++i)
      image_[i] -= by_image_[i] / (0.9F * light_[i] + 0.1F * most);
    return residual;
  }

  double compare(size_t b, std::int64_t pattern) {
    Complex* wave = waves_.data() + b * pixels_;
    const float* measured = measured_.data() + static_cast<size_t>(pattern) * pixels_;
    double residual = 0;
    fourier_.transform(wave, false);
    for (size_t i = 0; i < pixels_; ++i) {
      const float magnitude = std::abs(wave[i]);
      residual += std::pow(static_cast<double>(magnitude - measured[i]), 2);
      wave[i] *= 1 - measured[i] / std::max(magnitude, 1e-6F);
    }
    fourier_.transform(wave, true);
    return residual;
  }

  void move_positions(const std::vector<std::int64_t>& chosen, const ppatch_array& probe,
                      const ppatch_array& waves) {
    const auto size = static_cast<std::int64_t>(chosen.size());
    std::vector<float> gradient(2 * chosen.size());
    std::vector<float> normal(3 * chosen.size());
    const auto normals = ptychopatch::array(normal.data(), {size, 3});
    const std::vector<Complex> smooth =
        smoothed(image_, static_cast<size_t>(shape_[0]), static_cast<size_t>(shape_[1]));
    plan_.position_normal(ptychopatch::array(smooth.data(), shape_), &probe, waves,
                          ptychopatch::array(gradient.data(), {size, 2}), &normals);
    const float damping =
        damping_ratio * std::accumulate(normal.begin(), normal.end(), 0.0F) / normal.size();
    for (size_t b = 0; b < chosen.size(); ++b) {
      move_position(&positions_[2 * chosen[b]], &moves_[2 * chosen[b]], &gradient[2 * b],
                    &normal[3 * b], damping);
    }
  }

  void improve_probe(std::int64_t size, const ppatch_array& image, const ppatch_array& waves) {
    std::vector<Complex> by_probe(pixels_);
    plan_.probe_adjoint_probe(image, waves, ptychopatch::array(by_probe.data(), {n_, n_}));
    std::transform(image_.begin(), image_.end(), brightness_.begin(),
                   [](const Complex& value) { return std::norm(value); });
    patches_.resize(waves_.size());
    plan_.extract(ptychopatch::array(brightness_.data(), shape_),
                  ptychopatch::array(patches_.data(), {size, n_, n_}));
    std::vector<float> seen(pixels_);
    for (size_t i = 0; i < patches_.size(); ++i) seen[i % pixels_] += patches_[i];
    const float most = *std::max_element(seen.begin(), seen.end());
    for (size_t i = 0; i < pixels_; ++i) probe_[i] -= by_probe[i] / (0.5F * seen[i] + 0.5F * most);
  }

  static ppatch_patch_options options(std::int64_t n) {
    ppatch_patch_options options = ptychopatch::patch_options(n, n);
    options.interpolation = PPATCH_INTERPOLATION_BICUBIC;
    options.position_capacity = batch;
    return options;
  }

  std::int64_t count_, n_;
  size_t pixels_;
  std::vector<float> measured_;
  std::vector<Complex> probe_;
  std::vector<float> positions_, moves_;
  double power_ = 0;
  std::vector<std::int64_t> shape_;
  std::vector<Complex> image_, by_image_, waves_;
  std::vector<float> brightness_, light_, patches_, at_;
  Fourier fourier_;
  ptychopatch::PatchPlan plan_{ptychopatch::Context(), options(n_)};
};

void run(const std::string& folder, int iterations) {
  Reconstruction reconstruction(npy::read<float>(folder + "/data.npy"),
                                npy::read<Complex>(folder + "/probe.npy"),
                                npy::read<float>(folder + "/scan.npy"));
  std::mt19937 random(0);
  for (int iteration = 0; iteration < iterations; ++iteration) {
    std::printf("iteration %3d  residual %.5f\n", iteration + 1,
                reconstruction.iterate(iteration, random));
    std::fflush(stdout);
  }
  reconstruction.write(folder);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc < 2) throw std::runtime_error("usage: example_reconstruct FOLDER [ITERATIONS]");
    run(argv[1], argc > 2 ? std::stoi(argv[2]) : 60);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
