/**
 * Weights that PyTorch saved, read as data: {@link io.tune4j.engine.torch.TorchFormat} is the door. The pickle in such a
 * file is interpreted by a reader that knows tensors and dictionaries and calls nothing.
 */
@NullMarked
package io.tune4j.engine.torch;

import org.jspecify.annotations.NullMarked;
