/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
#include "alxa_design.h"

#include "alxa_qr.h"

static void multiply(const alxa_part *part, const alxa_variable *variable, size_t from,
                     size_t count, double *column) {
  if (variable->numbers != NULL) {
    const double *numbers = variable->numbers + from;
    for (size_t i = 0; i < count; i++)
      column[i] *= numbers[i];
  } else {
    const int *codes = variable->codes + from;
    for (size_t i = 0; i < count; i++)
      column[i] *= part->table[codes[i] - 1];
  }
}

static void expand_column(const alxa_design *design, const alxa_variable *variables, size_t j,
                          size_t from, size_t count, double *column) {
  for (size_t i = 0; i < count; i++)
    column[i] = 1;
  for (size_t k = design->first[j]; k < design->first[j + 1]; k++)
    multiply(&design->parts[k], &variables[design->parts[k].variable], from, count, column);
}

void alxa_expand(const alxa_design *design, const alxa_variable *variables, size_t from,
                 size_t count, double *into) {
  for (size_t j = 0; j < design->columns; j++)
    expand_column(design, variables, j, from, count, into + j * count);
}

static size_t least(size_t a, size_t b) { return a < b ? a : b; }

enum { TIMES_ROWS = 1024 };

void alxa_times(const alxa_design *design, const alxa_variable *variables, size_t rows,
                const double *coefficients, double *into) {
  double column[TIMES_ROWS];
  for (size_t from = 0; from < rows; from += TIMES_ROWS) {
    size_t count = least(TIMES_ROWS, rows - from);
    for (size_t i = 0; i < count; i++)
      into[from + i] = 0;
    for (size_t j = 0; j < design->columns; j++) {
      expand_column(design, variables, j, from, count, column);
      for (size_t i = 0; i < count; i++)
        into[from + i] += coefficients[j] * column[i];
    }
  }
}

static void scale_rows(double *rows, size_t count, size_t columns, const double *scale) {
  for (size_t j = 0; j < columns; j++)
    for (size_t i = 0; i < count; i++)
      rows[i + j * count] *= scale[i];
}

void alxa_fit_add(double *r, const alxa_design *design, const alxa_variable *variables,
                  const double *response, const double *scale, size_t rows, double *work) {
  size_t columns = design->columns + 1;
  size_t block = alxa_qr_block_rows(columns);
  for (size_t from = 0; from < rows; from += block) {
    size_t count = least(block, rows - from);
    alxa_expand(design, variables, from, count, work);
    for (size_t i = 0; i < count; i++)
      work[i + design->columns * count] = response[from + i];
    if (scale != NULL)
      scale_rows(work, count, columns, scale + from);
    alxa_qr_add(r, columns, work, count);
  }
}
