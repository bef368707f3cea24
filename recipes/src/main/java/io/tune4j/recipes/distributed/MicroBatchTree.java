// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.IntFunction;

/**
 * The order in which the micro-batches of a step are summed: a binary tree over their numbers, halved from the top. It depends on their
 * number only, so the sum has the same bits for any division of the leaves among workers. A worker whose leaves follow each other sums the
 * largest subtrees that it has all leaves of, and only these sums are exchanged: one, where a step is divided evenly among a power of
 * two, and otherwise at most two for each level.
 *
 * @param count of micro-batches
 */
record MicroBatchTree(int count) {
    /**
     * A subtree.
     *
     * @param from its first leaf
     * @param to its last leaf, plus 1
     */
    record Node(int from, int to) {
        private int middle() {
            return (from + to + 1) >>> 1;
        }

        private boolean isLeaf() {
            return to - from == 1;
        }

        private Node left() {
            return new Node(from, middle());
        }

        private Node right() {
            return new Node(middle(), to);
        }
    }

    /**
     * The most sums that are held while a leaf is computed, when subtrees are summed one after the other.
     *
     * @param nodes the subtrees
     */
    static int mostHeld(List<Node> nodes) {
        int most = 0;
        for (int i = 0; i < nodes.size(); i++) {
            most = Math.max(most, i + mostHeld(nodes.get(i)));
        }
        return most;
    }

    private static int mostHeld(Node node) {
        return node.isLeaf() ? 0 : Math.max(mostHeld(node.left()), 1 + mostHeld(node.right()));
    }

    private Node root() {
        return new Node(0, count);
    }

    /** The largest subtrees whose leaves are all in a range, from left to right. */
    List<Node> within(int from, int to) {
        List<Node> found = new ArrayList<>();
        if (from < to) {
            collect(root(), from, to, found);
        }
        return found;
    }

    private static void collect(Node node, int from, int to, List<Node> found) {
        if (from <= node.from && node.to <= to) {
            found.add(node);
        } else if (node.from < to && from < node.to) {
            collect(node.left(), from, to, found);
            collect(node.right(), from, to, found);
        }
    }

    /** Sums the leaves of a subtree, which are asked for from left to right. */
    static <T> T sum(Node node, IntFunction<T> leaf, BinaryOperator<T> add) {
        if (node.isLeaf()) {
            return leaf.apply(node.from);
        }
        T left = sum(node.left(), leaf, add);
        return add.apply(left, sum(node.right(), leaf, add));
    }

    /**
     * Sums subtrees to the whole.
     *
     * @param nodes all leaves are in one of them; from left to right
     * @param sums of the subtrees, in their order
     */
    <T> T join(List<Node> nodes, List<T> sums, BinaryOperator<T> add) {
        return join(root(), nodes.iterator(), sums.iterator(), new Cursor(), add);
    }

    /** The subtree that comes next. */
    private static final class Cursor {
        private Node next = new Node(0, 0);
        private boolean isTaken = true;

        Node look(Iterator<Node> nodes) {
            if (isTaken) {
                next = nodes.next();
                isTaken = false;
            }
            return next;
        }

        void take() {
            isTaken = true;
        }
    }

    private static <T> T join(Node node, Iterator<Node> nodes, Iterator<T> sums, Cursor cursor, BinaryOperator<T> add) {
        if (cursor.look(nodes).equals(node)) {
            cursor.take();
            return sums.next();
        }
        T left = join(node.left(), nodes, sums, cursor, add);
        return add.apply(left, join(node.right(), nodes, sums, cursor, add));
    }
}
