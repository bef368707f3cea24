package io.tune4j.backend.bytedeco.machine;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A shared library for Linux on x86-64 with nothing in it but functions: what the dynamic linker asks for (System V ABI, chapters 4 and 5),
 * and no section headers, which only other tools read.
 */
final class SharedLibrary {
    private static final int HEADER = 64;
    private static final int PROGRAM_HEADER = 56;
    private static final int SYMBOL = 24;
    private static final int DYNAMIC = 16;
    private static final int PAGE = 4096;
    private static final int ALIGNMENT = 64;

    private static final int LOAD = 1;
    private static final int DYNAMIC_SEGMENT = 2;
    private static final int GNU_STACK = 0x6474e551;
    private static final int EXECUTABLE = 1;
    private static final int WRITABLE = 2;
    private static final int READABLE = 4;

    private final Map<String, byte[]> functions = new LinkedHashMap<>();

    void add(String symbol, byte[] code) {
        functions.put(symbol, code);
    }

    private static int aligned(int position, int alignment) {
        return (position + alignment - 1) / alignment * alignment;
    }

    /** The file's contents. */
    byte[] toBytes() {
        byte[] names = names();
        int symbols = functions.size() + 1;
        int programHeaders = 4;
        int hashAt = HEADER + programHeaders * PROGRAM_HEADER;
        // One bucket, in which all symbols are a chain: there are few.
        int symbolsAt = aligned(hashAt + (3 + symbols) * Integer.BYTES, Long.BYTES);
        int namesAt = symbolsAt + symbols * SYMBOL;
        int codeAt = aligned(namesAt + names.length, ALIGNMENT);
        int codeEnd = codeAt;
        for (byte[] code : functions.values()) {
            codeEnd = aligned(codeEnd + code.length, ALIGNMENT);
        }
        int dynamicAt = aligned(codeEnd, PAGE);
        int dynamicSize = 6 * DYNAMIC;
        ByteBuffer file = ByteBuffer.allocate(dynamicAt + dynamicSize).order(ByteOrder.LITTLE_ENDIAN);
        header(file, programHeaders);
        segment(file, LOAD, READABLE | EXECUTABLE, 0, codeEnd, PAGE);
        segment(file, LOAD, READABLE | WRITABLE, dynamicAt, dynamicSize, PAGE);
        segment(file, DYNAMIC_SEGMENT, READABLE | WRITABLE, dynamicAt, dynamicSize, Long.BYTES);
        segment(file, GNU_STACK, READABLE | WRITABLE, 0, 0, ALIGNMENT);
        file.putInt(1).putInt(symbols).putInt(symbols > 1 ? 1 : 0).putInt(0);
        for (int i = 1; i < symbols; i++) {
            file.putInt(i + 1 < symbols ? i + 1 : 0);
        }
        file.position(symbolsAt + SYMBOL);
        int name = 1;
        int at = codeAt;
        for (Map.Entry<String, byte[]> function : functions.entrySet()) {
            // A global function, defined in some section.
            file.putInt(name).put((byte) 0x12).put((byte) 0).putShort((short) 1);
            file.putLong(at).putLong(function.getValue().length);
            file.slice(at, function.getValue().length).put(function.getValue());
            name += function.getKey().length() + 1;
            at = aligned(at + function.getValue().length, ALIGNMENT);
        }
        file.position(namesAt).put(names);
        file.position(dynamicAt);
        file.putLong(4).putLong(hashAt);
        file.putLong(5).putLong(namesAt);
        file.putLong(6).putLong(symbolsAt);
        file.putLong(10).putLong(names.length);
        file.putLong(11).putLong(SYMBOL);
        return file.array();
    }

    private byte[] names() {
        return ("\0" + String.join("\0", functions.keySet()) + "\0").getBytes(StandardCharsets.US_ASCII);
    }

    private static void header(ByteBuffer file, int programHeaders) {
        file.put(new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1, 0}).putLong(0);
        // A shared object for x86-64, version 1, without an entry; program headers lie behind this one.
        file.putShort((short) 3)
                .putShort((short) 62)
                .putInt(1)
                .putLong(0)
                .putLong(HEADER)
                .putLong(0);
        file.putInt(0).putShort((short) HEADER).putShort((short) PROGRAM_HEADER).putShort((short) programHeaders);
        file.putShort((short) 64).putShort((short) 0).putShort((short) 0);
    }

    private static void segment(ByteBuffer file, int type, int flags, int at, int size, int alignment) {
        file.putInt(type)
                .putInt(flags)
                .putLong(at)
                .putLong(at)
                .putLong(at)
                .putLong(size)
                .putLong(size)
                .putLong(alignment);
    }
}
