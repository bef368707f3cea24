// SPDX-License-Identifier: Apache-2.0
package io.tune4j.recipes.data;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which split the files of a data set belong to by their names, as Hugging Face's datasets reads them: {@code
 * train-00000-of-00002.parquet}, a folder {@code test}, a file {@code my-validation.csv}. Where no name says a split, all is train.
 */
final class SplitNames {
    private static final String TRAIN = "train";
    private static final Pattern SHARD = Pattern.compile("(?:data/)?([^/]+)-\\d{5}-of-\\d{5}[^/]*\\.[^/]*");
    private static final String APART = "[-._ 0-9]";

    /** The words for each split. */
    private static final Map<String, List<String>> WORDS = Map.of(
            TRAIN,
            List.of(TRAIN, "training"),
            "validation",
            List.of("validation", "valid", "dev", "val"),
            "test",
            List.of("test", "testing", "eval", "evaluation"));

    private SplitNames() {}

    /** The split that a word such as {@code dev} means. */
    static String meaning(String word) {
        return WORDS.entrySet().stream()
                .filter(split -> split.getValue().contains(word))
                .map(Map.Entry::getKey)
                .findFirst()
                .orElse(word);
    }

    /** Files by their splits. */
    static Map<String, List<String>> of(List<String> paths) {
        Map<String, List<String>> splits = grouped(paths, path -> {
            Matcher shard = SHARD.matcher(path);
            return shard.matches() ? shard.group(1) : "";
        });
        if (splits.isEmpty()) {
            splits = grouped(paths, path -> bySays(path.contains("/") ? path.replaceFirst("/[^/]*$", "") : ""));
        }
        if (splits.isEmpty()) {
            splits = grouped(paths, path -> bySays(path.replaceFirst(".*/", "")));
        }
        return splits.isEmpty() && !paths.isEmpty() ? Map.of(TRAIN, paths) : splits;
    }

    private static Map<String, List<String>> grouped(List<String> paths, Function<String, String> split) {
        Map<String, List<String>> grouped = new LinkedHashMap<>();
        for (String path : paths) {
            String name = split.apply(path);
            if (!name.isEmpty()) {
                grouped.computeIfAbsent(name, ignored -> new ArrayList<>()).add(path);
            }
        }
        return grouped;
    }

    /** The split that the parts of a path say; of several never train, so that no test is trained on. */
    private static String bySays(String path) {
        for (String split : List.of("test", "validation", TRAIN)) {
            for (String part : path.split("/")) {
                for (String word : WORDS.getOrDefault(split, List.of())) {
                    if (part.matches("(?:.*" + APART + ")?" + word + "(?:" + APART + ".*)?")) {
                        return split;
                    }
                }
            }
        }
        return "";
    }
}
