// SPDX-License-Identifier: Apache-2.0
package io.tune4j.server;

import io.tune4j.api.plugin.Plugin;
import io.tune4j.api.recipe.Recipe.Outcome;
import io.tune4j.backend.bytedeco.BytedecoPlugin;
import io.tune4j.models.llama.LlamaPlugin;
import io.tune4j.peft.lora.LoraPlugin;
import io.tune4j.recipes.RecipesPlugin;
import io.tune4j.server.recipe.ServeFactory;
import io.tune4j.testkit.recipe.RecipeTrial;
import io.tune4j.testkit.toy.ToyPlugin;
import io.tune4j.tokenizers.TokenizersPlugin;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The recipe {@code serve} on the quick start's model with an adapter, in this process. */
final class ServedModel implements AutoCloseable {
    static final Path MODEL = Path.of("../configs/src/main/resources/quickstart/model");
    static final Path ADAPTER = Path.of("../evaluation/src/test/resources/agreement/adapter");
    private static final List<Plugin> PLUGINS = List.of(
            new ToyPlugin(),
            new BytedecoPlugin(),
            new LlamaPlugin(),
            new LoraPlugin(),
            new RecipesPlugin(),
            new TokenizersPlugin());
    private static final Pattern ADDRESS = Pattern.compile("at http://127.0.0.1:(\\d+)/v1");

    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final RecipeTrial trial;
    private final CompletableFuture<Outcome> run;
    private final int port;

    private ServedModel(RecipeTrial trial) throws InterruptedException {
        this.trial = trial.cancelledBy(stop::get);
        this.run = CompletableFuture.supplyAsync(trial::run);
        this.port = awaitPort();
    }

    static RecipeTrial trial(String... lines) {
        return new RecipeTrial(
                        new ServeFactory(),
                        PLUGINS,
                        String.join(
                                "\n",
                                "model: {_component_: llama}",
                                "tokenizer: {_component_: hf_tokenizer, path: " + MODEL + "}",
                                "checkpointer: {_component_: FullModelHFCheckpointer, checkpoint_dir: " + MODEL + "}",
                                "adapters: {tuned: " + ADAPTER + "}",
                                "model_name: base",
                                "port: 0",
                                "shutdown_seconds: 5",
                                "backend: bytedeco",
                                "dtype: fp32"))
                .with(lines);
    }

    static ServedModel start(String... lines) throws InterruptedException {
        return new ServedModel(trial(lines));
    }

    private int awaitPort() throws InterruptedException {
        while (!run.isDone()) {
            Matcher address = ADDRESS.matcher(trial.printed());
            if (address.find()) {
                return Integer.parseInt(address.group(1));
            }
            Thread.sleep(20);
        }
        run.join();
        throw new AssertionError("it ended: " + trial.printed());
    }

    int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port + "/v1";
    }

    String printed() {
        return trial.printed();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(60));
    }

    HttpResponse<String> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path);
        return client.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).POST(BodyPublishers.ofString(body));
        return client.send((headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
    }

    void askToStop() {
        stop.set(true);
    }

    @Override
    public void close() {
        stop.set(true);
        try {
            run.get(60, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError("it does not end: " + trial.printed(), e);
        }
    }
}
