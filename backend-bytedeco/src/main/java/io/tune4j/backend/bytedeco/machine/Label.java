package io.tune4j.backend.bytedeco.machine;

import java.util.ArrayList;
import java.util.List;

/** A place in the code, which jumps may name before it is known. */
final class Label {
    private static final int UNKNOWN = -1;

    private int place = UNKNOWN;
    private final List<Integer> uses = new ArrayList<>();

    boolean isPlaced() {
        return place != UNKNOWN;
    }

    int place() {
        return place;
    }

    void placeAt(int position) {
        place = position;
    }

    /** Four bytes at this position want the distance from behind them. */
    void useAt(int position) {
        uses.add(position);
    }

    List<Integer> uses() {
        return uses;
    }
}
