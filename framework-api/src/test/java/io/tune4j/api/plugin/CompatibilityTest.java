// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.plugin;

import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.api.error.UserException;
import io.tune4j.api.io.Sizes;
import io.tune4j.api.tensor.Tensor;
import japicmp.cmp.JApiCmpArchive;
import japicmp.cmp.JarArchiveComparator;
import japicmp.cmp.JarArchiveComparatorOptions;
import japicmp.filter.ClassFilter;
import japicmp.model.AccessModifier;
import japicmp.model.JApiClass;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javassist.ClassPool;
import javassist.CtClass;
import javassist.NotFoundException;
import javassist.bytecode.AnnotationsAttribute;
import javassist.bytecode.annotation.Annotation;
import javassist.bytecode.annotation.EnumMemberValue;
import org.apiguardian.api.API;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the promised types with those of the last release, whose jar is in {@code baseline}. */
class CompatibilityTest {
    private static final Path CLASSES = Path.of("target/classes");
    private static final Pattern BASELINE = Pattern.compile("tune4j-api-(.*)\\.jar");

    @TempDir
    Path folder;

    /** A type without a promise, or within one. In 0.1.0 no type said what it promises, so all of them did. */
    private static boolean isInternal(CtClass type) {
        try {
            CtClass outer = type;
            while (outer.getDeclaringClass() != null) {
                outer = outer.getDeclaringClass();
            }
            if (outer.getClassFile2().getAttribute(AnnotationsAttribute.visibleTag)
                    instanceof AnnotationsAttribute annotations) {
                Annotation api = annotations.getAnnotation(API.class.getName());
                return api != null
                        && api.getMemberValue("status") instanceof EnumMemberValue status
                        && status.getValue().equals(API.Status.INTERNAL.name());
            }
            return false;
        } catch (NotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    /** What breaks code that was made for the old jar: calls and implementations. */
    private static List<String> breaks(Path old, Path now) {
        JarArchiveComparatorOptions options = new JarArchiveComparatorOptions();
        options.setAccessModifier(AccessModifier.PROTECTED);
        options.getIgnoreMissingClasses().setIgnoreAllMissingClasses(true);
        options.getFilters().getExcludes().add((ClassFilter) CompatibilityTest::isInternal);
        return new JarArchiveComparator(options)
                .compare(new JApiCmpArchive(old.toFile(), "old"), new JApiCmpArchive(now.toFile(), "new")).stream()
                        .filter(type -> !type.isBinaryCompatible() || !type.isSourceCompatible())
                        .map(CompatibilityTest::describe)
                        .toList();
    }

    private static String describe(JApiClass type) {
        return type.getFullyQualifiedName() + " " + type.getCompatibilityChanges()
                + Stream.concat(type.getMethods().stream(), type.getConstructors().stream())
                        .filter(member -> !member.isBinaryCompatible() || !member.isSourceCompatible())
                        .map(member -> " " + member.getName() + member.getCompatibilityChanges())
                        .toList();
    }

    /** @param left what is left out: the name of an entry */
    private Path jar(String name, String left, byte[] instead) throws IOException {
        Path jar = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out);
                Stream<Path> files = Files.walk(CLASSES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String entry = CLASSES.relativize(file).toString().replace('\\', '/');
                byte[] content = entry.equals(left) ? instead : Files.readAllBytes(file);
                if (content.length > 0) {
                    entries.putNextEntry(new JarEntry(entry));
                    entries.write(content);
                }
            }
        }
        return jar;
    }

    private Path current() throws IOException {
        return jar("current.jar", "", new byte[0]);
    }

    private static String entry(Class<?> type) {
        return type.getName().replace('.', '/') + ".class";
    }

    @Test
    void pluginsThatAreAcceptedFindWhatTheyWereMadeFor() throws IOException {
        Path baseline;
        try (Stream<Path> files = Files.list(Path.of("baseline"))) {
            baseline = files.filter(file ->
                            BASELINE.matcher(String.valueOf(file.getFileName())).matches())
                    .findFirst()
                    .orElseThrow();
        }
        Matcher name = BASELINE.matcher(String.valueOf(baseline.getFileName()));
        assertThat(name.matches()).isTrue();
        List<String> breaks = breaks(baseline, current());
        if (ApiVersion.accepts(name.group(1))) {
            assertThat(breaks).isEmpty();
        } else {
            assertThat(breaks).as("reasons why plugins are refused").isNotEmpty();
        }
    }

    @Test
    void theSameBreaksNothing() throws IOException {
        assertThat(breaks(current(), current())).isEmpty();
    }

    @Test
    void aTypeThatIsGone() throws IOException {
        assertThat(breaks(current(), jar("less.jar", entry(UserException.class), new byte[0])))
                .anyMatch(line -> line.startsWith(UserException.class.getName() + " "));
    }

    @Test
    void aMethodThatIsGone() throws Exception {
        CtClass type = new ClassPool(true).get(Tensor.class.getName());
        type.removeMethod(type.getDeclaredMethod("matmul"));
        assertThat(breaks(current(), jar("less.jar", entry(Tensor.class), type.toBytecode())))
                .singleElement()
                .asString()
                .startsWith(Tensor.class.getName())
                .contains("matmul");
    }

    @Test
    void anInternalTypeMayGo() throws IOException {
        assertThat(breaks(current(), jar("less.jar", entry(Sizes.class), new byte[0])))
                .isEmpty();
    }
}
