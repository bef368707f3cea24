package io.tune4j.app.plugins;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles sources into jars, so that tests can load plugins nobody wrote before. */
final class TestJars {
    private TestJars() {}

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + ".java"), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    /**
     * Writes a jar.
     *
     * @param sources by class name
     * @param provider the class that META-INF/services names, or null for none
     */
    static void write(Path jar, Map<String, String> sources, String provider) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        Path classes = Files.createTempDirectory("plugin");
        List<JavaFileObject> files = new ArrayList<>();
        sources.forEach((name, text) -> files.add(new Source(name, text)));
        List<String> options = List.of(
                "-d",
                classes.toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "-proc:none",
                "--release",
                "17");
        boolean compiled =
                compiler.getTask(null, null, null, options, null, files).call();
        if (!compiled) {
            throw new IllegalStateException("the test's plugin does not compile");
        }
        Files.createDirectories(jar.getParent());
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream archive = new JarOutputStream(out);
                Stream<Path> found = Files.walk(classes)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                archive.putNextEntry(
                        new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
                archive.write(Files.readAllBytes(file));
            }
            if (provider != null) {
                archive.putNextEntry(new JarEntry("META-INF/services/io.tune4j.api.plugin.Plugin"));
                archive.write(provider.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    /** A plugin's source. */
    static Map<String, String> plugin(String className, String id, String body) {
        String packageName = className.substring(0, className.lastIndexOf('.'));
        String simple = className.substring(className.lastIndexOf('.') + 1);
        return Map.of(
                className,
                "package " + packageName + "; public final class " + simple
                        + " implements io.tune4j.api.plugin.Plugin { public " + simple + "() {" + body + "}"
                        + " public String id() { return \"" + id + "\"; } }");
    }
}
