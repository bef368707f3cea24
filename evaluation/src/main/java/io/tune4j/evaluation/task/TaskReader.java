// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.ConfigReader;
import io.tune4j.api.config.Notices;
import io.tune4j.api.config.Problems;
import io.tune4j.api.data.TextTemplates;
import io.tune4j.api.error.UserException;
import io.tune4j.api.plugin.ComponentContext;
import io.tune4j.api.plugin.Components;
import io.tune4j.evaluation.task.TaskCatalog.TaskFile;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import org.jspecify.annotations.Nullable;

/** Reads a task file. Its mistakes become problems with file and line. */
public final class TaskReader {
    /** Keys that change nothing of what is computed. */
    private static final List<String> WITHOUT_EFFECT = List.of(
            "doc_to_decontamination_query",
            "group",
            "metadata",
            "should_decontaminate",
            "tag",
            "task_alias",
            "test_split",
            "training_split",
            "unsafe_code",
            "validation_split");

    /** Keys that change what is asked in a way that is not supported. */
    private static final List<String> UNSUPPORTED = List.of(
            "class",
            "custom_dataset",
            "doc_to_audio",
            "doc_to_image",
            "gen_prefix",
            "process_docs",
            "process_results",
            "use_prompt");

    private final Components components;
    private final Problems problems;
    private final DataChoice data;
    private final @Nullable Integer fewShots;

    /**
     * @param problems takes what is wrong
     * @param data local files instead of those that task files name
     * @param fewShots the number of examples instead of that of the files, or null
     */
    public TaskReader(Components components, Problems problems, DataChoice data, @Nullable Integer fewShots) {
        this.components = components;
        this.problems = problems;
        this.data = data;
        this.fewShots = fewShots;
    }

    /** Null after recording problems. */
    public @Nullable TaskDefinition read(String name, TaskFile file) {
        int before = problems.all().size();
        ConfigReader task = new ConfigReader(file.mapping(), problems, new Notices());
        TextTemplates templates = templates(file.mapping());
        OutputType type = task.choice("output_type", OutputType.class, OutputType.GENERATE_UNTIL);
        Field text = field(task, "doc_to_text", templates);
        Field target = field(task, "doc_to_target", templates);
        Field choices = field(task, "doc_to_choice", templates);
        Field description = field(task, "description", templates);
        if (type == OutputType.MULTIPLE_CHOICE && choices == null) {
            task.problem("doc_to_choice", "missing; a multiple_choice task names its choices");
        }
        if (target == null) {
            task.problem("doc_to_target", "missing; name the field of the right answer, or a template for it");
        }
        Prompt prompt = new Prompt(
                text == null ? Field.fixed("") : text,
                target == null ? Field.fixed("") : target,
                choices,
                description == null ? Field.fixed("") : description,
                task.string("target_delimiter", " "),
                task.string("fewshot_delimiter", "\n\n"));
        TaskData records = new TaskData(components, task, name, file, data);
        FewShots shots = shots(task, records.split());
        Answering answering = answering(task.sectionOrNull("generation_kwargs"));
        List<MetricSpec> metrics = metrics(task, type);
        List<AnswerFilter> filters = filters(task);
        if (task.integer("repeats", 1) != 1) {
            task.problem("repeats", "answers are greedy, so that a question is asked once; leave it out");
        }
        WITHOUT_EFFECT.forEach(task::claim);
        task.claim("task");
        task.claim("fewshot_split");
        UNSUPPORTED.stream().filter(task::has).forEach(key -> task.problem(key, "is not supported; leave it out"));
        task.finish();
        String version = "";
        if (task.node("metadata") instanceof Mapping metadata
                && metadata.entries().get("version") instanceof Scalar scalar) {
            version = scalar.text();
        }
        TaskData.Sources sources = records.open(shots);
        if (problems.all().size() > before || sources == null) {
            return null;
        }
        return new TaskDefinition(
                name,
                version,
                type,
                sources.records(),
                sources.examples(),
                records.split(),
                prompt,
                shots,
                answering,
                metrics,
                filters);
    }

    private TextTemplates templates(Mapping at) {
        ConfigReader jinja = new ConfigReader(
                new Mapping(Map.of("_component_", new Scalar("jinja", "jinja", at.origin())), at.origin()),
                problems,
                new Notices());
        TextTemplates templates =
                components.create(TextTemplates.class, jinja, new ComponentContext(components, null, null));
        return templates == null ? (source, origin) -> fields -> source : templates;
    }

    private static @Nullable Field field(ConfigReader task, String key, TextTemplates templates) {
        ConfigNode node = task.node(key);
        if (node instanceof Sequence || node instanceof Mapping) {
            List<ConfigNode> items = node instanceof Sequence list
                    ? list.items()
                    : List.copyOf(((Mapping) node).entries().values());
            List<Object> values = new ArrayList<>();
            for (ConfigNode item : items) {
                if (item instanceof Scalar scalar && scalar.value() != null) {
                    values.add(scalar.value());
                } else {
                    task.problem(key, "expected texts or numbers in the list");
                }
            }
            return Field.fixed(values);
        }
        if (!(node instanceof Scalar scalar)) {
            return null;
        }
        if (scalar.value() instanceof Long number) {
            return Field.fixed(number);
        }
        try {
            return new Field(null, scalar.text(), templates.parse(scalar.text(), key + " of " + scalar.origin()));
        } catch (UserException e) {
            task.problem(key, String.valueOf(e.getMessage()));
            return Field.fixed("");
        }
    }

