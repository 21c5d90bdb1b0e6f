package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

@MethodSource("dev.tickbook.sql.Servers#all")
class BookendTest extends DatabaseTest {
    @Test
    void firstAndLastGiveTheValueAtTheEarliestAndTheLatestTime() {
        db.execute(
                "CREATE TABLE bars (symbol text, time timestamptz, close numeric(15,4))",
                "INSERT INTO bars SELECT s, timestamptz '2024-01-01' + random() * interval '1 year', (random() * 100)::numeric(15,4)"
                        + " FROM generate_series(1, 2000), unnest(ARRAY['A', 'B', 'C']) s");
        assertThat(
                        db.rows(
                                "SELECT symbol, tickbook.first(close, time), tickbook.last(close, time) FROM bars GROUP BY symbol ORDER BY 1"))
                .isEqualTo(db.rows(
                        "SELECT symbol, (array_agg(close ORDER BY time))[1], (array_agg(close ORDER BY time DESC))[1]"
                                + " FROM bars GROUP BY symbol ORDER BY 1"));
    }

    @Test
    void parallelWorkersAgree() {
        db.execute(
                "CREATE TABLE bars AS SELECT timestamptz '2024-01-01' + (i * 7919 % 200003) * interval '1 minute' AS time, i AS close"
                        + " FROM generate_series(1, 200000) i",
                "ANALYZE bars",
                "SET parallel_setup_cost = 0",
                "SET parallel_tuple_cost = 0",
                "SET min_parallel_table_scan_size = 0");
        String query = "SELECT tickbook.first(close, time), tickbook.last(close, time) FROM bars";
        assertThat(String.join("\n", db.rows("EXPLAIN " + query))).contains("Partial Aggregate");
        assertThat(db.rows(query))
                .isEqualTo(
                        db.rows(
                                "SELECT (SELECT close FROM bars ORDER BY time LIMIT 1), (SELECT close FROM bars ORDER BY time DESC LIMIT 1)"));
    }

    @Test
    void anyTypeKeepsItsValueExactly() {
        db.execute("CREATE TYPE quote AS (bid numeric, venue text)");
        assertThat(db.rows("SELECT tickbook.last(1.5000::numeric, now()), tickbook.last(0.1::float8 + 0.2, now()),"
                        + " tickbook.last(ARRAY['a', NULL, ''], now()), tickbook.last('{\"a\": 1}'::jsonb, now()),"
                        + " tickbook.last(ROW(1.20, 'X, Y')::quote, now()), tickbook.last('NaN'::numeric, now()::timestamp),"
                        + " tickbook.last(timestamptz '2024-01-01 00:00:00.000001+00', current_date)"))
                .containsExactly(
                        "1.5000|0.30000000000000004|{a,NULL,\"\"}|{\"a\": 1}|(1.20,\"X, Y\")|NaN|2024-01-01 00:00:00.000001+00");
    }

    @Test
    void neitherDateStyleNorSearchPathNorPaddingChangesAValue() {
        db.execute(
                "CREATE FUNCTION in_another_style(query text, OUT result text) LANGUAGE plpgsql SET datestyle = 'SQL, DMY' AS"
                        + " $$ BEGIN EXECUTE query INTO result; END $$", // the driver itself insists on ISO
                "SET timezone = 'Asia/Kolkata'",
                "CREATE SCHEMA elsewhere",
                "CREATE TABLE elsewhere.rc (i int)",
                "SET search_path = elsewhere, public");
        for (String by : List.of("now()", "now()::timestamp", "7")) {
            String query =
                    "SELECT concat_ws('|', tickbook.last(timestamptz '2024-05-06 07:08:09.5+00', %1$s) = timestamptz '2024-05-06 07:08:09.5+00',"
                            + " tickbook.first(date '2024-05-06', %1$s) = date '2024-05-06',"
                            + " tickbook.last(ARRAY[timestamptz '2024-05-06 07:08+00'], %1$s) = ARRAY[timestamptz '2024-05-06 07:08+00'],"
                            + " tickbook.last('rc'::regclass, %1$s) = 'elsewhere.rc'::regclass,"
                            + " tickbook.first('tickbook.job'::regclass, %1$s) = 'tickbook.job'::regclass,"
                            + " octet_length(tickbook.last('ab'::char(5), %1$s)), tickbook.last(NULL::char(5), %1$s) IS NULL,"
                            + " tickbook.last('{\"a\": 1}'::json, %1$s))";
            assertThat(db.rows("SELECT public.in_another_style(?)", query.formatted(by)))
                    .as(by)
                    .containsExactly("t|t|t|t|t|5|t|{\"a\": 1}");
        }
    }

    @Test
    void numbersAndTextCanStandForTheTime() {
        assertThat(db.rows(
                        "SELECT tickbook.first(v, n), tickbook.last(v, n), tickbook.first(v, n::text), tickbook.last(v, n::numeric)"
                                + " FROM (VALUES ('nine', 9), ('ten', 10), ('two', 2)) t(v, n)"))
                .containsExactly("two|ten|ten|ten");
    }

    private static final String NULLS = "SELECT %1$s.first(v, t), %1$s.last(v, t) FROM (VALUES %2$s) x(v, t)";

    @Test
    void aRowWithoutTimeIsIgnoredAndANullValueIsGiven() {
        assertThat(
                        db.rows(
                                NULLS.formatted(
                                        "tickbook",
                                        "('no time', NULL), ('b', '2024-01-02'::timestamptz), (NULL, '2024-01-01'), ('end', 'infinity'), ('none', NULL)")))
                .containsExactly("|end");
        assertThat(db.rows(NULLS.formatted("tickbook", "('one', NULL::timestamptz), ('two', NULL)")))
                .as("without any time, the first row met")
                .containsExactly("one|one");
        assertThat(db.rows("SELECT tickbook.first(1, now()) WHERE false")).containsExactly("");
    }

    @Test
    void timescaleDbAgreesOnNulls() {
        Assumptions.assumeFalse(isNative(), "needs TimescaleDB");
        for (String rows : new String[] {
            "('a', NULL::timestamptz), ('b', '2024-01-02'), (NULL, '2024-01-01'), ('c', '2024-01-03'), ('d', '2024-01-03')",
            "(NULL, NULL::timestamptz), ('two', NULL)",
            "(NULL, NULL::timestamptz), ('two', NULL), ('x', '2024-01-01'), ('y', '2024-01-01')",
            "('a', '-infinity'::timestamptz), ('b', 'infinity')"
        }) {
            assertThat(db.rows(NULLS.formatted("tickbook", rows)))
                    .as(rows)
                    .isEqualTo(db.rows(NULLS.formatted("public", rows)));
        }
    }
}
