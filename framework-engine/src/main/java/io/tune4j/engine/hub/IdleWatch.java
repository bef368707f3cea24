// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Closes streams from which nothing came for too long: Java's HTTP client waits for a body for ever. */
final class IdleWatch implements AutoCloseable {
    private final Duration limit;
    private final Map<InputStream, Long> lastRead = new ConcurrentHashMap<>();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "download-watch");
        thread.setDaemon(true);
        return thread;
    });

    IdleWatch(Duration limit) {
        this.limit = limit;
        long period = Math.max(1, limit.toMillis() / 4);
        clock.scheduleAtFixedRate(this::closeIdle, period, period, TimeUnit.MILLISECONDS);
    }

    /** A sign of life, or the beginning of a watch. */
    void alive(InputStream stream) {
        lastRead.put(stream, System.nanoTime());
    }

    void forget(InputStream stream) {
        lastRead.remove(stream);
    }

    private void closeIdle() {
        lastRead.forEach((stream, time) -> {
            if (System.nanoTime() - time > limit.toNanos()) {
                lastRead.remove(stream);
                try {
                    stream.close();
                } catch (IOException e) {
                    System.getLogger(IdleWatch.class.getName()).log(System.Logger.Level.DEBUG, "closing failed", e);
                }
            }
        });
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
