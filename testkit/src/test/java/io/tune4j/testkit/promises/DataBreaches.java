// SPDX-License-Identifier: Apache-2.0
package io.tune4j.testkit.promises;

import static io.tune4j.testkit.promises.ComponentBreaches.breach;

import io.tune4j.api.autograd.Tape;
import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Conversation;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.Dataset.SampleSink;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Message;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.error.DataException;
import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.tensor.DType;
import io.tune4j.api.tensor.Tensor;
import io.tune4j.api.train.Loss;
import io.tune4j.api.train.MetricLogger;
import io.tune4j.api.train.MetricLoggerProvider;
import io.tune4j.testkit.promises.Altered.Change;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Breaches of what data sets, tokenizers, losses and loggers promise. */
final class DataBreaches {
    private static final Class<?> DATASET = Subjects.OfDataset.class;
    private static final Class<?> TOKENIZER = Subjects.OfTokenizer.class;
    private static final Class<?> LOSS = Subjects.OfLoss.class;
    private static final Class<?> LOGGER = Subjects.OfLogger.class;

    private DataBreaches() {}

    static Stream<Breach> all() {
        return Stream.of(datasets(), tokenizers(), losses(), loggers()).flatMap(each -> each);
    }

    private static Plugin dataset(String method, Change change) {
        return Specimens.with(
                DatasetProvider.class,
                right -> tokenizer -> Altered.of(Dataset.class, right.open(tokenizer), method, change));
    }

    /** A data set whose samples are put in some other order or number before they are handed over. */
    private static Plugin rearranged(Consumer<List<TokenizedSample>> change) {
        return dataset("read", (arguments, original) -> {
            List<TokenizedSample> all = new ArrayList<>();
            original.with((SampleSink) all::add);
            change.accept(all);
            all.forEach(((SampleSink) arguments[0])::sample);
            return null;
        });
    }

    private static Stream<Breach> datasets() {
        AtomicInteger reads = new AtomicInteger();
        return Stream.of(
                breach(
                        "Dataset.read",
                        "each call begins anew",
                        "the second call finds nothing",
                        DATASET,
                        "eachReadBeginsAnew",
                        rearranged(all -> {
                            if (reads.getAndIncrement() > 0) {
                                all.clear();
                            }
                        })),
                breach(
                        "Dataset",
                        "training records in a fixed order",
                        "another order at each reading",
                        DATASET,
                        "eachReadBeginsAnew",
                        rearranged(all -> Collections.rotate(all, reads.incrementAndGet()))),
                breach(
                        "Dataset.read",
                        "hands over all samples",
                        "the last one is left out",
                        DATASET,
                        "everySampleIsThereAndWellFormed",
                        rearranged(all -> all.remove(all.size() - 1))),
                breach(
                        "TokenizedSample.tokens",
                        "token ids of the tokenizer",
                        "an id beyond the vocabulary",
                        DATASET,
                        "everySampleIsThereAndWellFormed",
                        rearranged(all -> all.get(0).tokens()[0] = 100_000)),
                breach(
                        "TokenizedSample.id",
                        "says where the sample came from",
                        "all samples have one id",
                        DATASET,
                        "everySampleIsThereAndWellFormed",
                        rearranged(all -> all.replaceAll(
                                sample -> new TokenizedSample("file", sample.tokens(), sample.weights())))),
                breach(
                        "Dataset.read",
                        "an exception of the sink ends the reading",
                        "it is swallowed, and reading goes on",
                        DATASET,
                        "aReadThatIsGivenUpSpoilsNothing",
                        dataset(
                                "read",
                                (arguments, original) -> original.with((SampleSink) sample -> {
                                    try {
                                        ((SampleSink) arguments[0]).sample(sample);
                                    } catch (IllegalStateException e) {
                                        // Given up, but not here.
                                    }
                                }))),
                breach(
                        "Dataset.identity",
                        "changes with everything that changes the records",
                        "always the same",
                        DATASET,
                        "itsIdentityChangesWithItsContent",
                        dataset("identity", (arguments, original) -> "texts")),
                breach(
                        "Dataset.describe",
                        "to be read after the number of records",
                        "two lines",
                        DATASET,
                        "itDescribesItself",
                        dataset("describe", (arguments, original) -> "lines\nof a file")),
                breach(
                        "Dataset.read",
                        "a DataException if a file is missing",
                        "a missing file is no records",
                        DATASET,
                        "filesThatAreMissingAreTheUsersMistake",
                        dataset("read", (arguments, original) -> {
                            try {
                                return original.with(arguments);
                            } catch (DataException e) {
                                return null;
                            }
                        })));
    }

    private static Plugin tokenizer(String method, Change change) {
        return Specimens.with(
                TokenizerProvider.class, right -> () -> Altered.of(Tokenizer.class, right.open(), method, change));
    }

    private static Plugin sample(String method, UnaryOperator<TokenizedSample> change) {
        return tokenizer(method, (arguments, original) -> change.apply((TokenizedSample) original.with(arguments)));
    }

