// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.promises;

import io.tune4j.api.autograd.Parameter;
import io.tune4j.api.autograd.ParameterGroup;
import io.tune4j.api.backend.Backend;
import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.ComponentFactory;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.train.Checkpointer;
import io.tune4j.api.train.LearningRateSchedule;
import io.tune4j.api.train.Optimizer;
import io.tune4j.api.train.OptimizerProvider;
import io.tune4j.testkit.promises.Altered.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Breaches of what components, optimizers, schedules and checkpointers promise. */
final class ComponentBreaches {
    private static final Class<?> OPTIMIZER = Subjects.OfOptimizer.class;
    private static final Class<?> SCHEDULE = Subjects.OfSchedule.class;
    private static final Class<?> CHECKPOINTER = Subjects.OfCheckpointer.class;

    private ComponentBreaches() {}

    static Breach breach(String of, String promise, String mutant, Class<?> subject, String test, Plugin plugin) {
        return new Breach(of, promise, mutant, List.of(subject), test, () -> Subjects.plant(plugin));
    }

    static Stream<Breach> all() {
        return Stream.of(factories(), optimizers(), providers(), schedules(), checkpointers())
                .flatMap(each -> each);
    }

    private static Plugin factory(String method, Change change) {
        return Specimens.withFactory(OptimizerProvider.class, right -> {
            @SuppressWarnings("unchecked")
            ComponentFactory<OptimizerProvider> altered = Altered.of(ComponentFactory.class, right, method, change);
            return altered;
        });
    }

    private static Stream<Breach> factories() {
        return Stream.of(
                breach(
                        "ComponentFactory.summary",
                        "one line",
                        "a summary of two lines",
                        OPTIMIZER,
                        "itCanBeNamed",
                        factory("summary", (arguments, original) -> "one line\nand another")),
                breach(
                        "ComponentFactory.create",
                        "claims each key it knows, and no other",
                        "every key is claimed",
                        OPTIMIZER,
                        "unknownOptionsAreReported",
                        factory("create", (arguments, original) -> {
                            ConfigReader options = (ConfigReader) arguments[0];
                            options.keys().forEach(options::claim);
                            return original.with(arguments);
                        })),
                breach(
                        "ComponentFactory.create",
                        "wrong options are recorded as problems of the reader",
                        "a wrong option is an exception of its own",
                        OPTIMIZER,
                        "wrongOptionsAreProblemsOfTheConfig",
                        factory("create", (arguments, original) -> {
                            ConfigReader options = (ConfigReader) arguments[0];
                            Double.parseDouble(
                                    options.node("lr") instanceof ConfigNode.Scalar lr ? lr.text() : "no number");
                            return original.with(arguments);
                        })),
                breach(
                        "ComponentFactory.create",
                        "makes the part cheaply; heavy work belongs to the part's own methods",
                        "a file is written while the config is read",
                        OPTIMIZER,
                        "makingItWritesNothing",
                        factory("create", (arguments, original) -> {
                            Path output = ((ComponentContext) arguments[1]).outputDirectory();
                            write(output == null ? Path.of("") : output);
                            return original.with(arguments);
                        })));
    }

