// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.recipe;

import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.model.CausalLanguageModel;
import io.tune4j.api.nn.Pass.AdapterRows;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.evaluation.metric.Metric;
import io.tune4j.evaluation.metric.Tally;
import io.tune4j.evaluation.score.Likelihood;
import io.tune4j.evaluation.score.LikelihoodScorer;
import io.tune4j.evaluation.score.PairEncoder;
import io.tune4j.evaluation.score.TokenPair;
import io.tune4j.evaluation.task.AnswerFilter;
import io.tune4j.evaluation.task.MetricSpec;
import io.tune4j.evaluation.task.OutputType;
import io.tune4j.evaluation.task.Question;
import io.tune4j.evaluation.task.TaskDefinition;
import io.tune4j.generation.GenerationListener;
import io.tune4j.generation.GenerationRequest;
import io.tune4j.generation.Generator;
import io.tune4j.generation.GeneratorOptions;
import io.tune4j.generation.Sampling;
import io.tune4j.generation.Ticket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Asks a model the questions of tasks. */
final class TaskRun implements AutoCloseable {
    private final LikelihoodScorer scorer;
    private final Generator generator;
    private final Set<Integer> ends;
    private final PairEncoder encoder;
    private final int batchSize;
    private final Console console;
    private final Cancellation cancellation;

    TaskRun(
            CausalLanguageModel model,
            Tokenizer tokenizer,
            EvalOptions options,
            Set<Integer> ends,
            int maxLength,
            Console console,
            Cancellation cancellation) {
        this.scorer = new LikelihoodScorer(model);
        this.generator = new Generator(
                model, tokenizer, maxLength, GeneratorOptions.DEFAULT.withMaxSequences(options.batchSize()));
        this.ends = ends;
        this.encoder = new PairEncoder(tokenizer, options.begins(), maxLength);
        this.batchSize = options.batchSize();
        this.console = console;
        this.cancellation = cancellation;
    }

    /**
     * What came out.
     *
     * @param tallies by metric; where a task has several filters, the filter stands after a comma
     * @param likelihoods of each question's options; empty for a task with answers
     * @param answers of each question; empty for a task without
     */
    record Result(Map<String, Tally> tallies, List<List<Likelihood>> likelihoods, List<String> answers) {
        Result {
            likelihoods = List.copyOf(likelihoods);
            answers = List.copyOf(answers);
        }
    }

    /** Null if it was cancelled. */
    @Nullable
    Result evaluate(String model, TaskDefinition task, List<Question> questions) {
        return task.type() == OutputType.GENERATE_UNTIL
                ? answered(model, task, questions)
                : scored(model, task, questions);
    }

    private @Nullable Result scored(String model, TaskDefinition task, List<Question> questions) {
        List<List<Likelihood>> all = new ArrayList<>(questions.size());
        int next = 0;
        while (next < questions.size()) {
            if (cancellation.isRequested()) {
                return null;
            }
            // Whole questions, because their choices share a context.
            List<TokenPair> pairs = new ArrayList<>();
            List<Integer> counts = new ArrayList<>();
            while (next < questions.size() && (pairs.isEmpty() || pairs.size() < batchSize)) {
                List<TokenPair> own = pairs(task, questions.get(next++));
                counts.add(own.size());
                pairs.addAll(own);
            }
            List<Likelihood> likelihoods = new ArrayList<>(pairs.size());
            // A text may have more windows than fit into a pass.
            for (int from = 0; from < pairs.size(); from += Math.max(batchSize, counts.get(0))) {
                int to = Math.min(pairs.size(), from + Math.max(batchSize, counts.get(0)));
                likelihoods.addAll(scorer.score(pairs.subList(from, to)));
            }
            int from = 0;
            for (int count : counts) {
                List<Likelihood> own = likelihoods.subList(from, from + count);
                all.add(task.type() == OutputType.LOGLIKELIHOOD_ROLLING ? List.of(sum(own)) : List.copyOf(own));
                from += count;
            }
            console.progress(next, questions.size(), model + ", " + task.name());
        }
        Map<String, Tally> tallies = new LinkedHashMap<>();
        for (MetricSpec spec : task.metrics()) {
            Metric metric = new Metric(spec, task.type());
            Tally tally = metric.tally();
            for (int i = 0; i < questions.size(); i++) {
                metric.add(tally, questions.get(i), all.get(i));
            }
            tallies.put(metric.name(), tally);
        }
        return new Result(tallies, all, List.of());
    }

    private static Likelihood sum(List<Likelihood> windows) {
        return new Likelihood(
                windows.stream().mapToDouble(Likelihood::logLikelihood).sum(),
                windows.stream().allMatch(Likelihood::greedy));
    }

    private List<TokenPair> pairs(TaskDefinition task, Question question) {
        if (task.type() == OutputType.LOGLIKELIHOOD_ROLLING) {
            return encoder.windows(question.options().get(0).continuation());
        }
        return question.options().stream()
                .map(option -> encoder.pair(option.context(), option.continuation(), question.id()))
                .toList();
    }

    private @Nullable Result answered(String model, TaskDefinition task, List<Question> questions) {
        List<Ticket> tickets = new ArrayList<>(questions.size());
        for (Question question : questions) {
            int[] prompt = encoder.prompt(
                    question.options().get(0).context(), task.answering().maxTokens());
            GenerationRequest request = new GenerationRequest(
                    prompt,
                    AdapterRows.BASE,
                    task.answering().maxTokens(),
                    Sampling.GREEDY,
                    ends,
                    task.answering().until().stream()
                            .filter(text -> !text.isEmpty())
                            .toList(),
                    -1);
            tickets.add(generator.submit(request, GenerationListener.NONE));
        }
        long shown = 0;
        while (generator.step()) {
            if (cancellation.isRequested()) {
                tickets.forEach(Ticket::cancel);
                return null;
            }
            long done = tickets.stream().filter(Ticket::isDone).count();
            if (done > shown) {
                shown = done;
                console.progress(done, questions.size(), model + ", " + task.name());
            }
        }
        List<String> all = tickets.stream().map(ticket -> ticket.await().text()).toList();
        Map<String, Tally> tallies = new LinkedHashMap<>();
        for (MetricSpec spec : task.metrics()) {
            for (AnswerFilter filter : task.filters()) {
                Metric metric = new Metric(spec, task.type());
                Tally tally = metric.tally();
                for (int i = 0; i < questions.size(); i++) {
                    metric.addAnswer(tally, questions.get(i), filter.apply(all.get(i)));
                }
                boolean single = task.filters().size() == 1;
                tallies.put(single ? metric.name() : metric.name() + "," + filter.name(), tally);
            }
        }
        return new Result(tallies, List.of(), all);
    }

    @Override
    public void close() {
        generator.close();
    }
}
