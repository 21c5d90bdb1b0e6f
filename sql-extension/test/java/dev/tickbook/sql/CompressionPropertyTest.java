package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever is done to a compressed hypertable, it equals a plain table that got the same statements, to the last bit:
 * random schemas, values, batch sizes and interleavings. {@code -Dtickbook.seed=7} repeats a run,
 * {@code -Dtickbook.rounds=50} makes it longer.
 */
@MethodSource("dev.tickbook.sql.Servers#natives")
class CompressionPropertyTest extends DatabaseTest {
    private static final long SEED = Long.getLong("tickbook.seed", System.nanoTime());
    private static final int ROUNDS = Integer.getInteger("tickbook.rounds", 4);
    private static final int STEPS = 14;

    /** A column type, and expressions of random values of it. */
    private record Type(String name, Function<Random, String> value) {}

    private static final List<Type> TYPES = List.of(
            new Type("numeric(15,4)", r -> oneOf(r, decimal(r, 4), decimal(r, 2), "'NaN'", "99999999999.9999")),
            new Type(
                    "numeric",
                    r -> oneOf(
                            r,
                            decimal(r, 2),
                            decimal(r, r.nextInt(20)),
                            "'NaN'",
                            "'Infinity'",
                            "1.50",
                            "1.5",
                            "1e40",
                            "-0.00")),
            new Type("numeric(30,10)", r -> oneOf(r, decimal(r, 10), "12345678901234567890.0123456789")),
            new Type("numeric(6,-2)", r -> oneOf(r, "1200", "99999900")),
            new Type(
                    "double precision",
                    r -> oneOf(r, decimal(r, 2), "random()", "'NaN'", "'-Infinity'", "'-0'", "1e300", "5e-324", "0.1")),
            new Type("real", r -> oneOf(r, decimal(r, 1), "random()", "'NaN'", "'-0'", "3.4e38", "16777217")),
            new Type("smallint", r -> oneOf(r, "" + (r.nextInt(65536) - 32768), "0", "7")),
            new Type("integer", r -> oneOf(r, "" + r.nextInt(), "2147483647", "" + r.nextInt(100))),
            new Type(
                    "bigint",
                    r -> oneOf(
                            r,
                            "" + r.nextInt(1000),
                            "9223372036854775807",
                            "(-9223372036854775808)",
                            "" + r.nextLong(1L << 62))),
            new Type("date", r -> oneOf(r, "date '2024-01-01' + " + r.nextInt(500), "'infinity'", "'4713-01-01 BC'")),
            new Type(
                    "timestamptz",
                    r -> oneOf(
                            r,
                            "timestamptz '2024-01-01 00:00+00' + " + r.nextInt(9999) + " * interval '1 minute'",
                            "timestamptz '2024-01-01 00:00+00' + " + r.nextInt() + " * interval '1 microsecond'",
                            "'-infinity'",
                            "'9999-12-31 23:59:59.999999+00'")),
            new Type(
                    "timestamp(3)",
                    r -> oneOf(
                            r,
                            "timestamp '1999-12-31 23:59:59.999' - " + r.nextInt(999) + " * interval '1 ms'",
                            "'infinity'")),
            new Type("boolean", r -> oneOf(r, "true", "false")),
            new Type(
                    "text",
                    r -> oneOf(
                            r,
                            "''",
                            "'a'",
                            "'Ünï ☃'",
                            "repeat('long ', " + r.nextInt(999) + ")",
                            "md5('" + r.nextInt() + "')",
                            "'NULL'")),
            new Type("text COLLATE \"C\"", r -> oneOf(r, "'b'", "'B '")),
            new Type("varchar(7)", r -> oneOf(r, "''", "'x'", "'seven77'")),
            new Type("char(5)", r -> oneOf(r, "''", "'x'", "'12345'")),
            new Type("text[]", r -> oneOf(r, "'{}'", "'{a,NULL,\"\"}'", "'{{1,2},{3,4}}'", "'[3:4]={x,y}'")),
            new Type("numeric(8,2)[]", r -> oneOf(r, "'{1.10,NULL}'", "'{NaN}'")),
            new Type("jsonb", r -> oneOf(r, "'null'", "'{\"a\": [1, 1.0, 1.00]}'", "'\"x\"'", "'{}'")),
            new Type("json", r -> oneOf(r, "'{\"b\" :1,  \"a\":2}'", "'[]'")),
            new Type("bytea", r -> oneOf(r, "''", "'\\x00ff'", "decode(md5('" + r.nextInt() + "'), 'hex')")),
            new Type("uuid", r -> "md5('" + r.nextInt(5) + "')::uuid"),
            new Type("interval", r -> oneOf(r, "'1 month'", "'30 days'", "'24:00:00'", "'1 day'", "'-1.000001 s'")),
            new Type("time", r -> oneOf(r, "'24:00:00'", "'12:34:56.789012'")),
            new Type("inet", r -> oneOf(r, "'10.0.0.1'", "'::1/64'")),
            new Type("int4range", r -> oneOf(r, "'empty'", "'[1,5)'", "'(,)'")),
            new Type("positive", r -> oneOf(r, "1", "12345678901.1")),
            new Type("mood", r -> oneOf(r, "'happy'", "'sad'")),
            new Type("point", r -> "point(" + r.nextInt(5) + ", 0.5)"));

