// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sizes;
import io.tune4j.app.console.Style;
import io.tune4j.app.console.TransferBars;
import io.tune4j.app.hub.HubFolders;
import io.tune4j.engine.hub.FilePatterns;
import io.tune4j.engine.hub.HubClient;
import io.tune4j.engine.hub.HubClient.Listing;
import io.tune4j.engine.hub.HubDownload;
import io.tune4j.engine.hub.HubFile;
import io.tune4j.engine.hub.HubRepository;
import io.tune4j.engine.hub.HubRepository.Kind;
import io.tune4j.engine.hub.HubSettings;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tune download}. */
@Command(
        name = "download",
        mixinStandardHelpOptions = true,
        description =
                "Downloads a model or a data set from the Hugging Face Hub. Run again, it goes on where it stopped.",
        footer = {
            "",
            "Examples:",
            "  tune download HuggingFaceTB/SmolLM2-135M-Instruct",
            "  tune download meta-llama/Llama-3.2-1B-Instruct --output-dir /tmp/Llama-3.2-1B-Instruct \\",
            "      --ignore-patterns \"original/consolidated.00.pth\" --hf-token TOKEN",
            "  tune download yahma/alpaca-cleaned --repo-type dataset --output-dir data",
            "",
            "The token comes from --hf-token, HF_TOKEN, or the file that Hugging Face's own log-in writes; HF_ENDPOINT"
                    + " names another hub. HTTPS_PROXY, HTTP_PROXY and NO_PROXY are heeded."
        })
final class DownloadCommand implements Runnable {
    private static final int CONNECTIONS = 8;

    @Parameters(index = "0", paramLabel = "OWNER/NAME", description = "The repository on the hub.")
    private String id = "";

    @Option(
            names = "--output-dir",
            paramLabel = "DIR",
            description = "Where the files go; by default NAME in the folder for temporary files (/tmp/NAME).")
    private @Nullable Path outputDirectory;

    @Option(
            names = "--hf-token",
            paramLabel = "TOKEN",
            description = "An access token of the hub, for gated and private repositories. Others see a command's"
                    + " arguments: HF_TOKEN is safer.")
    private @Nullable String token;

    @Option(
            names = "--ignore-patterns",
            paramLabel = "GLOB",
            split = ",",
            description = "Files to leave out, e.g. \"*.bin\" or \"original/*\"; repeatable.")
    private List<String> ignore = new ArrayList<>();

    @Option(
            names = "--allow-patterns",
            paramLabel = "GLOB",
            split = ",",
            description = "Files to take; all others are left out; repeatable.")
    private List<String> allow = new ArrayList<>();

    @Option(
            names = "--revision",
            paramLabel = "REVISION",
            description = "A branch, a tag or a commit; main by default.")
    private String revision = HubRepository.MAIN;

    @Option(names = "--repo-type", paramLabel = "TYPE", description = "model (the default) or dataset.")
    private Kind kind = Kind.MODEL;

    @Option(names = "--source", paramLabel = "HUB", description = "huggingface, the only one.")
    private String source = "huggingface";

    @Option(
            names = {"--kaggle-username", "--kaggle-api-key"},
            hidden = true)
    private @Nullable String kaggle;

    @Override
    public void run() {
        if (!source.equals("huggingface") || kaggle != null) {
            throw new UserException(
                    "--source " + (kaggle == null ? source : "kaggle") + ": only the Hugging Face Hub is"
                            + " read. Kaggle's models come without the config.json and tokenizer.json that are needed here; the same"
                            + " model is on the hub: tune download OWNER/NAME");
        }
        HubSettings settings = HubSettings.of(System.getenv(), token);
        HubRepository repository = new HubRepository(kind, id, revision);
        Path folder = outputDirectory != null
                ? outputDirectory
                : Path.of(System.getProperty("java.io.tmpdir"), repository.name());
        TransferBars bars = new TransferBars(System.out, Style.output());
        HubClient client = new HubClient(settings, bars);
        Listing listing = client.list(repository);
        FilePatterns patterns = new FilePatterns(allow, ignore);
        explain(listing, patterns);
        List<Path> files = new HubDownload(client, listing, folder, bars, CONNECTIONS).run(patterns);
        if (kind == Kind.MODEL) {
            HubFolders.rememberOrigin(folder, repository);
        }
        System.out.println(repository.label() + ": " + files.size() + " files in " + folder);
    }

    /** Prints what was selected, and how to select less. */
    private void explain(Listing listing, FilePatterns patterns) {
        List<HubFile> wanted = listing.files().stream()
                .filter(file -> patterns.accepts(file.path()))
                .toList();
        if (wanted.isEmpty()) {
            throw new UserException("no file of " + listing.repository().label() + " is wanted: it has "
                    + listing.files().size() + ", and the patterns leave out all of them. Its files: "
                    + listing.files().stream().map(HubFile::path).limit(10).toList());
        }
        if (!ignore.isEmpty()) {
            System.out.println("leaving out " + String.join(", ", ignore));
        }
        boolean safetensors = wanted.stream().anyMatch(file -> file.path().endsWith(".safetensors"));
        List<HubFile> twice = wanted.stream()
                .filter(file -> safetensors
                        && (file.path().endsWith(".bin") || file.path().endsWith(".pth")))
                .toList();
        long bytes = twice.stream().mapToLong(HubFile::size).sum();
        if (bytes > 0) {
            System.out.println("note: the same weights are there in two formats; --ignore-patterns \""
                    + (twice.get(0).path().endsWith(".bin") ? "*.bin" : "original/*.pth") + "\" would save "
                    + Sizes.format(bytes));
        }
    }
}
