// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DTypeAndDeviceTest {
    @ParameterizedTest
    @CsvSource({
        "fp32, FLOAT32",
        "float32, FLOAT32",
        "bf16, BFLOAT16",
        "bfloat16, BFLOAT16",
        "BF16, BFLOAT16",
        "half, FLOAT16"
    })
    void readsConfigAndPyTorchNames(String name, DType expected) {
        assertThat(DType.parse(name)).isEqualTo(expected);
    }

    @Test
    void anUnknownDtypeNamesTheKnownOnes() {
        assertThatThrownBy(() -> DType.parse("bf61"))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("'bf61'")
                .hasMessageContaining("fp32")
                .hasMessageContaining("bf16");
    }

    @Test
    void readsDevices() {
        assertThat(Device.parse("cpu")).isEqualTo(Device.CPU);
        assertThat(Device.parse("cuda")).isEqualTo(new Device("cuda", 0));
        assertThat(Device.parse("cuda:1")).hasToString("cuda:1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "cuda:", "cuda:x", "CPU!", "cuda:99999", ":1"})
    void refusesWhatIsNoDevice(String text) {
        assertThatThrownBy(() -> Device.parse(text))
                .isInstanceOf(UserException.class)
                .hasMessageContaining("cpu, cuda or cuda:1");
    }
}
