// SPDX-License-Identifier: Apache-2.0
package io.tune4j.api.peft;

import org.apiguardian.api.API;

/**
 * A PEFT method, which may be another plugin's, over base weights in a certain format, under a name of its own: {@code qlora}
 * is {@code lora} over {@code nf4}, and nothing more. Composes with every model builder as a method does.
 *
 * @param name lower case, e.g. {@code qlora}
 * @param method the name of the PEFT method
 * @param weightFormat the name of the format of the frozen weights
 * @param summary one line for {@code tune plugins}
 */
@API(status = API.Status.EXPERIMENTAL, since = "0.1")
public record PeftVariant(String name, String method, String weightFormat, String summary) {}
