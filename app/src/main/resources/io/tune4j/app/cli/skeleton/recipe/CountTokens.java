package @package@;

import io.tune4j.api.batch.TokenizedSample;
import io.tune4j.api.data.Dataset;
import io.tune4j.api.data.DatasetProvider;
import io.tune4j.api.data.Tokenizer;
import io.tune4j.api.data.TokenizerProvider;
import io.tune4j.api.recipe.Cancellation;
import io.tune4j.api.recipe.Console;
import io.tune4j.api.recipe.Recipe;
import io.tune4j.api.recipe.RunConfig;
import jakarta.inject.Inject;
import java.util.List;

/**
 * A recipe to begin with: it counts. What the constructor asks for is made from the config's sections, from whatever plugin has
 * the names there; {@link Recipe} lists what it may be.
 */
public final class CountTokens implements Recipe {
    private final RunConfig config;
    private final TokenizerProvider tokenizers;
    private final DatasetProvider datasets;
    private final Console console;
    private final Cancellation cancellation;

    @Inject
    public CountTokens(
            RunConfig config,
            TokenizerProvider tokenizers,
            DatasetProvider datasets,
            Console console,
            Cancellation cancellation) {
        this.config = config;
        this.tokenizers = tokenizers;
        this.datasets = datasets;
        this.console = console;
        this.cancellation = cancellation;
    }

    @Override
    public Outcome run() {
        int limit = config.root().integer("max_samples", Integer.MAX_VALUE, 1, Integer.MAX_VALUE);
        // All keys are known now: any other is a mistake, and is reported before any work is done.
        config.root().finish();
        config.problems().throwIfAny();
        try (Tokenizer tokenizer = tokenizers.open()) {
            Dataset data = datasets.open(tokenizer);
            // All in memory; data.read(...) hands over one at a time, of which there may be more than memory holds.
            List<TokenizedSample> all = data.toList();
            int samples = Math.min(limit, all.size());
            long tokens = 0;
            long trained = 0;
            int longest = 0;
            for (int i = 0; i < samples; i++) {
                if (cancellation.isRequested()) {
                    return Outcome.CANCELLED;
                }
                TokenizedSample sample = all.get(i);
                tokens += sample.tokens().length;
                trained += sample.trainedTokens();
                longest = Math.max(longest, sample.tokens().length);
            }
            console.line(samples + " " + data.describe() + ": " + tokens + " tokens, " + trained + " trained, the longest sample has " + longest);
            return Outcome.COMPLETED;
        }
    }
}
