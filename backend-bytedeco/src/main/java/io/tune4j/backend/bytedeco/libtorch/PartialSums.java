// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.libtorch;

import io.tune4j.backend.bytedeco.libtorch.AttentionParts.Part;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * Gradients of keys or of values while parts of attention add to them. Where several parts have a share in the same ones, each has its own
 * sum until all are done, so that the order of the additions, and with it the result, is always the same.
 */
final class PartialSums implements AutoCloseable {
    private final List<Part> shared;
    private final Map<Part, Tensor> sums = new ConcurrentHashMap<>();

    /** @param parts all parts; a whole sequence shares no sum */
    PartialSums(List<Part> parts) {
        this.shared = parts.stream().filter(part -> !part.isWhole()).toList();
    }

    /** Takes over a part's sum, {@code [heads, to, headSize]}; the last part's may have more rows. */
    Tensor own(Part part, Tensor sum) {
        sums.put(part, sum);
        return sum;
    }

    /** For each group of parts that share keys, the part that sees all of these keys. */
    List<Part> last() {
        return shared.stream()
                .filter(part -> part.to() == part.sequence().length())
                .toList();
    }

    /** Adds the sums of all parts with the keys of {@code last} into the sum of {@code last}. Call it once. */
    Tensor total(Part last, TorchWork work) {
        Tensor total = sum(last);
        shared.stream()
                .filter(part -> part.sequence().equals(last.sequence())
                        && part.firstHead() == last.firstHead()
                        && part.to() < last.to())
                .sorted(Comparator.comparingInt(Part::from).reversed())
                .forEach(part -> work.narrow(total, 1, 0, part.to()).add_(sum(part)));
        return total;
    }

    private Tensor sum(Part part) {
        return Objects.requireNonNull(sums.get(part));
    }

    /** Gives a sum back that was used. */
    void release(Part part) {
        sums.remove(part).close();
    }

    @Override
    public void close() {
        sums.values().forEach(Pointer::close);
    }
}
