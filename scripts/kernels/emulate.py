"""Runs attention's kernels of one tier in an emulated processor and compares what they write with their plain twins.

    pip install bochscpu-python
    python scripts/kernels/emulate.py kernels-cpu/target/classes/io/tune4j/kernels/cpu/linux-x86_64/avx512-bf16.so \\
        kernels-cpu/target/test-classes/io/tune4j/kernels/cpu/twins.so

The emulator (Bochs) knows AVX-512 and its instructions for bf16, so any x86-64 machine can check what is compiled for them. It takes
seconds. The package has no tile unit: the library amx.so is told so and multiplies with vectors.
"""

import ctypes
import math
import random
import struct
import subprocess
import sys

import bochscpu
import bochscpu.cpu
import bochscpu.memory

PAGE = 4096
CODE = 0x10000000
STACK = 0x20000000
DATA = 0x30000000
DATA_BYTES = 8 << 20
STACK_BYTES = 1 << 20
HALT = 0x0F000000
SYSTEM_CALL = 0x0F001000
TABLES = 0x80000000
PREFIX = "Java_io_tune4j_kernels_cpu_"


def use_sapphire_rapids():
    """Makes the emulator's processor one with bf16. The package offers no choice, so its constructors of other models jump to that one."""
    library = next(line.split()[-1] for line in open("/proc/self/maps") if "/_bochscpu" in line)
    base = next(int(line.split("-")[0], 16) for line in open("/proc/self/maps") if library in line)
    listing = subprocess.run(["nm", "-D", library], capture_output=True, text=True, check=True).stdout
    constructors = {}
    for line in listing.splitlines():
        fields = line.split()
        if len(fields) == 3 and "create_" in fields[2] and fields[2].endswith("_cpuidP8BX_CPU_C"):
            constructors[fields[2]] = base + int(fields[0], 16)
    wanted = next(address for name, address in constructors.items() if "sapphire_rapids" in name)
    jump = b"\x48\xb8" + wanted.to_bytes(8, "little") + b"\xff\xe0"
    for address in constructors.values():
        if address != wanted:
            ctypes.CDLL(None).mprotect(ctypes.c_void_p(address & -PAGE), 2 * PAGE, 7)
            ctypes.memmove(address, jump, len(jump))