    private static void write(Path folder) {
        try {
            Files.createDirectories(folder);
            Files.writeString(folder.resolve("started"), "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Plugin optimizer(String method, Change change) {
        return provider(
                "create",
                (arguments, original) ->
                        Altered.of(Optimizer.class, (Optimizer) original.with(arguments), method, change));
    }

    private static Plugin provider(String method, Change change) {
        return Specimens.with(
                OptimizerProvider.class, right -> Altered.of(OptimizerProvider.class, right, method, change));
    }

    @SuppressWarnings("unchecked")
    private static Plugin afterEachStep(Consumer<Parameter> does) {
        return provider("create", (arguments, original) -> {
            List<Parameter> parameters = (List<Parameter>) arguments[1];
            return Altered.of(Optimizer.class, (Optimizer) original.with(arguments), "step", (given, step) -> {
                Object nothing = step.with(given);
                parameters.forEach(does);
                return nothing;
            });
        });
    }

    private static Stream<Breach> optimizers() {
        return Stream.of(
                breach(
                        "Optimizer.step",
                        "parameters without a gradient stay",
                        "every parameter decays",
                        OPTIMIZER,
                        "parametersWithoutAGradientStay",
                        afterEachStep(parameter -> parameter.value().timesInPlace(0.99))),
                breach(
                        "Optimizer.step",
                        "the gradients are left as they are",
                        "the gradients are scaled",
                        OPTIMIZER,
                        "gradientsAreLeftAsTheyAre",
                        afterEachStep(parameter -> {
                            Tensor gradient = parameter.gradient();
                            if (gradient != null) {
                                gradient.timesInPlace(0.5);
                            }
                        })),
                breach(
                        "Parameter.value",
                        "changed() is called after writing to it",
                        "the values are written without a word",
                        OPTIMIZER,
                        "whatIsWrittenIsSaidToBe",
                        provider("create", (arguments, original) -> new SilentDescent((List<?>) arguments[1]))),
                breach(
                        "Optimizer.step",
                        "the factor multiplies the configured learning rate",
                        "the factor is ignored",
                        OPTIMIZER,
                        "theFactorMultipliesTheRate",
                        optimizer("step", (arguments, original) -> original.with(1.0))),
                breach(
                        "Optimizer.step",
                        "the factor multiplies the configured learning rate",
                        "a factor of 0 is taken for 1",
                        OPTIMIZER,
                        "aFactorOfZeroChangesNothing",
                        optimizer(
                                "step",
                                (arguments, original) ->
                                        original.with((double) arguments[0] == 0 ? 1.0 : arguments[0]))),
                breach(
                        "Optimizer.step",
                        "updates parameters from their gradients",
                        "it climbs",
                        OPTIMIZER,
                        "itGoesDownhill",
                        optimizer("step", (arguments, original) -> original.with(-(double) arguments[0]))),
                breach(
                        "Optimizer.stepCount",
                        "updates done so far",
                        "updates are not counted",
                        OPTIMIZER,
                        "stepsAreCounted",
                        optimizer("stepCount", (arguments, original) -> 0L)),
                breach(
                        "Optimizer.restore",
                        "continues from a saved state",
                        "the state's tensors are forgotten",
                        OPTIMIZER,
                        "aRestoredStateGoesOnAsIfNothingHappened",
                        optimizer("restore", (arguments, original) -> {
                            Map<String, Tensor> zeros = new LinkedHashMap<>();
                            ((Map<?, ?>) arguments[1])
                                    .forEach((name, tensor) -> zeros.put((String) name, ((Tensor) tensor).times(0)));
                            return original.with(arguments[0], zeros);
                        })),
                breach(
                        "Optimizer.restore",
                        "continues with the saved number of steps",
                        "steps are counted from 0 again",
                        OPTIMIZER,
                        "aRestoredStateGoesOnAsIfNothingHappened",
                        optimizer("restore", (arguments, original) -> original.with(0L, arguments[1]))),
                breach(
                        "Optimizer.restore",
                        "a state that does not fit is refused with every mismatch",
                        "any state is taken",
                        OPTIMIZER,
                        "anotherParametersStateIsRefusedWithEveryMismatch",
                        optimizer("restore", (arguments, original) -> null)),
                breach(
                        "Optimizer.close",
                        "the state's tensors are owned by the optimizer",
                        "the state is not closed",
                        OPTIMIZER,
                        "stepsAreCounted",
                        optimizer("close", (arguments, original) -> null)));
    }

    /** Gradient descent that does not call {@link Parameter#changed}. */
    private record SilentDescent(List<?> parameters) implements Optimizer {
        @Override
        public void step(double learningRateFactor) {
            for (Object each : parameters) {
                Parameter parameter = (Parameter) each;
                Tensor gradient = parameter.gradient();
                if (gradient != null) {
                    parameter.value().addInPlace(gradient, -0.01 * learningRateFactor);
                }
            }
        }

        @Override
        public long stepCount() {
            return 0;
        }

        @Override
        public Map<String, Tensor> state() {
            return Map.of();
        }

        @Override
        public void restore(long stepCount, Map<String, Tensor> state) {
            // There is none.
        }

        @Override
        public void close() {
            // The parameters are the adapter's.
        }
    }

    private static Stream<Breach> providers() {
        return Stream.of(
                breach(
                        "OptimizerProvider.stateBytesPerParameter",
                        "bytes of state per parameter, at most",
                        "half of what is kept",
                        OPTIMIZER,
                        "theStateIsAsSmallAsTheProviderSays",
                        provider("stateBytesPerParameter", (arguments, original) -> 2.0)),
                breach(
                        "OptimizerProvider.learningRate",
                        "the configured learning rate",
                        "no rate",
                        OPTIMIZER,
                        "theRateIsTheConfigs",
                        provider("learningRate", (arguments, original) -> 0.0)),
                breach(
                        "OptimizerProvider.createForGroups",
                        "each group has its own factor, or the groups are refused",
                        "all groups learn at one rate",
                        OPTIMIZER,
                        "groupsHaveRatesOfTheirOwn",
                        Specimens.with(
                                OptimizerProvider.class,
                                right -> Altered.of(
                                        OptimizerProvider.class,
                                        right,
                                        "createForGroups",
                                        (arguments, original) -> right.create(
                                                (Backend) arguments[0],
                                                ((List<?>) arguments[1])
                                                        .stream()
                                                                .map(group -> (ParameterGroup) group)
                                                                .flatMap(group -> group.parameters().stream())
                                                                .toList())))));
    }

    private static Plugin schedule(LearningRateSchedule mutant) {
        return Specimens.with(LearningRateSchedule.class, right -> mutant);
    }

    private static Stream<Breach> schedules() {
        AtomicLong asked = new AtomicLong();
        return Stream.of(
                breach(
                        "LearningRateSchedule",
                        "a pure function of the step",
                        "it counts how often it is asked",
                        SCHEDULE,
                        "theStepAloneDecides",
                        schedule((step, total) -> 1.0 / asked.incrementAndGet())),
                breach(
                        "LearningRateSchedule.factor",
                        "a factor on the learning rate",
                        "below zero after half of the steps",
                        SCHEDULE,
                        "factorsAreNumbersFromZero",
                        schedule((step, total) -> 1 - 2.0 * step / total)),
                breach(
                        "LearningRateSchedule.factor",
                        "a factor for each step from 0, of a run of one step too",
                        "0 / 0 for a run of one step",
                        SCHEDULE,
                        "factorsAreNumbersFromZero",
                        schedule((step, total) -> (double) step / (total - 1))),
                breach(
                        "LearningRateSchedule.factor",
                        "a factor on the learning rate",
                        "always 0: nothing is learned",
                        SCHEDULE,
                        "notEveryFactorIsZero",
                        schedule((step, total) -> 0)));
    }

    private static Plugin checkpointer(String method, Change change) {
        return Specimens.with(Checkpointer.class, right -> Altered.of(Checkpointer.class, right, method, change));
    }

    private static Stream<Breach> checkpointers() {
        return Stream.of(
                breach(
                        "Checkpointer.recipeCheckpoint",
                        "null for the newest state",
                        "a state that the config does not name",
                        CHECKPOINTER,
                        "nothingIsThereThatWasNotNamed",
                        checkpointer("recipeCheckpoint", (arguments, original) -> Path.of("state"))),
                breach(
                        "Checkpointer.outputDirectory",
                        "null for the run's output_dir",
                        "the base model's folder",
                        CHECKPOINTER,
                        "nothingIsThereThatWasNotNamed",
                        checkpointer("outputDirectory", (arguments, original) -> Path.of("model"))),
                breach(
                        "Checkpointer.baseModel",
                        "the base model that an adapter should name",
                        "no name",
                        CHECKPOINTER,
                        "itSaysWhereTheBaseModelIs",
                        checkpointer("baseModel", (arguments, original) -> "")),
                breach(
                        "Checkpointer.open",
                        "a UserException if files are missing or broken",
                        "an error of the JVM's files",
                        CHECKPOINTER,
                        "filesThatAreMissingOrBrokenAreTheUsersMistake",
                        checkpointer("open", (arguments, original) -> {
                            try {
                                return original.with(arguments);
                            } catch (UserException e) {
                                throw new IllegalStateException(e);
                            }
                        })),
                breach(
                        "Checkpointer.open",
                        "opens the base model's weights",
                        "the weights are closed before they are read",
                        CHECKPOINTER,
                        "theWeightsAreThoseOfTheFiles",
                        checkpointer("open", (arguments, original) -> {
                            AutoCloseable opened = (AutoCloseable) original.with(arguments);
                            opened.close();
                            return opened;
                        })));
    }
}
