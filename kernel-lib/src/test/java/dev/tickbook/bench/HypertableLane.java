package dev.tickbook.bench;

import dev.tickbook.Tickbook;
import dev.tickbook.datasets.MarketFile;
import dev.tickbook.datasets.MarketGenerator;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import org.postgresql.PGConnection;

/**
 * A million minute bars of 20 symbols into weekly chunks, by COPY, in the order of time. Making the chunks is part of the
 * time, for each contestant in its own way. The contestants take turns on the same server, each round with a new table.
 */
final class HypertableLane implements Bench.Lane {

    private static final int ROUNDS = 7;
    private static final LocalDate FROM = LocalDate.of(2024, 1, 2);
    private static final LocalDate TO = LocalDate.of(2024, 7, 12);
    private static final String RANGE = "'" + FROM + "', '" + TO.plusDays(1) + "'";

    private static final String OUR_CHUNKS = "SELECT tickbook.ensure_chunks('bars', " + RANGE + ")";

    private static final String TABLE = """
            DROP TABLE IF EXISTS bars;
            CREATE TABLE bars (
              time timestamptz NOT NULL, symbol text NOT NULL,
              open numeric(15,4), high numeric(15,4), low numeric(15,4), close numeric(15,4),
              volume bigint, vwap numeric(15,4), trades integer,
              PRIMARY KEY (symbol, time))""";

    /** How a contestant prepares the empty table for weekly chunks. */
    private interface Contestant {
        void prepare(Statement statement) throws SQLException;
    }

    private byte[] bars;

    @Override
    public void run() throws Exception {
        bars = minuteBars(MarketGenerator.defaults().from(FROM).to(TO));
        Contestant hypertable = statement -> {
            statement.execute(TABLE);
            statement.execute("SELECT tickbook.create_hypertable('bars', 'time', chunk_interval => '7 days')");
        };
        Contestant plainPartitions = statement -> statement.execute(TABLE + " PARTITION BY RANGE (time)");
        try (Tickbook tb = Tickbook.open();
                Connection connection = tb.connection()) {
            Bench.report(
                    "hypertable.copy_in_vs_plain_partitions",
                    ratio(connection, hypertable, OUR_CHUNKS, connection, plainPartitions, PLAIN_CHUNKS),
                    "ratio");
        }
        againstTimescale(hypertable);
    }

    /** The same chunks as a person would make them by hand, the DEFAULT partition included. */
    private static final String PLAIN_CHUNKS = """
            DO $$
            DECLARE week timestamptz;
            BEGIN
              CREATE TABLE bars_default PARTITION OF bars DEFAULT;
              FOR week IN SELECT date_bin('7 days', day, '1970-01-01 00:00+00')
                          FROM generate_series(timestamptz '%s', '%s', '7 days') AS day LOOP
                EXECUTE format('CREATE TABLE %%I PARTITION OF bars FOR VALUES FROM (%%L) TO (%%L)',
                               'bars_' || to_char(week, 'YYYYMMDD'), week, week + interval '7 days');
              END LOOP;
            END $$""".formatted(FROM, TO.plusDays(1));

    private void againstTimescale(Contestant hypertable) throws SQLException {
        String asMade = "hypertable.copy_in_vs_timescaledb";
        String primaryKeyOnly = "hypertable.copy_in_vs_timescaledb_primary_key_only";
        if (!TimescaleServer.isThere()) {
            Bench.skip(asMade, TimescaleServer.ABSENT);
            Bench.skip(primaryKeyOnly, TimescaleServer.ABSENT);
            return;
        }
        try (TimescaleServer server = new TimescaleServer()) {
            Bench.report(
                    asMade,
                    ratio(server.ours, hypertable, OUR_CHUNKS, server.theirs, timescale(true), "SELECT 1"),
                    "ratio");
            Bench.report(
                    primaryKeyOnly,
                    ratio(server.ours, hypertable, OUR_CHUNKS, server.theirs, timescale(false), "SELECT 1"),
                    "ratio");
        }
    }

    /** TimescaleDB adds an index on the time unless it is told not to; Tickbook does not, for the chunks serve. */
    private static Contestant timescale(boolean withItsIndex) {
        return statement -> {
            statement.execute(TABLE);
            statement.execute("SELECT create_hypertable('bars', 'time', chunk_time_interval => interval '7 days',"
                    + " create_default_indexes => " + withItsIndex + ")");
        };
    }

    /** The median of ours ÷ theirs over pairs of turns, after a pair to warm up. */
    private double ratio(
            Connection ours, Contestant us, String ourChunks, Connection theirs, Contestant them, String theirChunks)
            throws SQLException {
        double[] ratios = new double[ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            boolean usFirst = round % 2 == 0; // whoever comes second finds the machine as the first left it
            double first = usFirst ? seconds(ours, us, ourChunks) : seconds(theirs, them, theirChunks);
            double second = usFirst ? seconds(theirs, them, theirChunks) : seconds(ours, us, ourChunks);
            if (round >= 0) {
                ratios[round] = usFirst ? first / second : second / first;
            }
        }
        return DoubleStream.of(ratios).sorted().skip(ROUNDS / 2).findFirst().orElseThrow();
    }

    private double seconds(Connection connection, Contestant contestant, String chunks) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            contestant.prepare(statement);
            statement.execute("CHECKPOINT");
            long start = System.nanoTime();
            statement.execute(chunks);
            connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY bars FROM STDIN (FORMAT csv)", new ByteArrayInputStream(bars), 1 << 16);
            return (System.nanoTime() - start) / 1e9;
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** As CSV, in the order of time. */
    static byte[] minuteBars(MarketGenerator generator) throws Exception {
        StringBuilder csv = new StringBuilder();
        generator.generate().write(MarketFile.MINUTE_BARS, csv);
        String[] lines = csv.substring(csv.indexOf("\n") + 1).split("\n");
        Arrays.sort(lines); // each begins with its time
        System.err.printf("%,d minute bars%n", lines.length);
        return Arrays.stream(lines).collect(Collectors.joining("\n")).getBytes(StandardCharsets.UTF_8);
    }
}
