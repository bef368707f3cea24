// SPDX-License-Identifier: Apache-2.0
package io.tune4j.decoder;

/**
 * The angles between neighbouring positions (Su et al. 2021, section 3.2.2), rounded to fp32 as in transformers'
 * {@code modeling_rope_utils.py}, because released weights were trained on angles rounded so: at position 100,000 that is a
 * difference in the third decimal.
 */
final class RotaryFrequencies {
    private RotaryFrequencies() {}

    /**
     * {@code [dimensions / 2]}.
     *
     * @param longest tokens of the longest sequence of the batch
     */
    static float[] of(Rotary rotary, int longest) {
        RopeScaling scaling = rotary.scaling();
        double theta =
                scaling instanceof RopeScaling.Dynamic dynamic ? theta(rotary, dynamic, longest) : rotary.theta();
        float[] frequencies = new float[rotary.dimensions() / 2];
        for (int i = 0; i < frequencies.length; i++) {
            float exponent = (float) (2 * i) / rotary.dimensions();
            float period = (float) Math.pow(theta, exponent);
            frequencies[i] = scaled(i, period, rotary, longest);
        }
        return frequencies;
    }

    private static float scaled(int pair, float period, Rotary rotary, int longest) {
        RopeScaling scaling = rotary.scaling();
        float plain = 1.0f / period;
        if (scaling instanceof RopeScaling.Linear linear) {
            return plain / (float) linear.factor();
        }
        if (scaling instanceof RopeScaling.Llama3 llama3) {
            return (float) scaled(plain, llama3);
        }
        if (scaling instanceof RopeScaling.Yarn yarn) {
            return scaled(pair, period, rotary, yarn);
        }
        if (scaling instanceof RopeScaling.LongRope longRope) {
            boolean isLong = longest > longRope.originalMaxPositions();
            double factor = (isLong ? longRope.longFactors() : longRope.shortFactors()).get(pair);
            return 1.0f / ((float) factor * period);
        }
        return plain;
    }

    /** {@code theta * (factor * longest / max - (factor - 1))^(d / (d - 2))}. */
    private static double theta(Rotary rotary, RopeScaling.Dynamic scaling, int longest) {
        double length = Math.max(longest, scaling.maxPositions());
        double growth = scaling.factor() * length / scaling.maxPositions() - (scaling.factor() - 1);
        double dimensions = rotary.dimensions();
        return rotary.theta() * Math.pow(growth, dimensions / (dimensions - 2));
    }

    private static double scaled(float frequency, RopeScaling.Llama3 scaling) {
        double wavelength = 2 * Math.PI / frequency;
        double shortest = scaling.originalMaxPositions() / scaling.highFrequencyFactor();
        double longest = scaling.originalMaxPositions() / scaling.lowFrequencyFactor();
        if (wavelength < shortest) {
            return frequency;
        }
        if (wavelength > longest) {
            return frequency / scaling.factor();
        }
        double blend = (scaling.originalMaxPositions() / wavelength - scaling.lowFrequencyFactor())
                / (scaling.highFrequencyFactor() - scaling.lowFrequencyFactor());
        return (1 - blend) * frequency / scaling.factor() + blend * frequency;
    }

    private static float scaled(int pair, float period, Rotary rotary, RopeScaling.Yarn scaling) {
        double low = dimension(scaling.fastTurns(), rotary, scaling);
        double high = dimension(scaling.slowTurns(), rotary, scaling);
        if (scaling.truncate()) {
            low = Math.floor(low);
            high = Math.ceil(high);
        }
        low = Math.max(low, 0);
        high = Math.min(high, rotary.dimensions() - 1);
        if (low == high) {
            high += 0.001;
        }
        float ramp = (float) Math.max(0, Math.min(1, (pair - low) / (high - low)));
        float stay = 1 - ramp;
        float stretched = 1.0f / ((float) scaling.factor() * period);
        return stretched * (1 - stay) + 1.0f / period * stay;
    }

    /** The pair of dimensions that turns so many times within the first context, as a real number. */
    private static double dimension(double turns, Rotary rotary, RopeScaling.Yarn scaling) {
        return rotary.dimensions()
                * Math.log(scaling.originalMaxPositions() / (turns * 2 * Math.PI))
                / (2 * Math.log(rotary.theta()));
    }
}
