package io.tune4j.recipes.testing;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Origin;
import io.tune4j.api.config.Problems;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.recipes.optimizer.AdamWFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.yaml.snakeyaml.Yaml;

/** Config sections from a text. */
public final class Readers {
    private Readers() {}

    public static ConfigReader of(String yaml) {
        ConfigNode node = node(new Yaml().load(yaml));
        return new ConfigReader((ConfigNode.Mapping) node, new Problems(), new Notices());
    }

    private static ConfigNode node(Object value) {
        Origin origin = new Origin("test", 0);
        if (value instanceof Map<?, ?> map) {
            Map<String, ConfigNode> entries = new LinkedHashMap<>();
            map.forEach((key, child) -> entries.put(String.valueOf(key), node(child)));
            return new ConfigNode.Mapping(entries, origin);
        }
        if (value instanceof List<?> list) {
            return new ConfigNode.Sequence(list.stream().map(Readers::node).toList(), origin);
        }
        Object plain = value instanceof Integer number ? Long.valueOf(number) : value;
        return new ConfigNode.Scalar(plain, String.valueOf(value), origin);
    }

    /** An optimizer's options. */
    public static OptimizerProvider optimizer(String yaml) {
        return Objects.requireNonNull(
                new AdamWFactory().create(of(yaml), new ComponentContext(new NoComponents(), null, null)));
    }
}
