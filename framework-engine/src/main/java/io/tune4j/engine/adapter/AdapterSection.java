// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.adapter;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Makes the model section of an adapter from that of its base and from the adapter's own {@code adapter_config.json}. */
public final class AdapterSection {
    /** peft's file beside an adapter's weights. */
    public static final String FILE = "adapter_config.json";

    private static final String LORA = "LORA";

    /** The keys of peft's file that a model section takes too. */
    private static final List<String> KEYS = List.of(
            "r",
            "lora_alpha",
            "target_modules",
            "exclude_modules",
            "layers_to_transform",
            "use_dora",
            "use_rslora",
            "rank_pattern",
            "alpha_pattern");

    /** torchtune's dotted path before a builder's name. */
    private static final Pattern TORCHTUNE = Pattern.compile("^torchtune\\.models\\.(\\w+\\.)*");

    private AdapterSection() {}

    /** Whether an adapter's file has the options of its method: that is so for LoRA. */
    public static boolean isLora(JsonNode file) {
        return file.path("peft_type").asText(LORA).equals(LORA);
    }

    /**
     * A section {@code lora_<builder>} with the options of an adapter.
     *
     * @param folder of the adapter; what is wrong with its file becomes a problem of {@code base}
     * @param base a section whose {@code _component_} is a builder without a PEFT method
     */
    public static ConfigReader of(Path folder, ConfigReader base) {
        Path file = folder.resolve(FILE);
        Origin origin = new Origin(file.toString(), 0);
        Map<String, ConfigNode> keys = new LinkedHashMap<>();
        for (String key : base.keys()) {
            ConfigNode node = base.node(key);
            if (node != null) {
                keys.put(key, node);
            }
        }
        String name = "lora_" + TORCHTUNE.matcher(base.component()).replaceFirst("");
        keys.put("_component_", new Scalar(name, name, origin));
        try {
            JsonNode json = JsonFiles.read(file);
            if (!isLora(json)) {
                base.problem(
                        "_component_",
                        "the adapter in " + folder + " is of the method "
                                + json.path("peft_type").asText()
                                + ", and its " + FILE
                                + " does not say all of the method's options; name the method here"
                                + " (METHOD_" + base.component() + "), with the options of the training run");
            }
            ConfigReader options = ConfigReader.ofJson(file);
            for (String key : KEYS) {
                ConfigNode node = options.node(key);
                JsonNode value = json.path(key);
                boolean empty = value.isNull() || value.isContainerNode() && value.isEmpty();
                if (node != null && !empty) {
                    keys.put(key, node);
                }
            }
        } catch (IOException e) {
            base.problem(
                    "_component_", "cannot read " + file + ": " + JsonFiles.problem(e, "download the adapter again"));
        }
        return new ConfigReader(new Mapping(keys, origin), base.problems(), base.notices());
    }
}
