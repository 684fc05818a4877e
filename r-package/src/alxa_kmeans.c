/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxa_kmeans.h"

#include <math.h>

static double distance(const double *const *columns, size_t dimensions, size_t row,
                       const double *centers, size_t k, size_t center) {
  double sum = 0;
  for (size_t j = 0; j < dimensions; j++) {
    double apart = columns[j][row] - centers[center + j * k];
    sum += apart * apart;
  }
  return sum;
}

void alxa_kmeans_add(const double *const *columns, size_t dimensions, size_t rows,
                     const double *centers, size_t k, double *sizes, double *sums,
                     double *within) {
  for (size_t row = 0; row < rows; row++) {
    size_t nearest = 0;
    double least = INFINITY;
    for (size_t center = 0; center < k; center++) {
      double apart = distance(columns, dimensions, row, centers, k, center);
      if (apart < least) {
        least = apart;
        nearest = center;
      }
    }
    sizes[nearest]++;
    within[nearest] += least;
    for (size_t j = 0; j < dimensions; j++)
      sums[nearest + j * k] += columns[j][row];
  }
}
