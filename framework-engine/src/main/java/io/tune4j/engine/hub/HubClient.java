// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import com.fasterxml.jackson.databind.JsonNode;
import io.tune4j.api.error.ResourceException;
import io.tune4j.api.io.JsonFiles;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks a hub what is in a repository. */
public final class HubClient {
    private static final int OK = 200;
    private static final int LARGEST_PAGE = 64 << 20;
    private static final int MOST_FILES = 1_000_000;
    private static final Pattern NEXT = Pattern.compile("<([^>]*)>\\s*;[^,]*rel=\"next\"");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    private final HubSettings settings;
    private final HubProgress progress;
    private final HubHttp http;

    public HubClient(HubSettings settings, HubProgress progress) {
        this.settings = settings;
        this.progress = progress;
        this.http = new HubHttp(settings);
    }

    /**
     * A repository's files at one commit.
     *
     * @param commit all of them are of this one, also if the branch moves meanwhile
     */
    public record Listing(HubRepository repository, String commit, List<HubFile> files) {
        public Listing {
            files = List.copyOf(files);
        }
    }

    /**
     * Lists all files.
     *
     * @throws io.tune4j.api.error.UserException if the repository is missing, private or gated, or the token is wrong
     * @throws ResourceException if the hub cannot be reached or answers nonsense
     */
    public Listing list(HubRepository repository) {
        String commit = commit(repository);
        // A path that is listed twice is one file.
        Map<String, HubFile> files = new LinkedHashMap<>();
        Set<URI> seen = new HashSet<>();
        URI page = repository.listAddress(settings.endpoint(), commit);
        while (page != null) {
            if (!seen.add(page) || files.size() > MOST_FILES) {
                throw nonsense("a list of files without an end");
            }
            HttpResponse<InputStream> response = get(repository, page, "the list of files");
            for (JsonNode entry : read(response)) {
                if (entry.path("type").asText().equals("file")) {
                    HubFile file = file(entry);
                    HubFile before = files.putIfAbsent(file.path(), file);
                    if (before != null && !before.equals(file)) {
                        throw nonsense("two different files of the name '" + file.path() + "'");
                    }
                }
            }
            page = next(page, response);
        }
        return new Listing(repository, commit, List.copyOf(files.values()));
    }

    private String commit(HubRepository repository) {
        HttpResponse<InputStream> response =
                get(repository, repository.commitAddress(settings.endpoint()), "the revision");
        String sha = read(response).path("sha").asText();
        if (!COMMIT.matcher(sha).matches()) {
            throw nonsense("a revision without a commit");
        }
        return sha;
    }

    private HttpResponse<InputStream> get(HubRepository repository, URI address, String what) {
        HttpResponse<InputStream> response = http.get(address, what + " of " + repository.label(), progress);
        if (response.statusCode() != OK) {
            close(response);
            throw new HubErrors(settings, repository).refused(response, what);
        }
        return response;
    }

    private HubFile file(JsonNode entry) {
        JsonNode large = entry.path("lfs");
        long size = large.path("size").asLong(entry.path("size").asLong(-1));
        String path = entry.path("path").asText();
        if (size < 0 || path.isEmpty() || entry.path("oid").asText().isEmpty()) {
            throw nonsense("a file without name, size or hash");
        }
        String sha256 = large.path("oid").asText("");
        return new HubFile(path, size, entry.path("oid").asText(), sha256.isEmpty() ? null : sha256);
    }

    private static @Nullable URI next(URI page, HttpResponse<?> response) {
        for (String link : response.headers().allValues("Link")) {
            Matcher matcher = NEXT.matcher(link);
            if (matcher.find()) {
                return page.resolve(matcher.group(1));
            }
        }
        return null;
    }

    private JsonNode read(HttpResponse<InputStream> response) {
        try (InputStream body = response.body()) {
            byte[] bytes = body.readNBytes(LARGEST_PAGE + 1);
            if (bytes.length > LARGEST_PAGE) {
                throw nonsense("an answer of more than 64 MB");
            }
            JsonNode node = JsonFiles.read(bytes);
            if (node == null || !node.isContainerNode()) {
                throw nonsense("no JSON");
            }
            return node;
        } catch (IOException e) {
            throw nonsense("an answer that is not JSON, or ends too early");
        }
    }

    private ResourceException nonsense(String what) {
        return new ResourceException(settings.endpoint() + " sent " + what
                + "; is it a hub? Check HF_ENDPOINT, or a log-in page between here and there, and try again");
    }

    private static void close(HttpResponse<InputStream> response) {
        try {
            response.body().close();
        } catch (IOException e) {
            // The answer is not wanted anyway.
            System.getLogger(HubClient.class.getName()).log(System.Logger.Level.DEBUG, "closing failed", e);
        }
    }

    HubSettings settings() {
        return settings;
    }

    HubHttp http() {
        return http;
    }
}
