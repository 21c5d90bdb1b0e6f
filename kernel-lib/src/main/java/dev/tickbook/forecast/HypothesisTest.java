package dev.tickbook.forecast;

import java.util.Locale;
import tech.tablesaw.api.BooleanColumn;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What a test says of a series.
 *
 * @param name of the test
 * @param hypothesis what it assumes, and what a small p value speaks against
 * @param statistic what it computed
 * @param pValue how likely such a statistic or a more extreme one is if the hypothesis holds
 * @param precision whether the p value is exact, or where a published table ends
 * @param lags how many it looked at; 0 if the test has none
 */
public record HypothesisTest(
        String name, String hypothesis, double statistic, double pValue, Precision precision, int lags) {

    /** How a p value is meant. */
    public enum Precision {
        /** As given. */
        EXACT,
        /** The table of the test ends here: it may be less. */
        AT_MOST,
        /** The table of the test ends here: it may be more. */
        AT_LEAST
    }

    /**
     * @param significance for example 0.05
     * @return whether the p value is below it, so that the hypothesis is given up; where a table ends at the significance
     *     itself, whether the p value may be below
     */
    public boolean rejects(double significance) {
        return pValue < significance || pValue == significance && precision == Precision.AT_MOST;
    }

    /** @return the p value in four decimals, with {@code ≤} or {@code ≥} where a table ends */
    public String pValueText() {
        String sign = switch (precision) {
            case EXACT -> "";
            case AT_MOST -> "≤ ";
            case AT_LEAST -> "≥ ";
        };
        return sign + String.format(Locale.ROOT, "%.4f", pValue);
    }

    /** @return one row, see {@link #table(HypothesisTest...)} */
    public Table table() {
        return table(this);
    }

    /**
     * @param tests any number
     * @return a row per test: {@code test}, {@code hypothesis}, {@code statistic}, {@code lags}, {@code p_value} as text,
     *     {@code rejected} at 5 percent
     */
    public static Table table(HypothesisTest... tests) {
        Table table = Table.create(
                "tests",
                StringColumn.create("test"),
                StringColumn.create("hypothesis"),
                DoubleColumn.create("statistic"),
                IntColumn.create("lags"),
                StringColumn.create("p_value"),
                BooleanColumn.create("rejected"));
        for (HypothesisTest test : tests) {
            table.stringColumn("test").append(test.name);
            table.stringColumn("hypothesis").append(test.hypothesis);
            table.doubleColumn("statistic").append(test.statistic);
            table.intColumn("lags").append(test.lags);
            table.stringColumn("p_value").append(test.pValueText());
            table.booleanColumn("rejected").append(test.rejects(0.05));
        }
        return table;
    }
}
