// SPDX-License-Identifier: Apache-2.0
#include "oracle/patches/affine.hpp"

#include <cmath>
#include <cstddef>

namespace oracle {
namespace {

using Wide = long double;
constexpr std::size_t terms = 6;
using Row = std::vector<Wide>;  // six terms, then the value

}  // namespace

AffineAnswer affine(const AffineProblem& problem) {
  const std::size_t count = problem.nominal.size() / 2;
  Wide centre[2] = {};
  for (std::size_t i = 0; i < 2 * count; ++i) centre[i % 2] += problem.nominal[i];
  for (Wide& value : centre) value /= static_cast<Wide>(count);

  // Each position's two equations by the upper Cholesky factor of its information.
  std::vector<Row> rows;
  std::vector<Row> plain;
  for (std::size_t k = 0; k < count; ++k) {
    const Wide y = problem.nominal[2 * k] - centre[0];
    const Wide x = problem.nominal[2 * k + 1] - centre[1];
    const Row first = {1, 0, y, x, 0, 0, problem.refined[2 * k] - centre[0]};
    const Row second = {0, 1, 0, 0, y, x, problem.refined[2 * k + 1] - centre[1]};
    plain.push_back(first);
    plain.push_back(second);
    Wide h[3] = {1, 0, 1};
    for (std::size_t i = 0; i < 3 && !problem.information.empty(); ++i) {
      h[i] = problem.information[3 * k + i];
    }
    const Wide a = std::sqrt(h[0]);
    const Wide b = h[1] / a;
    const Wide c = std::sqrt(h[2] - b * b);
    Row upper(terms + 1);
    Row lower(terms + 1);
    for (std::size_t i = 0; i <= terms; ++i) {
      upper[i] = a * first[i] + b * second[i];
      lower[i] = c * second[i];
    }
    rows.push_back(upper);
    rows.push_back(lower);
  }

  for (std::size_t j = 0; j < terms; ++j) {
    Wide norm = 0;
    for (std::size_t i = j; i < rows.size(); ++i) norm += rows[i][j] * rows[i][j];
    norm = std::sqrt(norm) * (rows[j][j] > 0 ? -1 : 1);
    std::vector<Wide> reflector(rows.size());
    Wide square = 0;
    for (std::size_t i = j; i < rows.size(); ++i) {
      reflector[i] = rows[i][j] - (i == j ? norm : 0);
      square += reflector[i] * reflector[i];
    }
    if (square == 0) continue;
    for (std::size_t c = j; c <= terms; ++c) {
      Wide dot = 0;
      for (std::size_t i = j; i < rows.size(); ++i) dot += reflector[i] * rows[i][c];
      for (std::size_t i = j; i < rows.size(); ++i) rows[i][c] -= 2 * dot / square * reflector[i];
    }
  }

  // R^-1, column by column, whose product with its transpose is the inverse of the normal matrix.
  Wide inverse[terms][terms] = {};
  for (std::size_t column = 0; column < terms; ++column) {
    for (std::size_t i = terms; i-- > 0;) {
      Wide sum = i == column ? 1 : 0;
      for (std::size_t j = i + 1; j < terms; ++j) sum -= rows[i][j] * inverse[j][column];
      inverse[i][column] = sum / rows[i][i];
    }
  }
  AffineAnswer answer;
  for (std::size_t i = 0; i < terms; ++i) {
    Wide value = 0;
    for (std::size_t j = 0; j < terms; ++j) value += inverse[i][j] * rows[j][terms];
    answer.parameters.push_back(static_cast<double>(value));
    for (std::size_t j = 0; j < terms; ++j) {
      Wide sum = 0;
      for (std::size_t k = 0; k < terms; ++k) sum += inverse[i][k] * inverse[j][k];
      answer.covariance.push_back(static_cast<double>(sum));
    }
  }
  for (const Row& row : plain) {
    Wide value = row[terms];
    for (std::size_t i = 0; i < terms; ++i) {
      value -= row[i] * static_cast<Wide>(answer.parameters[i]);
    }
    answer.residual.push_back(static_cast<double>(value));
  }
  Wide squares = 0;
  for (std::size_t i = terms; i < rows.size(); ++i) squares += rows[i][terms] * rows[i][terms];
  answer.sum_of_squares = static_cast<double>(squares);
  return answer;
}

}  // namespace oracle
