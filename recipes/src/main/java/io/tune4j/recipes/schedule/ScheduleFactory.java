// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.schedule;

import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.train.LearningRateSchedule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The schedules by name, each with {@code num_warmup_steps}. */
public final class ScheduleFactory implements ComponentFactory<LearningRateSchedule> {
    /** Makes a schedule of its options and warm-up steps. */
    private interface Reader {
        @Nullable
        LearningRateSchedule read(ConfigReader options, int warmup);
    }

    private final String name;
    private final List<String> aliases;
    private final String summary;
    private final Reader reader;

    private ScheduleFactory(String name, List<String> aliases, String summary, Reader reader) {
        this.name = name;
        this.aliases = aliases;
        this.summary = summary;
        this.reader = reader;
    }

    /** All of them. */
    public static List<ComponentFactory<?>> all() {
        return List.of(
                new ScheduleFactory(
                        "get_cosine_schedule_with_warmup",
                        List.of("torchtune.training.lr_schedulers.get_cosine_schedule_with_warmup", "cosine"),
                        "linear warm-up, then half a cosine down to 0",
                        (options, warmup) ->
                                Schedules.cosine(warmup, options.number("num_cycles", 0.5, 0, Double.MAX_VALUE))),
                new ScheduleFactory(
                        "get_linear_schedule_with_warmup",
                        List.of("transformers.get_linear_schedule_with_warmup", "linear"),
                        "linear warm-up, then a line down to 0",
                        (options, warmup) -> Schedules.linear(warmup)),
                new ScheduleFactory(
                        "get_constant_schedule_with_warmup",
                        List.of("transformers.get_constant_schedule_with_warmup", "constant"),
                        "linear warm-up, if any, then the configured rate",
                        (options, warmup) -> Schedules.constant(warmup)));
    }

    @Override
    public Class<LearningRateSchedule> type() {
        return LearningRateSchedule.class;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public List<String> aliases() {
        return aliases;
    }

    @Override
    public String summary() {
        return summary;
    }

    @Override
    public @Nullable LearningRateSchedule create(ConfigReader options, ComponentContext context) {
        int warmup = options.integer("num_warmup_steps", 0, 0, Integer.MAX_VALUE);
        options.accept("last_epoch", "resume_from_checkpoint decides where the schedule goes on");
        options.accept("num_training_steps", "the run knows how many steps it takes");
        return reader.read(options, warmup);
    }
}
