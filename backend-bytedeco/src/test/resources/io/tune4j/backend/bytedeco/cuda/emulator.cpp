// Runs the GPU's kernels on the CPU, one block after the other: each thread of a block is a fiber, and a barrier is
// where fibers take turns. For tests; NVRTC's own reading of the source is tested where it is installed.
#include <dlfcn.h>
#include <math.h>
#include <setjmp.h>
#include <string.h>
#include <ucontext.h>
#include <vector>

#define __global__
#define __launch_bounds__(threads)
#define __device__
#define __shared__ static

struct Index {
    unsigned x;
};

static Index threadIdx, blockIdx, blockDim;

static const int STACK = 64 << 10;
static const int MOST = 1024;

// Begun by swapcontext, which asks the system; from then on by jumps, which do not.
struct Fiber {
    ucontext_t context;
    jmp_buf place;
    bool begun;
    bool ended;
};

static Fiber fibers[MOST];
static ucontext_t beginning;
static jmp_buf scheduler;
static float exchanged[MOST];
static long long *arguments;
static void *kernel;

static void __syncthreads() {
    if (_setjmp(fibers[threadIdx.x].place) == 0) {
        _longjmp(scheduler, 1);
    }
}

static void __attribute__((noinline)) turn(Fiber &fiber) {
    if (_setjmp(scheduler) != 0) {
        return;
    }
    if (fiber.begun) {
        _longjmp(fiber.place, 1);
    }
    fiber.begun = true;
    swapcontext(&beginning, &fiber.context);
}

static float __shfl_xor_sync(unsigned, float x, int distance) {
    exchanged[threadIdx.x] = x;
    __syncthreads();
    float other = exchanged[threadIdx.x ^ distance];
    __syncthreads();
    return other;
}

template <typename To, typename From>
static To bits(From x) {
    To result;
    memcpy(&result, &x, sizeof(To));
    return result;
}

static float __uint_as_float(unsigned x) { return bits<float>(x); }
static unsigned __float_as_uint(float x) { return bits<unsigned>(x); }
static double __longlong_as_double(long long x) { return bits<double>(x); }

#include "kernels.cu"

typedef void (*Kernel)(i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64);

static void run() {
    i64 *a = arguments;
    ((Kernel) kernel)(a[0], a[1], a[2], a[3], a[4], a[5], a[6], a[7], a[8], a[9], a[10], a[11]);
    fibers[threadIdx.x].ended = true;
    _longjmp(scheduler, 1);
}

// Of a method of Java: the name's address, the grid, twelve arguments' address. Whether there is such a kernel.
extern "C" unsigned char Java_io_tune4j_backend_bytedeco_cuda_EmulatedGpu_run(
        void *, void *, i64 name, i64 blocks, i64 threads, i64 ofArguments) {
    static std::vector<char> stacks((size_t) MOST * STACK);
    Dl_info self;
    dladdr((void *) &run, &self);
    void *library = dlopen(self.dli_fname, RTLD_NOW | RTLD_NOLOAD);
    kernel = dlsym(library, (const char *) name);
    dlclose(library);
    if (kernel == nullptr) {
        return 0;
    }
    arguments = (i64 *) ofArguments;
    blockDim.x = threads;
    for (blockIdx.x = 0; blockIdx.x < blocks; blockIdx.x++) {
        for (int i = 0; i < threads; i++) {
            getcontext(&fibers[i].context);
            fibers[i].context.uc_stack.ss_sp = &stacks[(size_t) i * STACK];
            fibers[i].context.uc_stack.ss_size = STACK;
            fibers[i].context.uc_link = nullptr;
            fibers[i].begun = false;
            fibers[i].ended = false;
            makecontext(&fibers[i].context, run, 0);
        }
        for (bool any = true; any;) {
            any = false;
            for (volatile unsigned i = 0; i < threads; i++) {
                if (!fibers[i].ended) {
                    threadIdx.x = i;
                    turn(fibers[i]);
                    any = true;
                }
            }
        }
    }
    return 1;
}
