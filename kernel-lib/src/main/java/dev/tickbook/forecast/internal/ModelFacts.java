package dev.tickbook.forecast.internal;

import dev.tickbook.forecast.ArimaModel;
import dev.tickbook.forecast.FittedModel;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What is kept of a fitted model. Null: this kind of model has no such thing.
 *
 * @param coefficients by name
 * @param metrics of the fit: mae, rmse, in the unit of the series, and mase
 */
public record ModelFacts(
        Boolean converged,
        Double logLikelihood,
        Double aicc,
        Double sigma2,
        Map<String, Double> coefficients,
        Map<String, Double> metrics) {

    /** Of a model that was fitted to these values. */
    public static ModelFacts of(FittedModel fitted, double[] values) {
        Map<String, Double> metrics = new LinkedHashMap<>();
        double absolute = 0;
        double squared = 0;
        double naive = 0;
        int count = 0;
        double[] residuals = fitted.residuals();
        for (int i = 1; i < values.length; i++) {
            if (!Double.isNaN(residuals[i]) && !Double.isNaN(values[i] - values[i - 1])) {
                absolute += Math.abs(residuals[i]);
                squared += residuals[i] * residuals[i];
                naive += Math.abs(values[i] - values[i - 1]);
                count++;
            }
        }
        metrics.put("mae", absolute / count);
        metrics.put("rmse", Math.sqrt(squared / count));
        metrics.put("mase", absolute / naive);
        return fitted instanceof ArimaModel arima
                ? new ModelFacts(
                        arima.converged(),
                        finite(arima.logLikelihood()),
                        finite(arima.aicc()),
                        finite(arima.sigma2()),
                        arima.coefficients(),
                        metrics)
                : new ModelFacts(null, null, null, null, Map.of(), metrics);
    }

    /** What a perfect fit has no number for. */
    private static Double finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** As a JSON object; what is no number is null. */
    public static String json(Map<String, Double> values) {
        return values.entrySet().stream()
                .map(e -> '"' + e.getKey().replace("\\", "\\\\").replace("\"", "\\\"") + "\":"
                        + (Double.isFinite(e.getValue()) ? e.getValue() : "null"))
                .collect(Collectors.joining(",", "{", "}"));
    }
}
