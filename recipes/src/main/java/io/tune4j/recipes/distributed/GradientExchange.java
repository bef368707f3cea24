// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.backend.Backend.Collective;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.recipes.distributed.MicroBatchTree.Node;
import java.util.ArrayList;
import java.util.List;

/**
 * The gradients of all parameters as one vector, and its sum over workers. Each worker adds up one slice of the vector, from the sums of
 * subtrees that the workers send it, and sends the result to all. With one subtree for each worker that moves twice the vector's bytes in
 * and out of each of them, however many they are.
 */
final class GradientExchange {
    private final Backend backend;
    private final List<Parameter> parameters;
    private final Collective collective;
    private final DType dtype;
    private final long slice;

    GradientExchange(Backend backend, List<Parameter> parameters, Collective collective) {
        this.backend = backend;
        this.parameters = parameters;
        this.collective = collective;
        List<DType> dtypes = parameters.stream()
                .map(parameter -> parameter.value().dtype())
                .distinct()
                .toList();
        this.dtype = dtypes.size() == 1 ? dtypes.get(0) : DType.FLOAT32;
        long count = parameters.stream()
                .mapToLong(parameter -> parameter.value().elementCount())
                .sum();
        this.slice = (count + collective.size() - 1) / collective.size();
    }

    /** Bytes of the vector. */
    long bytes() {
        return slice * collective.size() * dtype.byteSize();
    }

    /** Moves the parameters' gradients into a vector, which belongs to the current scope. A parameter without one has zeros. */
    Tensor take() {
        Tensor vector = Tensor.zeros(backend, dtype, slice * collective.size());
        long offset = 0;
        for (Parameter parameter : parameters) {
            long length = parameter.value().elementCount();
            Tensor gradient = parameter.gradient();
            if (gradient != null) {
                try (Tensor place = vector.narrow(0, offset, length);
                        Tensor row = gradient.reshape(length)) {
                    place.copyFrom(row);
                }
                parameter.clearGradient();
            }
            offset += length;
        }
        return vector;
    }

    /** Makes a vector the parameters' gradients. */
    void give(Tensor vector) {
        long offset = 0;
        for (Parameter parameter : parameters) {
            long length = parameter.value().elementCount();
            try (Tensor place = vector.narrow(0, offset, length);
                    Tensor gradient = place.reshape(parameter.value().shape())) {
                parameter.clearGradient();
                parameter.accumulate(gradient);
            }
            offset += length;
        }
    }

    /** Adds the second vector to the first, and closes it. */
    static Tensor add(Tensor sum, Tensor addend) {
        try (addend) {
            return sum.addInPlace(addend, 1);
        }
    }

    /**
     * Sums over all workers. The vectors given are closed or become the result, which belongs to the current scope.
     *
     * @param own sums of this worker's subtrees, from left to right
     */
    Tensor sum(MicroBatchTree tree, Shares shares, List<Tensor> own) {
        int workers = collective.size();
        if (workers == 1) {
            return own.get(0);
        }
        List<Node> nodes = new ArrayList<>();
        long[] lengths = new long[workers];
        for (int worker = 0; worker < workers; worker++) {
            List<Node> subtrees = tree.within(shares.from(worker), shares.to(worker));
            nodes.addAll(subtrees);
            lengths[worker] = subtrees.size() * slice;
        }
        try (Tensor received = Tensor.empty(backend, dtype, nodes.size() * slice)) {
            try (Tensor sent = bySlices(own)) {
                collective.distribute(sent, received, lengths);
            }
            List<Tensor> slices = new ArrayList<>();
            for (int i = 0; i < nodes.size(); i++) {
                slices.add(received.narrow(0, i * slice, slice));
            }
            Tensor all = Tensor.empty(backend, dtype, slice * workers);
            try (Tensor mine = tree.join(nodes, slices, GradientExchange::add)) {
                collective.gather(mine, all);
            }
            return all;
        }
    }

    /** The vectors with all their first slices first, then all second ones; closes them. */
    private Tensor bySlices(List<Tensor> vectors) {
        if (vectors.size() == 1) {
            return vectors.get(0);
        }
        int workers = collective.size();
        Tensor sent = Tensor.empty(backend, dtype, vectors.size() * slice * workers);
        for (int i = 0; i < vectors.size(); i++) {
            try (Tensor vector = vectors.get(i)) {
                for (int worker = 0; worker < workers; worker++) {
                    long place = ((long) worker * vectors.size() + i) * slice;
                    try (Tensor target = sent.narrow(0, place, slice);
                            Tensor part = vector.narrow(0, worker * slice, slice)) {
                        target.copyFrom(part);
                    }
                }
            }
        }
        return sent;
    }
}
