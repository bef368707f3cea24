package io.tune4j.backend.bytedeco;

import io.tune4j.backend.bytedeco.AttentionParts.Part;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.bytedeco.pytorch.Tensor;

/**
 * Gradients of keys or of values to which several parts of attention add: each has its own sum until all are done, so that the order of
 * the additions, and with it the result, is always the same.
 */
final class PartialSums implements AutoCloseable {
    private final List<Part> parts;
    private final Map<Part, Tensor> sums = new ConcurrentHashMap<>();

    /** @param parts all of them; those that are whole need nobody else's sums */
    PartialSums(List<Part> parts) {
        this.parts = parts.stream().filter(part -> !part.isWhole()).toList();
    }

    /** Takes over a part's sum, {@code [heads, to, headSize]}. */
    Tensor own(Part part, Tensor sum) {
        sums.put(part, sum);
        return sum;
    }

    /** Of the parts of the same keys, each time the one that sees all of them. */
    List<Part> last() {
        return parts.stream()
                .filter(part -> part.to() == part.sequence().length())
                .toList();
    }

    /** What all parts of the keys of the last one add up to. */
    Tensor total(Part last, TorchWork work) {
        Tensor total = sums.get(last);
        parts.stream()
                .filter(part -> part.sequence().equals(last.sequence())
                        && part.firstHead() == last.firstHead()
                        && part.to() < last.to())
                .sorted(Comparator.comparingInt(Part::from).reversed())
                .forEach(part -> work.narrow(total, 1, 0, part.to()).add_(sums.get(part)));
        return total;
    }

    @Override
    public void close() {
        sums.values().forEach(Pointer::close);
    }
}
