/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* One step of Lloyd's k-means. */
#ifndef ALXA_KMEANS_H
#define ALXA_KMEANS_H

#include <stddef.h>

/* Gives each of 'rows' rows of columns[0] to columns[dimensions - 1] to the nearest of the k
 * centres (k x dimensions, by column; of equally near ones the first), and adds them up: their
 * number in sizes[k], their values in sums[k x dimensions], and their squared distances in
 * within[k]. */
void alxa_kmeans_add(const double *const *columns, size_t dimensions, size_t rows,
                     const double *centers, size_t k, double *sizes, double *sums, double *within);

#endif
