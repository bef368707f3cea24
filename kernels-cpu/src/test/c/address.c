/* Where a direct buffer of Java's lies: the tests need no library for it. */
#include "kernel.h"

/* The JVM's table of functions has GetDirectBufferAddress at index 230 (Java Native Interface Specification, chapter 4). */
__attribute__((visibility("default"))) i64 Java_io_tune4j_kernels_cpu_Addresses_of(void ***jni, void *class, void *buffer) {
    void *(*address)(void *, void *) = (void *(*)(void *, void *))(*jni)[230];
    return (i64)address(jni, buffer);
}