    private static float[] all(int length, float weight) {
        float[] weights = new float[length];
        Arrays.fill(weights, weight);
        return weights;
    }

    private static Stream<Breach> tokenizers() {
        return Stream.of(
                breach(
                        "Tokenizer.encode",
                        "adds no beginning or end",
                        "an end token after the text",
                        TOKENIZER,
                        "plainTextHasNoEnd",
                        tokenizer("encode", (arguments, original) -> {
                            int[] ids = (int[]) original.with(arguments);
                            int[] more = Arrays.copyOf(ids, ids.length + 1);
                            more[ids.length] = 2;
                            return more;
                        })),
                breach(
                        "Tokenizer.encode",
                        "special tokens spelled in the text are text",
                        "a spelled end token is the end token",
                        TOKENIZER,
                        "specialTokensSpelledInATextAreText",
                        tokenizer(
                                "encode",
                                (arguments, original) -> ((String) arguments[0]).contains("<end>")
                                        ? new int[] {2}
                                        : original.with(arguments))),
                breach(
                        "Tokenizer.decode",
                        "text of ids",
                        "letters beyond ASCII become question marks",
                        TOKENIZER,
                        "textsComeBack",
                        tokenizer("decode", (arguments, original) -> ((String) original.with(arguments))
                                .replaceAll("[^\\x00-\\x7f]", "?"))),
                breach(
                        "Tokenizer.vocabularySize",
                        "all ids are below it",
                        "the number of letters",
                        TOKENIZER,
                        "textsComeBack",
                        tokenizer("vocabularySize", (arguments, original) -> 100)),
                breach(
                        "Tokenizer.encodeMessages",
                        "the model learns to produce trained messages only",
                        "the question is learned too",
                        TOKENIZER,
                        "aConversationTrainsTheAnswerAlone",
                        sample(
                                "encodeMessages",
                                right -> new TokenizedSample(
                                        right.id(), right.tokens(), all(right.tokens().length, 1)))),
                breach(
                        "Tokenizer.encodeMessages",
                        "the sample has the given id",
                        "an id of its own",
                        TOKENIZER,
                        "aConversationTrainsTheAnswerAlone",
                        sample(
                                "encodeMessages",
                                right -> new TokenizedSample("sample", right.tokens(), right.weights()))),
                breach(
                        "Message.weight",
                        "how much learning to produce the message counts",
                        "every trained token counts 1",
                        TOKENIZER,
                        "weightsOfMessagesAreThoseOfTheirTokens",
                        sample("encodeMessages", right -> {
                            float[] weights = right.weights().clone();
                            for (int i = 0; i < weights.length; i++) {
                                weights[i] = weights[i] > 0 ? 1 : 0;
                            }
                            return new TokenizedSample(right.id(), right.tokens(), weights);
                        })),
                breach(
                        "Tokenizer.encodeMessages",
                        "with beginning and end tokens as the format has them",
                        "the end is not trained",
                        TOKENIZER,
                        "anAnswerEnds",
                        sample("encodeMessages", right -> {
                            float[] weights = right.weights().clone();
                            weights[weights.length - 1] = 0;
                            return new TokenizedSample(right.id(), right.tokens(), weights);
                        })),
                breach(
                        "Tokenizer.encodePrompt",
                        "ends where the assistant begins to speak",
                        "ends with the end token",
                        TOKENIZER,
                        "aPromptIsTheBeginningOfTheConversation",
                        tokenizer("encodePrompt", (arguments, original) -> {
                            int[] prompt = (int[]) original.with(arguments);
                            int[] more = Arrays.copyOf(prompt, prompt.length + 1);
                            more[prompt.length] = 2;
                            return more;
                        })),
                breach(
                        "Tokenizer.encodeText",
                        "the token at the end if asked for",
                        "the end token always",
                        TOKENIZER,
                        "textIsLearnedAsItIs",
                        tokenizer(
                                "encodeText",
                                (arguments, original) -> original.with(arguments[0], arguments[1], true))),
                breach(
                        "Tokenizer.encodeContinuation",
                        "goes on from a text that is not learned",
                        "both texts are learned",
                        TOKENIZER,
                        "aContinuationTrainsWhatContinues",
                        sample(
                                "encodeContinuation",
                                right -> new TokenizedSample(
                                        right.id(), right.tokens(), all(right.tokens().length, 1)))),
                breach(
                        "Tokenizer.encodeConversation",
                        "a field that the format cannot show is refused by name",
                        "tool calls are dropped",
                        TOKENIZER,
                        "whatCannotBeShownIsRefused",
                        Specimens.with(TokenizerProvider.class, right -> () -> {
                            Tokenizer tokenizer = right.open();
                            return Altered.of(
                                    Tokenizer.class,
                                    tokenizer,
                                    "encodeConversation",
                                    (arguments, original) -> tokenizer.encodeMessages(
                                            (String) arguments[0],
                                            ((Conversation) arguments[1])
                                                    .messages().stream()
                                                            .map(
                                                                    each -> new Message(
                                                                            each.role(), each.content(), each.weight()))
                                                            .toList()));
                        })));
    }

