// SPDX-License-Identifier: Apache-2.0
package io.tune4j.evaluation.task;

import io.tune4j.api.config.ConfigNode;
import io.tune4j.api.config.ConfigNode.Mapping;
import io.tune4j.api.config.ConfigNode.Origin;
import io.tune4j.api.config.ConfigNode.Scalar;
import io.tune4j.api.config.ConfigNode.Sequence;
import io.tune4j.api.config.NearMisses;
import io.tune4j.api.config.Problems;
import io.tune4j.api.error.InternalException;
import io.tune4j.api.error.UserException;
import io.tune4j.engine.config.ConfigLoader;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Task files by the names of their tasks, groups and tags: those that come along, and those of folders. A name in a later folder
 * replaces one that comes along.
 */
public final class TaskCatalog {
    /** The files that come along. */
    private static final List<String> BUNDLED = List.of(
            "arc_challenge",
            "arc_easy",
            "gsm8k",
            "hellaswag",
            "ifeval",
            "mmlu",
            "piqa",
            "truthfulqa_mc2",
            "winogrande");

    private static final Pattern NAME = Pattern.compile("(?m)^(?:task|group):[ \\t]*([\\w.+-]+)[ \\t]*$");
    private static final Pattern PYTHON = Pattern.compile("!function\\b");
    private static final int DEEPEST = 8;

    /**
     * A text of YAML.
     *
     * @param folder where the files that it includes lie; null for those that come along
     */
    private record Source(
            String yaml, String name, @Nullable Path folder) {}

    /**
     * A task file with what it includes.
     *
     * @param folder where the file lies; null for one that comes along
     */
    public record TaskFile(Mapping mapping, @Nullable Path folder) {}

    private final Map<String, Source> sources = new TreeMap<>();
    private final Map<String, TaskFile> inline = new TreeMap<>();

    /**
     * Looks for files.
     *
     * @param folders with further task files, searched with all folders in them
     * @throws UserException if a folder cannot be read
     */
    public TaskCatalog(List<Path> folders) {
        for (String name : BUNDLED) {
            add(new Source(bundled(name), name + ".yaml", null));
        }
        folders.forEach(this::addAll);
    }

