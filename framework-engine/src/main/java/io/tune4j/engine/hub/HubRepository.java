// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.UserException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A repository of the hub at a revision.
 *
 * @param kind of repository
 * @param id e.g. {@code meta-llama/Llama-3.2-1B-Instruct}
 * @param revision a branch, a tag or a commit
 */
public record HubRepository(Kind kind, String id, String revision) {
    /** The kind of a repository's content. */
    public enum Kind {
        MODEL("models", ""),
        DATASET("datasets", "datasets/");

        private final String api;
        private final String page;

        Kind(String api, String page) {
            this.api = api;
            this.page = page;
        }
    }

    /** The branch that everybody means who names none. */
    public static final String MAIN = "main";

    private static final Pattern ID = Pattern.compile("(?:[\\w.-]{1,96}/)?[\\w.-]{1,96}");

    /** @throws UserException if the id cannot be one */
    public HubRepository {
        if (!ID.matcher(id).matches() || id.contains("..") || id.startsWith(".") || id.startsWith("-")) {
            throw new UserException("'" + id + "' is no name of a repository; expected OWNER/NAME, such as"
                    + " meta-llama/Llama-3.2-1B-Instruct");
        }
        if (revision.isBlank()) {
            throw new UserException("the revision is empty; name a branch, a tag or a commit, or leave it out");
        }
    }

    /** The last part of the id. */
    public String name() {
        return id.substring(id.indexOf('/') + 1);
    }

    /** Describes the repository in messages: {@code model 'x/y'}. */
    public String label() {
        return (kind == Kind.MODEL ? "model" : "data set") + " '" + id + "'";
    }

    /** The page that a person visits. */
    URI page(URI endpoint) {
        return URI.create(endpoint + "/" + kind.page + id);
    }

    URI commitAddress(URI endpoint) {
        return URI.create(endpoint + "/api/" + kind.api + "/" + id + "/revision/" + encoded(revision));
    }

    URI listAddress(URI endpoint, String commit) {
        return URI.create(endpoint + "/api/" + kind.api + "/" + id + "/tree/" + encoded(commit) + "?recursive=true");
    }

    URI fileAddress(URI endpoint, String commit, String path) {
        String encodedPath =
                Arrays.stream(path.split("/")).map(HubRepository::encoded).collect(Collectors.joining("/"));
        return URI.create(endpoint + "/" + kind.page + id + "/resolve/" + encoded(commit) + "/" + encodedPath);
    }

    private static String encoded(String part) {
        return URLEncoder.encode(part, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
