/* A matrix product by its definition, in double precision, with strides in elements. */
#include "plain.h"

KERNEL(product, i64 rows, i64 inner, i64 columns, i64 a, i64 a_row_stride, i64 a_column_stride, i64 b, i64 b_row_stride,
        i64 b_column_stride, int element, i64 target, i64 target_row_stride, i64 target_column_stride,
        int target_element, float alpha, int adds) {
    for (i64 row = 0; row < rows; row++) {
        for (i64 column = 0; column < columns; column++) {
            double sum = 0;
            for (i64 k = 0; k < inner; k++) {
                sum += get(a, row * a_row_stride + k * a_column_stride, element)
                        * get(b, k * b_row_stride + column * b_column_stride, element);
            }
            i64 place = row * target_row_stride + column * target_column_stride;
            double before = adds ? get(target, place, target_element) : 0;
            set(target, place, alpha * sum + before, target_element);
        }
    }
}
