// SPDX-License-Identifier: Apache-2.0
package io.tune4j.embed;

import io.tune4j.app.hub.HubFolders;
import io.tune4j.app.hub.ModelCard;
import io.tune4j.engine.hub.FilePatterns;
import io.tune4j.engine.hub.HubClient;
import io.tune4j.engine.hub.HubDownload;
import io.tune4j.engine.hub.HubProgress;
import io.tune4j.engine.hub.HubRepository;
import io.tune4j.engine.hub.HubRepository.Kind;
import io.tune4j.engine.hub.HubSettings;
import io.tune4j.engine.hub.HubUpload;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The Hugging Face Hub. {@code HF_TOKEN}, {@code HF_ENDPOINT} and the variables of proxies are heeded, as by the command line. An
 * interrupted transfer goes on where it stopped.
 */
public final class Hub {
    private static final int CONNECTIONS = 8;

    private final HubSettings settings;

    private Hub(HubSettings settings) {
        this.settings = settings;
    }

    /** The hub that the environment names, with its token if there is one. */
    public static Hub standard() {
        return of(System.getenv());
    }

    /**
     * A hub with settings of the program.
     *
     * @param environment in place of the process's own
     * @throws io.tune4j.api.error.UserException if the endpoint is no address, or the token cannot be one
     */
    public static Hub of(Map<String, String> environment) {
        return new Hub(HubSettings.of(environment, null));
    }

    /**
     * Downloads a model.
     *
     * @param id {@code owner/name}
     * @param folder where its files go
     * @param without patterns of files to leave out, such as {@code original/*}
     * @return the files
     */
    public List<Path> download(String id, Path folder, String... without) {
        HubRepository repository = new HubRepository(Kind.MODEL, id, HubRepository.MAIN);
        List<Path> files = download(repository, folder, without);
        HubFolders.rememberOrigin(folder, repository);
        return files;
    }

    /** Downloads a data set; for its parameters see {@link #download(String, Path, String...)}. */
    public List<Path> downloadDataset(String id, Path folder, String... without) {
        return download(new HubRepository(Kind.DATASET, id, HubRepository.MAIN), folder, without);
    }

    private List<Path> download(HubRepository repository, Path folder, String... without) {
        HubClient client = new HubClient(settings, HubProgress.NONE);
        return new HubDownload(client, client.list(repository), folder, HubProgress.NONE, CONNECTIONS)
                .run(new FilePatterns(List.of(), List.of(without)));
    }

    /**
     * Uploads an adapter or a model as one commit, with a model card if it has none.
     *
     * @param source a run's output folder, whose adapter is meant, or the folder of an adapter or a model
     * @param id {@code owner/name}; the repository is made if need be
     * @param isPrivate whether a repository that is made is private
     */
    public void upload(Path source, String id, boolean isPrivate) {
        Path folder = HubFolders.toUpload(source);
        HubRepository repository = new HubRepository(Kind.MODEL, id, HubRepository.MAIN);
        new HubUpload(settings, repository, HubProgress.NONE).run(folder, ModelCard.of(folder), isPrivate);
    }
}
