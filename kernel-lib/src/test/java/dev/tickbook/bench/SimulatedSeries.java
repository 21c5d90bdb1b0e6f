package dev.tickbook.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A series drawn from a known ARIMA model, the same on every machine: {@link Random} is specified to the bit.
 *
 * @param name what the lane calls it
 * @param period observations in a season
 * @param orders p, d, q, P, D, Q of the model it was drawn from
 * @param values the observations
 */
record SimulatedSeries(String name, int period, int[] orders, double[] values) {

    private static final int BURN_IN = 300;

    /** @return {@code count} series of 100 to 500 points: half without a season, half quarterly, weekly or monthly */
    static List<SimulatedSeries> draw(int count) {
        List<SimulatedSeries> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            all.add(one(i));
        }
        return all;
    }

    private static SimulatedSeries one(int number) {
        Random random = new Random((number + 1) * 0x9E3779B97F4A7C15L);
        int period = number % 2 == 0 ? 1 : new int[] {4, 7, 12, 12}[random.nextInt(4)];
        boolean seasonal = period > 1;
        int d = random.nextInt(10) < 3 ? 0 : random.nextInt(10) < 8 ? 1 : 2;
        int seasonalD = seasonal && d < 2 ? random.nextInt(2) : 0;
        int limit = seasonal ? 3 : 4;
        int[] orders = {
            random.nextInt(limit),
            d,
            random.nextInt(limit),
            seasonal ? random.nextInt(2) : 0,
            seasonalD,
            seasonal ? random.nextInt(2) : 0
        };
        double[] ar = product(polynomial(random, orders[0], -1), polynomial(random, orders[3], -1), period);
        double[] ma = product(polynomial(random, orders[2], 1), polynomial(random, orders[5], 1), period);
        int length = 100 + random.nextInt(401);
        double sigma = Math.pow(10, random.nextInt(5) - 2);
        double drift = random.nextBoolean() ? 0 : sigma * random.nextGaussian() / (d + seasonalD == 0 ? 0.2 : 10);
        double[] w = arma(random, ar, ma, length, sigma, d + seasonalD < 2 ? drift : 0);
        for (int i = 0; i < d; i++) {
            integrate(w, 1);
        }
        for (int i = 0; i < seasonalD; i++) {
            integrate(w, period);
        }
        return new SimulatedSeries(String.format("simulated-%03d", number), period, orders, w);
    }

    /** A polynomial 1 + sign·c₁B + … whose roots lie outside the unit circle, from partial autocorrelations in ±0.85. */
    private static double[] polynomial(Random random, int order, int sign) {
        double[] c = new double[order];
        for (int k = 0; k < order; k++) {
            double partial = 1.7 * random.nextDouble() - 0.85;
            double[] before = c.clone();
            for (int j = 0; j < k; j++) {
                c[j] = before[j] - partial * before[k - 1 - j];
            }
            c[k] = partial;
        }
        double[] polynomial = new double[order + 1];
        polynomial[0] = 1;
        for (int k = 0; k < order; k++) {
            polynomial[k + 1] = sign * c[k];
        }
        return polynomial;
    }

    private static double[] product(double[] regular, double[] seasonal, int period) {
        double[] result = new double[regular.length + (seasonal.length - 1) * period];
        for (int i = 0; i < regular.length; i++) {
            for (int j = 0; j < seasonal.length; j++) {
                result[i + j * period] += regular[i] * seasonal[j];
            }
        }
        return result;
    }

    private static double[] arma(Random random, double[] ar, double[] ma, int length, double sigma, double mean) {
        int total = BURN_IN + length;
        double[] noise = new double[total];
        double[] w = new double[total];
        for (int t = 0; t < total; t++) {
            noise[t] = sigma * random.nextGaussian();
            for (int j = 0; j < ma.length && j <= t; j++) {
                w[t] += ma[j] * noise[t - j];
            }
            for (int j = 1; j < ar.length && j <= t; j++) {
                w[t] -= ar[j] * w[t - j];
            }
        }
        double[] last = Arrays.copyOfRange(w, BURN_IN, total);
        for (int t = 0; t < length; t++) {
            last[t] += mean;
        }
        return last;
    }

    private static void integrate(double[] w, int lag) {
        for (int t = lag; t < w.length; t++) {
            w[t] += w[t - lag];
        }
    }
}
