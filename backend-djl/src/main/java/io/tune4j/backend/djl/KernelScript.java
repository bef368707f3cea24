// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.tune4j.api.backend.libtorch.LibtorchErrors;
import io.tune4j.api.error.InternalException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The kernels of {@code kernels.torchscript}, called by name. */
final class KernelScript implements AutoCloseable {
    private static final String SOURCE = "kernels.torchscript";

    /** Threads on which libtorch runs scripts as they are, without compiling them for each new shape. */
    private final ThreadLocal<Boolean> prepared = ThreadLocal.withInitial(() -> {
        JniUtils.setGraphExecutorOptimize(false);
        return true;
    });

    private final PtNDManager manager;
    private final PtSymbolBlock module;

    /** @param manager of the CPU, taken over */
    KernelScript(NDManager manager) {
        this.manager = (PtNDManager) manager;
        try (InputStream source = Objects.requireNonNull(KernelScript.class.getResourceAsStream(SOURCE))) {
            String code = new String(source.readAllBytes(), StandardCharsets.UTF_8);
            byte[] archive = TorchScriptArchive.of("Kernels", code);
            module = JniUtils.loadModule(this.manager, new ByteArrayInputStream(archive), false, false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Runs a kernel.
     *
     * @param arguments arrays, lists of arrays, numbers (long or double), lists of numbers ({@code long[]}), strings
     * @return the caller's
     */
    IValue call(String kernel, Object... arguments) {
        boolean ready = prepared.get();
        IValue[] values = new IValue[arguments.length];
        List<IValue> own = new ArrayList<>(arguments.length);
        try {
            for (int i = 0; i < arguments.length; i++) {
                values[i] = value(arguments[i], own);
            }
            return IValueUtils.runMethod(module, kernel, values);
        } catch (RuntimeException e) {
            throw LibtorchErrors.translate(e);
        } finally {
            own.forEach(IValue::close);
            assert ready;
        }
    }

    /** Runs a kernel that returns nothing. */
    void run(String kernel, Object... arguments) {
        call(kernel, arguments).close();
    }

    private static IValue value(Object argument, List<IValue> own) {
        if (argument instanceof DjlArray array) {
            return array.value();
        }
        IValue made;
        if (argument instanceof Long number) {
            made = IValue.from(number);
        } else if (argument instanceof Double number) {
            made = IValue.from(number);
        } else if (argument instanceof String text) {
            made = IValue.from(text);
        } else if (argument instanceof long[] numbers) {
            made = IValue.listFrom(numbers);
        } else if (argument instanceof DjlArray[] arrays) {
            IValue[] values = new IValue[arrays.length];
            for (int i = 0; i < arrays.length; i++) {
                values[i] = arrays[i].value();
            }
            made = IValue.listFrom(values);
        } else {
            throw new InternalException("a kernel cannot take a " + argument.getClass());
        }
        own.add(made);
        return made;
    }

    /**
     * Hands the bytes of a contiguous array in host memory to a reader or writer.
     *
     * @param use must not keep the buffer
     */
    void withBytes(IValue value, java.util.function.Consumer<ByteBuffer> use) {
        // The direct call: NDArray.toByteBuffer asks for the dtype first, which aborts the JVM for bf16.
        try (PtNDArray array = value.toTensor(manager)) {
            use.accept(JniUtils.getByteBuffer(array, true).order(ByteOrder.LITTLE_ENDIAN));
        }
    }

    @Override
    public void close() {
        module.close();
        manager.close();
    }
}
