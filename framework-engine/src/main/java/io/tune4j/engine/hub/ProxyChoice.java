// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;

/** Tells Java's HTTP client which proxy to use. */
final class ProxyChoice extends ProxySelector {
    private final HubProxies proxies;

    ProxyChoice(HubProxies proxies) {
        this.proxies = proxies;
    }

    @Override
    public List<Proxy> select(URI uri) {
        HubProxies.Proxy proxy = proxies.forAddress(uri);
        return List.of(proxy == null ? Proxy.NO_PROXY : new Proxy(Proxy.Type.HTTP, proxy.address()));
    }

    @Override
    public void connectFailed(URI uri, SocketAddress address, IOException failure) {
        // There is no other one; the request fails and says so.
    }
}
