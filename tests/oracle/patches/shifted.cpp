// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/shifted.hpp"

#include <cmath>

namespace oracle {
namespace {

constexpr long double two_pi = 6.283185307179586476925286766559005768L;

// What a window coordinate is beside the integer it is rounded to, halves up.
long double signed_fraction(const Coordinate& c) {
  return c.fraction < 0.5L ? c.fraction : c.fraction - 1;
}

std::complex<long double> turned(long double turns) {
  return {std::cos(two_pi * turns), std::sin(two_pi * turns)};
}

// Row 0 of the inverse transform times the phases times the transform: entry d weighs the sample d
// before the one that is asked for.
Values circulant(std::int64_t n, long double shift, bool derived) {
  using Wide = std::complex<long double>;
  std::vector<Wide> whole;    // e^{2 pi i j / n}
  std::vector<Wide> shifted;  // e^{-2 pi i f shift}, derived
  for (std::int64_t k = 0; k < n; ++k) {
    // NumPy's fftfreq: the line n / 2 of an even n is the negative one.
    const long double f =
        static_cast<long double>(k < (n + 1) / 2 ? k : k - n) / static_cast<long double>(n);
    whole.push_back(turned(static_cast<long double>(k) / static_cast<long double>(n)));
    shifted.push_back(turned(-f * shift) * (derived ? Wide(0, -two_pi * f) : Wide(1)));
  }
  Values out;
  for (std::int64_t d = 0; d < n; ++d) {
    Wide sum = 0;
    for (std::int64_t k = 0; k < n; ++k) sum += whole[k * d % n] * shifted[k];
    out.emplace_back(sum / static_cast<long double>(n));
  }
  return out;
}

// sum += a b, without the library's look at infinities.
void add_product(const Complex& a, const Complex& b, Complex& sum) {
  sum +=
      Complex(a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real());
}

// The shift of one position along both axes, applied to (h, w) values.
struct Shift {
  Values y;
  Values x;

  Shift(const Scan& scan, const Position& start, Derivative derivative)
      : y(circulant(scan.options.patch_height, signed_fraction(start[0]),
                    derivative == Derivative::y)),
        x(circulant(scan.options.patch_width, signed_fraction(start[1]),
                    derivative == Derivative::x)) {}

  // adjoint: by the conjugate transpose.
  Values operator()(const Complex* from, bool adjoint) const {
    const auto h = static_cast<std::int64_t>(y.size());
    const auto w = static_cast<std::int64_t>(x.size());
    const auto weight = [&](const Values& row, std::int64_t to, std::int64_t of) {
      const std::int64_t d = adjoint ? of - to : to - of;
      const Complex& value = row[d < 0 ? d + static_cast<std::int64_t>(row.size()) : d];
      return adjoint ? std::conj(value) : value;
    };
    Values half(h * w);
    for (std::int64_t r = 0; r < h; ++r) {
      for (std::int64_t q = 0; q < w; ++q) {
        for (std::int64_t i = 0; i < h; ++i)
          add_product(weight(y, r, i), from[i * w + q], half[r * w + q]);
      }
    }
    Values out(h * w);
    for (std::int64_t r = 0; r < h; ++r) {
      for (std::int64_t q = 0; q < w; ++q) {
        for (std::int64_t i = 0; i < w; ++i)
          add_product(weight(x, q, i), half[r * w + i], out[r * w + q]);
      }
    }
    return out;
  }
};

// Calls visit(shift, element of the probe's mode, element of the shifted one's).
template <class Visit>
void for_each_shift(const Scan& scan, const Probe& probe, Derivative derivative, Visit visit) {
  const std::int64_t area = scan.options.patch_height * scan.options.patch_width;
  const std::vector<Position> starts = corners(scan.options, scan.positions);
  for (std::size_t k = 0; k < starts.size(); ++k) {
    const Shift shift(scan, starts[k], derivative);
    for (std::int64_t mode = 0; mode < probe.modes; ++mode) {
      const std::size_t own = (k * probe.modes + mode) * area;
      visit(shift, probe.per_position ? own : mode * area, own);
    }
  }
}

std::size_t area_of(const Scan& scan) {
  return scan.options.patch_height * scan.options.patch_width;
}

}  // namespace

bool shifts_probe(const Scan& scan) { return scan.options.subpixel == PPATCH_SUBPIXEL_PROBE; }

Probe shifted_probe(const Scan& scan, const Probe& probe, Derivative derivative) {
  Probe out{Values(scan.positions.size() * probe.modes * area_of(scan)), probe.modes, true};
  for_each_shift(scan, probe, derivative,
                 [&](const Shift& shift, std::size_t from, std::size_t to) {
                   for (Complex value : shift(&probe.values[from], false)) {
                     out.values[to++] = scan.real ? Complex(value.real()) : value;
                   }
                 });
  return out;
}

Values unshifted_sum(const Scan& scan, const Values& values, const Probe& shape_of) {
  Values out(shape_of.values.size());
  for_each_shift(scan, shape_of, Derivative::none,
                 [&](const Shift& shift, std::size_t to, std::size_t from) {
                   for (Complex value : shift(&values[from], true)) {
                     out[to++] += scan.real ? Complex(value.real()) : value;
                   }
                 });
  return out;
}

Values shifted_extract(const Scan& scan, const Values& image, const Probe& probe) {
  return probe_extract(scan, image, shifted_probe(scan, probe));
}

Values shifted_adjoint_probe(const Scan& scan, const Values& image, const Values& waves,
                             const Probe& shape_of) {
  const Probe each = {Values(scan.positions.size() * shape_of.modes * area_of(scan)),
                      shape_of.modes, true};
  return unshifted_sum(scan, probe_adjoint_probe(scan, image, waves, each), shape_of);
}

}  // namespace oracle
