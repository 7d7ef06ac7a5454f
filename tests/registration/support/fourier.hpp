// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <complex>
#include <vector>

// Transforms of the tests' own, in double precision.

// In place; the size is a power of two. sum x e^{sign 2 pi i k n / size}, not normalised.
void fourier_line(std::complex<double>* x, std::size_t size, int sign);

// Of n x n values.
void fourier_square(std::vector<std::complex<double>>& x, std::size_t n, int sign);
