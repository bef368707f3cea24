/**
 * Kernels in machine code, written by this package when the backend opens. libtorch's operations pass over memory once each; attention,
 * SwiGLU, norms and four-bit weights can do with one pass, if somebody writes that pass. {@link
 * io.tune4j.backend.bytedeco.machine.Assembler} encodes the instructions, the {@code ...Code} classes are the kernels, {@link
 * io.tune4j.backend.bytedeco.machine.SharedLibrary} makes a library of them that the JVM loads like any other, and {@link
 * io.tune4j.backend.bytedeco.machine.MachineKernels} declares what can be called. Where the CPU or the system has no such instructions
 * nothing of this is used.
 */
@NullMarked
package io.tune4j.backend.bytedeco.machine;

import org.jspecify.annotations.NullMarked;
