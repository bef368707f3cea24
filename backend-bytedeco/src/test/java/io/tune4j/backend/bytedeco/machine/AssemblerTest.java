package io.tune4j.backend.bytedeco.machine;

import static io.tune4j.backend.bytedeco.machine.Operand.Vector.ymm;
import static io.tune4j.backend.bytedeco.machine.Operand.Vector.zmm;
import static org.assertj.core.api.Assertions.assertThat;

import io.tune4j.backend.bytedeco.machine.GeneralInstructions.Condition;
import io.tune4j.backend.bytedeco.machine.Operand.Memory;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Instructions as GNU's assembler encodes them. */
class AssemblerTest {
    private static final class Code extends Assembler {}

    private static String hex(Consumer<Assembler> instructions) {
        Code code = new Code();
        instructions.accept(code);
        return HexFormat.ofDelimiter(" ").formatHex(code.toBytes());
    }

    private static Arguments of(String expected, Consumer<Assembler> instruction) {
        return Arguments.of(expected, instruction);
    }

    static Arguments[] instructions() {
        return new Arguments[] {
            of("62 f1 7c 48 10 4f 01", a -> a.vmovups(zmm(1), Memory.at(Gp.RDI, 64))),
            of("62 41 7c 48 11 74 9c 02", a -> a.vmovups(Memory.at(Gp.R12, 128).index(Gp.RBX, 4), zmm(30))),
            of("62 e1 7c c9 10 cb", a -> a.vmovups(zmm(17).zeroUnless(1), zmm(3))),
            of("62 51 ff c9 6f 4a 01", a -> a.vmovdqu16(zmm(9).zeroUnless(1), Memory.at(Gp.R10, 64))),
            of("62 f1 ff 29 7f 68 01", a -> a.vmovdqu16(Memory.at(Gp.RAX, 32), ymm(5).where(1))),
            of("62 c1 7e 08 11 52 01", a -> a.vmovss(Memory.at(Gp.R10, 4), zmm(18))),
            of("62 62 7d 48 18 64 24 02", a -> a.vbroadcastss(zmm(28), Memory.at(Gp.RSP, 8))),
            of("62 62 7d 48 7c f0", a -> a.vpbroadcastd(zmm(30), Gp.RAX)),
            of("62 b1 04 40 58 c8", a -> a.vaddps(zmm(1), zmm(31), zmm(16))),
            of("62 61 3c 48 5c c2", a -> a.vsubps(zmm(24), zmm(8), zmm(2))),
            of("62 d1 04 40 59 5b 0f", a -> a.vmulps(zmm(3), zmm(31), Memory.at(Gp.R11, 960))),
            of("62 b1 44 48 5e c7", a -> a.vdivps(zmm(0), zmm(7), zmm(23))),
            of("62 61 04 40 5f fd", a -> a.vmaxps(zmm(31), zmm(31), zmm(5))),
            of("62 b1 7c 48 51 eb", a -> a.vsqrtps(zmm(5), zmm(19))),
            of(
                    "62 62 75 58 a8 64 24 32",
                    a -> a.vfmadd213ps(zmm(28), zmm(1), Memory.at(Gp.RSP, 200).forAll())),
            of("62 b2 5d 40 b8 d1", a -> a.vfmadd231ps(zmm(2), zmm(20), zmm(17))),
            of("62 92 15 40 aa ff", a -> a.vfmsub213ps(zmm(7), zmm(29), zmm(31))),
            of("62 c2 55 48 bc f3", a -> a.vfnmadd231ps(zmm(22), zmm(5), zmm(11))),
            of(
                    "62 72 7e 50 52 7c 0e 0f",
                    a -> a.vdpbf16ps(
                            zmm(15),
                            zmm(16),
                            Memory.at(Gp.RSI, 60).index(Gp.RCX, 1).forAll())),
            of("62 f2 76 48 52 46 01", a -> a.vdpbf16ps(zmm(0), zmm(1), Memory.at(Gp.RSI, 64))),
            of("62 a2 7e 48 72 ed", a -> a.vcvtneps2bf16(ymm(21), zmm(21))),
            of("62 d2 7d c9 33 41 01", a -> a.vpmovzxwd(zmm(0).zeroUnless(1), Memory.at(Gp.R9, 32))),
            of("62 e2 7d 48 33 da", a -> a.vpmovzxwd(zmm(19), ymm(2))),
            of("62 f2 7d 48 31 4e 01", a -> a.vpmovzxbd(zmm(1), Memory.at(Gp.RSI, 16))),
            of("62 b1 75 40 72 f1 10", a -> a.vpslld(zmm(17), zmm(17), 16)),
            of("62 91 6d 48 72 d2 04", a -> a.vpsrld(zmm(2), zmm(26), 4)),
            of("62 91 75 48 db ce", a -> a.vpandd(zmm(1), zmm(1), zmm(30))),
            of("62 31 6d 40 eb c3", a -> a.vpord(zmm(8), zmm(18), zmm(19))),
            of("62 01 05 40 ef ff", a -> a.vpxord(zmm(31), zmm(31), zmm(31))),
            of("62 63 7d 48 08 dc 00", a -> a.vrndscaleps(zmm(27), zmm(4))),
            of("62 92 1d 40 2c c3", a -> a.vscalefps(zmm(0), zmm(28), zmm(27))),
            of("62 f2 7d 48 42 d1", a -> a.vgetexpps(zmm(2), zmm(1))),
            of("62 b3 7d 48 26 c9 00", a -> a.vgetmantps(zmm(1), zmm(17))),
            of("62 f2 6d 40 16 d0", a -> a.vpermps(zmm(2), zmm(18), zmm(0))),
            of("62 e1 7d 48 62 c1", a -> a.vpunpckldq(zmm(16), zmm(0), zmm(1))),
            of("62 81 5d 40 6a cf", a -> a.vpunpckhdq(zmm(17), zmm(20), zmm(31))),
            of("62 b1 fd 40 6c c2", a -> a.vpunpcklqdq(zmm(0), zmm(16), zmm(18))),
            of("62 b1 fd 40 6d ca", a -> a.vpunpckhqdq(zmm(1), zmm(16), zmm(18))),
            of("62 e3 7d 48 43 e4 dd", a -> a.vshufi32x4(zmm(20), zmm(0), zmm(4), 0xdd)),
            of("62 d3 7d 48 04 d1 b1", a -> a.vpermilps(zmm(2), zmm(9), 0xb1)),
            of("c5 fb 92 c8", a -> a.kmovdFromRax(1)),
            of("c5 f8 77", Assembler::vzeroupper),
            of("49 89 fc", a -> a.mov(Gp.R12, Gp.RDI)),
            of("4b 8b 5c 4d 08", a -> a.mov(Gp.RBX, Memory.at(Gp.R13, 8).index(Gp.R9, 2))),
            of("4c 89 7c 24 10", a -> a.mov(Memory.at(Gp.RSP, 16), Gp.R15)),
            of("49 c7 c3 4d 00 00 00", a -> a.mov(Gp.R11, 77)),
            of("49 0f b7 40 02", a -> a.movzx(Gp.RAX, Memory.at(Gp.R8, 2))),
            of("4a 8d 74 4e 01", a -> a.lea(Gp.RSI, Memory.at(Gp.RSI, 1).index(Gp.R9, 2))),
            of("49 01 de", a -> a.add(Gp.R14, Gp.RBX)),
            of("48 81 c5 e8 03 00 00", a -> a.add(Gp.RBP, 1000)),
            of("48 03 54 24 18", a -> a.add(Gp.RDX, Memory.at(Gp.RSP, 24))),
            of("4c 29 c1", a -> a.sub(Gp.RCX, Gp.R8)),
            of("48 39 d0", a -> a.cmp(Gp.RAX, Gp.RDX)),
            of("48 3b 44 24 20", a -> a.cmp(Gp.RAX, Memory.at(Gp.RSP, 32))),
            of("4d 0f af e0", a -> a.imul(Gp.R12, Gp.R8)),
            of("48 c1 e0 04", a -> a.shl(Gp.RAX, 4)),
            of("c4 e2 e0 f5 c0", a -> a.bzhi(Gp.RAX, Gp.RAX, Gp.RBX)),
            of("41 55", a -> a.push(Gp.R13)),
            of("c3", Assembler::ret),
        };
    }

    @ParameterizedTest
    @MethodSource("instructions")
    void encodesLikeGnu(String expected, Consumer<Assembler> instruction) {
        assertThat(hex(instruction)).isEqualTo(expected);
    }

    @Test
    void farDisplacementsTakeFourBytes() {
        assertThat(hex(a -> a.vmovups(zmm(1), Memory.at(Gp.RDI, 65)))).isEqualTo("62 f1 7c 48 10 8f 41 00 00 00");
        assertThat(hex(a -> a.mov(Gp.RAX, Memory.at(Gp.RBX, 128)))).isEqualTo("48 8b 83 80 00 00 00");
    }

    @Test
    void jumpsKnowLabelsBeforeAndBehindThem() {
        String back = hex(a -> {
            Label label = a.here();
            a.ret();
            a.jump(Condition.GREATER, label);
        });
        assertThat(back).isEqualTo("c3 0f 8f f9 ff ff ff");
        String forth = hex(a -> {
            Label label = new Label();
            a.jump(label);
            a.jump(Condition.EQUAL, label);
            a.place(label);
        });
        assertThat(forth).isEqualTo("e9 06 00 00 00 0f 84 00 00 00 00");
    }
}
