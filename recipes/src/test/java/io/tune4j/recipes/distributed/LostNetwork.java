// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.distributed;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A way to a port that can be lost: connections stay open, and what is sent does not arrive, as when a cable is cut. */
final class LostNetwork implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final List<Socket> sockets = Collections.synchronizedList(new ArrayList<>());
    private final int target;
    private volatile boolean isLost;

    LostNetwork(int target) throws IOException {
        this.target = target;
        start(() -> {
            while (true) {
                Socket near = server.accept();
                Socket far = farSide();
                sockets.add(near);
                sockets.add(far);
                start(() -> pump(near, far));
                start(() -> pump(far, near));
            }
        });
    }

    /** The server may come up later than those who look for it. */
    private Socket farSide() throws IOException, InterruptedException {
        for (int i = 0; ; i++) {
            try {
                return new Socket(InetAddress.getLoopbackAddress(), target);
            } catch (IOException e) {
                if (i == 1000) {
                    throw e;
                }
                Thread.sleep(10);
            }
        }
    }

    private interface Work {
        void run() throws IOException, InterruptedException;
    }

    private static void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException | InterruptedException e) {
                // A socket was closed: the test is over.
                return;
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private void pump(Socket from, Socket to) throws IOException {
        InputStream in = from.getInputStream();
        OutputStream out = to.getOutputStream();
        byte[] buffer = new byte[8192];
        for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
            if (!isLost) {
                out.write(buffer, 0, count);
                out.flush();
            }
        }
    }

    int port() {
        return server.getLocalPort();
    }

    void lose() {
        isLost = true;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
