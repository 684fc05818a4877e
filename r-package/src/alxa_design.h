/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* The design matrix of a model, made a block of rows at a time: each of its columns is the product
 * of parts, and a part is a number of the row, or what the level of the row stands for. */
#ifndef ALXA_DESIGN_H
#define ALXA_DESIGN_H

#include <stddef.h>

/* A variable's values in the rows at hand: one of both is NULL. */
typedef struct {
  const double *numbers;
  const int *codes; /* levels, from 1 */
} alxa_variable;

/* A part of a column: of variable number 'variable', by 'table' (one entry for each level) where it
 * has codes. */
typedef struct {
  size_t variable;
  const double *table;
} alxa_part;

/* Column j is the product of parts[first[j]] to parts[first[j + 1] - 1]; of none it is 1. */
typedef struct {
  size_t columns;
  const size_t *first;
  const alxa_part *parts;
} alxa_design;

/* Rows 'from' to 'from' + 'count' - 1 of all columns, into count x columns numbers by column. */
void alxa_expand(const alxa_design *design, const alxa_variable *variables, size_t from,
                 size_t count, double *into);

/* The design times one coefficient for each column: 'rows' numbers. */
void alxa_times(const alxa_design *design, const alxa_variable *variables, size_t rows,
                const double *coefficients, double *into);

/* Takes rows into an R (alxa_qr.h) of columns + 1 columns, the last of which is the response; each
 * row is multiplied by its 'scale' before, where that is not NULL. 'work' holds
 * alxa_qr_block_rows(columns + 1) x (columns + 1) numbers. */
void alxa_fit_add(double *r, const alxa_design *design, const alxa_variable *variables,
                  const double *response, const double *scale, size_t rows, double *work);

#endif
