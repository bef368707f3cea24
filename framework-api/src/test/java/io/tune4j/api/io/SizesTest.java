// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.io;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SizesTest {
    @ParameterizedTest
    @CsvSource({
        "0, 0 bytes",
        "1, 1 byte",
        "1023, '1,023 bytes'",
        "1024, 1.0 KiB",
        "1536, 1.5 KiB",
        "1048525, 1.0 MiB",
        "1048524, 1023.9 KiB",
        "16106127360, 15.0 GiB",
        "-2048, -2.0 KiB",
        "9223372036854775807, 8.0 EiB",
        "-9223372036854775808, -8.0 EiB"
    })
    void bytesAreRoundedToAUnit(long bytes, String text) {
        assertThat(Sizes.format(bytes)).isEqualTo(text);
    }

    @Test
    void exactBytesAreGrouped() {
        assertThat(Sizes.exact(1_234_567)).isEqualTo("1,234,567 bytes");
        assertThat(Sizes.exact(1)).isEqualTo("1 byte");
    }

    @ParameterizedTest
    @CsvSource({
        "24GB, 24000000000",
        "7.5GiB, 8053063680",
        "512MiB, 536870912",
        "512 mib, 536870912",
        "6G, 6000000000",
        "4096, 4096",
        "10B, 10",
        "1TiB, 1099511627776"
    })
    void sizesAreRead(String text, long bytes) {
        assertThat(Sizes.parse(text)).hasValue(bytes);
    }

    @ParameterizedTest
    @CsvSource({"lots", "GiB", "-1GiB", "1.GiB", "6GiBs", "''"})
    void whatIsNoSizeIsNone(String text) {
        assertThat(Sizes.parse(text)).isEmpty();
    }

    @Test
    void aConfigGetsWholeMebibytes() {
        assertThat(Sizes.roundedUp((1 << 20) + 1)).isEqualTo("2MiB");
        assertThat(Sizes.parse(Sizes.roundedUp(1 << 20))).hasValue(1 << 20);
    }
}
