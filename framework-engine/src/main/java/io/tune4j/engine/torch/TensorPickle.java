// SPDX-License-Identifier: Apache-2.0
package io.tune4j.engine.torch;

import java.math.BigInteger;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the pickle in a PyTorch archive, as far as it describes tensors by name, without running it: names of Python
 * functions stay names, and only those that build tensors and containers mean anything. Opcodes: CPython's {@code
 * Lib/pickletools.py}; how tensors are described: {@code torch/_utils.py} and {@code torch/serialization.py}.
 *
 * <p>A few bytes can refer to one value many times over, or to a value within itself. So nothing here walks through a value:
 * none is hashed, compared or written as text, and a step costs no more than the bytes it reads and the values it takes off the
 * stack.
 */
final class TensorPickle {
    /** A pickle with something else in it than tensors by name. */
    static final class UnexpectedContent extends Exception {
        private static final long serialVersionUID = 1L;

        UnexpectedContent(String message) {
            super(message);
        }
    }

    /**
     * Part of a storage.
     *
     * @param storage the name of the archive's file that holds the elements
     * @param type PyTorch's name of the storage's class, e.g. {@code BFloat16Storage}
     * @param offset of the first element, in elements
     */
    record StoredTensor(String storage, String type, long offset, List<Long> shape, List<Long> strides) {}

    private record Name(String value) {}

    private record Storage(String type, String key) {}

    private static final Object MARK = new Object();
    private static final Object NONE = new Object();
    /** Ten times what the model with the most tensors takes. */
    private static final int MOST_STEPS = 4_000_000;
    // Far above any framework's limits; a text or a list can be referred to again and again at no cost in the file.
    private static final int LONGEST_NAME = 1_000;
    private static final int MAX_RANK = 64;
    private static final String DAMAGED = "its description of the tensors is damaged";
    private static final Set<String> CONTAINERS = Set.of("collections.OrderedDict", "torch.Size", "builtins.dict");

    private final ByteBuffer in;
    private final List<Object> stack = new ArrayList<>();
    private final Map<Integer, Object> memo = new HashMap<>();
    private int steps;

    private TensorPickle(byte[] pickle) {
        this.in = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    }

    /** The tensors by name; values of a state dictionary that are no tensors are left out. */
    static Map<String, StoredTensor> read(byte[] pickle) throws UnexpectedContent {
        try {
            Object root = new TensorPickle(pickle).run();
            if (!(root instanceof Map<?, ?> map)) {
                throw new UnexpectedContent("it holds no tensors by name");
            }
            Map<String, StoredTensor> tensors = new LinkedHashMap<>();
            map.forEach((key, value) -> {
                if (key instanceof String name && value instanceof StoredTensor tensor) {
                    tensors.put(name, tensor);
                }
            });
            return tensors;
        } catch (IndexOutOfBoundsException | BufferUnderflowException | ClassCastException e) {
            throw new UnexpectedContent(DAMAGED);
        }
    }

    private Object run() throws UnexpectedContent {
        while (true) {
            int opcode = in.get() & 0xff;
            if (opcode == '.') {
                return pop();
            }
            step(opcode);
            if (++steps > MOST_STEPS) {
                throw new UnexpectedContent("it describes more than any model has");
            }
        }
    }

    private void step(int opcode) throws UnexpectedContent {
        switch (opcode) {
            case 0x80 -> in.get();
            case 0x95 -> in.getLong();
            case '(' -> stack.add(MARK);
            case '0' -> pop();
            case 'N' -> stack.add(NONE);
            case 0x88 -> stack.add(true);
            case 0x89 -> stack.add(false);
            case 'K' -> stack.add((long) (in.get() & 0xff));
            case 'M' -> stack.add((long) (in.getShort() & 0xffff));
            case 'J' -> stack.add((long) in.getInt());
            case 0x8a -> stack.add(number(in.get() & 0xff));
            case 'G' -> stack.add(Double.longBitsToDouble(Long.reverseBytes(in.getLong())));
            case 'X' -> stack.add(text(in.getInt()));
            case 0x8c -> stack.add(text(in.get() & 0xff));
            case 'U' -> stack.add(text(in.get() & 0xff));
            case 'c' -> stack.add(name(line(), line()));
            case 0x93 -> {
                String name = (String) pop();
                stack.add(name((String) pop(), name));
            }
            case 'q' -> memo.put(in.get() & 0xff, top());
            case 'r' -> memo.put(in.getInt(), top());
            case 0x94 -> memo.put(memo.size(), top());
            case 'h' -> stack.add(remembered(in.get() & 0xff));
            case 'j' -> stack.add(remembered(in.getInt()));
            case ')' -> stack.add(List.of());
            case 0x85 -> stack.add(last(1));
            case 0x86 -> stack.add(last(2));
            case 0x87 -> stack.add(last(3));
            case 't' -> stack.add(sinceMark());
            case ']' -> stack.add(new ArrayList<Object>());
            case 'l' -> stack.add(sinceMark());
            case 'a' -> append(last(1));
            case 'e' -> append(sinceMark());
            case '}' -> stack.add(new LinkedHashMap<String, Object>());
            case 's' -> put(last(2));
            case 'u' -> put(sinceMark());
            case 'Q' -> stack.add(storage(pop()));
            case 'R' -> {
                Object arguments = pop();
                stack.add(call((Name) pop(), (List<?>) arguments));
            }
            case 'b' -> pop();
            default ->
                throw new UnexpectedContent(String.format(
                        "it uses the instruction 0x%02x, which a description of weights has no use for", opcode));
        }
    }

