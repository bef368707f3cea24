// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.promises;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.testkit.component.CheckpointerConformance;
import io.tune4j.testkit.component.DatasetConformance;
import io.tune4j.testkit.component.LossConformance;
import io.tune4j.testkit.component.MetricLoggerConformance;
import io.tune4j.testkit.component.OptimizerConformance;
import io.tune4j.testkit.component.ScheduleConformance;
import io.tune4j.testkit.component.TokenizerConformance;
import io.tune4j.testkit.component.WeightFormatConformance;
import io.tune4j.testkit.toy.ToyCheckpoints;
import io.tune4j.testkit.toy.ToyDefinition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The kit on the specimens, of which one may be a mutant. */
final class Subjects {
    private static Plugin planted = Specimens.right();

    private Subjects() {}

    static void plant(Plugin mutant) {
        planted = mutant;
    }

    private static List<Plugin> plugins() {
        return List.of(planted);
    }

    static class OfOptimizer extends OptimizerConformance {
        @Override
        protected List<Plugin> plugins() {
            return Subjects.plugins();
        }

        @Override
        protected String section(Path folder) {
            return "_component_: toy_optimizer\nlr: 0.01\nmomentum: 0.5";
        }
    }

    static class OfSchedule extends ScheduleConformance {
        @Override
        protected List<Plugin> plugins() {
            return Subjects.plugins();
        }

        @Override
        protected String section(Path folder) {
            return "_component_: ramp";
        }
    }

    static class OfLoss extends LossConformance {
        @Override
        protected List<Plugin> plugins() {
            return Subjects.plugins();
        }

        @Override
        protected String section(Path folder) {
            return "_component_: plain_loss";
        }
    }

    static class OfLogger extends MetricLoggerConformance {
        @Override
        protected List<Plugin> plugins() {
            return Subjects.plugins();
        }

        @Override
        protected String section(Path folder) {
            return "_component_: lines_logger\nfile: log.txt";
        }

        @Override
        protected @Nullable Map<Long, Map<String, Double>> logged(Path folder, Path output) {
            Map<Long, Map<String, Double>> logged = new TreeMap<>();
            try {
                for (String line : Files.readAllLines(output.resolve("log.txt"))) {
                    String[] words = line.split(" ");
                    logged.computeIfAbsent(Long.parseLong(words[0]), step -> new TreeMap<>())
                            .put(words[1], Double.parseDouble(words[2]));
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return logged;
        }
    }

    static class OfDataset extends DatasetConformance {
        @Override
        protected List<Plugin> plugins() {
            return Subjects.plugins();
        }

        @Override
        protected String section(Path folder) {
            return "_component_: lines_dataset\nfile: '" + folder.resolve("texts.txt") + "'";
        }

        @Override
        protected int samples() {
            return 3;
        }

        @Override
        protected void writeFiles(Path folder) throws IOException {
            Files.writeString(folder.resolve("texts.txt"), "one\ntwo\nthree\n");
        }

        @Override
        protected void changeFiles(Path folder) throws IOException {
            Files.writeString(folder.resolve("texts.txt"), "one\nfour\nthree\n");
        }
    }

    static class OfTokenizer extends TokenizerConformance {
        @Override
        protected List<Plugin> plugins() {
            return Subjects.plugins();
        }

        @Override
        protected String section(Path folder) {
            return "_component_: toy_tokenizer";
        }

        @Override
        protected List<String> spelledSpecials() {
            return List.of("<end>");
        }
    }

    static class OfCheckpointer extends CheckpointerConformance {
        @Override
        protected List<Plugin> plugins() {
            return Subjects.plugins();
        }

        @Override
        protected String section(Path folder) {
            return "_component_: toy_checkpointer\ncheckpoint_dir: '" + folder + "'";
        }

        @Override
        protected void writeFiles(Path folder) {
            ToyCheckpoints.write(folder, new ToyDefinition(1, false, true));
        }

        @Override
        protected Map<String, float[]> weights() {
            return ToyCheckpoints.values(new ToyDefinition(1, false, true), "toy.norm.weight");
        }
    }

    static class OfFormat extends WeightFormatConformance {
        @Override
        protected List<Plugin> plugins() {
            return Subjects.plugins();
        }

        @Override
        protected String section(Path folder) {
            return "_component_: plain_format";
        }

        @Override
        protected double rounding() {
            return 0;
        }
    }
}
