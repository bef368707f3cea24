// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

/**
 * The cross-entropy {@code -log softmax(x)[label]} of each row, whose gradient {@code softmax(x) - onehot(label)} takes the logits' place.
 *
 * @param elements dtype of {@code logits}
 * @param logits {@code [rows, width]} without gaps, overwritten
 * @param labels {@code [rows]} int64, each a column: a label that is none reads beyond the row
 * @param losses {@code [rows]} in fp32
 */
public record CrossEntropy(Elements elements, long logits, long rows, long width, long labels, long losses) {
    /** Runs on the calling thread. */
    public void run() {
        NativeMethods.crossEntropy(logits, rows, width, labels, losses, elements.bytes());
    }
}
