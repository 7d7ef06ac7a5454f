// SPDX-License-Identifier: Apache-2.0
#ifndef PTYCHOPATCH_TESTS_REGISTRATION_SUPPORT_FOURIER_HPP_
#define PTYCHOPATCH_TESTS_REGISTRATION_SUPPORT_FOURIER_HPP_

#include <complex>
#include <vector>

// Transforms of the tests' own, in double precision.

// In place; the size is a power of two. sum x e^{sign 2 pi i k n / size}, not normalised.
void fourier_line(std::complex<double>* x, std::size_t size, int sign);

// Of n x n values.
void fourier_square(std::vector<std::complex<double>>& x, std::size_t n, int sign);

#endif  // PTYCHOPATCH_TESTS_REGISTRATION_SUPPORT_FOURIER_HPP_
