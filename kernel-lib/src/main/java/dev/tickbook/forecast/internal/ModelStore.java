package dev.tickbook.forecast.internal;

import dev.tickbook.db.Query;
import dev.tickbook.db.internal.SqlErrors;
import dev.tickbook.db.internal.Transaction;
import dev.tickbook.forecast.FittedModel;
import dev.tickbook.forecast.Forecast;
import java.math.BigDecimal;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tech.tablesaw.api.Table;

/** The tables of batch training: models, how it went, and predictions. */
public final class ModelStore {

    private final Supplier<Connection> connections;

    /**
     * @param connections where a connection comes from
     */
    public ModelStore(Supplier<Connection> connections) {
        this.connections = connections;
    }

    private interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    private <T> T run(Work<T> work) {
        try {
            return Transaction.run(connections, work::on);
        } catch (SQLException e) {
            throw SqlErrors.explain(e, null);
        }
    }

    /** The clock that stamps what is stored. */
    public Instant now() {
        return run(connection -> {
            try (PreparedStatement ask = connection.prepareStatement("SELECT clock_timestamp()");
                    ResultSet row = ask.executeQuery()) {
                row.next();
                return instant(row, 1);
            }
        });
    }

    /** Gives predictions of a model what came, where it is known by now. */
    public void fillActuals(String model) {
        new Query(connections, "SELECT market.fill_actuals('1d', ?)", model).table();
    }

    /** How the last training of each symbol ended, and how the model's predictions did in so many days. */
    public Table status(String model, int days) {
        return new Query(connections, """
                        SELECT s.symbol, s.status, s.reason, m.specification AS fitted, m.observations, m.last_time AS last_bar,
                               (extract(epoch FROM now() - m.data_as_of) / 3600)::double precision AS age_hours,
                               a.evaluated, a.hit_rate, a.directional_accuracy, a.mape
                          FROM market.training_status s
                          LEFT JOIN LATERAL (SELECT * FROM market.arima_models t WHERE t.symbol = s.symbol AND t.model = s.model
                                              ORDER BY t.data_as_of DESC LIMIT 1) m ON true
                          CROSS JOIN LATERAL tickbook.get_prediction_accuracy(s.symbol, ?, s.model) a
                         WHERE s.model = ? ORDER BY s.symbol""", days, model).table();
    }

    /** When each symbol's model was last trained. */
    public Map<String, Instant> lastTrained(String model) {
        return run(connection -> {
            try (PreparedStatement ask = connection.prepareStatement(
                    "SELECT symbol, max(data_as_of) FROM market.arima_models WHERE model = ? GROUP BY symbol")) {
                ask.setString(1, model);
                Map<String, Instant> found = new HashMap<>();
                try (ResultSet rows = ask.executeQuery()) {
                    while (rows.next()) {
                        found.put(rows.getString(1), instant(rows, 2));
                    }
                }
                return found;
            }
        });
    }

    /** When the bars of the trading days close after which those of a span of days, both included, are known. */
    public List<Instant> sessionCloses(Instant from, Instant to) {
        return run(connection -> {
            try (PreparedStatement ask = connection.prepareStatement(
                    "SELECT market.bar_closes_at(day::timestamp AT TIME ZONE 'UTC', '1d') FROM tickbook.trading_days(?::date, ?::date) ORDER BY day")) {
                ask.setString(1, from.toString().substring(0, 10));
                ask.setString(2, to.toString().substring(0, 10));
                List<Instant> closes = new ArrayList<>();
                try (ResultSet rows = ask.executeQuery()) {
                    while (rows.next()) {
                        closes.add(instant(rows, 1));
                    }
                }
                return closes;
            }
        });
    }

    /** A model that was trained, and what it says. */
    public record Trained(
            String symbol,
            String model,
            Instant dataAsOf,
            Instant firstTime,
            Instant lastTime,
            int observations,
            double base,
            FittedModel fitted,
            ModelFacts facts,
            double level,
            List<Instant> targets,
            Forecast forecast,
            int behind) {}