    private static Plugin lossOf(UnaryOperator<Tensor> change) {
        return Specimens.with(
                Loss.class,
                right -> (backend, hidden, head, labels, pass) ->
                        change.apply(right.sum(backend, hidden, head, labels, pass)));
    }

    private static Stream<Breach> losses() {
        return Stream.of(
                breach(
                        "Loss.sum",
                        "the sum over the rows",
                        "their mean",
                        LOSS,
                        "itIsTheSumOfItsRows",
                        Specimens.with(
                                Loss.class,
                                right -> (backend, hidden, head, labels, pass) -> right.sum(
                                                backend, hidden, head, labels, pass)
                                        .times(1.0 / labels.size(0)))),
                breach(
                        "Loss",
                        "rows do not depend on each other",
                        "the hidden rows are centred first",
                        LOSS,
                        "itIsTheSumOfItsRows",
                        Specimens.with(
                                Loss.class,
                                right -> (backend, hidden, head, labels, pass) -> right.sum(
                                        backend,
                                        hidden.minus(hidden.sum(0).times(0.1 / hidden.size(0))),
                                        head,
                                        labels,
                                        pass))),
                breach(
                        "Loss.sum",
                        "a scalar of at least fp32",
                        "bf16 where the model computes in bf16",
                        LOSS,
                        "itIsAScalarOfAtLeastFp32",
                        lossOf(sum -> sum.dtype() == DType.FLOAT32 ? sum.cast(DType.BFLOAT16) : sum)),
                breach(
                        "Loss.sum",
                        "recorded on the pass's tape",
                        "the rows have no gradient",
                        LOSS,
                        "gradientsOfAFrozenHeadAreThoseOfFiniteDifferences",
                        withoutTape()),
                breach(
                        "Loss.sum",
                        "a trained output projection has gradients too",
                        "the head has no gradient",
                        LOSS,
                        "gradientsOfATrainedHeadAreThoseOfFiniteDifferences",
                        withoutTape()));
    }

    private static Plugin withoutTape() {
        return Specimens.with(Loss.class, right -> (backend, hidden, head, labels, pass) -> {
            try (Tape off = Tape.off()) {
                Tensor sum = right.sum(backend, hidden, head, labels, pass.withTape(off));
                pass.tape().record(sum, (dy, gradients) -> {});
                return sum;
            }
        });
    }

    private static Plugin logger(String method, Change change) {
        return Specimens.with(
                MetricLoggerProvider.class,
                right -> resumed -> Altered.of(MetricLogger.class, right.open(resumed), method, change));
    }

    private static Plugin opening(LongUnaryOperator change) {
        return Specimens.with(MetricLoggerProvider.class, right -> resumed -> right.open(change.applyAsLong(resumed)));
    }

    private static Stream<Breach> loggers() {
        return Stream.of(
                breach(
                        "MetricLogger.log",
                        "takes a run's numbers",
                        "every second step is left out",
                        LOGGER,
                        "everyNumberIsThere",
                        logger(
                                "log",
                                (arguments, original) ->
                                        (long) arguments[0] % 2 == 0 ? null : original.with(arguments))),
                breach(
                        "MetricLogger.log",
                        "numbers belong to the step that is given",
                        "steps are counted from 0",
                        LOGGER,
                        "everyNumberIsThere",
                        logger("log", (arguments, original) -> original.with((long) arguments[0] - 1, arguments[1]))),
                breach(
                        "MetricLoggerProvider.open",
                        "what was logged after the resumed step is dropped",
                        "it stays",
                        LOGGER,
                        "whatWasLoggedAfterTheResumedStepIsDropped",
                        opening(resumed -> resumed == 0 ? 0 : Long.MAX_VALUE)),
                breach(
                        "MetricLoggerProvider.open",
                        "a resumed run goes on after its earlier steps",
                        "earlier steps are lost",
                        LOGGER,
                        "whatWasLoggedAfterTheResumedStepIsDropped",
                        opening(resumed -> 0)),
                breach(
                        "MetricLoggerProvider.open",
                        "0 for a new run",
                        "an older run's numbers stay in the file",
                        LOGGER,
                        "aNewRunBeginsAnew",
                        opening(resumed -> Long.MAX_VALUE)),
                breach(
                        "MetricLogger.log",
                        "takes a run's numbers, those of a diverged one too",
                        "NaN is an error",
                        LOGGER,
                        "numbersThatAreNoneDoNotEndTheRun",
                        logger("log", (arguments, original) -> {
                            if (((Map<?, ?>) arguments[1]).containsValue(Double.NaN)) {
                                throw new IllegalArgumentException("NaN");
                            }
                            return original.with(arguments);
                        })));
    }
}
