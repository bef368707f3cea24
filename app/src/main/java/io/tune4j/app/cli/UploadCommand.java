// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.app.console.Style;
import io.tune4j.app.console.TransferBars;
import io.tune4j.app.hub.HubFolders;
import io.tune4j.app.hub.ModelCard;
import io.tune4j.engine.hub.HubRepository;
import io.tune4j.engine.hub.HubRepository.Kind;
import io.tune4j.engine.hub.HubSettings;
import io.tune4j.engine.hub.HubUpload;
import io.tune4j.engine.hub.HubUpload.Uploaded;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tune upload}. */
@Command(
        name = "upload",
        mixinStandardHelpOptions = true,
        description = "Uploads an adapter or a model to the Hugging Face Hub, with a model card.",
        footer = {
            "",
            "Examples:",
            "  tune upload tune4j-output/quickstart me/my-adapter",
            "  tune upload tune4j-output/quickstart/merged me/my-model --private",
            "Of a run's folder the adapter is uploaded. What was sent before an upload broke off is not sent again."
        })
final class UploadCommand implements Runnable {
    @Parameters(index = "0", paramLabel = "DIR", description = "The folder of a run, an adapter or a model.")
    private Path source = Path.of("");

    @Parameters(index = "1", paramLabel = "OWNER/NAME", description = "The repository; made if it is not there.")
    private String id = "";

    @Option(names = "--private", description = "A repository that is made is private.")
    private boolean isPrivate;

    @Option(names = "--hf-token", paramLabel = "TOKEN", description = "A token that may write; HF_TOKEN by default.")
    private @Nullable String token;

    @Override
    public void run() {
        upload(System.getenv());
    }

    private void upload(Map<String, String> environment) {
        Path folder = HubFolders.toUpload(source);
        HubSettings settings = HubSettings.of(environment, token);
        HubRepository repository = new HubRepository(Kind.MODEL, id, HubRepository.MAIN);
        TransferBars bars = new TransferBars(System.out, Style.output());
        Uploaded uploaded = new HubUpload(settings, repository, bars).run(folder, ModelCard.of(folder), isPrivate);
        System.out.println(uploaded.files() + " files of " + folder + " are in " + settings.endpoint() + "/" + id
                + (uploaded.present() > 0 ? "; " + uploaded.present() + " large ones were there already" : ""));
    }
}
