/*
 * A program without a C library that runs attention on fixed numbers and prints what comes out, a float in hexadecimal
 * in each line. The tests compile it once with the kernels of another processor, for an emulator, and once with the
 * plain twins.
 */
#include "kernel.h"

enum { ROWS = 70, MOST_WIDTH = 64, HEADS = 2, FUSED = (HEADS + 2) * MOST_WIDTH };

void TUNE4J_SYMBOL(TUNE4J_CLASS, attention)(void *, void *, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64,
        i64, i64, i64, float, float, i64, int);
void TUNE4J_SYMBOL(TUNE4J_CLASS, attentionBackward)(void *, void *, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64,
        i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, float, float, i64, int);

typedef struct {
    _Alignas(64) char rows[ROWS * FUSED * 4];
    _Alignas(64) char incoming[ROWS * HEADS * MOST_WIDTH * 4];
    _Alignas(64) char output[ROWS * HEADS * MOST_WIDTH * 4];
    _Alignas(64) char gradient[ROWS * HEADS * MOST_WIDTH * 4];
    _Alignas(64) char statistics[HEADS * ROWS * 4];
    _Alignas(64) char key_sums[ROWS * MOST_WIDTH * 4];
    _Alignas(64) char value_sums[ROWS * MOST_WIDTH * 4];
    _Alignas(64) char scratch[4 << 20];
} memory;

static memory m;
static uint32_t state;

static void system_write(const char *text, i64 count) {
#if defined(__aarch64__)
    register i64 number __asm__("x8") = 64;
    register i64 file __asm__("x0") = 1;
    register const char *from __asm__("x1") = text;
    register i64 bytes __asm__("x2") = count;
    __asm__ volatile("svc 0" : "+r"(file) : "r"(number), "r"(from), "r"(bytes) : "memory");
#else
    i64 result = 1;
    __asm__ volatile("syscall" : "+a"(result) : "D"(1L), "S"(text), "d"(count) : "rcx", "r11", "memory");
#endif
}

static __attribute__((noreturn)) void system_exit(void) {
#if defined(__aarch64__)
    register i64 number __asm__("x8") = 93;
    register i64 status __asm__("x0") = 0;
    __asm__ volatile("svc 0" : : "r"(number), "r"(status));
#else
    __asm__ volatile("syscall" : : "a"(60L), "D"(0L));
#endif
    __builtin_unreachable();
}

/* Numbers in [-2, 2) that are the same everywhere (a linear congruential generator); short enough for bf16. */
static void fill(char *at, i64 count, int element) {
    for (i64 i = 0; i < count; i++) {
        state = state * 1664525 + 1013904223;
        union {
            float value;
            uint32_t bits;
        } u = {.value = (float)((int32_t)(state >> 24) - 128) / 64};
        for (int byte = 0; byte < element; byte++) {
            at[i * element + byte] = (char)(u.bits >> 8 * (4 - element + byte));
        }
    }
}

static void print(const char *at, i64 count, int element) {
    for (i64 i = 0; i < count; i++) {
        char line[9];
        uint32_t bits = 0;
        for (int byte = 0; byte < element; byte++) {
            bits |= (uint32_t)(unsigned char)at[i * element + byte] << 8 * (4 - element + byte);
        }
        for (int digit = 0; digit < 8; digit++) {
            line[digit] = "0123456789abcdef"[bits >> (28 - 4 * digit) & 15];
        }
        line[8] = '\n';
        system_write(line, 9);
    }
}

static void run(int element, i64 from, i64 to, i64 width, i64 window, float cap) {
    i64 stride = (HEADS + 2) * width * element;
    i64 output_stride = HEADS * width * element;
    fill(m.rows, to * (HEADS + 2) * width, element);
    fill(m.incoming, to * HEADS * width, element);
    i64 queries = (i64)m.rows;
    i64 keys = queries + HEADS * width * element;
    i64 values = keys + width * element;
    TUNE4J_SYMBOL(TUNE4J_CLASS, attention)(0, 0, queries, stride, keys, stride, values, stride, (i64)m.output,
            output_stride, (i64)m.statistics, to * 4, from, to, HEADS, width, window, 0.25f, cap, (i64)m.scratch,
            element);
    TUNE4J_SYMBOL(TUNE4J_CLASS, attentionBackward)(0, 0, queries, stride, keys, stride, values, stride, (i64)m.output,
            output_stride, (i64)m.incoming, output_stride, (i64)m.statistics, to * 4, (i64)m.gradient, output_stride,
            (i64)m.key_sums, (i64)m.value_sums, from, to, HEADS, width, window, 0.25f, cap, (i64)m.scratch, element);
    print(m.output + from * output_stride, (to - from) * HEADS * width, element);
    print(m.gradient + from * output_stride, (to - from) * HEADS * width, element);
    i64 first = window > 0 && from >= window ? from - window + 1 : 0;
    print(m.key_sums, (to - first) * width, FP32);
    print(m.value_sums, (to - first) * width, FP32);
}

__attribute__((noreturn, used)) static void start(void) {
    for (int element = BF16; element <= FP32; element += FP32 - BF16) {
        run(element, 0, 70, 32, 0, 0);
        run(element, 5, 37, 40, 0, 2);
        run(element, 30, 60, 64, 17, 0);
    }
    system_exit();
}

/* Nothing has called this, so the stack is aligned here. */
#if defined(__aarch64__)
__asm__(".globl _start\n_start: bl start\n");
#else
__asm__(".globl _start\n_start: call start\n");
#endif
