// Fused kernels for GPUs, compiled by NVRTC when a device is opened: no headers, no files.
//
// Every parameter is 8 bytes wide, a pointer or an integer; a real number is passed as the bits of a double. A row
// kernel has a block per row and a multiple of 32 threads, at most as many as its bounds say; one over parts has a block
// per part, and the others a thread per element or pack. Sums are of floats. Rows are contiguous, hold whole packs and
// begin at a multiple of one.

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef long long i64;

static const u32 LOWEST = 0xff800000;  // minus infinity
static const u32 NOT_A_NUMBER = 0x7fc00000;

struct bf16 {
    u16 bits;
};

// Sixteen bytes, which a thread reads and writes at once.
template <typename T>
struct alignas(16) Pack {
    static const int SIZE = 16 / sizeof(T);
    T at[SIZE];
};

__device__ float wide(float x) { return x; }

__device__ float wide(bf16 x) { return __uint_as_float((u32) x.bits << 16); }

template <typename T>
__device__ T rounded(float x);

template <>
__device__ float rounded<float>(float x) {
    return x;
}

// To the nearest, of two equally near to the even one; NaN stays NaN.
template <>
__device__ bf16 rounded<bf16>(float x) {
    u32 bits = __float_as_uint(x);
    bf16 result;
    result.bits = (bits & 0x7fffffff) > 0x7f800000 ? 0x7fc0 : (u16) ((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
    return result;
}

__device__ float real(i64 bits) { return (float) __longlong_as_double(bits); }

__device__ i64 thread() { return (i64) blockIdx.x * blockDim.x + threadIdx.x; }

template <typename T>
__device__ Pack<T>* row(T* rows, i64 width) {
    return (Pack<T>*) (rows + blockIdx.x * width);
}

// The sum, or the maximum, over a block; the same in all its threads.
template <bool MAXIMUM>
__device__ float ofBlock(float x) {
    __shared__ float warps[32];
    for (int distance = 16; distance > 0; distance >>= 1) {
        float other = __shfl_xor_sync(0xffffffff, x, distance);
        x = MAXIMUM ? fmaxf(x, other) : x + other;
    }
    if (threadIdx.x % 32 == 0) {
        warps[threadIdx.x / 32] = x;
    }
    __syncthreads();
    x = warps[0];
    for (u32 warp = 1; warp < blockDim.x / 32; warp++) {
        x = MAXIMUM ? fmaxf(x, warps[warp]) : x + warps[warp];
    }
    __syncthreads();
    return x;
}

// x * r * weight, r = 1 / sqrt(mean(x^2) + epsilon); x * r is rounded before it is multiplied.
template <typename T>
__device__ void rmsNorm(T* x, T* weight, i64 width, i64 epsilon, T* output, float* inverse) {
    Pack<T>* in = row(x, width);
    Pack<T>* out = row(output, width);
    float squares = 0;
    for (i64 i = threadIdx.x; i < width / Pack<T>::SIZE; i += blockDim.x) {
        Pack<T> pack = in[i];
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            squares += wide(pack.at[j]) * wide(pack.at[j]);
        }
    }
    float r = 1 / sqrtf(ofBlock<false>(squares) / width + real(epsilon));
    if (threadIdx.x == 0) {
        inverse[blockIdx.x] = r;
    }
    for (i64 i = threadIdx.x; i < width / Pack<T>::SIZE; i += blockDim.x) {
        Pack<T> pack = in[i];
        Pack<T> factors = ((Pack<T>*) weight)[i];
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            pack.at[j] = rounded<T>(wide(rounded<T>(wide(pack.at[j]) * r)) * wide(factors.at[j]));
        }
        out[i] = pack;
    }
}

// With g = weight * dy: dx = r * g - x * r^3 * mean(g * x).
template <typename T>
__device__ void rmsNormBackward(T* dy, T* x, T* weight, i64 width, float* inverse, T* dx) {
    Pack<T>* incoming = row(dy, width);
    Pack<T>* in = row(x, width);
    Pack<T>* out = row(dx, width);
    float products = 0;
    for (i64 i = threadIdx.x; i < width / Pack<T>::SIZE; i += blockDim.x) {
        Pack<T> pack = in[i];
        Pack<T> gradients = incoming[i];
        Pack<T> factors = ((Pack<T>*) weight)[i];
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            products += wide(gradients.at[j]) * wide(factors.at[j]) * wide(pack.at[j]);
        }
    }
    float r = inverse[blockIdx.x];
    float share = ofBlock<false>(products) / width * r * r * r;
    for (i64 i = threadIdx.x; i < width / Pack<T>::SIZE; i += blockDim.x) {
        Pack<T> pack = in[i];
        Pack<T> gradients = incoming[i];
        Pack<T> factors = ((Pack<T>*) weight)[i];
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            float g = wide(gradients.at[j]) * wide(factors.at[j]);
            pack.at[j] = rounded<T>(r * g - wide(pack.at[j]) * share);
        }
        out[i] = pack;
    }
}

