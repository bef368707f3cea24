// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import io.tune4j.api.plugin.ApiVersion;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/** Compiles sources into a jar, so that tests can load plugins nobody wrote before. */
public final class TestJars {
    private final Map<String, String> sources = new LinkedHashMap<>();
    private final Manifest manifest = new Manifest();
    private final List<Path> classPath = new ArrayList<>();
    private final List<Path> leading = new ArrayList<>();
    private Path modulePath;
    private String provider;
    private int classVersion;

    private TestJars() {
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        manifest(ApiVersion.MANIFEST_ATTRIBUTE, ApiVersion.current());
    }

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

    /** A jar of one class. */
    public static TestJars of(String className, String text) {
        return new TestJars().source(className, text);
    }

    /** A plugin that contributes nothing. */
    public static TestJars plugin(String className, String id) {
        return plugin(className, id, "", "");
    }

    /**
     * A plugin.
     *
     * @param constructor statements of its constructor
     * @param methods further methods of the class
     */
    public static TestJars plugin(String className, String id, String constructor, String methods) {
        String packageName = className.substring(0, className.lastIndexOf('.'));
        String simple = className.substring(className.lastIndexOf('.') + 1);
        TestJars jar = of(
                className,
                "package " + packageName + "; public final class " + simple
                        + " implements io.tune4j.api.plugin.Plugin { public " + simple + "() {" + constructor + "}"
                        + " public String id() { return \"" + id + "\"; } " + methods + " }");
        jar.provider = className;
        return jar;
    }

    /** A method for {@link #plugin} that contributes a learning-rate schedule, whose summary is an expression. */
    public static String schedule(String name, String summary) {
        return "public java.util.List<io.tune4j.api.plugin.ComponentFactory<?>> components() { return java.util.List.of("
                + "new io.tune4j.api.plugin.ComponentFactory<io.tune4j.api.train.LearningRateSchedule>() {"
                + " public Class<io.tune4j.api.train.LearningRateSchedule> type() {"
                + " return io.tune4j.api.train.LearningRateSchedule.class; }"
                + " public String name() { return \"" + name + "\"; }"
                + " public String summary() { return " + summary + "; }"
                + " public io.tune4j.api.train.LearningRateSchedule create(io.tune4j.api.config.ConfigReader options,"
                + " io.tune4j.api.plugin.ComponentContext context) { return (step, total) -> 1; } }); }";
    }

    public TestJars source(String className, String text) {
        sources.put(className, text);
        return this;
    }

    /** The class that META-INF/services names, or null for none. */
    public TestJars provider(String className) {
        provider = className;
        return this;
    }

    /** @param value null for none */
    public TestJars manifest(String name, String value) {
        manifest.getMainAttributes().remove(new Attributes.Name(name));
        if (value != null) {
            manifest.getMainAttributes().putValue(name, value);
        }
        return this;
    }

    /** Compiles against these too. */
    public TestJars with(Path... jars) {
        classPath.addAll(List.of(jars));
        return this;
    }

    /** Compiles against these before anything else. */
    public TestJars first(Path... jars) {
        leading.addAll(List.of(jars));
        return this;
    }

    /** A named module, compiled against the modules of a folder. */
    public TestJars module(Path modules, String declaration) {
        modulePath = modules;
        return source("module-info", declaration);
    }

    /** Pretends to be compiled for another Java. */
    public TestJars classVersion(int version) {
        classVersion = version;
        return this;
    }

    public Path write(Path jar) throws IOException {
        Path classes = Files.createTempDirectory("plugin");
        compile(classes);
        Files.createDirectories(jar.getParent());
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream archive = new JarOutputStream(out, manifest);
                Stream<Path> found = Files.walk(classes)) {
            for (Path file : found.filter(Files::isRegularFile).toList()) {
                archive.putNextEntry(
                        new JarEntry(classes.relativize(file).toString().replace('\\', '/')));
                byte[] bytes = Files.readAllBytes(file);
                if (classVersion > 0) {
                    bytes[6] = (byte) (classVersion >> 8);
                    bytes[7] = (byte) classVersion;
                }
                archive.write(bytes);
            }
            if (provider != null && modulePath == null) {
                archive.putNextEntry(new JarEntry("META-INF/services/io.tune4j.api.plugin.Plugin"));
                archive.write(provider.getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }

    private void compile(Path classes) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        List<JavaFileObject> files = new ArrayList<>();
        sources.forEach((name, text) -> files.add(new Source(name, text)));
        List<String> options = new ArrayList<>(List.of("-d", classes.toString(), "-proc:none", "--release", "17"));
        if (modulePath == null) {
            String jars = classPath.stream().map(path -> ":" + path).collect(Collectors.joining());
            String before = leading.stream().map(path -> path + ":").collect(Collectors.joining());
            options.addAll(List.of("-cp", before + System.getProperty("java.class.path") + jars));
        } else {
            options.addAll(List.of("--module-path", modulePath.toString()));
        }
        if (!compiler.getTask(null, null, null, options, null, files).call()) {
            throw new IllegalStateException("the test's plugin does not compile");
        }
    }
}
