// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Recognizes what people mistake for a safetensors file, to say what it is and how to convert it. */
final class ForeignFormats {
    private static final List<String> PICKLE_SUFFIXES = List.of(".bin", ".pt", ".pth", ".pkl", ".ckpt");
    private static final int ENOUGH = 64;
    private static final int BRACE_AT = 8;

    private ForeignFormats() {}

    static boolean isPickleName(String name) {
        return PICKLE_SUFFIXES.stream().anyMatch(name.toLowerCase(Locale.ROOT)::endsWith);
    }

    static boolean isGgufName(String name) {
        return name.toLowerCase(Locale.ROOT).endsWith(".gguf");
    }

    /** @throws UserException if the file's name or first bytes are those of another format */
    static void refuse(Path path) {
        byte[] start = start(path);
        String text = new String(start, StandardCharsets.ISO_8859_1);
        String name = String.valueOf(path.getFileName());
        if (text.startsWith("GGUF") || isGgufName(name)) {
            throw gguf(path);
        }
        if (isPickleName(name)) {
            throw pickle(path, "its name says so");
        }
        // A header of 640 bytes begins as a pickle of protocol 2 does; the brace decides.
        if (start.length > BRACE_AT && start[BRACE_AT] == '{') {
            return;
        }
        if (text.startsWith("PK\3\4")) {
            throw pickle(path, "it is a zip archive as PyTorch writes it");
        }
        if (start.length > 1 && start[0] == (byte) 0x80 && start[1] >= 2 && start[1] <= 5) {
            throw pickle(path, "it begins as pickles do");
        }
        if (text.startsWith("version https://git-lfs")) {
            throw new DataException(path + " is a Git LFS pointer, not the file it stands for; run 'git lfs pull' in "
                    + path.toAbsolutePath().getParent() + " or download the file itself");
        }
        if (text.stripLeading().toLowerCase(Locale.ROOT).startsWith("<!doctype") || text.startsWith("<html")) {
            throw new DataException(
                    path + " is a web page, probably an error or log-in page saved by a download; download"
                            + " the file again, logged in if the model asks for that");
        }
    }

    static UserException pickle(Path path, String sign) {
        Path parent = path.toAbsolutePath().normalize().getParent();
        boolean adapter = String.valueOf(path.getFileName()).startsWith("adapter_model");
        String loader = adapter ? "AutoPeftModelForCausalLM" : "AutoModelForCausalLM";
        return new DataException(
                path + " is a pickle (" + sign + "), and reading a pickle runs whatever code is inside it,"
                        + " so it is refused. Convert it once, if you trust its origin, in Python: from "
                        + (adapter ? "peft" : "transformers") + " import " + loader + "; " + loader
                        + ".from_pretrained('" + parent
                        + "').save_pretrained('OUT'); then use OUT, which has safetensors files");
    }

    static UserException gguf(Path path) {
        return new DataException(path + " is a GGUF file, made for inference. Train the checkpoint it was made from"
                + " (safetensors), or, if there is none, make a folder of it: tune export " + path
                + " --format hf --output FOLDER; then use FOLDER");
    }

    private static byte[] start(Path path) {
        try (InputStream in = Files.newInputStream(path)) {
            return in.readNBytes(ENOUGH);
        } catch (IOException e) {
            throw ExistingFiles.unreadable(path, e);
        }
    }
}
