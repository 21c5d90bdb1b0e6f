package dev.tickbook.bench;

import dev.tickbook.Tickbook;
import dev.tickbook.datasets.MarketGenerator;
import dev.tickbook.datasets.MinuteBar;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;
import org.postgresql.copy.CopyOut;
import tech.tablesaw.api.Table;

/**
 * A million minute bars, every column, from PostgreSQL into a table: against draining the same binary COPY, against
 * Tablesaw's own reader of JDBC results, and against pandas. All take turns on one connection each to the same server.
 */
final class ReadLane implements Bench.Lane {

    private static final int BARS = 1_000_000;
    private static final int ROUNDS = 5;
    private static final String QUERY = "SELECT * FROM minute_bars";

    private static final String TABLE = """
            CREATE TABLE minute_bars (
              time timestamptz NOT NULL, symbol text NOT NULL, interval text NOT NULL,
              open numeric(15,4), high numeric(15,4), low numeric(15,4), close numeric(15,4), volume bigint)""";

    private static final String PANDAS = """
            import sys, time, warnings
            import pandas, psycopg2
            warnings.filterwarnings("ignore")
            connection = psycopg2.connect(sys.argv[1])
            seconds = []
            for _ in range(3):
                start = time.perf_counter()
                frame = pandas.read_sql("SELECT * FROM minute_bars", connection)
                seconds.append(time.perf_counter() - start)
                assert len(frame) == int(sys.argv[2])
            print(sorted(seconds)[1])
            """;

    private interface Timed {
        long rows() throws Exception;
    }

    @Override
    public void run() throws Exception {
        try (Tickbook tb = Tickbook.open();
                Connection connection = tb.connection()) {
            load(connection);
            double[][] seconds = inTurns(
                    () -> tb.sql(QUERY).table().rowCount(), () -> drain(connection), () -> tablesaw(connection));
            double ours = median(seconds[0]);
            Bench.report("read.seconds", ours, "s");
            Bench.report("read.vs_raw_copy_out", ours / median(seconds[1]), "ratio");
            Bench.report("read.speedup_over_tablesaw", median(seconds[2]) / ours, "ratio");
            pandas(tb, ours);
        }
    }

    private static void load(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
            CopyIn copy = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyIn("COPY minute_bars FROM STDIN (FORMAT csv)");
            Iterator<MinuteBar> bars =
                    MarketGenerator.defaults().generate().minuteBars().iterator();
            for (int i = 0; i < BARS; i++) {
                MinuteBar bar = bars.next();
                byte[] line = (bar.time() + "," + bar.symbol() + ",1m," + bar.open() + "," + bar.high() + ","
                                + bar.low() + "," + bar.close() + "," + bar.volume() + "\n")
                        .getBytes(StandardCharsets.UTF_8);
                copy.writeToCopy(line, 0, line.length);
            }
            copy.endCopy();
            statement.execute("VACUUM ANALYZE minute_bars");
        }
    }

    private static long drain(Connection connection) throws SQLException {
        CopyOut copy = connection
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("COPY (" + QUERY + ") TO STDOUT (FORMAT binary)");
        long rows = -1; // the trailer
        while (copy.readFromCopy() != null) {
            rows++;
        }
        return rows;
    }

    private static long tablesaw(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(QUERY)) {
            return Table.read().db(rows).rowCount();
        }
    }

    /** One round to warm up, then each in its turn. */
    private static double[][] inTurns(Timed... contestants) throws Exception {
        double[][] seconds = new double[contestants.length][ROUNDS];
        for (int round = -1; round < ROUNDS; round++) {
            for (int i = 0; i < contestants.length; i++) {
                System.gc(); // nobody pays for what another left behind
                long start = System.nanoTime();
                long rows = contestants[i].rows();
                if (rows != BARS) {
                    throw new IllegalStateException("contestant " + i + " read " + rows + " rows");
                }
                if (round >= 0) {
                    seconds[i][round] = (System.nanoTime() - start) / 1e9;
                }
            }
        }
        return seconds;
    }

    private static double median(double[] seconds) {
        double[] sorted = seconds.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    private static void pandas(Tickbook tb, double ours) throws IOException, InterruptedException {
        String metric = "read.speedup_over_pandas";
        Path script = Files.createTempFile("pandas", ".py");
        try {
            Files.writeString(script, PANDAS);
            // The one on the PATH may be another than that which Debian's packages belong to.
            for (String python : List.of("python3", "/usr/bin/python3")) {
                Process process = new ProcessBuilder(python, script.toString(), tb.psqlUrl(), String.valueOf(BARS))
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
                String seconds = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                if (process.waitFor() == 0) {
                    Bench.report(metric, Double.parseDouble(seconds) / ours, "ratio");
                    return;
                }
            }
            Bench.skip(metric, "python3 has no pandas and psycopg2 here");
        } catch (IOException e) {
            Bench.skip(metric, "there is no python3");
        } finally {
            Files.delete(script);
        }
    }
}
