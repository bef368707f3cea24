/**
 * Weights on disk, in the safetensors format; a {@link io.tune4j.api.safetensors.WeightFileFormat} adds another. {@link
 * io.tune4j.api.safetensors.Checkpoint} is the door: it opens a model's directory, one file or several, and gives a {@link io.tune4j.api.safetensors.TensorEntry} per
 * name; {@link io.tune4j.api.safetensors.SafetensorsFile} reads one file as strictly as the format's specification;
 * {@link io.tune4j.api.safetensors.SafetensorsWriter} writes byte for byte what the reference implementation does.
 *
 * @see <a href="https://github.com/huggingface/safetensors#format">the format</a>
 */
@NullMarked
package io.tune4j.api.safetensors;

import org.jspecify.annotations.NullMarked;
