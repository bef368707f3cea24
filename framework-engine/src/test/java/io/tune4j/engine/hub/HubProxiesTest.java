// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import java.net.URI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Proxies from the environment. */
class HubProxiesTest {
    private static final URI HUB = URI.create("https://huggingface.co/api");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "*|true",
                "huggingface.co|true",
                ".huggingface.co|true",
                "*.huggingface.co|true",
                "HuggingFace.co|true",
                "huggingface.co:443|true",
                "huggingface.co:8080|false",
                "a.org, co|true",
                "gface.co|false",
                "cdn.huggingface.co|false",
                "10.0.0.0/8|false",
                ",|false"
            })
    void exceptions(String list, boolean covered) {
        assertThat(new NoProxy(list).covers(HUB)).isEqualTo(covered);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "10.1.2.3|http://10.1.2.3/|true",
                "10.0.0.0/8|http://10.1.2.3/|true",
                "10.0.0.0/16|http://10.1.2.3/|false",
                "10.0.0.0/8|http://11.1.2.3/|false",
                "10.0.0.0/x|http://10.1.2.3/|false",
                "2.3|http://10.1.2.3/|false",
                "::1|http://[::1]:8000/|true",
                "[::1]:8000|http://[::1]:8000/|true",
                "[::1]:80|http://[::1]:8000/|false",
                "127.0.0.1:8000|http://127.0.0.1:8000/|true"
            })
    void addressesInNumbers(String list, URI address, boolean covered) {
        assertThat(new NoProxy(list).covers(address)).isEqualTo(covered);
    }

    @Test
    void theLowerCaseGoesFirst() {
        HubProxies proxies = HubProxies.of(
                Map.of("https_proxy", "http://lower:1", "HTTPS_PROXY", "http://upper:2", "HTTP_PROXY", "plain"));
        assertThat(String.valueOf(proxies.forAddress(HUB))).isEqualTo("lower:1 (from https_proxy)");
        assertThat(String.valueOf(proxies.forAddress(URI.create("http://a")))).isEqualTo("plain:80 (from HTTP_PROXY)");
        assertThat(HubProxies.of(Map.of("HTTPS_PROXY", " ")).isEmpty()).isTrue();
    }

    @Test
    void passwordsAreNotShown() {
        Map<String, String> environment = Map.of("HTTPS_PROXY", "http://me:secret@proxy:1");
        assertThat(HubProxies.of(environment).toString()).contains("proxy:1").doesNotContain("secret");
        assertThat(HubSettings.of(environment, "hf_x").toString()).doesNotContain("secret");
    }

    @ParameterizedTest
    @ValueSource(strings = {"socks5://me:secret@host:1", "http://me:secret@ho st", "https://me:secret@h", "http://"})
    void whatIsNoProxyIsSaid(String address) {
        assertThatThrownBy(() -> HubProxies.of(Map.of("HTTPS_PROXY", address)))
                .isInstanceOf(UserException.class)
                .hasMessageContainingAll("HTTPS_PROXY", "set it to an address such as")
                .hasMessageNotContaining("secret");
    }
}
