/* The formula of add.c in double precision. */
#include "plain.h"

KERNEL(addScaled, i64 target, i64 other, i64 count, float factor, int element) {
    for (i64 i = 0; i < count; i++) {
        set(target, i, get(target, i, element) + (double)factor * get(other, i, element), element);
    }
}