    private static String bundled(String name) {
        try (InputStream stream =
                TaskCatalog.class.getResourceAsStream("/io/tune4j/evaluation/tasks/" + name + ".yaml")) {
            if (stream == null) {
                throw new InternalException("the task file " + name + ".yaml is not in the jar", null);
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InternalException("cannot read the task file " + name, e);
        }
    }

    private void addAll(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile)
                    .filter(path -> path.toString().matches(".*\\.ya?ml"))
                    .sorted()
                    .toList()) {
                add(file);
            }
        } catch (IOException e) {
            throw new UserException("cannot read the folder of task files " + folder + ": " + e.getMessage(), e);
        }
    }

    private void add(Path file) {
        add(new Source(
                ConfigLoader.read(file), file.toString(), file.toAbsolutePath().getParent()));
    }

    private void add(Source source) {
        Matcher name = NAME.matcher(source.yaml);
        if (name.find()) {
            sources.put(name.group(1), source);
        }
    }

    /** Names of all tasks and groups that have files. */
    public Set<String> names() {
        return sources.keySet();
    }

    /**
     * The tasks that a name stands for: one, or those of a group.
     *
     * @param name of a task or a group, or the path of a task file
     * @param problems takes what is wrong
     */
    public Map<String, TaskFile> find(String name, Problems problems) {
        Map<String, TaskFile> found = new LinkedHashMap<>();
        try {
            collect(name, found, problems, 0);
        } catch (UserException e) {
            problems.add(new Origin(name, 0), "tasks", String.valueOf(e.getMessage()));
        }
        return found;
    }

    private void collect(String name, Map<String, TaskFile> found, Problems problems, int depth) {
        if (depth > DEEPEST) {
            throw new UserException("groups of tasks contain each other more than " + DEEPEST + " deep at " + name);
        }
        Source source = sources.get(name);
        if (source == null && name.matches(".*\\.ya?ml")) {
            Path file = Path.of(name);
            source = new Source(
                    ConfigLoader.read(file), name, file.toAbsolutePath().getParent());
        }
        if (source == null) {
            TaskFile inGroup = inGroups().get(name);
            if (inGroup == null) {
                throw new UserException("no task '" + name + "'" + NearMisses.didYouMean(name, names()) + "; known: "
                        + String.join(", ", names()) + ". More are read from the folder that include_path names");
            }
            found.put(name, inGroup);
            return;
        }
        Mapping mapping = read(source, problems, 0);
        if (mapping.entries().get("task") instanceof Sequence members) {
            for (ConfigNode member : members.items()) {
                if (member instanceof Mapping own) {
                    TaskFile file = member(own, source, problems);
                    found.put(taskName(file.mapping), file);
                } else {
                    collect(((Scalar) member).text(), found, problems, depth + 1);
                }
            }
        } else {
            found.put(taskName(mapping), new TaskFile(mapping, source.folder));
        }
    }

    /** Tasks that groups define in their own files, such as the subjects of mmlu. */
    private Map<String, TaskFile> inGroups() {
        if (inline.isEmpty()) {
            for (Source source : sources.values()) {
                Problems own = new Problems();
                Mapping mapping = read(source, own, 0);
                if (own.all().isEmpty() && mapping.entries().get("task") instanceof Sequence members) {
                    members.items().stream()
                            .filter(Mapping.class::isInstance)
                            .map(member -> member((Mapping) member, source, own))
                            .forEach(file -> inline.put(taskName(file.mapping), file));
                }
            }
        }
        return inline;
    }

    private TaskFile member(Mapping own, Source group, Problems problems) {
        return new TaskFile(included(own, group, problems, 0), group.folder);
    }

    private static String taskName(Mapping mapping) {
        return mapping.entries().get("task") instanceof Scalar name ? name.text() : "task";
    }

    private Mapping read(Source source, Problems problems, int depth) {
        Matcher python = PYTHON.matcher(source.yaml);
        if (python.find()) {
            int line = 1
                    + (int) source.yaml
                            .substring(0, python.start())
                            .chars()
                            .filter(c -> c == '\n')
                            .count();
            problems.add(
                    new Origin(source.name + ":" + line, line),
                    "",
                    "!function names Python code, which is not run here; say it in Jinja, where map, trim, replace and"
                            + " regex_replace are at hand");
            return new Mapping(Map.of(), new Origin(source.name, 0));
        }
        return included(ConfigLoader.parse(source.yaml, source.name, problems), source, problems, depth);
    }

    /** The keys of a file over those of the files that it includes. */
    private Mapping included(Mapping mapping, Source source, Problems problems, int depth) {
        ConfigNode include = mapping.entries().get("include");
        if (include == null || depth > DEEPEST) {
            return mapping;
        }
        List<ConfigNode> names = include instanceof Sequence list ? list.items() : List.of(include);
        Map<String, ConfigNode> all = new LinkedHashMap<>();
        for (ConfigNode name : names) {
            if (name instanceof Scalar scalar) {
                all.putAll(
                        read(part(scalar.text(), source), problems, depth + 1).entries());
            }
        }
        all.putAll(mapping.entries());
        all.remove("include");
        return new Mapping(all, mapping.origin());
    }

    private Source part(String name, Source of) {
        if (of.folder == null) {
            return new Source(bundled(name.replaceFirst("\\.ya?ml$", "")), name, null);
        }
        Path file = of.folder.resolve(name);
        return new Source(
                ConfigLoader.read(file), file.toString(), file.toAbsolutePath().getParent());
    }

    /** Tasks of several names, each once. */
    public Map<String, TaskFile> findAll(List<String> wanted, Problems problems) {
        Map<String, TaskFile> found = new LinkedHashMap<>();
        Set<String> names = new LinkedHashSet<>(wanted);
        new ArrayList<>(names).forEach(name -> found.putAll(find(name, problems)));
        return found;
    }
}
