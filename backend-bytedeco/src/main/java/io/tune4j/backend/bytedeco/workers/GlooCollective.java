// SPDX-License-Identifier: Apache-2.0
package io.tune4j.backend.bytedeco.workers;

import static io.tune4j.backend.bytedeco.libtorch.Torch.raw;

import io.tune4j.api.backend.Backend.Collective;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.tensor.Tensor;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.List;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.javacpp.chrono.Milliseconds;
import org.bytedeco.pytorch.AllToAllOptions;
import org.bytedeco.pytorch.GlooDeviceVector;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.ProcessGroupGloo;
import org.bytedeco.pytorch.Store;
import org.bytedeco.pytorch.Work;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch_gloo;
import org.jspecify.annotations.Nullable;

/**
 * Workers over c10d's Gloo, which exchanges arrays of the host's memory. Arrays of a GPU go through the host. Gloo never adds here: sums
 * are made by the caller, in the caller's order.
 */
public final class GlooCollective implements Collective {
    private final Place place;
    private final WorkerStore store;
    private final Store groupStore;
    private final ProcessGroupGloo group;

    private GlooCollective(Place place, WorkerStore store, Store groupStore, ProcessGroupGloo group) {
        this.place = place;
        this.store = store;
        this.groupStore = groupStore;
        this.group = group;
    }

    /**
     * Meets the other workers; libtorch is loaded.
     *
     * @throws ResourceException if they do not come together, or Gloo is not there for this platform
     */
    public static Collective join(Place place) {
        if (place.size() == 1) {
            return Collective.alone();
        }
        load();
        WorkerStore store = WorkerStore.open(place);
        @Nullable Store groupStore = null;
        boolean done = false;
        try {
            // Gloo's own waiting names nobody, so it begins when all are there.
            store.exchange(new byte[0]);
            groupStore = store.forGroup();
            Store own = groupStore;
            ProcessGroupGloo group = store.made(() -> group(place, own));
            done = true;
            return new GlooCollective(place, store, own, group);
        } finally {
            if (!done) {
                store.leave();
                if (groupStore != null && !store.isStuck()) {
                    groupStore.close();
                }
                store.close();
            }
        }
    }

    /** One thread at a time: the library initialises classes while it is loaded, which for two threads ends in a deadlock. */
    private static synchronized void load() {
        try {
            Loader.load(torch_gloo.class);
            // c10d reads TORCH_CPP_LOG_LEVEL here only, and would warn of each second that a worker waits.
            torch.initLogging();
        } catch (UnsatisfiedLinkError | NoClassDefFoundError e) {
            throw new ResourceException(
                    "several workers need libtorch's Gloo, which Bytedeco's libraries for " + Loader.getPlatform()
                            + " do not have (" + e.getMessage() + "); on Linux they do. Run with --nproc_per_node 1",
                    e);
        }
    }

    private static ProcessGroupGloo group(Place place, Store store) {
        Milliseconds patience = new Milliseconds(place.patience().toMillis());
        ProcessGroupGloo.Options options = ProcessGroupGloo.Options.create(patience);
        options.devices(new GlooDeviceVector(ProcessGroupGloo.createDeviceForHostname(ownAddress(place))));
        return new ProcessGroupGloo(store, place.rank(), place.size(), options);
    }

    /** The address of the interface that leads to rank 0; nothing is sent. */
    private static String ownAddress(Place place) {
        try (DatagramSocket socket = new DatagramSocket()) {
            InetAddress target = InetAddress.getByName(place.host());
            if (target.isLoopbackAddress()) {
                return target.getHostAddress();
            }
            socket.connect(new InetSocketAddress(target, place.port()));
            return socket.getLocalAddress().getHostAddress();
        } catch (IOException e) {
            throw new ResourceException(
                    "there is no way to " + place.host() + " (MASTER_ADDR) from here: " + e.getMessage(), e);
        }
    }

    @Override
    public int rank() {
        return place.rank();
    }

    @Override
    public int size() {
        return place.size();
    }

    @Override
    public List<byte[]> exchange(byte[] own) {
        return store.exchange(own);
    }

    @Override
    public void distribute(Tensor sent, Tensor received, long[] lengths) {
        long[] parts = new long[place.size()];
        Arrays.fill(parts, sent.elementCount() / place.size());
        try (Host from = Host.of(sent);
                Host into = Host.of(received);
                LongVector in = new LongVector(parts);
                LongVector out = new LongVector(lengths);
                AllToAllOptions options = new AllToAllOptions()) {
            await(() -> group.alltoall_base(into.tensor, from.tensor, out, in, options));
            into.copyTo(received);
        }
    }

    @Override
    public void gather(Tensor own, Tensor all) {
        try (Host from = Host.of(own);
                Host into = Host.of(all)) {
            await(() -> group._allgather_base(into.tensor, from.tensor));
            into.copyTo(all);
        }
    }

    /** An exchange that c10d has begun. */
    private interface Begun {
        Work begin();
    }

    private void await(Begun exchange) {
        store.orLost(() -> {
            try (Work work = exchange.begin()) {
                return work._wait();
            }
        });
    }

    /** An array as Gloo takes it: itself, or a copy of what a GPU has. */
    private record Host(org.bytedeco.pytorch.Tensor tensor, boolean isCopy) implements AutoCloseable {
        static Host of(Tensor array) {
            boolean isCopy = !array.kernels().device().isCpu();
            return new Host(isCopy ? raw(array).cpu() : raw(array), isCopy);
        }

        void copyTo(Tensor target) {
            if (isCopy) {
                raw(target).copy_(tensor).close();
            }
        }

        @Override
        public void close() {
            if (isCopy) {
                tensor.close();
            }
        }
    }

    @Override
    public void working() {
        store.working();
    }

    @Override
    public void fail(String reason) {
        store.fail("worker " + place.rank() + ": " + reason);
    }

    @Override
    public void close() {
        store.leave();
        if (!store.isStuck()) {
            // In this order: c10d corrupts the heap if a store is freed before what was made of it.
            group.close();
            groupStore.close();
        }
        store.close();
    }
}