    /** Stores model, status and predictions, all or none; predictions only of what is still to come. Returns how many. */
    public int store(Trained trained) {
        return run(connection -> {
            insertModel(connection, trained);
            setStatus(connection, trained.symbol(), trained.model(), "trained", null);
            return insertPredictions(connection, trained);
        });
    }

    /** Notes why there is no new model. */
    public void note(String symbol, String model, String status, String reason) {
        run(connection -> {
            setStatus(connection, symbol, model, status, reason);
            return null;
        });
    }

    private static void insertModel(Connection connection, Trained t) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO market.arima_models (symbol, model, specification, data_as_of, first_time, last_time, observations,
                                                 converged, log_likelihood, aicc, sigma2, coefficients, metrics)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?::jsonb, ?::jsonb)""")) {
            Object[] values = {
                t.symbol(),
                t.model(),
                t.fitted().name(),
                t.dataAsOf().atOffset(ZoneOffset.UTC),
                t.firstTime().atOffset(ZoneOffset.UTC),
                t.lastTime().atOffset(ZoneOffset.UTC),
                t.observations(),
                t.facts().converged(),
                t.facts().logLikelihood(),
                t.facts().aicc(),
                t.facts().sigma2(),
                ModelFacts.json(t.facts().coefficients()),
                ModelFacts.json(t.facts().metrics())
            };
            for (int i = 0; i < values.length; i++) {
                insert.setObject(i + 1, values[i]);
            }
            insert.executeUpdate();
        }
    }

    private static void setStatus(Connection connection, String symbol, String model, String status, String reason)
            throws SQLException {
        try (PreparedStatement upsert = connection.prepareStatement("""
                INSERT INTO market.training_status (symbol, model, status, reason) VALUES (?, ?, ?, ?)
                ON CONFLICT (symbol, model) DO UPDATE
                SET attempted_at = EXCLUDED.attempted_at, status = EXCLUDED.status, reason = EXCLUDED.reason""")) {
            upsert.setString(1, symbol);
            upsert.setString(2, model);
            upsert.setString(3, status);
            upsert.setString(4, reason);
            upsert.executeUpdate();
        }
    }

    /** Made when the server's clock says so, and not a moment before: a bar that has closed meanwhile is no longer predicted. */
    private static int insertPredictions(Connection connection, Trained t) throws SQLException {
        int steps = t.targets().size();
        int first = t.behind();
        try (PreparedStatement insert = connection.prepareStatement("""
                INSERT INTO market.predictions (symbol, model, made_at, target_time, base_price, predicted, lower, upper, confidence)
                SELECT ?, ?, made.at, target, ?, predicted, lower, upper, ?
                  FROM (SELECT clock_timestamp() AS at OFFSET 0) made,
                       unnest(?::timestamptz[], ?::numeric[], ?::numeric[], ?::numeric[]) p (target, predicted, lower, upper)
                 WHERE target > made.at""")) {
            insert.setString(1, t.symbol());
            insert.setString(2, t.model());
            insert.setBigDecimal(3, t.base() > 0 ? BigDecimal.valueOf(t.base()) : null);
            insert.setBigDecimal(4, BigDecimal.valueOf(t.level()).movePointLeft(2));
            insert.setArray(
                    5,
                    array(
                            connection,
                            t.targets().stream().map(Instant::toString).toArray()));
            insert.setArray(6, array(connection, numbers(t.forecast().mean(), first, steps)));
            insert.setArray(7, array(connection, numbers(t.forecast().lower()[0], first, steps)));
            insert.setArray(8, array(connection, numbers(t.forecast().upper()[0], first, steps)));
            return insert.executeUpdate();
        }
    }

    private static Object[] numbers(double[] values, int first, int count) {
        return Arrays.stream(values, first, first + count)
                .mapToObj(value -> Double.isFinite(value) ? String.valueOf(value) : null)
                .toArray();
    }

    private static Array array(Connection connection, Object[] values) throws SQLException {
        return connection.createArrayOf("text", values);
    }

    private static Instant instant(ResultSet row, int column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class).toInstant();
    }
}