    private FewShots shots(ConfigReader task, String split) {
        ConfigReader config = task.sectionOrNull("fewshot_config");
        boolean firstN = false;
        if (config != null) {
            String sampler = config.string("sampler", "default");
            firstN = sampler.equals("first_n");
            if (!firstN && !sampler.equals("default")) {
                config.problem("sampler", "expected default or first_n, found '" + sampler + "'");
            }
            if (config.has("samples")) {
                config.problem("samples", "examples in the task file are not supported; put them into description");
            }
        }
        int count = task.integer("num_fewshot", 0, 0, 1000);
        String from =
                task.string("fewshot_split", task.string("training_split", task.string("validation_split", split)));
        return new FewShots(fewShots == null ? count : fewShots, from, firstN);
    }

    private static Answering answering(@Nullable ConfigReader options) {
        if (options == null) {
            return new Answering(List.of("\n\n"), Answering.USUAL_TOKENS);
        }
        if (options.bool("do_sample", false) || options.number("temperature", 0) != 0) {
            options.problem("do_sample", "answers are greedy: set do_sample: false and temperature: 0.0");
        }
        options.claim("top_p");
        options.claim("top_k");
        List<String> until =
                options.node("until") instanceof Sequence list && list.items().isEmpty()
                        ? List.of()
                        : options.strings("until", List.of("\n\n"));
        int most = options.integer("max_gen_toks", Answering.USUAL_TOKENS, 1, 1_000_000);
        return new Answering(until, options.integer("max_tokens", most, 1, 1_000_000));
    }

    private static List<MetricSpec> metrics(ConfigReader task, OutputType type) {
        List<MetricSpec> metrics = new ArrayList<>();
        for (ConfigReader entry : task.sections("metric_list")) {
            String name = entry.string("metric");
            entry.claim("aggregation");
            entry.claim("higher_is_better");
            entry.claim("hf_evaluate");
            metrics.add(new MetricSpec(
                    name,
                    entry.bool("ignore_case", false),
                    entry.bool("ignore_punctuation", false),
                    patterns(entry, entry.strings("regexes_to_ignore", List.of()))));
        }
        List<String> known =
                switch (type) {
                    case MULTIPLE_CHOICE -> List.of("acc", "acc_norm", "acc_bytes", "exact_match", "mc2");
                    case LOGLIKELIHOOD -> List.of("perplexity", "acc");
                    case LOGLIKELIHOOD_ROLLING -> List.of("word_perplexity", "byte_perplexity", "bits_per_byte");
                    case GENERATE_UNTIL ->
                        List.of(
                                "exact_match",
                                "prompt_level_strict_acc",
                                "inst_level_strict_acc",
                                "prompt_level_loose_acc",
                                "inst_level_loose_acc");
                };
        metrics.stream()
                .map(MetricSpec::name)
                .filter(name -> !known.contains(name))
                .forEach(name -> task.problem(
                        "metric_list",
                        "the metric '" + name + "' is not known for this output_type; known: "
                                + String.join(", ", known)));
        if (metrics.isEmpty()) {
            known.stream()
                    .limit(type == OutputType.LOGLIKELIHOOD_ROLLING ? 3 : type == OutputType.GENERATE_UNTIL ? 1 : 2)
                    .map(MetricSpec::of)
                    .forEach(metrics::add);
        }
        return metrics;
    }

    private static List<Pattern> patterns(ConfigReader entry, List<String> sources) {
        List<Pattern> patterns = new ArrayList<>();
        for (String source : sources) {
            try {
                patterns.add(Pattern.compile(source));
            } catch (PatternSyntaxException e) {
                entry.problem("regexes_to_ignore", "'" + source + "' is not a regular expression");
            }
        }
        return patterns;
    }

    private static List<AnswerFilter> filters(ConfigReader task) {
        List<AnswerFilter> filters = new ArrayList<>();
        for (ConfigReader entry : task.sections("filter_list")) {
            List<UnaryOperator<String>> steps = new ArrayList<>();
            for (ConfigReader step : entry.sections("filter")) {
                UnaryOperator<String> read = step(step);
                if (read != null) {
                    steps.add(read);
                }
            }
            filters.add(new AnswerFilter(entry.string("name"), steps));
        }
        return filters.isEmpty() ? List.of(AnswerFilter.NONE) : filters;
    }

    private static @Nullable UnaryOperator<String> step(ConfigReader step) {
        String function = step.string("function");
        if (!function.equals("regex")) {
            UnaryOperator<String> named = AnswerFilter.named(function);
            if (named == null) {
                step.problem(
                        "function",
                        "unknown filter '" + function
                                + "'; known: lowercase, regex, remove_whitespace, take_first, uppercase");
            }
            return named;
        }
        String pattern = step.string("regex_pattern", "#### (\\-?[0-9\\.\\,]+)");
        try {
            return AnswerFilter.regex(
                    Pattern.compile(pattern), step.integer("group_select", 0), step.stringOrNull("fallback"));
        } catch (PatternSyntaxException e) {
            step.problem("regex_pattern", "'" + pattern + "' is not a regular expression: " + e.getDescription());
            return null;
        }
    }
}
