// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.cli;

import static java.util.Map.entry;

import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.UserException;
import io.tune4j.api.io.AtomicFiles;
import io.tune4j.api.plugin.ApiVersion;
import io.tune4j.app.installation.Installation;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.lang.model.SourceVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code tune plugins new}. */
@Command(
        name = "new",
        mixinStandardHelpOptions = true,
        description = "Writes a Maven project for a new plugin, with a contribution of one kind and its test.")
final class NewPluginCommand implements Runnable {
    private static final Pattern ID = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*");

    /** The package of the kit's backend. */
    private static final String REFERENCE = "io.tune4j.testkit.reference";

    @Parameters(index = "0", paramLabel = "NAME", description = "The plugin's id: lower-case words joined by -.")
    private String id = "";

    @Option(
            names = "--kind",
            paramLabel = "KIND",
            description = "What it contributes: ${COMPLETION-CANDIDATES}; ${DEFAULT-VALUE} if not given.")
    private PluginKind kind = PluginKind.recipe;

    @Option(
            names = "--package",
            paramLabel = "PACKAGE",
            description = "The Java package; com.example.NAME if not given.")
    private String packageName = "";

    @Option(names = "--directory", paramLabel = "DIR", description = "Where to write it; ./NAME if not given.")
    private String directory = "";

    @Override
    public void run() {
        if (!ID.matcher(id).matches()) {
            throw new UserException("'" + id + "' is no plugin id: lower-case words joined by -, such as my-plugin");
        }
        String ownPackage = packageName.isEmpty() ? "com.example." + id.replace("-", "") : packageName;
        if (!SourceVersion.isName(ownPackage)) {
            throw new UserException("'" + ownPackage + "' is no Java package; name one with --package");
        }
        Path folder = Path.of(directory.isEmpty() ? id : directory);
        if (Files.exists(folder)) {
            throw new UserException(folder.toAbsolutePath() + " exists; name another folder with --directory");
        }
        String className = className();
        Map<String, String> files = new LinkedHashMap<>();
        Path code = Path.of("src/main/java");
        Path own = code.resolve(ownPackage.replace('.', '/'));
        Path tests = Path.of("src/test/java").resolve(ownPackage.replace('.', '/'));
        files.put("pom.xml", "pom.xml");
        files.put(code.resolve("module-info.java").toString(), "module-info.java");
        files.put(own.resolve(className + ".java").toString(), kind + "/Plugin.java");
        kind.files().forEach(name -> files.put(name, kind + "/" + name));
        kind.classes().forEach(name -> files.put(own.resolve(name).toString(), kind + "/" + name));
        files.put(tests.resolve(kind.test()).toString(), kind + "/" + kind.test());
        kind.golden().forEach(name -> files.put("src/test/resources/golden/" + name, kind + "/" + name));
        String word = id.replace('-', '_');
        Map<String, String> words = Map.ofEntries(
                entry("@id@", id),
                entry("@word@", word),
                entry("@package@", ownPackage),
                entry("@class@", className),
                entry("@version@", ApiVersion.current()),
                entry("@repository@", repository()),
                entry("@module@", "io.tune4j." + kind.library()),
                entry("@artifact@", "tune4j-" + kind.library()),
                // The kit's backend is a template as it is.
                entry(REFERENCE, ownPackage),
                entry("NAME = \"java\"", "NAME = \"" + word + "\""),
                entry("backend java ", "backend " + word + " "),
                entry("{@code java}", "{@code " + word + "}"));
        files.forEach((target, template) -> write(folder.resolve(target), template, words));
        System.out.println("wrote a plugin to " + folder + "; next:");
        System.out.println("  cd " + folder + " && mvn package");
        System.out.println("  tune plugins --plugin-dir target/" + id + "-1.0.0.jar");
        System.out.println("README.md there says how a config names it");
    }

    /** The distribution's own repository, which has what a plugin is built with. */
    private static String repository() {
        Path folder = Installation.find(List.of()).home().resolve("repository");
        return folder.toAbsolutePath().toUri().toString();
    }

    private String className() {
        String words = Arrays.stream(id.split("-"))
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
        return words.endsWith("Plugin") ? words : words + "Plugin";
    }

    private static void write(Path file, String template, Map<String, String> words) {
        try (InputStream in = NewPluginCommand.class.getResourceAsStream("skeleton/" + template)) {
            if (in == null) {
                throw new InternalException("the template " + template + " is missing");
            }
            if (template.endsWith(".safetensors")) {
                Files.createDirectories(file.toAbsolutePath().getParent());
                Files.write(file, in.readAllBytes());
                return;
            }
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            for (Map.Entry<String, String> word : words.entrySet()) {
                text = text.replace(word.getKey(), word.getValue());
            }
            Files.createDirectories(file.toAbsolutePath().getParent());
            AtomicFiles.writeString(file, text);
        } catch (IOException e) {
            throw new UserException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
