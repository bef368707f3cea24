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
}
