// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.Set;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * The services that a plain jar may look up. Only declared ones can be, and a plain jar declares none: every class named by a
 * class that uses {@link java.util.ServiceLoader} counts, which is more than needed and does no harm.
 */
final class ServiceUse {
    private static final String SERVICE_LOADER = "java/util/ServiceLoader";

    private ServiceUse() {}

    static Set<String> of(Path jar) throws BrokenPluginException {
        Set<String> services = new HashSet<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/")) {
                    try (InputStream in = file.getInputStream(entry)) {
                        Set<String> named =
                                ClassConstants.read(in.readAllBytes()).classes();
                        if (named.remove(SERVICE_LOADER)) {
                            named.stream()
                                    .filter(name -> !name.startsWith("["))
                                    .map(name -> name.replace('/', '.'))
                                    .forEach(services::add);
                        }
                    }
                }
            }
        } catch (IOException e) {
            throw new BrokenPluginException(jar.getFileName() + " cannot be read: " + e.getMessage(), e);
        }
        return services;
    }
}
