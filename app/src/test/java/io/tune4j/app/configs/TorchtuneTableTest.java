// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.config.Problems.Problem;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.ForeignName;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.app.configs.Checks.Result;
import io.tune4j.engine.hub.HubSettings;
import io.tune4j.engine.registry.ComponentRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The tables of docs/reference/torchtune.md describe each of torchtune's keys and components as the code does. To write them again: {@code
 * mvn -pl app -am test -Dtest=TorchtuneTableTest -Dsurefire.failIfNoSpecifiedTests=false -Dtune4j.docs.update=true}.
 */
class TorchtuneTableTest {
    private static final Path DOCUMENT = Path.of("../docs/reference/torchtune.md");
    private static final Path FACTS = Path.of("src/test/resources/torchtune");
    private static final String BASE = Checks.read(Checks.CONFIGS.resolve("quickstart.yaml"));
    private static final String PREFERENCES =
            Checks.read(Checks.CONFIGS.resolve("llama2/7B_lora_dpo_single_device.yaml"));

    @Test
    void theTablesSayWhatTheCodeDoes() throws IOException {
        String text = Files.readString(DOCUMENT);
        String wanted = replaced(replaced(text, "keys", keys()), "components", components());
        if (Boolean.getBoolean("tune4j.docs.update")) {
            Files.writeString(DOCUMENT, wanted);
            return;
        }
        assertThat(text).isEqualTo(wanted);
    }

    /** Nothing of torchtune's is simply unknown: each key and name is used, explained or refused with a way out. */
    @Test
    void nothingIsUnknown() throws IOException {
        assertThat(keys()).doesNotContain("unknown key");
        assertThat(components()).doesNotContain("there is no");
    }

    private static String replaced(String text, String table, String rows) {
        String start = "<!-- table " + table + ": written by TorchtuneTableTest -->\n";
        int from = text.indexOf(start) + start.length();
        int to = text.indexOf("<!-- end of table -->", from);
        assertThat(from).as("the place of the table of %s", table).isGreaterThan(start.length());
        return text.substring(0, from) + rows + text.substring(to);
    }

    private static List<String> facts(String file) throws IOException {
        return Files.readAllLines(FACTS.resolve(file)).stream()
                .filter(line -> !line.isBlank() && !line.startsWith("#"))
                .toList();
    }

    private static String keys() throws IOException {
        StringBuilder table = new StringBuilder("| key | what it does here |\n|---|---|\n");
        for (String line : facts("keys.txt")) {
            String[] parts = line.split(" \\| ");
            List<String> overrides = new ArrayList<>();
            if (parts.length > 2) {
                overrides.addAll(List.of(parts[2].split(" (?=[\\w~.]+(=|$))")));
            }
            String key = parts[0].strip();
            overrides.add(key + "=" + parts[1].strip());
            table.append("| `")
                    .append(key)
                    .append("` | ")
                    .append(effect(key, overrides))
                    .append(" |\n");
        }
        return table.toString();
    }

    /** The effect of a key, from its problem or notice; a key without either is used. */
    private static String effect(String key, List<String> overrides) {
        Result result = Checks.check(BASE, overrides);
        for (Problem problem : result.problems().mistakes()) {
            if (problem.path().equals(key)) {
                return "refused: " + cell(problem.message());
            }
        }
        for (String notice : result.notices().all()) {
            int at = notice.indexOf(": " + key + ": ");
            if (at >= 0) {
                return "accepted, without effect: " + cell(notice.substring(at + key.length() + 4));
            }
        }
        assertThat(result.problems().mistakes()).as(key + " " + overrides).isEmpty();
        return "as in torchtune";
    }

    private static String components() throws IOException {
        StringBuilder table = new StringBuilder("| section | name | what it is here |\n|---|---|---|\n");
        for (String line : facts("components.txt")) {
            String kind = line.substring(0, line.indexOf(' '));
            String name = line.substring(kind.length() + 1);
            table.append("| `")
                    .append(kind)
                    .append("` | `")
                    .append(name)
                    .append("` | ")
                    .append(meaning(kind, name))
                    .append(" |\n");
        }
        return table.toString();
    }

    private static String meaning(String section, String name) {
        List<String> overrides = new ArrayList<>(List.of(section + "._component_=" + name));
        if (section.equals("model")) {
            overrides.add("model.lora_attn_modules=[q_proj]");
            overrides.add("checkpointer.checkpoint_dir=/nowhere");
        }
        String base = name.startsWith("torchtune.rlhf.") ? PREFERENCES : BASE;
        for (Problem problem : Checks.check(base, overrides).problems().mistakes()) {
            if (problem.path().equals(section + "._component_")) {
                return "refused: " + cell(problem.message());
            }
        }
        String simple = name.substring(name.lastIndexOf('.') + 1);
        for (Plugin plugin : Checks.PLUGINS) {
            for (ForeignName foreign : plugin.foreignNames()) {
                if (foreign.covers(name) && foreign.replacement() != null && !foreign.isLastPart()) {
                    return "`" + foreign.replacement() + "`: " + foreign.advice();
                }
            }
            for (ComponentFactory<?> factory : plugin.components()) {
                boolean same =
                        factory.aliases().contains(name) || factory.name().equals(simple);
                if (same
                        && ComponentRegistry.kind(factory.type())
                                .replace(' ', '_')
                                .contains(kind(section))) {
                    return "`" + factory.name() + "`";
                }
            }
        }
        assertThat(section).as("%s was resolved by no component", name).isEqualTo("model");
        return "`" + simple + "`";
    }

    private static String kind(String section) {
        return section.equals("lr_scheduler") ? "learning_rate_schedule" : section;
    }

    /** One cell of a table: a single line, without the lists of what is installed. */
    private static String cell(String text) {
        return text.replaceAll("\\s+", " ")
                .replaceAll("; installed: .*", "")
                .replaceAll("(?<=; known: ).*", "...")
                .replace(HubSettings.cache(System.getenv()).toString(), "~/.cache/tune4j")
                .replace(System.getProperty("user.home"), "~")
                .replace("|", "\\|");
    }
}
