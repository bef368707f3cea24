// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.ResourceException;
import io.tune4j.engine.hub.FilePatterns;
import io.tune4j.engine.hub.HubClient;
import io.tune4j.engine.hub.HubDownload;
import io.tune4j.engine.hub.HubProgress;
import io.tune4j.engine.hub.HubRepository;
import io.tune4j.engine.hub.HubRepository.Kind;
import io.tune4j.engine.hub.HubSettings;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A hub that only a proxy can reach: no name server knows its name. */
@Timeout(120)
class HubProxyTest {
    private static final String ID = "owner/model";
    private static final byte[] CONTENT = new byte[3 << 20];
    private static final char[] PASSWORD = "changeit".toCharArray();

    @TempDir
    private static Path shared;

    private static SSLContext tls;

    @TempDir
    private Path folder;

    private LocalProxy proxy;
    private SSLContext before;

    @BeforeAll
    static void makeCertificate() throws IOException, InterruptedException, GeneralSecurityException {
        Path store = shared.resolve("store.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-keyalg",
                        "EC",
                        "-alias",
                        "hub",
                        "-dname",
                        "CN=hub.invalid",
                        "-ext",
                        "san=dns:hub.invalid,dns:localhost,ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        new String(PASSWORD),
                        "-keystore",
                        store.toString())
                .redirectErrorStream(true)
                .redirectOutput(shared.resolve("keytool.txt").toFile())
                .start();
        assertThat(keytool.waitFor())
                .as(() -> shared.resolve("keytool.txt").toString())
                .isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD);
        }
        KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        own.init(keys, PASSWORD);
        TrustManagerFactory trusted = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusted.init(keys);
        tls = SSLContext.getInstance("TLS");
        tls.init(own.getKeyManagers(), trusted.getTrustManagers(), null);
    }

    @BeforeEach
    void start() throws IOException, GeneralSecurityException {
        before = SSLContext.getDefault();
        SSLContext.setDefault(tls);
        proxy = LocalProxy.start();
    }

    @AfterEach
    void stop() throws IOException {
        SSLContext.setDefault(before);
        proxy.close();
    }

    private static LocalHub filled(LocalHub hub) {
        return hub.add(ID, new HubContent().file("weights.bin", CONTENT).largeFrom(1 << 20));
    }

    private void download(LocalHub hub, String variable, String address) {
        Download.run(hub.endpoint(), variable, address, folder);
        assertThat(folder.resolve("out/weights.bin")).hasBinaryContent(CONTENT);
    }

    /** A download through a proxy, also as a process of its own. */
    static final class Download {
        private Download() {}

        public static void main(String[] arguments) {
            run(URI.create(arguments[0]), arguments[1], arguments[2], Path.of(arguments[3]));
        }

        /** Where the large files are is not the proxy's business. */
        static void run(URI endpoint, String variable, String address, Path folder) {
            Map<String, String> environment = new HashMap<>();
            environment.put("HF_ENDPOINT", endpoint.getScheme() + "://hub.invalid:" + endpoint.getPort());
            environment.put("HF_HOME", folder.resolve("no-home").toString());
            environment.put(variable, address);
            environment.put("NO_PROXY", "example.com,localhost");
            HubSettings settings = HubSettings.of(environment, HubContent.TOKEN)
                    .withTimes(Duration.ofMillis(5), Duration.ofSeconds(20));
            HubClient client = new HubClient(settings, HubProgress.NONE);
            HubClient.Listing listing = client.list(new HubRepository(Kind.MODEL, ID, HubRepository.MAIN));
            new HubDownload(client, listing, folder.resolve("out"), HubProgress.NONE, 4).run(FilePatterns.ALL);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private void assertTheTokenStayed(LocalHub hub) {
        assertThat(hub.requests())
                .anyMatch(seen -> seen.server().equals("storage"))
                .allMatch(
                        seen -> (seen.authorization() == null) == seen.server().equals("storage"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTPS_PROXY", "https_proxy"})
    void tlsGoesThroughATunnel(String variable) throws IOException {
        try (LocalHub hub = filled(LocalHub.start(tls))) {
            download(hub, variable, "http://127.0.0.1:" + proxy.port());
            assertThat(proxy.heads())
                    .isNotEmpty()
                    .allMatch(head -> head.startsWith(
                            "CONNECT hub.invalid:" + hub.endpoint().getPort()))
                    .noneMatch(head -> head.contains(HubContent.TOKEN));
            assertTheTokenStayed(hub);
        }
    }

    @Test
    void aTunnelWithAPassword() throws IOException, InterruptedException {
        proxy.user("me:p@ss+word");
        try (LocalHub hub = filled(LocalHub.start(tls))) {
            // Java decides once in a process whether a tunnel may ask for a password.
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-Djavax.net.ssl.trustStore=" + shared.resolve("store.p12"),
                            "-Djavax.net.ssl.trustStorePassword=" + new String(PASSWORD),
                            "-cp",
                            System.getProperty("java.class.path"),
                            Download.class.getName(),
                            hub.endpoint().toString(),
                            "HTTPS_PROXY",
                            "http://me:p%40ss+word@127.0.0.1:" + proxy.port(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .redirectOutput(folder.resolve("output").toFile())
                    .start();
            assertThat(process.waitFor())
                    .as(() -> read(folder.resolve("output")))
                    .isZero();
            assertThat(folder.resolve("out/weights.bin")).hasBinaryContent(CONTENT);
            assertThat(hub.requests()).allMatch(seen -> seen.proxyAuthorization() == null);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"HTTP_PROXY", "http_proxy"})
    void plainRequestsGoToTheProxy(String variable) throws IOException {
        proxy.user("me:secret");
        try (LocalHub hub = filled(LocalHub.start())) {
            download(hub, variable, "me:secret@127.0.0.1:" + proxy.port());
            assertThat(proxy.heads()).isNotEmpty().allMatch(head -> head.startsWith("GET http://hub.invalid"));
            assertTheTokenStayed(hub);
        }
    }

    @Test
    void aWrongPasswordIsSaidAtOnceAndNotShown() throws IOException {
        proxy.user("me:right");
        try (LocalHub hub = filled(LocalHub.start(tls))) {
            assertThatThrownBy(() -> download(hub, "HTTPS_PROXY", "http://me:wrong@127.0.0.1:" + proxy.port()))
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContainingAll(
                            "the proxy 127.0.0.1:" + proxy.port() + " (from HTTPS_PROXY)", "another user and password")
                    .hasMessageNotContaining("wrong");
            assertThat(proxy.heads()).hasSize(1);
        }
    }

    @Test
    void aProxyThatForbidsIsAskedOnce() throws IOException {
        proxy.refuse(403);
        try (LocalHub hub = filled(LocalHub.start(tls))) {
            assertThatThrownBy(() -> download(hub, "HTTPS_PROXY", "http://127.0.0.1:" + proxy.port()))
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContaining("lets nobody through to hub.invalid (403)");
            assertThat(proxy.heads()).hasSize(1);
        }
    }

    @Test
    void aProxyThatIsNotThereIsNamed() throws IOException {
        proxy.close();
        try (LocalHub hub = filled(LocalHub.start(tls))) {
            assertThatThrownBy(() -> download(hub, "HTTPS_PROXY", "http://127.0.0.1:" + proxy.port()))
                    .isInstanceOf(ResourceException.class)
                    .hasMessageContaining("no connection to the proxy 127.0.0.1:" + proxy.port());
        }
    }
}
