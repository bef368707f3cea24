///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 17+
//DEPS io.tune4j:tune4j:0.2.0
// SPDX-License-Identifier: Apache-2.0

import io.tune4j.embed.FineTune;
import java.nio.file.Path;

/** A script: {@code jbang train.java adapter.yaml OUTPUT_FOLDER}. */
class train {
    public static void main(String... arguments) {
        var result = FineTune.config(Path.of(arguments[0]))
                .set("output_dir", Path.of(arguments[1]))
                .onLine(System.out::println)
                .run();
        System.out.println("last loss " + result.lastLoss());
    }
}
