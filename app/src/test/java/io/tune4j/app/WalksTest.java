// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The two walks of docs/architecture.md, step by step. */
class WalksTest {
    private static final Path PAGE = Path.of("../docs/architecture.md");
    private static final Pattern NAME = Pattern.compile("`([a-z.]+\\.[A-Z]\\w*)`");

    /** The classes of each step. */
    private static List<List<JavaClass>> walk(String heading) throws IOException {
        String page = Files.readString(PAGE);
        String walk = page.substring(page.indexOf("\n### " + heading)).substring(1);
        return walk.lines()
                .skip(1)
                .takeWhile(line -> !line.startsWith("#"))
                .filter(line -> line.matches("\\| \\d+ \\|.*"))
                .map(line -> line.split("\\|")[2])
                .map(cell -> NAME.matcher(cell).results().map(WalksTest::find).toList())
                .toList();
    }

    private static JavaClass find(MatchResult name) {
        return ArchitectureTest.CLASSES.get("io.tune4j." + name.group(1));
    }

    /** Whether one of them uses the other, perhaps by an interface that it implements. */
    private static boolean meet(JavaClass a, JavaClass b) {
        return uses(a, b) || uses(b, a);
    }

    private static boolean uses(JavaClass user, JavaClass used) {
        List<JavaClass> forms = Stream.concat(Stream.of(used), used.getAllRawInterfaces().stream())
                .flatMap(each -> Stream.concat(Stream.of(each), each.getAllRawSuperclasses().stream()))
                .filter(each -> each.getPackageName().startsWith("io.tune4j."))
                .toList();
        return user.getDirectDependenciesFromSelf().stream()
                .anyMatch(dependency -> forms.contains(dependency.getTargetClass()));
    }

    private static void assertConnected(List<List<JavaClass>> walk, int most) {
        assertThat(walk).hasSizeBetween(5, most).allSatisfy(step -> assertThat(step)
                .isNotEmpty());
        List<JavaClass> before = new ArrayList<>(walk.get(0));
        for (List<JavaClass> step : walk.subList(1, walk.size())) {
            assertThat(step).as("meets an earlier step").anyMatch(each -> before.stream()
                    .anyMatch(earlier -> meet(each, earlier)));
            before.addAll(step);
        }
    }

    @Test
    void theRankFromYamlToTheAdapterFile() throws IOException {
        assertConnected(walk("`lora_rank`, from YAML"), 12);
    }

    @Test
    void aBatchOfTokens() throws IOException {
        assertConnected(walk("A batch of tokens"), 10);
    }
}