class Machine:
    """A processor in long mode with a library, a stack and memory for operands."""

    def __init__(self, library):
        self.symbols = {}
        for line in subprocess.run(["nm", "-D", library], capture_output=True, text=True, check=True).stdout.splitlines():
            fields = line.split()
            if len(fields) == 3 and fields[1] == "T":
                self.symbols[fields[2]] = CODE + int(fields[0], 16)
        self.table = bochscpu.memory.PageMapLevel4Table()
        self.physical = 0x1000000
        self.pages = {}
        with open(library, "rb") as file:
            image = file.read()
        table = struct.unpack_from("<Q", image, 32)[0]
        size, count = struct.unpack_from("<HH", image, 54)
        for i in range(count):
            kind, _, offset, address, _, on_disk, in_memory, _ = struct.unpack_from("<IIQQQQQQ", image, table + i * size)
            if kind == 1:
                self.map(CODE + address, in_memory, image[offset : offset + on_disk])
        self.map(STACK, STACK_BYTES)
        self.map(DATA, DATA_BYTES)
        self.map(HALT, PAGE, b"\xf4")
        # Every system call fails, so tiles are not allowed.
        self.map(SYSTEM_CALL, PAGE, bytes.fromhex("4883c8ffffe1"))
        root = self.new_page()[0]
        for host, guest in self.table.commit(root):
            bochscpu.memory.page_insert(guest, host)
        self.root = root

    def new_page(self):
        guest = self.physical
        self.physical += PAGE
        host = bochscpu.memory.allocate_host_page()
        bochscpu.memory.page_insert(guest, host)
        return guest, host

    def map(self, address, size, content=b""):
        for page in range(address // PAGE * PAGE, address + size, PAGE):
            if page not in self.pages:
                guest, host = self.new_page()
                self.pages[page] = host
                self.table.insert(page, guest, 7)
        self.write(address, content)

    def write(self, address, content):
        while content:
            room = PAGE - address % PAGE
            ctypes.memmove(self.pages[address // PAGE * PAGE] + address % PAGE, content[:room], len(content[:room]))
            content = content[room:]
            address += room

    def read(self, address, size):
        result = b""
        while size > 0:
            room = min(size, PAGE - address % PAGE)
            result += ctypes.string_at(self.pages[address // PAGE * PAGE] + address % PAGE, room)
            size -= room
            address += room
        return result

    def state(self):
        state = bochscpu.State()
        state.cr0 = 0x80000033
        state.cr3 = self.root
        state.cr4 = 0x000406A0
        state.efer = 0xD01
        state.xcr0 = 0xE7
        state.mxcsr = 0x1F80
        state.mxcsr_mask = 0xFFFF
        state.lstar = SYSTEM_CALL
        state.star = 0x10 << 32
        state.rflags = 2
        code = bochscpu.Segment()
        code.present, code.selector, code.base, code.limit, code.attr = True, 0x10, 0, 0xFFFFFFFF, 0xA09B
        data = bochscpu.Segment()
        data.present, data.selector, data.base, data.limit, data.attr = True, 0x18, 0, 0xFFFFFFFF, 0xC093
        state.cs = code
        state.ss = state.ds = state.es = state.fs = state.gs = data
        return state

    def call(self, name, *arguments):
        """Calls a kernel: integers, and floats in registers of their own (System V ABI)."""
        state = self.state()
        integers = [0, 0] + [int(a) for a in arguments if not isinstance(a, float)]
        floats = [a for a in arguments if isinstance(a, float)]
        registers = ["rdi", "rsi", "rdx", "rcx", "r8", "r9"]
        for register, value in zip(registers, integers):
            setattr(state, register, value & (2**64 - 1))
        # What does not fit in registers keeps its order on the stack; there are never more floats than registers.
        rest = integers[len(registers) :]
        top = STACK + STACK_BYTES - 4096
        self.write(top, struct.pack("<Q", HALT) + b"".join(struct.pack("<q", value) for value in rest))
        state.rsp = top
        state.rip = self.symbols[name]
        zmm = state.zmm
        for i, value in enumerate(floats):
            vector = bochscpu._bochscpu.Zmm()
            vector.q = [struct.unpack("<I", struct.pack("<f", value))[0]] + [0] * 7
            zmm[i] = vector
        state.zmm = zmm
        session = bochscpu.Session()
        session.cpu.state = state
        trouble = []

        def missing(address):
            raise RuntimeError(f"{name} touched {address:#x}")

        session.missing_page_handler = missing
        hook = bochscpu.Hook()
        hook.hlt = lambda s, cpu: s.stop()

        def exception(s, cpu, vector, error):
            trouble.append((vector, s.cpu.rip))
            s.stop()

        hook.exception = exception
        session.run([hook])
        if trouble:
            vector, at = trouble[0]
            raise RuntimeError(f"{name}: exception {vector} at {at - CODE:#x}")
        return session.cpu.rax


def elements(values, size):
    if size == 4:
        return struct.pack(f"<{len(values)}f", *values)
    # Rounded towards zero, which is as random.
    return b"".join(struct.pack("<f", value)[2:] for value in values)


def numbers(content, size):
    if size == 2:
        content = b"".join(b"\0\0" + content[i : i + 2] for i in range(0, len(content), 2))
    return struct.unpack(f"<{len(content) // 4}f", content)


class Operands:
    """Named pieces of memory at the same places of two memories: the emulated one and one for the twins."""

    def __init__(self, machine):
        self.machine = machine
        self.own = ctypes.create_string_buffer(DATA_BYTES + 64)
        self.base = (ctypes.addressof(self.own) + 63) // 64 * 64
        self.used = 0
        self.places = {}

    def add(self, name, content, size):
        self.places[name] = (self.used, len(content), size)
        ctypes.memmove(self.base + self.used, content, len(content))
        self.machine.write(DATA + self.used, content)
        self.used += (len(content) + 63) // 64 * 64
        assert self.used <= DATA_BYTES

    def of(self, base, values):
        return [base + self.places[value][0] if isinstance(value, str) else value for value in values]

    def copy(self, name):
        """Gives the machine what the twin wrote."""
        at, length, _ = self.places[name]
        self.machine.write(DATA + at, ctypes.string_at(self.base + at, length))

    def compare(self, name, tolerance):
        at, length, size = self.places[name]
        found = numbers(self.machine.read(DATA + at, length), size)
        right = numbers(ctypes.string_at(self.base + at, length), size)
        worst = 0
        for a, b in zip(found, right):
            if math.isnan(b) != math.isnan(a):
                raise SystemExit(f"{name}: {a} instead of {b}")
            if not math.isnan(a):
                worst = max(worst, abs(a - b) / max(1, abs(b)))
        print(f"    {name}: off by {worst:.1e}")
        if worst > tolerance:
            raise SystemExit(f"{name} is off by {worst}")


def twin(library, name, arguments):
    function = getattr(library, PREFIX + "PlainTwins_" + name)
    function.restype = None
    types = [ctypes.c_float if isinstance(a, float) else ctypes.c_int64 for a in arguments]
    function.argtypes = [ctypes.c_void_p, ctypes.c_void_p, *types]
    function(None, None, *arguments)


def check(machine, twins, size, start, end, group, width, window, cap, nan=False):
    print(f"  {'bf16' if size == 2 else 'fp32'}: queries {start}-{end}, {group} heads of {width}, window {window}, cap {cap}")
    generator = random.Random(end * width + size)
    operands = Operands(machine)
    row = (group + 2) * width
    values = [generator.gauss(0, 1) for _ in range(end * row)]
    if nan:
        values[(end // 2) * row + group * width] = math.nan
    operands.add("rows", elements(values, size), size)
    operands.add("incoming", elements([generator.gauss(0, 1) for _ in range(end * group * width)], size), size)
    operands.add("output", bytes(end * group * width * size), size)
    operands.add("statistics", bytes(group * end * 4), 4)
    operands.add("gradient", bytes(end * row * size), size)
    keys = end - (max(0, start - window + 1) if window else 0)
    operands.add("keySums", bytes(keys * width * 4), 4)
    operands.add("valueSums", bytes(keys * width * 4), 4)
    native = PREFIX + "NativeMethods_"
    bytes_needed = machine.call(native + "attentionBackwardScratch", keys, width, size)
    operands.add("scratch", bytes(max(bytes_needed, (2 * keys + end + 1) * width * 8)), 4)

    def at(name, base, columns):
        return base + operands.places[name][0] + columns * size

    def arguments(base, is_backward):
        stride = row * size
        queries = [at("rows", base, i) for i in (0, group * width, (group + 1) * width)]
        common = [value for query in queries for value in (query, stride)]
        common += ["output", group * width * size]
        ends = [start, end, group, width, window, 1 / math.sqrt(width), float(cap), "scratch", size]
        if is_backward:
            common += ["incoming", group * width * size]
        common += ["statistics", end * 4]
        if is_backward:
            common += ["gradient", stride, "keySums", "valueSums"]
        return operands.of(base, common + ends)

    tolerance = 0.05 if size == 2 else 2e-5
    twin(twins, "attention", arguments(operands.base, False))
    machine.call(native + "attention", *arguments(DATA, False))
    operands.compare("output", tolerance)
    operands.compare("statistics", 1e-5)
    operands.copy("output")
    operands.copy("statistics")
    twin(twins, "attentionBackward", arguments(operands.base, True))
    machine.call(native + "attentionBackward", *arguments(DATA, True))
    for name in ("gradient", "keySums", "valueSums"):
        operands.compare(name, tolerance)


def main():
    library, twins = sys.argv[1:]
    use_sapphire_rapids()
    machine = Machine(library)
    plain = ctypes.CDLL(twins)
    print(library)
    for size in (4, 2):
        check(machine, plain, size, 0, 70, 1, 32, 0, 0)
        check(machine, plain, size, 40, 150, 2, 48, 37, 0)
        check(machine, plain, size, 0, 131, 1, 64, 0, 2, nan=True)


if __name__ == "__main__":
    main()