// Turns element i of a head with element i + half, for the first heads of a row.
template <typename T>
__device__ void rotary(T* rows, i64 width, i64 heads, i64 half, T* cosines, T* sines, i64 sign) {
    Pack<T>* elements = row(rows, width);
    Pack<T>* cosine = row(cosines, half);
    Pack<T>* sine = row(sines, half);
    u32 packs = (u32) half / Pack<T>::SIZE;
    float s = real(sign);
    for (u32 i = threadIdx.x; i < (u32) heads * packs; i += blockDim.x) {
        u32 angle = i % packs;
        u32 place = i / packs * 2 * packs + angle;
        Pack<T> first = elements[place];
        Pack<T> second = elements[place + packs];
        Pack<T> cosinePack = cosine[angle];
        Pack<T> sinePack = sine[angle];
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            float a = wide(first.at[j]);
            float b = wide(second.at[j]);
            float c = wide(cosinePack.at[j]);
            float turn = s * wide(sinePack.at[j]);
            first.at[j] = rounded<T>(a * c - b * turn);
            second.at[j] = rounded<T>(b * c + a * turn);
        }
        elements[place] = first;
        elements[place + packs] = second;
    }
}

__device__ float sigmoid(float x) { return 1 / (1 + expf(-x)); }

// silu(gate) * up; a row is the gate, then up, each of this width.
template <typename T>
__device__ void swiGlu(T* gateUp, i64 width, T* output) {
    Pack<T>* gates = row(gateUp, 2 * width);
    Pack<T>* ups = gates + width / Pack<T>::SIZE;
    Pack<T>* out = row(output, width);
    for (i64 i = threadIdx.x; i < width / Pack<T>::SIZE; i += blockDim.x) {
        Pack<T> gate = gates[i];
        Pack<T> up = ups[i];
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            float x = wide(gate.at[j]);
            up.at[j] = rounded<T>(x * sigmoid(x) * wide(up.at[j]));
        }
        out[i] = up;
    }
}

// dgate = dy * up * s * (1 + gate * (1 - s)), dup = dy * gate * s, with s = sigmoid(gate).
template <typename T>
__device__ void swiGluBackward(T* dy, T* gateUp, i64 width, T* gradient) {
    Pack<T>* incoming = row(dy, width);
    Pack<T>* gates = row(gateUp, 2 * width);
    Pack<T>* ups = gates + width / Pack<T>::SIZE;
    Pack<T>* outGates = row(gradient, 2 * width);
    Pack<T>* outUps = outGates + width / Pack<T>::SIZE;
    for (i64 i = threadIdx.x; i < width / Pack<T>::SIZE; i += blockDim.x) {
        Pack<T> gradients = incoming[i];
        Pack<T> gate = gates[i];
        Pack<T> up = ups[i];
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            float g = wide(gradients.at[j]);
            float x = wide(gate.at[j]);
            float s = sigmoid(x);
            gate.at[j] = rounded<T>(g * wide(up.at[j]) * s * (1 + x * (1 - s)));
            up.at[j] = rounded<T>(g * x * s);
        }
        outGates[i] = gate;
        outUps[i] = up;
    }
}

