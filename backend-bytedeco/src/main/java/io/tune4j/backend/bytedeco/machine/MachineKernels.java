package io.tune4j.backend.bytedeco.machine;

import io.tune4j.api.backend.host.HostProcessor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The kernels as native methods. All addresses are of memory that is 64 bytes aligned or not, of the sizes that the {@code ...Code} classes
 * say; nothing is checked.
 */
public final class MachineKernels {
    private static final System.Logger LOG = System.getLogger(MachineKernels.class.getName());

    private static final Set<String> NEEDED =
            Set.of("avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512_bf16", "bmi2", "fma");

    /** Elements of a vector of floats; packed rows come in as many. */
    public static final int LANES = Assembler.LANES;

    /** Pairs of {@link #multiplyByPanels} are a multiple of this. */
    public static final int PAIRS = MultiplyCode.PAIRS;

    /** Bytes of a vector. */
    public static final int VECTOR = Assembler.VECTOR;

    /** What the width of heads is a multiple of. */
    public static final int WIDTH_UNIT = 2 * LANES;

    /** Queries that attention's backward looks at together: a part of a sequence begins at a multiple. */
    public static final int QUERIES_TOGETHER = AttendBackwardCode.TOGETHER * LANES;

    private static final boolean LOADED = load();

    private MachineKernels() {}

    /** Whether they can be called here: on Linux, on a CPU with AVX-512 and its bf16 products. */
    public static boolean areAvailable() {
        return LOADED;
    }

    private static boolean load() {
        boolean fits = System.getProperty("os.name", "").equals("Linux")
                && System.getProperty("os.arch", "").equals("amd64")
                && HostProcessor.detect().flags().containsAll(NEEDED);
        if (!fits) {
            return false;
        }
        try {
            Path file = Files.createTempFile("tune4j-kernels", ".so");
            try {
                Files.write(file, library());
                System.load(file.toAbsolutePath().toString());
            } finally {
                // Linux keeps what is loaded.
                Files.deleteIfExists(file);
            }
            return true;
        } catch (IOException | UnsatisfiedLinkError e) {
            LOG.log(System.Logger.Level.WARNING, "kernels are made of libtorch's operations, which are slower: {0}", e);
            return false;
        }
    }

    /** All kernels as a library for the JVM. */
    static byte[] library() {
        List<Kernel> kernels = new ArrayList<>(PackCode.kernels());
        kernels.add(new MultiplyCode(false));
        kernels.add(new MultiplyCode(true));
        kernels.add(new AttendCode());
        kernels.add(new AttendBackwardCode());
        String prefix = "Java_" + MachineKernels.class.getName().replace('.', '_') + "_";
        SharedLibrary library = new SharedLibrary();
        kernels.forEach(kernel -> library.add(prefix + kernel.name(), kernel.assemble()));
        return library.toBytes();
    }

    public static native void columns(long source, long stride, long rows, long width, long target);

    public static native void rowPairs(
            long source, long stride, long rows, long width, long target, long pairStride, long tileStride);

    public static native void narrow(long source, long rows, long width, long factor, long target, long stride);

    /** See {@link MultiplyCode}. */
    public static native void multiplyByPanels(
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
            long factor);

    /** See {@link MultiplyCode}. */
    public static native void multiplyByTiles(
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
            long factor);

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
            long scratch);

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
            long scratch);
}
