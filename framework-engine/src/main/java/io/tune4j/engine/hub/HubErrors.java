// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.hub;

import io.tune4j.api.error.ResourceException;
import io.tune4j.api.error.TuneException;
import io.tune4j.api.error.UserException;
import java.net.http.HttpResponse;

/** Answers that are no success, as messages with the page to visit. Codes as the hub sends them in {@code X-Error-Code}. */
final class HubErrors {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int NOT_FOUND = 404;
    private static final int TOO_MANY_REQUESTS = 429;

    private final HubSettings settings;
    private final HubRepository repository;

    HubErrors(HubSettings settings, HubRepository repository) {
        this.settings = settings;
        this.repository = repository;
    }

    /** @param what the requested thing, e.g. {@code the list of files} */
    TuneException refused(HttpResponse<?> response, String what) {
        String code = response.headers().firstValue("X-Error-Code").orElse("");
        return switch (response.statusCode()) {
            case UNAUTHORIZED -> unauthorized(code);
            case FORBIDDEN -> forbidden(code);
            case NOT_FOUND -> notFound(code, what);
            case TOO_MANY_REQUESTS ->
                new ResourceException("the hub takes no more requests from here for a while (429)"
                        + (settings.token() == null ? "; with a token (--hf-token) it takes more" : "")
                        + ". Run the same command again later: what was downloaded stays");
            default ->
                new ResourceException("the hub answered " + response.statusCode() + " when asked for " + what + " of "
                        + repository.label() + " (" + settings.endpoint() + "). Run the same command again later: what"
                        + " was downloaded stays");
        };
    }

    private UserException unauthorized(String code) {
        if (settings.token() != null && !code.equals("GatedRepo")) {
            return new UserException("the hub does not know the token from " + settings.tokenOrigin()
                    + ", or it has expired. Make a new one at " + settings.endpoint()
                    + "/settings/tokens and give it with"
                    + " --hf-token or HF_TOKEN");
        }
        if (code.equals("GatedRepo")) {
            return settings.token() == null ? gatedWithoutToken() : gatedWithToken();
        }
        return new UserException(repository.label() + " does not exist, or is private. Check the name at "
                + repository.page(settings.endpoint()) + "; for a private one give a token (" + settings.endpoint()
                + "/settings/tokens) with --hf-token or HF_TOKEN");
    }

    private UserException gatedWithoutToken() {
        return new UserException(repository.label() + " is gated. Accept its terms at "
                + repository.page(settings.endpoint()) + ", make a token at " + settings.endpoint()
                + "/settings/tokens, and give it with --hf-token or HF_TOKEN");
    }

    private UserException gatedWithToken() {
        return new UserException(repository.label() + " is gated, and the account of the token from "
                + settings.tokenOrigin() + " has no access yet. Accept its terms at "
                + repository.page(settings.endpoint()) + " with that account, and wait until it is granted");
    }

    private UserException forbidden(String code) {
        if (code.equals("GatedRepo")) {
            return settings.token() == null ? gatedWithoutToken() : gatedWithToken();
        }
        return new UserException("the hub does not let "
                + (settings.token() == null
                        ? "anonymous users read "
                        : "the token from " + settings.tokenOrigin() + " read ")
                + repository.label() + " (403). See " + repository.page(settings.endpoint())
                + "; a fine-grained token needs the right to read this repository (" + settings.endpoint()
                + "/settings/tokens)");
    }

    private UserException notFound(String code, String what) {
        if (code.equals("RevisionNotFound")) {
            return new UserException(repository.label() + " has no revision '" + repository.revision()
                    + "'. Its branches" + " and tags: " + repository.page(settings.endpoint()) + "/refs");
        }
        if (code.equals("EntryNotFound")) {
            return new UserException(repository.label() + " has no " + what + " any more. Its files: "
                    + repository.page(settings.endpoint()) + "/tree/" + repository.revision());
        }
        return new UserException(repository.label() + " does not exist"
                + (settings.token() == null
                        ? ", or is private"
                        : ", or the token from " + settings.tokenOrigin() + " may not see it")
                + ". Check the name at " + repository.page(settings.endpoint()));
    }
}
