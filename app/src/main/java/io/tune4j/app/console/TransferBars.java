// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.console;

import io.tune4j.api.io.Sizes;
import io.tune4j.engine.hub.HubFile;
import io.tune4j.engine.hub.HubProgress;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A download's progress: on a terminal a bar for each file on its way and one for all of them, otherwise a line for each file
 * that is complete.
 */
public final class TransferBars implements HubProgress {
    private static final int BAR_WIDTH = 24;

    /** More than one read of a connection brings. */
    private static final long LARGEST_READ = 1 << 16;

    private static final int MOST_BARS = 6;
    private static final long REDRAW_NANOS = 100_000_000;

    private final PrintStream out;
    private final Style style;
    private final Map<HubFile, Long> bytes = new LinkedHashMap<>();
    private final long start = System.nanoTime();
    private List<HubFile> files = List.of();
    private long total;
    private long present;
    private long arrived;
    private int complete;
    private int drawn;
    private long lastDraw;

    public TransferBars(PrintStream out, Style style) {
        this.out = out;
        this.style = style;
    }

    @Override
    public synchronized void begin(List<HubFile> missing, int there) {
        files = missing;
        total = missing.stream().mapToLong(HubFile::size).sum();
        if (there > 0) {
            out.println(there + (there == 1 ? " file is" : " files are") + " there already");
        }
        if (!missing.isEmpty()) {
            out.println("downloading " + missing.size() + (missing.size() == 1 ? " file, " : " files, ")
                    + Sizes.format(total));
        }
    }

    @Override
    public synchronized void advance(HubFile file, long count) {
        long before = bytes.getOrDefault(file, 0L);
        bytes.put(file, Math.max(0, before + count));
        present += count;
        // Bytes of an earlier download are counted at once and do not belong to the speed.
        arrived += before == 0 && count > LARGEST_READ ? 0 : count;
        draw(false);
    }

    @Override
    public synchronized void done(HubFile file) {
        present += file.size() - bytes.getOrDefault(file, 0L);
        bytes.remove(file);
        complete++;
        erase();
        out.println("  " + file.path() + "  " + Sizes.format(file.size())
                + (style.terminal() ? "" : "  (" + complete + " of " + files.size() + ")"));
        draw(true);
        if (complete == files.size()) {
            erase();
        }
        out.flush();
    }

    @Override
    public synchronized void note(String text) {
        erase();
        out.println("  " + text);
        draw(true);
    }

    private void draw(boolean now) {
        if (!style.terminal() || (!now && System.nanoTime() - lastDraw < REDRAW_NANOS)) {
            return;
        }
        lastDraw = System.nanoTime();
        erase();
        List<String> lines = new ArrayList<>();
        for (Map.Entry<HubFile, Long> entry : bytes.entrySet()) {
            if (lines.size() < MOST_BARS) {
                lines.add(bar(entry.getValue(), entry.getKey().size()) + "  "
                        + entry.getKey().path());
            }
        }
        double seconds = Math.max(1e-3, (System.nanoTime() - start) / 1e9);
        lines.add(bar(present, total) + "  " + Sizes.format(Math.max(0, present)) + " of " + Sizes.format(total) + ", "
                + Sizes.format((long) (Math.max(0, arrived) / seconds)) + "/s, " + complete + " of " + files.size()
                + " files");
        lines.forEach(line -> out.println(line.substring(0, Math.min(line.length(), style.columns() - 1))));
        drawn = lines.size();
        out.flush();
    }

    private void erase() {
        if (drawn > 0) {
            out.print("\u001b[" + drawn + "A\u001b[J");
            drawn = 0;
        }
    }

    private static String bar(long done, long of) {
        double share = of == 0 ? 1 : Math.min(1, Math.max(0, (double) done / of));
        int filled = (int) (BAR_WIDTH * share);
        return "[" + "#".repeat(filled) + "-".repeat(BAR_WIDTH - filled) + "] "
                + String.format(Locale.ROOT, "%3d %%", (int) (100 * share));
    }
}
