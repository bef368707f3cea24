// SPDX-License-Identifier: Apache-2.0
package io.tune4j.kernels.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The kernels for AArch64, in an emulator, print what the plain twins print. */
class AarchTest {
    private static final String EMULATOR = "qemu-aarch64";

    @ParameterizedTest
    @CsvSource({"driver-neon, 1e-4", "driver-neon-bf16, 0.15"})
    void printsWhatThePlainTwinsPrint(String program, double tolerance) throws Exception {
        Optional<Path> emulator = Arrays.stream(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, EMULATOR))
                .filter(Files::isExecutable)
                .findFirst();
        assumeTrue(emulator.isPresent(), EMULATOR + " is not installed (Debian's package is qemu-user)");
        List<Float> expected = output(program("driver-plain"));
        List<Float> found = output(emulator.get().toString(), "-cpu", "max", program(program));
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < found.size(); i++) {
            float right = expected.get(i);
            // Half of the numbers are of bf16.
            double bound = tolerance + Math.abs(right) / 128;
            assertThat((double) found.get(i)).as("number %d", i).isBetween(right - bound, right + bound);
        }
    }

    private static String program(String name) throws Exception {
        File file = Path.of(AarchTest.class.getResource(name).toURI()).toFile();
        assertThat(file.setExecutable(true)).isTrue();
        return file.toString();
    }

    private static List<Float> output(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        assertThat(process.waitFor()).as("exit status of %s", command[0]).isZero();
        List<Float> numbers = new ArrayList<>();
        text.lines().forEach(line -> numbers.add(Float.intBitsToFloat(Integer.parseUnsignedInt(line, 16))));
        return numbers;
    }
}
