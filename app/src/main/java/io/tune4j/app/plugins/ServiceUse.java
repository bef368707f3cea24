package io.tune4j.app.plugins;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
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
    private static final int UTF8 = 1;
    private static final int CLASS = 7;

    private ServiceUse() {}

    static Set<String> of(Path jar) throws BrokenPluginException {
        Set<String> services = new HashSet<>();
        try (JarFile file = new JarFile(jar.toFile())) {
            for (Enumeration<JarEntry> entries = file.entries(); entries.hasMoreElements(); ) {
                JarEntry entry = entries.nextElement();
                if (entry.getName().endsWith(".class") && !entry.getName().startsWith("META-INF/")) {
                    try (InputStream in = file.getInputStream(entry)) {
                        Set<String> named = classesNamedBy(in.readAllBytes());
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

    /** The class constants of a class file (The Java Virtual Machine Specification, section 4.4). */
    private static Set<String> classesNamedBy(byte[] classFile) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
        in.skipNBytes(8);
        int count = in.readUnsignedShort();
        String[] texts = new String[count];
        int[] classes = new int[count];
        for (int i = 1; i < count; i++) {
            int tag = in.readUnsignedByte();
            switch (tag) {
                case UTF8 -> texts[i] = in.readUTF();
                case CLASS -> classes[i] = in.readUnsignedShort();
                case 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                case 3, 4, 9, 10, 11, 12, 17, 18 -> in.skipNBytes(4);
                case 5, 6 -> {
                    in.skipNBytes(8);
                    // Long and double take two places.
                    i++;
                }
                default -> throw new IOException("a class file has the unknown constant " + tag);
            }
        }
        Set<String> names = new HashSet<>();
        for (int index : classes) {
            if (index != 0) {
                names.add(texts[index]);
            }
        }
        return names;
    }
}