// -log softmax(row)[label] of each row, which becomes softmax(row) - onehot(label); NaN for a label that is no column.
template <typename T>
__device__ void crossEntropy(T* logits, i64 columns, i64* labels, float* losses) {
    Pack<T>* packs = row(logits, columns);
    i64 label = labels[blockIdx.x];
    bool known = label >= 0 && label < columns;
    float ofLabel = known ? wide(logits[blockIdx.x * columns + label]) : 0;
    // Each thread's sum is of exponentials relative to its own maximum so far.
    float maximum = __uint_as_float(LOWEST);
    float sum = 0;
    for (i64 i = threadIdx.x; i < columns / Pack<T>::SIZE; i += blockDim.x) {
        Pack<T> pack = packs[i];
        float most = maximum;
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            most = fmaxf(most, wide(pack.at[j]));
        }
        sum *= most == maximum ? 1 : expf(maximum - most);
        maximum = most;
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            sum += expf(wide(pack.at[j]) - most);
        }
    }
    float most = ofBlock<true>(maximum);
    float whole = ofBlock<false>(sum == 0 ? 0 : sum * expf(maximum - most));
    if (threadIdx.x == 0) {
        losses[blockIdx.x] = known ? logf(whole) + most - ofLabel : __uint_as_float(NOT_A_NUMBER);
    }
    float scale = 1 / whole;
    for (i64 i = threadIdx.x; i < columns / Pack<T>::SIZE; i += blockDim.x) {
        Pack<T> pack = packs[i];
        for (int j = 0; j < Pack<T>::SIZE; j++) {
            float probability = expf(wide(pack.at[j]) - most) * scale;
            pack.at[j] = rounded<T>(i * Pack<T>::SIZE + j == label ? probability - 1 : probability);
        }
        packs[i] = pack;
    }
}

// Eight elements from four bytes of codes: the level times its block's scale, rounded to the scale's dtype.
template <typename S, typename T>
__device__ void unpack(u32* codes, S* levels, S* scales, i64 packs, i64 packsOfBlock, T* target) {
    __shared__ float table[16];
    if (threadIdx.x < 16) {
        table[threadIdx.x] = wide(levels[threadIdx.x]);
    }
    __syncthreads();
    u32 i = (u32) thread();
    if (i >= packs) {
        return;
    }
    float scale = wide(scales[i / (u32) packsOfBlock]);
    u32 eight = codes[i];
    Pack<T> values[8 / Pack<T>::SIZE];
    for (int j = 0; j < 8; j++) {
        // The first of a byte's two codes is in its upper half.
        u32 code = eight >> (j / 2 * 8 + (j % 2 == 0 ? 4 : 0)) & 15;
        values[j / Pack<T>::SIZE].at[j % Pack<T>::SIZE] = rounded<T>(wide(rounded<S>(table[code] * scale)));
    }
    for (int j = 0; j < 8 / Pack<T>::SIZE; j++) {
        ((Pack<T>*) target)[i * (8 / Pack<T>::SIZE) + j] = values[j];
    }
}

#define KERNELS(T, DTYPE)                                                                                             \
    extern "C" __global__ void __launch_bounds__(256) rms_norm_##DTYPE(T* x, T* weight, i64 width, i64 epsilon, T* output, float* inverse) { \
        rmsNorm<T>(x, weight, width, epsilon, output, inverse);                                                       \
    }                                                                                                                 \
    extern "C" __global__ void __launch_bounds__(256) rms_norm_backward_##DTYPE(                                                             \
            T* dy, T* x, T* weight, i64 width, float* inverse, T* dx) {                                               \
        rmsNormBackward<T>(dy, x, weight, width, inverse, dx);                                                        \
    }                                                                                                                 \
    extern "C" __global__ void __launch_bounds__(256) rotary_##DTYPE(                                                                        \
            T* rows, i64 width, i64 heads, i64 half, T* cosines, T* sines, i64 sign) {                                \
        rotary<T>(rows, width, heads, half, cosines, sines, sign);                                                    \
    }                                                                                                                 \
    extern "C" __global__ void __launch_bounds__(256) swiglu_##DTYPE(T* gateUp, i64 width, T* output) {                                      \
        swiGlu<T>(gateUp, width, output);                                                                             \
    }                                                                                                                 \
    extern "C" __global__ void __launch_bounds__(256) swiglu_backward_##DTYPE(T* dy, T* gateUp, i64 width, T* gradient) {                    \
        swiGluBackward<T>(dy, gateUp, width, gradient);                                                               \
    }                                                                                                                 \
    extern "C" __global__ void __launch_bounds__(1024) cross_entropy_##DTYPE(T* logits, i64 columns, i64* labels, float* losses) {            \
        crossEntropy<T>(logits, columns, labels, losses);                                                             \
    }

KERNELS(float, fp32)
KERNELS(bf16, bf16)

#define UNPACK(S, SCALES, T, DTYPE)                                                                                   \
    extern "C" __global__ void __launch_bounds__(256) unpack_##SCALES##_##DTYPE(                                                             \
            u32* codes, S* levels, S* scales, i64 packs, i64 packsOfBlock, T* target) {                               \
        unpack<S, T>(codes, levels, scales, packs, packsOfBlock, target);                                             \
    }