    @Test
    void aCompressedHypertableEqualsAPlainTableThatGotTheSameStatements() {
        db.execute(
                "CREATE TYPE mood AS ENUM ('sad', 'happy')",
                "CREATE DOMAIN positive AS numeric(20,3) CHECK (VALUE > 0)",
                "SET extra_float_digits = 3");
        for (int round = 0; round < ROUNDS; round++) {
            new Round(new Random(SEED + round), "seed " + SEED + ", round " + round).play();
        }
    }

    private final class Round {
        private final Random random;
        private final String description;
        private final List<Type> types;
        private final String columns;
        private final boolean keyed;
        private final int minutes;
        private final StringBuilder history = new StringBuilder();

        Round(Random random, String description) {
            this.random = random;
            this.description = description;
            // Half of the columns are of the types that are scaled.
            this.types = random.ints(1 + random.nextInt(9), 0, TYPES.size())
                    .mapToObj(i -> TYPES.get(random.nextBoolean() ? i % 12 : i))
                    .collect(Collectors.toCollection(ArrayList::new));
            this.columns = "time, symbol" + columns(i -> ", c" + i);
            this.keyed = random.nextInt(4) > 0;
            this.minutes = oneOf(random, 1, 1, 7, 60);
        }

        void play() {
            String create = "CREATE TABLE %s (time timestamptz NOT NULL, symbol text "
                    + columns(i -> ", c" + i + " " + types.get(i).name())
                    + (keyed ? ", PRIMARY KEY (symbol, time))" : ")");
            String segments = oneOf(random, "'{symbol}'", "'{symbol}'", "'{}'");
            run(
                    "DROP TABLE IF EXISTS plain",
                    create.formatted("packed"),
                    create.formatted("plain"),
                    "SELECT tickbook.create_hypertable('packed', 'time', INTERVAL '1 day')",
                    "SELECT tickbook.ensure_chunks('packed', '2024-01-01 00:00+00', '2024-01-03 12:00+00')",
                    "SELECT tickbook.enable_compression('packed', " + segments + ")");
            insert(oneOf(random, 0, 5, 300, 2500));
            for (int step = 0; step < STEPS; step++) {
                switch (random.nextInt(10)) {
                    case 0, 1 -> insert(oneOf(random, 1, 20, 500));
                    case 2 -> both("UPDATE %s SET " + assignment() + " WHERE " + someRows());
                    case 3 -> both("DELETE FROM %s WHERE " + someRows());
                    case 4 -> upsert();
                    case 5 ->
                        run(
                                "SELECT tickbook.decompress_chunk(c) FROM tickbook.show_chunks('packed') c ORDER BY random() LIMIT 1");
                    case 6 -> {
                        both(
                                "ALTER TABLE %s ADD COLUMN added" + step + " numeric(9,2) DEFAULT 1.5, ADD COLUMN note"
                                        + step + " text[] DEFAULT '{a}'",
                                "packed_rows");
                        run("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('packed') c LIMIT 1");
                    }
                    default -> run("SELECT tickbook.compress_chunk(c) FROM tickbook.show_chunks('packed') c");
                }
                assertEqual();
            }
            run("SELECT tickbook.revert_hypertable('packed')");
            assertEqual();
            assertThat(db.rows("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                            + " WHERE attrelid = 'packed'::regclass AND attnum > 0 ORDER BY attnum"))
                    .isEqualTo(db.rows("SELECT attname, format_type(atttypid, atttypmod) FROM pg_attribute"
                            + " WHERE attrelid = 'plain'::regclass AND attnum > 0 ORDER BY attnum"));
            run("DROP TABLE packed");
        }

        /** Rows whose keys are new; the values are computed once, in a table, so that both tables get the same ones. */
        private void insert(int rows) {
            stage(rows, random.nextInt(100_000));
            run("DELETE FROM staged s USING plain p WHERE p.time = s.time AND p.symbol = s.symbol");
            both("INSERT INTO %s (" + columns + ") SELECT " + columns + " FROM staged");
        }

        private void upsert() {
            if (!keyed) {
                return;
            }
            stage(oneOf(random, 1, 50, 400), random.nextInt(100_000));
            String same = "INSERT INTO staged SELECT " + columns + " FROM plain p WHERE " + someRows()
                    + " AND NOT EXISTS (SELECT FROM staged s WHERE s.time = p.time AND s.symbol = p.symbol)";
            run(same);
            String counts = "SELECT inserted, updated, unchanged FROM tickbook.upsert('%s', 'staged')";
            history.append(counts).append(";\n");
            assertThat(db.rows(counts.formatted("packed")))
                    .as(this::toString)
                    .isEqualTo(db.rows(counts.formatted("plain")));
        }

        private void stage(int rows, int start) {
            List<String> pools = new ArrayList<>();
            for (Type type : types) {
                List<String> pool = Stream.generate(() -> type.value().apply(random))
                        .limit(oneOf(random, 1, 3, 30))
                        .toList();
                int nulls = oneOf(random, 0, 0, 10, 100);
                boolean climbing = random.nextInt(3) == 0
                        && type.name().matches("numeric\\(15,4\\)|bigint|integer|double precision");
                String plainType = type.name().replaceFirst(" COLLATE.*", "");
                pools.add("CASE WHEN random() * 100 < " + nulls + " THEN NULL "
                        + (climbing ? "ELSE (i % 4000 / 4.0)::" + plainType + " END" : choice(pool, plainType)));
            }
            run(
                    "DROP TABLE IF EXISTS staged",
                    "CREATE TABLE staged AS SELECT timestamptz '2024-01-01 00:00+00' + (i / 2 * " + minutes
                            + " % 4000) * interval '1 minute'"
                            + (random.nextBoolean() ? " + i * interval '0.000123 s'" : "")
                            + " AS time, (ARRAY['A', 'b'])[1 + i % 2] AS symbol"
                            + columns(i -> ", " + pools.get(i) + " AS c" + i) + " FROM generate_series(" + start + ", "
                            + (start + rows - 1) + ") i",
                    "DELETE FROM staged a USING staged b WHERE a.ctid < b.ctid AND a.time = b.time AND a.symbol = b.symbol");
        }

        private String assignment() {
            int column = random.nextInt(types.size());
            Type type = types.get(column);
            return "c" + column + " = (" + (random.nextInt(5) == 0 ? "NULL" : constant(type)) + ")::"
                    + type.name().replaceFirst(" COLLATE.*", "");
        }

        /** No random() here: both tables must get the same value. */
        private String constant(Type type) {
            String value;
            do {
                value = type.value().apply(random);
            } while (value.contains("random"));
            return value;
        }

        private String someRows() {
            return oneOf(
                    random,
                    "symbol = 'A' AND time < '2024-01-01 05:00+00'",
                    "extract(minute FROM time) = " + random.nextInt(60),
                    "time >= '2024-01-02 12:00+00' AND time < '2024-01-02 18:00+00'",
                    "c0 IS NULL");
        }

        private void both(String sql) {
            both(sql, "packed");
        }

        private void both(String sql, String packed) {
            history.append(sql).append(";\n");
            db.execute(sql.formatted(packed), sql.formatted("plain"));
        }

        private void run(String... statements) {
            history.append(String.join(";\n", statements)).append(";\n");
            db.execute(statements);
        }

        /** Rows are compared as the bytes that the server would send, so scale, sign of zero and NULLs count. */
        private void assertEqual() {
            List<String> names = db.values(
                    "SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = 'plain'::regclass AND attnum > 0 ORDER BY attnum",
                    String.class);
            String image = names.stream().map(n -> n + "::text").collect(Collectors.joining(", ", "ROW(", ")::text"));
            String difference = "SELECT * FROM ((SELECT " + image + " FROM %1$s EXCEPT ALL SELECT " + image
                    + " FROM %2$s)) d LIMIT 3";
            String visible =
                    db.count("SELECT count(*) FROM pg_attribute WHERE attrelid = 'packed'::regclass AND attnum > 0")
                                    < names.size()
                            ? null
                            : "packed";
            if (visible == null) {
                return; // a column was added to the storage and no chunk compressed since
            }
            assertThat(db.rows(difference.formatted("packed", "plain")))
                    .as(this::toString)
                    .isEmpty();
            assertThat(db.rows(difference.formatted("plain", "packed")))
                    .as(this::toString)
                    .isEmpty();
        }

        private String columns(java.util.function.IntFunction<String> part) {
            return java.util.stream.IntStream.range(0, types.size())
                    .mapToObj(part)
                    .collect(Collectors.joining());
        }

        @Override
        public String toString() {
            return description + "\n" + history;
        }
    }

    /** An expression that picks one of some expressions for each row. */
    private static String choice(List<String> expressions, String type) {
        StringBuilder sql = new StringBuilder("ELSE CASE (random() * " + (expressions.size() - 1) + ")::int ");
        for (int i = 0; i < expressions.size(); i++) {
            sql.append("WHEN " + i + " THEN (" + expressions.get(i) + ")::" + type + ' ');
        }
        return sql.append("END END").toString();
    }

    @SafeVarargs
    private static <T> T oneOf(Random random, T... choices) {
        return choices[random.nextInt(choices.length)];
    }

    private static String decimal(Random random, int decimals) {
        return "("
                + java.math.BigDecimal.valueOf(random.nextInt(2_000_000) - 1_000_000L, decimals)
                        .toPlainString() + ")";
    }
}
