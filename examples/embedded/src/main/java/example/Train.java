// SPDX-License-Identifier: Apache-2.0
package example;

import io.tune4j.embed.FineTune;
import io.tune4j.embed.FineTuned;
import io.tune4j.embed.Prompt;
import io.tune4j.embed.TunedModel;
import java.nio.file.Path;

/** Trains as a YAML file says and asks the adapter: {@code Train adapter.yaml OUTPUT_FOLDER "What kind of thing is velvet?"}. */
public final class Train {
    private Train() {}

    public static void main(String[] arguments) {
        FineTuned result = FineTune.config(Path.of(arguments[0]))
                .set("output_dir", Path.of(arguments[1]))
                .onStep((step, metrics) -> System.out.printf("step %d  loss %.4f%n", step, metrics.get("loss")))
                .run();
        System.out.println("adapter in " + result.adapter() + ", report in " + result.folder());
        try (TunedModel model = TunedModel.open(result.folder())) {
            System.out.println(model.answer(Prompt.chat(arguments[2]).maxNewTokens(30)).text());
        }
    }
}
