// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.powercut;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which names a process may count on: those that it gave by a rename and whose folder it synced since, until it deletes them. What
 * is renamed again may be under any of its names, as long as it is under one.
 */
final class Promises {
    private static final class Promise {
        private final Set<String> places = new LinkedHashSet<>();
        private boolean kept;
    }

    private final List<Promise> promises = new ArrayList<>();

    /** @param durable what is on the disk already and must stay */
    Promises(Set<String> durable) {
        for (String path : durable) {
            Promise promise = new Promise();
            promise.places.add(path);
            promise.kept = true;
            promises.add(promise);
        }
    }

    void apply(DiskEvent event) {
        switch (event.kind()) {
            case 'R' -> rename(event.path(), event.second());
            case 'U', 'X' ->
                promises.removeIf(promise -> promise.places.stream().anyMatch(place -> isWithin(event.path(), place)));
            case 'S' ->
                promises.forEach(promise -> promise.kept |=
                        promise.places.stream().anyMatch(place -> parent(place).equals(event.path())));
            default -> {}
        }
    }

    private void rename(String from, String to) {
        boolean known = false;
        for (Promise promise : promises) {
            for (String place : List.copyOf(promise.places)) {
                if (isWithin(place, from)) {
                    promise.places.add(to + place.substring(from.length()));
                }
            }
            known |= promise.places.contains(to);
        }
        if (!known && !to.contains("/.")) {
            Promise promise = new Promise();
            promise.places.add(to);
            promises.add(promise);
        }
    }

    private static boolean isWithin(String path, String folder) {
        return path.equals(folder) || path.startsWith(folder + "/");
    }

    private static String parent(String path) {
        return path.contains("/") ? path.substring(0, path.lastIndexOf('/')) : "";
    }

    /** Those that an image does not have. */
    List<Set<String>> broken(DiskImage image) {
        return promises.stream()
                .filter(promise -> promise.kept)
                .map(promise -> promise.places)
                .filter(places -> places.stream()
                        .noneMatch(place -> image.files().containsKey(place)
                                || image.files().containsKey(place + "/")))
                .toList();
    }
}
