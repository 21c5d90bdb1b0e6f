package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.MarketStream;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Collectors;

/** Rows of a batch → COPY into a staging table → the table of the stream, within the caller's transaction. */
final class Merge {

    private static final String STORED_OTHERWISE =
            " is there already with other values, and what was known stays as it was known.";

    private static final String HOW_TO_CORRECT =
            " If this row corrects it, give it corrected_at, the time at which the" + " correction became known.";

    private static final String TWICE =
            "the source has another row for the same place further up, with other values. Remove the wrong one.";

    private final Table table;
    private final MarketStream stream;
    private final String source;
    private final List<String> columns;

    Merge(Table table, String source, List<String> columns) {
        this.table = table;
        this.stream = table.stream();
        this.source = source;
        this.columns = columns;
    }

    /** New bars are inserted, others updated; a value that the source does not have leaves the stored one as it is. */
    Outcome upsert(Connection connection, Batch batch, BitSet rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE TEMPORARY TABLE staged_bars ON COMMIT DROP AS SELECT NULL::integer AS n, "
                    + list(columns, "") + " FROM " + table.storage() + " WITH NO DATA");
            RowSender.send(connection, "pg_temp.staged_bars (n, " + list(columns, "") + ")", batch, rows, true);
            statement.execute("ANALYZE pg_temp.staged_bars");
            List<String> others =
                    columns.stream().filter(c -> !stream.key().contains(c)).toList();
            String complete = "CREATE TEMPORARY TABLE complete_bars ON COMMIT DROP AS SELECT "
                    + list(stream.key(), "") + ", "
                    + others.stream()
                            .map(c -> "coalesce(s." + quoted(c) + ", old." + quoted(c) + ") AS " + quoted(c))
                            .collect(Collectors.joining(", "))
                    + " FROM pg_temp.staged_bars AS s LEFT JOIN (SELECT * FROM " + table.range()
                    + " WHERE symbol IN (SELECT symbol FROM pg_temp.staged_bars)) AS old USING ("
                    + list(stream.key(), "") + ")";
            try (PreparedStatement insert = connection.prepareStatement(complete)) {
                setRange(insert, batch, rows);
                insert.execute();
            }
            Outcome outcome = new Outcome();
            try (ResultSet merged = statement.executeQuery(
                    "SELECT * FROM tickbook.upsert('" + stream.table() + "', 'pg_temp.complete_bars')")) {
                merged.next();
                outcome.inserted = merged.getLong("inserted");
                outcome.updated = merged.getLong("updated");
                outcome.unchanged = merged.getLong("unchanged");
            }
            return outcome;
        }
    }

    /** New rows are inserted, those that are there already left alone, those that contradict them rejected. */
    Outcome append(Connection connection, Batch batch, BitSet rows) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            // One at a time: what another one is inserting cannot be seen, and need not have a key that is unique.
            statement.execute(
                    "SELECT pg_advisory_xact_lock(hashtext('tickbook.ingest'), hashtext('" + stream.table() + "'))");
            statement.execute("CREATE TEMPORARY TABLE staged_rows (n integer, LIKE " + table.storage()
                    + " INCLUDING DEFAULTS INCLUDING GENERATED) ON COMMIT DROP");
            if (stream == MarketStream.TICKS) { // numbered when it is stored
                statement.execute("ALTER TABLE pg_temp.staged_rows DROP COLUMN realtime_id");
            }
            RowSender.send(connection, "pg_temp.staged_rows (n, " + list(columns, "") + ")", batch, rows, true);
            statement.execute("ANALYZE pg_temp.staged_rows");
            fresh(connection, batch, rows);
            Outcome outcome = new Outcome();
            outcome.inserted = statement.executeUpdate("INSERT INTO " + table.storage() + " (" + list(columns, "")
                    + ") SELECT " + list(columns, "s.")
                    + " FROM pg_temp.staged_rows AS s JOIN pg_temp.fresh_rows AS f USING (n) ORDER BY n");
            outcome.contradictions.addAll(contradictions(connection, batch, rows));
            if (!outcome.contradictions.isEmpty()) {
                Rejects.insert(connection, stream, source, outcome.contradictions);
            }
            outcome.rejected = outcome.contradictions.size();
            outcome.unchanged = rows.cardinality() - outcome.inserted - outcome.rejected;
            statement.execute("DROP TABLE pg_temp.staged_rows, pg_temp.fresh_rows");
            return outcome;
        }
    }

    /** Of each key that is not there, the first row. */
    private void fresh(Connection connection, Batch batch, BitSet rows) throws SQLException {
        String sql =
                "CREATE TEMPORARY TABLE fresh_rows ON COMMIT DROP AS SELECT DISTINCT ON (" + list(stream.key(), "s.")
                        + ") s.n FROM pg_temp.staged_rows AS s WHERE NOT EXISTS (SELECT FROM " + table.range()
                        + " AS t WHERE " + sameKey() + ") ORDER BY " + list(stream.key(), "s.") + ", s.n";
        try (PreparedStatement create = connection.prepareStatement(sql)) {
            setRange(create, batch, rows);
            create.execute();
        }
    }

    private List<Reject> contradictions(Connection connection, Batch batch, BitSet rows) throws SQLException {
        List<String> others = columns.stream()
                .filter(c -> !stream.key().contains(c) && !c.equals("quality_score"))
                .toList();
        List<Reject> rejects = new ArrayList<>();
        if (others.isEmpty()) {
            return rejects;
        }
        String sql = "SELECT s.n FROM pg_temp.staged_rows AS s JOIN " + table.range() + " AS t ON " + sameKey()
                + " WHERE NOT EXISTS (SELECT FROM pg_temp.fresh_rows AS f WHERE f.n = s.n) AND ("
                + others.stream()
                        .map(c -> "s." + quoted(c) + " <> t." + quoted(c) + " OR s." + quoted(c) + " IS NOT NULL AND t."
                                + quoted(c) + " IS NULL")
                        .collect(Collectors.joining(" OR "))
                + ") ORDER BY s.n";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            setRange(select, batch, rows);
            try (ResultSet found = select.executeQuery()) {
                while (found.next()) {
                    int row = found.getInt(1);
                    String reason = stream == MarketStream.PRICES ? TWICE : storedOtherwise();
                    rejects.add(new Reject(batch.line(row), reason, null, batch.raw(row)));
                }
            }
        }
        return rejects;
    }

    private String storedOtherwise() {
        boolean canBeCorrected =
                stream.columns().stream().anyMatch(column -> column.name().equals("corrected_at"));
        return "a row of " + stream.table() + " with this key" + STORED_OTHERWISE
                + (canBeCorrected ? HOW_TO_CORRECT : "");
    }

    private String sameKey() {
        // Ticks are all key, and some of it may be NULL; the columns of other keys never are.
        return stream.key().stream()
                .map(c ->
                        columns.contains(c) && stream == MarketStream.TICKS && !c.equals("symbol") && !c.equals("time")
                                ? "s." + quoted(c) + " IS NOT DISTINCT FROM t." + quoted(c)
                                : stream == MarketStream.TICKS && !columns.contains(c)
                                        ? "true"
                                        : "s." + quoted(c) + " = t." + quoted(c))
                .collect(Collectors.joining(" AND "));
    }

    private void setRange(PreparedStatement statement, Batch batch, BitSet rows) throws SQLException {
        if (!table.isRanged()) {
            return;
        }
        long from = Long.MAX_VALUE;
        long to = Long.MIN_VALUE;
        for (int row = rows.nextSetBit(0); row >= 0; row = rows.nextSetBit(row + 1)) {
            from = Math.min(from, batch.time(row));
            to = Math.max(to, batch.time(row));
        }
        statement.setObject(1, at(from));
        statement.setObject(2, at(to + 1));
    }

    private static OffsetDateTime at(long micros) {
        return Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000L), Math.floorMod(micros, 1_000_000L) * 1000)
                .atOffset(ZoneOffset.UTC);
    }

    static String list(List<String> columns, String prefix) {
        return columns.stream().map(c -> prefix + quoted(c)).collect(Collectors.joining(", "));
    }

    private static String quoted(String column) {
        return '"' + column + '"';
    }
}
