// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.tensor;

import java.util.ArrayList;
import java.util.List;
import org.apiguardian.api.API;
import org.jspecify.annotations.Nullable;

/**
 * Closes the tensors made inside a try block when the block ends, whatever way it ends. Scopes nest per thread; a tensor
 * belongs to the innermost one open when it was made. {@link #escape} hands a result to the scope around.
 *
 * <pre>{@code
 * try (TensorScope scope = TensorScope.open()) {
 *     Tensor normed = norm.forward(x, pass);
 *     return scope.escape(mlp.forward(normed, pass));   // normed dies here, unless the tape retained it
 * }
 * }</pre>
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class TensorScope implements AutoCloseable {
    private static final ThreadLocal<@Nullable TensorScope> CURRENT = new ThreadLocal<>();

    private final @Nullable TensorScope parent;
    private final List<Tensor> owned = new ArrayList<>();

    private TensorScope(@Nullable TensorScope parent) {
        this.parent = parent;
    }

    /** Opens a scope inside the thread's current one. */
    public static TensorScope open() {
        TensorScope scope = new TensorScope(CURRENT.get());
        CURRENT.set(scope);
        return scope;
    }

    static @Nullable TensorScope current() {
        return CURRENT.get();
    }

    /**
     * Lets a tensor outlive this scope: the scope around owns it from now on or, where there is none, the caller does.
     * A tensor that this scope does not own is returned as it is.
     */
    public Tensor escape(Tensor tensor) {
        if (tensor.scope() == this) {
            tensor.moveTo(parent);
        }
        return tensor;
    }

    /** Makes the caller the owner, who closes it: for weights and other things that live beyond every scope. */
    public static Tensor detach(Tensor tensor) {
        tensor.moveTo(null);
        return tensor;
    }

    void add(Tensor tensor) {
        owned.add(tensor);
    }

    @Override
    public void close() {
        if (CURRENT.get() != this) {
            throw new IllegalStateException("scopes must be closed innermost first, by the thread that opened them");
        }
        for (Tensor tensor : owned) {
            if (tensor.scope() == this) {
                tensor.close();
            }
        }
        owned.clear();
        if (parent == null) {
            CURRENT.remove();
        } else {
            CURRENT.set(parent);
        }
    }
}
