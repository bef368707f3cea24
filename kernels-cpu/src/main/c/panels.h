/*
 * Packed operands of a matrix product. A panel has some rows of the left operand, or columns of the right one. The units
 * of one step along the inner dimension are adjacent: [inner][PANEL_ROWS] or [inner][PANEL_COLUMNS] units of four bytes.
 * A unit is a float, or a pair of bf16 that are neighbours along the inner dimension, the first one in the lower half.
 */
#ifndef TUNE4J_PANELS_H
#define TUNE4J_PANELS_H

#include "pairs.h"

/* As many sums as the registers hold beside a row of the right operand: 12 of 16 with AVX2, 28 of 32 with AVX-512, 24
 * of 32 with NEON. */
#if LANES == 16
enum { PANEL_ROWS = 14, PANEL_VECTORS = 2 };
#elif LANES == 8
enum { PANEL_ROWS = 6, PANEL_VECTORS = 2 };
#else
enum { PANEL_ROWS = 8, PANEL_VECTORS = 3 };
#endif

enum { PANEL_COLUMNS = PANEL_VECTORS * LANES, UNIT = 4 };

/* Number of steps along the inner dimension that are packed for all panels before the next steps, so that whole cache
 * lines are read. */
enum { STEPS = 16 };

#endif
