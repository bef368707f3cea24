/*
 * The common head of every kernel's source: linkage and number types.
 *
 * A kernel is a static native method of the Java class NativeMethods. Such a method's C function gets two pointers, the JVM's
 * environment and the class, and then the method's arguments (Java Native Interface Specification, chapter 2). Kernels use neither
 * pointer, so no header of the JVM's is needed.
 */
#ifndef TUNE4J_KERNEL_H
#define TUNE4J_KERNEL_H

#include <stddef.h>
#include <stdint.h>

/* The Java class whose methods these are; the plain twins of the tests belong to another one. */
#ifndef TUNE4J_CLASS
#define TUNE4J_CLASS NativeMethods
#endif

#define TUNE4J_JOIN(class, name) Java_io_tune4j_kernels_cpu_##class##_##name
#define TUNE4J_SYMBOL(class, name) TUNE4J_JOIN(class, name)

/* KERNEL(name, argument...) { body } */
#define KERNEL(name, ...) \
    __attribute__((visibility("default"))) void TUNE4J_SYMBOL(TUNE4J_CLASS, name)(void *jni, void *class, __VA_ARGS__)

/* COUNT(name, argument...) { body } for a method that returns a number of bytes. */
#define COUNT(name, ...) \
    __attribute__((visibility("default"))) i64 TUNE4J_SYMBOL(TUNE4J_CLASS, name)(void *jni, void *class, __VA_ARGS__)

#define INLINE static inline __attribute__((always_inline))

/* An address, a count or a stride in bytes. */
typedef int64_t i64;

INLINE i64 least(i64 a, i64 b) { return a < b ? a : b; }

INLINE i64 rounded_up(i64 count, i64 unit) { return (count + unit - 1) / unit * unit; }

/* Bytes of an element, and so its dtype: 2 for bf16, 4 for fp32. */
enum { BF16 = 2, FP32 = 4 };

#endif
