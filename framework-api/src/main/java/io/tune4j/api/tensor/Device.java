// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.tensor;

import io.tune4j.api.error.UserException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apiguardian.api.API;

/**
 * Where arrays live: {@code cpu}, {@code cuda} (the first GPU) or {@code cuda:1}.
 *
 * @param type {@code cpu} or {@code cuda}, or a name that a third-party backend defines
 * @param index the device's number, 0 for the CPU
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record Device(String type, int index) {
    private static final Pattern SYNTAX = Pattern.compile("([a-z][a-z0-9_]*)(?::(\\d{1,4}))?");

    /** The processor, with arrays in host memory. */
    public static final Device CPU = new Device("cpu", 0);

    /** @throws UserException if the text is not of the form {@code type} or {@code type:index} */
    public static Device parse(String text) {
        Matcher matcher = SYNTAX.matcher(text);
        if (!matcher.matches()) {
            throw new UserException("'" + text + "' is not a device; write cpu, cuda or cuda:1");
        }
        return new Device(matcher.group(1), matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2)));
    }

    /** Whether it is the processor. */
    public boolean isCpu() {
        return type.equals("cpu");
    }

    @Override
    public String toString() {
        return isCpu() ? type : type + ":" + index;
    }
}
