// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.configs;

import io.tune4j.api.error.PluginException;
import io.tune4j.api.error.UserException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The configs in a plugin's jar: {@code configs/llama3/my_config.yaml} is {@code llama3/my_config}. */
final class JarConfigs {
    /** The folder of configs in a jar, or beside it. */
    static final String FOLDER = "configs";

    private static final int LARGEST = 10 << 20;

    private JarConfigs() {}

    static List<ConfigSource> list(Path jar, String plugin) {
        try (ZipFile zip = new ZipFile(jar.toFile())) {
            return zip.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.startsWith(FOLDER + "/") && ConfigCatalog.isYaml(name))
                    .sorted()
                    .map(name -> new ConfigSource(
                            ConfigCatalog.withoutSuffix(name.substring(FOLDER.length() + 1)),
                            jar.getFileName() + "!/" + name,
                            plugin,
                            () -> read(jar, name)))
                    .toList();
        } catch (IOException e) {
            throw new PluginException("cannot read the configs in " + jar + ": " + e.getMessage(), e);
        }
    }

    private static String read(Path jar, String name) {
        try (ZipFile zip = new ZipFile(jar.toFile());
                InputStream in = zip.getInputStream(zip.getEntry(name))) {
            byte[] bytes = in.readNBytes(LARGEST + 1);
            if (bytes.length > LARGEST) {
                throw new UserException("the config " + name + " in " + jar + " is larger than 10 MB");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new PluginException("cannot read the config " + name + " in " + jar + ": " + e.getMessage(), e);
        }
    }
}
