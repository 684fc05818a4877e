/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxa_qr.h"

#include <math.h>

enum { CACHE_DOUBLES = 32768, LEAST_ROWS = 128, MOST_ROWS = 4096 };

size_t alxa_qr_block_rows(size_t columns) {
  size_t rows = CACHE_DOUBLES / (columns == 0 ? 1 : columns);
  return rows < LEAST_ROWS ? LEAST_ROWS : rows > MOST_ROWS ? MOST_ROWS : rows;
}

/* Four sums at a time, so that none waits for the one before. */
static double dot(const double *a, const double *b, size_t count) {
  double sum[4] = {0, 0, 0, 0};
  size_t i = 0;
  for (; i + 4 <= count; i += 4)
    for (size_t k = 0; k < 4; k++)
      sum[k] += a[i + k] * b[i + k];
  for (; i < count; i++)
    sum[0] += a[i] * b[i];
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

static double largest(const double *a, size_t count) {
  double most = 0;
  for (size_t i = 0; i < count; i++)
    if (!(fabs(a[i]) <= most))
      most = fabs(a[i]);
  return most;
}

/* The length of a column; squares that would overflow or vanish are taken of scaled values. */
static double length_of(const double *a, size_t count) {
  double squares = dot(a, a, count);
  if (squares > 1e-280 && squares < 1e280)
    return sqrt(squares);
  double scale = largest(a, count);
  if (scale == 0 || !isfinite(scale))
    return scale;
  double sum = 0;
  for (size_t i = 0; i < count; i++)
    sum += (a[i] / scale) * (a[i] / scale);
  return scale * sqrt(sum);
}

/* Reflects the diagonal element and the column under it into the diagonal element; the column
 * becomes the reflection's vector, whose first element is 1 and not kept. Gives its factor. */
static double reflect(double *diagonal, double *column, size_t count) {
  double length = length_of(column, count);
  if (length == 0)
    return 0;
  double former = *diagonal;
  double latter = former > 0 ? -hypot(former, length) : hypot(former, length);
  for (size_t i = 0; i < count; i++)
    column[i] /= former - latter;
  *diagonal = latter;
  return (latter - former) / latter;
}

static void apply(const double *vector, double factor, double *head, double *column, size_t count) {
  double step = factor * (*head + dot(vector, column, count));
  *head -= step;
  for (size_t i = 0; i < count; i++)
    column[i] -= step * vector[i];
}

void alxa_qr_add(double *r, size_t columns, double *rows, size_t count) {
  for (size_t j = 0; j < columns; j++) {
    double *vector = rows + j * count;
    double factor = reflect(&r[j + j * columns], vector, count);
    if (factor == 0)
      continue;
    for (size_t k = j + 1; k < columns; k++)
      apply(vector, factor, &r[j + k * columns], rows + k * count, count);
  }
}
