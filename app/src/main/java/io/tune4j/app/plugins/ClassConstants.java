// SPDX-License-Identifier: Apache-2.0
package io.tune4j.app.plugins;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;

/**
 * The constants of a class file (The Java Virtual Machine Specification, section 4.4), read without loading the class.
 *
 * @param classes internal names of the classes that it names, such as {@code java/util/List}
 * @param methods methods that it calls, such as {@code java/lang/System.exit}
 */
record ClassConstants(Set<String> classes, Set<String> methods) {
    private static final int UTF8 = 1;
    private static final int CLASS = 7;
    private static final int METHOD = 10;
    private static final int NAME_AND_TYPE = 12;

    /** Bytes before the number of constants: the magic number and the version. */
    private static final int HEADER = 8;

    static ClassConstants read(byte[] classFile) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(classFile));
        in.skipNBytes(HEADER);
        int count = in.readUnsignedShort();
        int[] tags = new int[count];
        String[] texts = new String[count];
        int[] first = new int[count];
        int[] second = new int[count];
        for (int i = 1; i < count; i++) {
            tags[i] = in.readUnsignedByte();
            switch (tags[i]) {
                case UTF8 -> texts[i] = in.readUTF();
                case CLASS -> first[i] = in.readUnsignedShort();
                case METHOD, NAME_AND_TYPE -> {
                    first[i] = in.readUnsignedShort();
                    second[i] = in.readUnsignedShort();
                }
                case 8, 16, 19, 20 -> in.skipNBytes(2);
                case 15 -> in.skipNBytes(3);
                case 3, 4, 9, 11, 17, 18 -> in.skipNBytes(4);
                case 5, 6 -> {
                    in.skipNBytes(8);
                    // Long and double take two places.
                    i++;
                }
                default -> throw new IOException("a class file has the unknown constant " + tags[i]);
            }
        }
        Set<String> classes = new HashSet<>();
        Set<String> methods = new HashSet<>();
        for (int i = 1; i < count; i++) {
            if (tags[i] == CLASS) {
                classes.add(texts[first[i]]);
            } else if (tags[i] == METHOD) {
                methods.add(texts[first[first[i]]] + "." + texts[first[second[i]]]);
            }
        }
        return new ClassConstants(classes, methods);
    }
}
