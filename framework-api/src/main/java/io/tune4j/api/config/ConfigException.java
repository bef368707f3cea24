// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.config;

import io.tune4j.api.config.Problems.Problem;
import io.tune4j.api.error.DataException;
import io.tune4j.api.error.UserException;
import java.util.List;
import java.util.stream.Collectors;
import org.apiguardian.api.API;

/** A config with mistakes, all of them. */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public final class ConfigException extends UserException {
    private static final long serialVersionUID = 1L;

    private final boolean onlyFiles;

    ConfigException(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")));
        onlyFiles = problems.stream().allMatch(Problem::missingFile);
    }

    /** That of a {@link DataException} if nothing but files is missing. */
    @Override
    public int exitCode() {
        return onlyFiles ? new DataException("files are missing").exitCode() : super.exitCode();
    }
}