UNPACK(float, fp32, float, fp32)
UNPACK(float, fp32, bf16, bf16)
UNPACK(bf16, bf16, float, fp32)
UNPACK(bf16, bf16, bf16, bf16)

// (code - 128) / factor + mean for a row of codes with a factor each; the quotient is rounded too.
template <typename S>
__device__ void unpackScales(u8* codes, S* factors, S* mean, i64 count, i64 width, S* target) {
    u32 i = (u32) thread();
    if (i < count) {
        float quotient = wide(rounded<S>(((int) codes[i] - 128) / wide(factors[i / (u32) width])));
        target[i] = rounded<S>(quotient + wide(mean[0]));
    }
}

extern "C" __global__ void __launch_bounds__(256) unpack_scales_fp32(
        u8* codes, float* factors, float* mean, i64 count, i64 width, float* target) {
    unpackScales<float>(codes, factors, mean, count, width, target);
}

extern "C" __global__ void __launch_bounds__(256) unpack_scales_bf16(
        u8* codes, bf16* factors, bf16* mean, i64 count, i64 width, bf16* target) {
    unpackScales<bf16>(codes, factors, mean, count, width, target);
}

// Elements of one tensor, and of others with the same shape, that are neighbours. A block takes a part, so that one
// launch is enough for hundreds of tensors.
struct Part {
    i64 count;
    float* values;
    float* gradients;
    float* means;
    float* variances;
};

struct AdamW {
    float decay, newOfMean, keptOfVariance, newOfVariance, inverseRootOfCorrection, epsilon, rate;

    __device__ AdamW(i64 decay, i64 newOfMean, i64 keptOfVariance, i64 inverseRootOfCorrection, i64 epsilon, i64 rate)
        : decay(real(decay)),
          newOfMean(real(newOfMean)),
          keptOfVariance(real(keptOfVariance)),
          newOfVariance((float) (1 - __longlong_as_double(keptOfVariance))),
          inverseRootOfCorrection(real(inverseRootOfCorrection)),
          epsilon(real(epsilon)),
          rate(real(rate)) {}

    // Loshchilov and Hutter 2019, algorithm 2.
    __device__ void update(Part& part, i64 i) {
        float gradient = part.gradients[i];
        float mean = part.means[i] + newOfMean * (gradient - part.means[i]);
        float variance = keptOfVariance * part.variances[i] + newOfVariance * gradient * gradient;
        part.means[i] = mean;
        part.variances[i] = variance;
        part.values[i] = part.values[i] * decay - rate * mean / (sqrtf(variance) * inverseRootOfCorrection + epsilon);
    }
};

extern "C" __global__ void __launch_bounds__(256) adamw(
        float* values, float* gradients, float* means, float* variances, i64 count, i64 decay, i64 newOfMean,
        i64 keptOfVariance, i64 inverseRootOfCorrection, i64 epsilon, i64 rate) {
    AdamW numbers(decay, newOfMean, keptOfVariance, inverseRootOfCorrection, epsilon, rate);
    Part part = {count, values, gradients, means, variances};
    i64 i = thread();
    if (i < count) {
        numbers.update(part, i);
    }
}

extern "C" __global__ void __launch_bounds__(256) adamw_parts(
        Part* parts, i64 decay, i64 newOfMean, i64 keptOfVariance, i64 inverseRootOfCorrection, i64 epsilon, i64 rate) {
    AdamW numbers(decay, newOfMean, keptOfVariance, inverseRootOfCorrection, epsilon, rate);
    Part part = parts[blockIdx.x];
    for (i64 i = threadIdx.x; i < part.count; i += blockDim.x) {
        numbers.update(part, i);
    }
}

// One sum for each part.
extern "C" __global__ void __launch_bounds__(256) squares_of_parts(Part* parts, float* sums) {
    Part part = parts[blockIdx.x];
    float squares = 0;
    for (i64 i = threadIdx.x; i < part.count; i += blockDim.x) {
        squares += part.values[i] * part.values[i];
    }
    squares = ofBlock<false>(squares);
    if (threadIdx.x == 0) {
        sums[blockIdx.x] = squares;
    }
}

// By a number that was known at the launch, or lies on the device.
extern "C" __global__ void __launch_bounds__(256) scale_parts(Part* parts, i64 factor, double* onDevice) {
    Part part = parts[blockIdx.x];
    float times = onDevice == 0 ? real(factor) : (float) *onDevice;
    for (i64 i = threadIdx.x; i < part.count; i += blockDim.x) {
        part.values[i] *= times;
    }
}
