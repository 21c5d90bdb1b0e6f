package dev.tickbook.forecast.internal;

import java.util.TreeSet;

/**
 * Which lags a multiplicative ARMA model has, and how its coefficients become polynomials.
 *
 * <p>Coefficients are ordered ar, ma, sar, sma, with the signs of Box and Jenkins' difference equation
 * {@code w[t] = ar·w[t-1] + … + e[t] + ma·e[t-1] + …}: the convention of R and of most textbooks.
 */
public final class ArmaStructure {

    public final int p;
    public final int q;
    public final int seasonalP;
    public final int seasonalQ;
    public final int period;
    public final int arDegree;
    public final int maDegree;

    /** Lags whose coefficient may differ from zero. A seasonal model has few of them, so filters only walk these. */
    final int[] arLags;

    final int[] maLags;

    public ArmaStructure(int p, int q, int seasonalP, int seasonalQ, int period) {
        this.p = p;
        this.q = q;
        this.seasonalP = seasonalP;
        this.seasonalQ = seasonalQ;
        this.period = period;
        arDegree = p + period * seasonalP;
        maDegree = q + period * seasonalQ;
        arLags = lags(p, seasonalP, period);
        maLags = lags(q, seasonalQ, period);
    }

    private static int[] lags(int regular, int seasonal, int period) {
        TreeSet<Integer> lags = new TreeSet<>();
        for (int i = 0; i <= regular; i++) {
            for (int j = 0; j <= seasonal; j++) {
                lags.add(i + j * period);
            }
        }
        lags.remove(0);
        return lags.stream().mapToInt(Integer::intValue).toArray();
    }

    /** @return how many coefficients there are */
    public int size() {
        return p + q + seasonalP + seasonalQ;
    }

    /** @return how many future values of the process its past says something of: the dimension of its state */
    public int stateDimension() {
        return Math.max(arDegree, maDegree + 1);
    }

    /** @return φ, indexed by lag, of {@code w[t] = φ[1]·w[t-1] + …}; φ[0] is not used */
    public double[] ar(double[] coefficients) {
        double[] phi = new double[arDegree + 1];
        for (int i = 0; i <= p; i++) {
            double regular = i == 0 ? -1 : coefficients[i - 1];
            for (int j = 0; j <= seasonalP; j++) {
                double seasonal = j == 0 ? -1 : coefficients[p + q + j - 1];
                phi[i + j * period] -= regular * seasonal;
            }
        }
        return phi;
    }

    /** @return θ, indexed by lag, of {@code w[t] = e[t] + θ[1]·e[t-1] + …}; θ[0] is 1 */
    public double[] ma(double[] coefficients) {
        double[] theta = new double[maDegree + 1];
        for (int i = 0; i <= q; i++) {
            double regular = i == 0 ? 1 : coefficients[p + i - 1];
            for (int j = 0; j <= seasonalQ; j++) {
                double seasonal = j == 0 ? 1 : coefficients[p + q + seasonalP + j - 1];
                theta[i + j * period] += regular * seasonal;
            }
        }
        return theta;
    }

    /**
     * What the optimizer moves freely, made into coefficients of a stationary model: tanh gives partial autocorrelations
     * in (-1, 1), and the Durbin–Levinson recursion gives the coefficients that have them (Monahan 1984). Moving-average
     * coefficients are left as they are: their likelihood is smooth beyond the unit circle.
     */
    double[] coefficients(double[] free) {
        double[] coefficients = free.clone();
        fromPartials(coefficients, 0, p);
        fromPartials(coefficients, p + q, seasonalP);
        return coefficients;
    }

    private static void fromPartials(double[] c, int from, int count) {
        double[] before = new double[count];
        for (int k = 0; k < count; k++) {
            double partial = Math.tanh(c[from + k]);
            System.arraycopy(c, from, before, 0, k);
            for (int j = 0; j < k; j++) {
                c[from + j] = before[j] - partial * before[k - 1 - j];
            }
            c[from + k] = partial;
        }
    }

    /** The inverse of {@link #coefficients}; what is not stationary is pulled inside first. */
    double[] free(double[] coefficients) {
        double[] free = coefficients.clone();
        toPartials(free, 0, p);
        toPartials(free, p + q, seasonalP);
        return free;
    }

    private static void toPartials(double[] c, int from, int count) {
        double[] a = new double[count];
        System.arraycopy(c, from, a, 0, count);
        double[] partials = Polynomials.partials(a);
        for (double shrink = 0.98; partials == null; shrink *= 0.95) {
            for (int j = 0; j < count; j++) {
                a[j] = c[from + j] * Math.pow(shrink, j + 1);
            }
            partials = Polynomials.partials(a);
        }
        for (int k = 0; k < count; k++) {
            double partial = Math.max(-0.995, Math.min(0.995, partials[k]));
            c[from + k] = 0.5 * Math.log((1 + partial) / (1 - partial));
        }
    }

    /**
     * Whether every root lies outside the circle of that radius: for the season's polynomials, a circle of {@code B^period}.
     * Measured in B, a seasonal moving average of -0.8 would seem as close to the unit circle as a regular one of -0.99.
     */
    public boolean rootsBeyond(double radius, double[] coefficients) {
        return Polynomials.rootsBeyond(radius, slice(coefficients, 0, p, 1))
                && Polynomials.rootsBeyond(radius, slice(coefficients, p, q, -1))
                && Polynomials.rootsBeyond(radius, slice(coefficients, p + q, seasonalP, 1))
                && Polynomials.rootsBeyond(radius, slice(coefficients, p + q + seasonalP, seasonalQ, -1));
    }

    /** The invertible model with the same autocorrelations: roots of the moving average inside the unit circle turned out. */
    double[] invertible(double[] coefficients) {
        double[] result = coefficients.clone();
        turnOut(result, p, q);
        turnOut(result, p + q + seasonalP, seasonalQ);
        return result;
    }

    private static void turnOut(double[] c, int from, int count) {
        double[] a = slice(c, from, count, -1);
        double[] out = Polynomials.rootsBeyond(1, a) ? a : Polynomials.turnOut(a);
        for (int j = 0; j < count; j++) {
            c[from + j] = -out[j];
        }
    }

    private static double[] slice(double[] c, int from, int count, int sign) {
        double[] a = new double[count];
        for (int j = 0; j < count; j++) {
            a[j] = sign * c[from + j];
        }
        return a;
    }
}
