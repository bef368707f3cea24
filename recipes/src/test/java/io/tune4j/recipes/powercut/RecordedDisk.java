// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.powercut;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A folder's files and folders as a process sees them, and what of them a power cut is sure to leave: a file's content as of its
 * last fsync, a folder's names as of its last fsync. Whatever came later may be on the disk or not, each folder and file for
 * itself; only a rename from one folder to another is there in both or in none, as file systems with a journal keep it. None of them
 * forgets as much, so what holds here holds on all of them.
 */
final class RecordedDisk {
    /** What a cut makes of that which was not synced. */
    enum Cut {
        /** Nothing of it is there. */
        FORGETS,
        /** Names are there, and contents are not: a journal of names that runs ahead of the data. */
        KEEPS_NAMES,
        /** Each folder and each file for itself: any of its states since the last fsync. */
        MIXES
    }

    private abstract static class Node {}

    private static final class File extends Node {
        private String synced = DiskImage.EMPTY;
        private boolean dirty = true;
    }

    private static final class Folder extends Node {
        /** The first is as of the last fsync, the last is what the process sees. */
        private final List<SortedMap<String, Node>> versions = new ArrayList<>(List.of(new TreeMap<>()));

        /** How many versions there were before the first. */
        private int before;

        int last() {
            return before + versions.size() - 1;
        }

        SortedMap<String, Node> version(int number) {
            return versions.get(Math.max(0, number - before));
        }

        SortedMap<String, Node> now() {
            return versions.get(versions.size() - 1);
        }

        void set(String name, @Nullable Node node) {
            SortedMap<String, Node> next = new TreeMap<>(now());
            next.remove(name);
            if (node != null) {
                next.put(name, node);
            }
            versions.add(next);
        }

        void sync() {
            SortedMap<String, Node> last = now();
            before = last();
            versions.clear();
            versions.add(last);
        }
    }

    /**
     * A rename from one folder to another.
     *
     * @param without number of the source's version that does not have the name any more
     * @param with number of the target's version that has it
     */
    private record Moved(Folder source, int without, Folder target, int with) {}

    private final Folder root = new Folder();
    private final List<Moved> moves = new ArrayList<>();

    /** Begins with files that are on the disk already. */
    RecordedDisk(Map<String, String> durable) {
        durable.forEach((path, content) -> {
            Folder folder = root;
            Path relative = Path.of(path);
            for (int i = 0; i < relative.getNameCount() - 1; i++) {
                String name = relative.getName(i).toString();
                if (!(folder.now().get(name) instanceof Folder)) {
                    folder.set(name, new Folder());
                    folder.sync();
                }
                folder = (Folder) folder.now().get(name);
            }
            File file = new File();
            file.synced = content;
            file.dirty = false;
            folder.set(relative.getFileName().toString(), file);
            folder.sync();
        });
    }

    /** Does what the process did. */
    void apply(DiskEvent event) {
        String path = event.path();
        switch (event.kind()) {
            case 'C' -> parent(path).set(name(path), new File());
            case 'D' -> parent(path).set(name(path), new Folder());
            case 'T' -> file(path).dirty = true;
            case 'U', 'X' -> parent(path).set(name(path), null);
            case 'F' -> {
                file(path).synced = event.second();
                file(path).dirty = false;
            }
            case 'S' -> folder(path).sync();
            case 'R' -> rename(path, event.second());
            default -> throw new AssertionError("the replay does not know '" + event + "'");
        }
    }

    private void rename(String from, String to) {
        Node moved = node(from);
        Folder source = parent(from);
        Folder target = parent(to);
        if (source == target) {
            // One change of the folder, not two.
            SortedMap<String, Node> next = new TreeMap<>(source.now());
            next.remove(name(from));
            next.put(name(to), moved);
            source.versions.add(next);
        } else {
            target.set(name(to), moved);
            source.set(name(from), null);
            moves.add(new Moved(source, source.last(), target, target.last()));
        }
    }

    /** What a cut leaves now. */
    DiskImage image(Cut cut, Random random) {
        Map<Folder, Integer> chosen = new IdentityHashMap<>();
        choose(root, cut, random, chosen);
        for (Moved move : moves) {
            if (move.target.before >= move.with) {
                chosen.merge(move.source, move.without, Math::max);
            } else if (chosen.getOrDefault(move.source, move.source.last()) >= move.without) {
                chosen.merge(move.target, move.with, Math::max);
            } else {
                chosen.merge(move.target, move.with - 1, Math::min);
            }
        }
        Map<String, String> files = new LinkedHashMap<>();
        collect(root, "", cut, random, chosen, files);
        return new DiskImage(files);
    }

    /** Draws a version for each folder. */
    private static void choose(Folder folder, Cut cut, Random random, Map<Folder, Integer> chosen) {
        if (chosen.containsKey(folder)) {
            return;
        }
        int version =
                switch (cut) {
                    case FORGETS -> folder.before;
                    case KEEPS_NAMES -> folder.last();
                    case MIXES -> folder.before + random.nextInt(folder.versions.size());
                };
        chosen.put(folder, version);
        for (SortedMap<String, Node> names : folder.versions) {
            for (Node node : names.values()) {
                if (node instanceof Folder inner) {
                    choose(inner, cut, random, chosen);
                }
            }
        }
    }

    private static void collect(
            Folder folder,
            String prefix,
            Cut cut,
            Random random,
            Map<Folder, Integer> chosen,
            Map<String, String> files) {
        folder.version(chosen.getOrDefault(folder, 0)).forEach((name, node) -> {
            String path = prefix + name;
            if (node instanceof Folder inner) {
                files.put(path + "/", DiskImage.EMPTY);
                collect(inner, path + "/", cut, random, chosen, files);
            } else if (node instanceof File file) {
                boolean lost = file.dirty && cut == Cut.MIXES && random.nextBoolean();
                files.put(path, lost ? DiskImage.GARBAGE : file.synced);
            }
        });
    }

    private static String name(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    private Folder parent(String path) {
        int slash = path.lastIndexOf('/');
        return slash < 0 ? root : folder(path.substring(0, slash));
    }

    private Node node(String path) {
        Node node = root;
        for (String name : path.isEmpty() ? new String[0] : path.split("/")) {
            node = node instanceof Folder folder ? folder.now().get(name) : null;
            if (node == null) {
                throw new AssertionError("the replay does not have " + path);
            }
        }
        return node;
    }

    private Folder folder(String path) {
        return (Folder) node(path);
    }

    private File file(String path) {
        return (File) node(path);
    }
}
