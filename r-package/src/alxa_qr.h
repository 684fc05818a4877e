/* Copyright: (c) 2026, Alluxio Kubernetes Platform contributors
 * SPDX-License-Identifier: Apache-2.0
 */
/* An upper triangular R that takes rows in, chunk after chunk, by Householder reflections: after
 * rows X it is the R of a QR decomposition of X. X'X is never formed, so that nothing is lost of
 * the digits that least squares can have (Golub, Numerische Mathematik 7, 1965; stacked as in
 * LAPACK's tpqrt). Two such R are merged by giving the rows of one to the other. */
#ifndef ALXA_QR_H
#define ALXA_QR_H

#include <stddef.h>

/* Rows that are taken in together: few enough that they stay in the processor's cache. */
size_t alxa_qr_block_rows(size_t columns);

/* 'r' is columns x columns, 'rows' is count x columns, both by column; what is below the diagonal
 * of 'r' is left alone. 'rows' is overwritten. A row with an infinity or NaN leaves such in 'r'. */
void alxa_qr_add(double *r, size_t columns, double *rows, size_t count);

#endif
