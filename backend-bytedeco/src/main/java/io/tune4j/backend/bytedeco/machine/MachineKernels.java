package io.tune4j.backend.bytedeco.machine;

import io.tune4j.api.backend.host.HostProcessor;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.tensor.DType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.bytedeco.javacpp.Loader;

/**
 * The kernels as native methods. All addresses are of memory that is 64 bytes aligned or not, of the sizes that the {@code ...Code} classes
 * say; nothing is checked.
 */
public final class MachineKernels {
    private static final System.Logger LOG = System.getLogger(MachineKernels.class.getName());

    private static final String NEEDED_BY_BF16 = "avx512_bf16";

    private static final Set<String> NEEDED = Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq", "bmi2", "fma");

    /** Elements of a vector of floats; packed rows come in as many. */
    public static final int LANES = Assembler.LANES;

    /** Pairs of {@link #multiply} are a multiple of this. */
    public static final int PAIRS = MultiplyCode.PAIRS;

    /** Rows of other kernels have a multiple of this many elements. */
    public static final int ROW_UNIT = LANES;

    /** Bytes of codes of a block are a multiple of this. */
    public static final int CODES = FourBitCode.CODES;

    /** Bytes of a vector. */
    public static final int VECTOR = Assembler.VECTOR;

    /** What the width of heads is a multiple of. */
    public static final int WIDTH_UNIT = 2 * LANES;

    /** Queries that attention's backward looks at together: a part of a sequence begins at a multiple. */
    public static final int QUERIES_TOGETHER = AttendBackwardCode.TOGETHER * LANES;

    /** Turns them off, to see what they bring: {@code -Dtune4j.machineCode=off}. */
    private static final String SWITCH = "tune4j.machineCode";

    private static final String FILE = "tune4j-kernels";

    private MachineKernels() {}

    /** Loads them when first asked for. */
    private static final class Library {
        static final boolean LOADED = load();
    }

    /** Whether those of this dtype are for this system and processor: Linux, AVX-512, and its instructions for bf16. */
    public static boolean fit(HostProcessor processor, DType dtype) {
        return System.getProperty("os.name", "").equals("Linux")
                && System.getProperty("os.arch", "").equals("amd64")
                && processor.flags().containsAll(NEEDED)
                && (dtype == DType.FLOAT32
                        || dtype == DType.BFLOAT16 && processor.flags().contains(NEEDED_BY_BF16))
                && !System.getProperty(SWITCH, "").equals("off");
    }

    /** Whether those of this dtype can be called here; loads them. */
    public static boolean areAvailable(HostProcessor processor, DType dtype) {
        return fit(processor, dtype) && Library.LOADED;
    }

    private static boolean load() {
        try {
            // Where JavaCPP puts the libraries that it loads, so code may be run from there.
            Path folder = Loader.getCacheDir().toPath().toAbsolutePath();
            AtomicFiles.settle(folder, FILE::equals, name -> false);
            Path file = AtomicFiles.reserveTemporary(folder.resolve(FILE));
            try {
                Files.write(file, library());
                System.load(file.toAbsolutePath().toString());
            } finally {
                // Linux keeps what is loaded.
                AtomicFiles.deleteTemporary(file);
            }
            return true;
        } catch (IOException | TuneException | UnsatisfiedLinkError e) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "the kernels in machine code cannot be loaded ({0}); libtorch''s operations take their place, which are slower",
                    e.getMessage());
            return false;
        }
    }

    /** All kernels, not yet assembled. */
    static List<Kernel> kernels() {
        List<Kernel> kernels = new ArrayList<>(PackCode.kernels());
        kernels.addAll(RowCode.kernels());
        kernels.add(new LossCode());
        kernels.add(new AdamWCode());
        kernels.add(new FourBitCode());
        kernels.add(new MultiplyCode());
        kernels.add(new AttendCode());
        kernels.add(new AttendBackwardCode());
        return kernels;
    }

    /** All kernels as a library for the JVM. */
    static byte[] library() {
        String prefix = "Java_" + MachineKernels.class.getName().replace('.', '_') + "_";
        SharedLibrary library = new SharedLibrary();
        kernels().forEach(kernel -> library.add(prefix + kernel.name(), kernel.assemble()));
        return library.toBytes();
    }

    /** A number as the bits of a float, which is how kernels take it. */
    public static long bits(double value) {
        return Float.floatToRawIntBits((float) value) & 0xffffffffL;
    }

    public static native void columns(long source, long stride, long rows, long width, long target);

    public static native void copyRows(long source, long stride, long rows, long width, long target);

    public static native void rowPairs(
            long source, long stride, long rows, long width, long target, long pairStride, long tileStride);

    public static native void scaled(
            long source, long rows, long width, long factor, long target, long stride, long elementBytes);

    /** See {@link RowCode}. */
    public static native void swiGlu(long gateUp, long rows, long width, long output, long elementBytes);

    /** See {@link RowCode}. */
    public static native void swiGluBackward(
            long outputGradient, long gateUp, long rows, long width, long gradient, long elementBytes);

    /** See {@link RowCode}. */
    public static native void rmsNorm(
            long x,
            long rows,
            long width,
            long weight,
            long epsilon,
            long widthInverse,
            long output,
            long inverse,
            long elementBytes);

    /** See {@link RowCode}. */
    public static native void rmsNormBackward(
            long outputGradient,
            long x,
            long rows,
            long width,
            long weight,
            long widthInverse,
            long inverse,
            long gradient,
            long elementBytes);

    /** See {@link RowCode}. */
    public static native void rotary(
            long x, long stride, long rows, long heads, long half, long cos, long sin, long sign, long elementBytes);

    /** See {@link LossCode}. */
    public static native void crossEntropy(
            long logits, long rows, long width, long labels, long losses, long elementBytes);

    /** See {@link AdamWCode}. */
    public static native void adamW(
            long values,
            long gradient,
            long mean,
            long variance,
            long count,
            long decay,
            long beta1Rest,
            long beta2,
            long beta2Rest,
            long rootFactor,
            long epsilon,
            long step);

    /** See {@link FourBitCode}. */
    public static native void unpack(
            long codes, long levels, long scales, long blocks, long blockBytes, long target, long scaleBytes);

    /** See {@link MultiplyCode}. */
    public static native void multiply(
            long left,
            long leftStride,
            long right,
            long rightStride,
            long pairs,
            long rows,
            long columns,
            long sums,
            long sumsStride,
            long begins,
            long output,
            long outputStride,
            long adds,
            long factor,
            long byTiles);

    /** Bytes of memory that {@link #attend} works in. */
    public static long attendScratch(int width) {
        return AttendCode.scratchBytes(width);
    }

    /** Bytes of memory that {@link #attendBackward} works in. */
    public static long attendBackwardScratch(int width) {
        return AttendBackwardCode.scratchBytes(width);
    }

    /** See {@link AttendCode}. */
    public static native void attend(
            long queries,
            long keys,
            long values,
            long output,
            long stride,
            long tile,
            long endTile,
            long rows,
            long width,
            long scale,
            long statistics,
            long scratch,
            long elementBytes);

    /** See {@link AttendBackwardCode}. */
    public static native void attendBackward(
            long queries,
            long queryPairs,
            long incoming,
            long incomingPairs,
            long outputs,
            long keys,
            long keyPairs,
            long values,
            long keySums,
            long valueSums,
            long gradient,
            long stride,
            long tile,
            long endTile,
            long rows,
            long width,
            long scale,
            long factor,
            long statistics,
            long scratch,
            long elementBytes);
}
