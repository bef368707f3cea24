// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.safetensors;

import java.nio.file.Path;
import org.apiguardian.api.API;

/** Advice for checkpoints that other programs read and this one does not. */
@API(status = API.Status.INTERNAL, since = "0.1")
public final class SavedAnew {
    private SavedAnew() {}

    /** A sentence's end that says how transformers writes the checkpoint once more, with exactly the weights it needs. */
    public static String by(Path folder) {
        return "in Python: from transformers import AutoModelForCausalLM; AutoModelForCausalLM.from_pretrained('"
                + folder + "').save_pretrained('OUT'); then copy the tokenizer's files to OUT and use that";
    }
}
