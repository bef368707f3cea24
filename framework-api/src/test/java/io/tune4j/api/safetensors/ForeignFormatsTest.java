// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ForeignFormatsTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"pytorch_model.bin", "consolidated.00.pth", "model.PT", "m.pkl", "m.ckpt"})
    void picklesAreRefusedByName(String name) throws IOException {
        assertRefused(name, "anything", "pickle", "runs whatever code", "transformers", "save_pretrained('OUT')");
    }

    @Test
    void picklesAreRefusedByTheirFirstBytes() throws IOException {
        assertRefused("zip.safetensors", "PK\3\4\10\10\0\0\0\0", "pickle", "zip archive", "AutoModelForCausalLM");
        assertRefused("two.safetensors", "\u0080\2}q\0X\0\0\0\0\0", "pickle", "begins as pickles do");
        assertRefused("five.safetensors", "\u0080\5\u0095", "pickle", "begins as pickles do");
    }

    @Test
    void pickledAdapterIsConvertedWithPeft() throws IOException {
        assertRefused("adapter_model.bin", "x", "from peft import AutoPeftModelForCausalLM");
    }

    @Test
    void ggufIsRefusedByNameAndFirstBytes() throws IOException {
        assertRefused("model.gguf", "x", "GGUF", "tune export", "--format hf");
        assertRefused("model.safetensors", "GGUF\3\0\0\0\0\0\0\0", "GGUF");
    }

    @Test
    void lfsPointerAndWebPageAreRecognized() throws IOException {
        assertRefused(
                "a.safetensors",
                "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n",
                "Git LFS pointer",
                "git lfs pull");
        assertRefused("b.safetensors", "\n<!DOCTYPE html><html>...", "web page", "download the file again");
    }

    @Test
    void anythingElseIsNoSafetensorsFile() throws IOException {
        assertRefused("a.safetensors", "Entry not found, sorry", "not a valid safetensors file");
    }

    @Test
    void headerWhoseLengthLooksLikeAPickleIsAccepted() throws IOException {
        String header = "{}" + " ".repeat(638);
        Path path = RawFiles.write(directory.resolve("a.safetensors"), header, 0);
        assertThat(Files.readAllBytes(path)).startsWith(0x80, 0x02);

        try (SafetensorsFile file = SafetensorsFile.open(path)) {
            assertThat(file.entries()).isEmpty();
        }
    }

    private void assertRefused(String name, String content, String... said) throws IOException {
        Path path = Files.write(directory.resolve(name), content.getBytes(StandardCharsets.ISO_8859_1));

        assertThatThrownBy(() -> SafetensorsFile.open(path).close())
                .isInstanceOf(UserException.class)
                .hasMessageContaining(path.toString())
                .hasMessageContainingAll(said);
    }
}