    private Object call(Name function, List<?> arguments) throws UnexpectedContent {
        if (function.value.equals("torch._utils._rebuild_tensor_v2")) {
            Storage storage = (Storage) arguments.get(0);
            List<Long> shape = longs((List<?>) arguments.get(2));
            List<Long> strides = longs((List<?>) arguments.get(3));
            return new StoredTensor(storage.key, storage.type, (Long) arguments.get(1), shape, strides);
        }
        if (function.value.equals("torch._utils._rebuild_parameter")) {
            return arguments.get(0);
        }
        if (CONTAINERS.contains(function.value)) {
            boolean size = function.value.equals("torch.Size");
            return size ? (Object) arguments.get(0) : new LinkedHashMap<String, Object>();
        }
        throw new UnexpectedContent(
                "it would call " + function.value.replaceAll("\\p{Cntrl}", "?") + ", which weights have no use for");
    }

    /** {@code ('storage', class, key, device, elements)}. */
    private static Storage storage(Object id) throws UnexpectedContent {
        List<?> parts = (List<?>) id;
        if (parts.size() < 3 || !"storage".equals(parts.get(0))) {
            throw new UnexpectedContent(DAMAGED);
        }
        String type = ((Name) parts.get(1)).value;
        return new Storage(type.substring(type.lastIndexOf('.') + 1), (String) parts.get(2));
    }

    private static Name name(String module, String name) throws UnexpectedContent {
        if (module.length() > LONGEST_NAME || name.length() > LONGEST_NAME) {
            throw new UnexpectedContent(DAMAGED);
        }
        return new Name(module + "." + name);
    }

    private static List<Long> longs(List<?> values) throws UnexpectedContent {
        if (values.size() > MAX_RANK) {
            throw new UnexpectedContent("it has a tensor of " + values.size() + " dimensions");
        }
        return values.stream().map(Long.class::cast).toList();
    }

    private Object top() {
        return stack.get(stack.size() - 1);
    }

    private Object pop() {
        return stack.remove(stack.size() - 1);
    }

    private Object remembered(int key) throws UnexpectedContent {
        @Nullable Object value = memo.get(key);
        if (value == null) {
            throw new UnexpectedContent(DAMAGED);
        }
        return value;
    }

    private List<Object> last(int count) {
        List<Object> tail = stack.subList(stack.size() - count, stack.size());
        List<Object> copy = new ArrayList<>(tail);
        tail.clear();
        return Collections.unmodifiableList(copy);
    }

    private List<Object> sinceMark() {
        List<Object> items = last(stack.size() - 1 - stack.lastIndexOf(MARK));
        pop();
        return items;
    }

    /** Adds to a list; tuples, which are lists of another class here, cannot grow. */
    @SuppressWarnings("unchecked") // what ']' made
    private void append(List<Object> items) {
        ((ArrayList<Object>) top()).addAll(items);
    }

    /** Tensors are named by texts. Other keys are left out, because a hash goes through all that a key holds. */
    @SuppressWarnings("unchecked") // what '}' made
    private void put(List<Object> items) {
        Map<String, Object> map = (Map<String, Object>) top();
        for (int i = 0; i + 1 < items.size(); i += 2) {
            if (items.get(i) instanceof String key) {
                map.put(key, items.get(i + 1));
            }
        }
    }

    private Long number(int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        for (int i = 0; i < length / 2; i++) {
            byte other = bytes[i];
            bytes[i] = bytes[length - 1 - i];
            bytes[length - 1 - i] = other;
        }
        return length == 0 ? 0L : new BigInteger(bytes).longValue();
    }

    private String text(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IndexOutOfBoundsException(length);
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private String line() {
        StringBuilder text = new StringBuilder();
        for (byte c = in.get(); c != '\n'; c = in.get()) {
            text.append((char) c);
        }
        return text.toString();
    }
}
