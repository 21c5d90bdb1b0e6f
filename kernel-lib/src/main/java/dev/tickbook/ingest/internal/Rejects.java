package dev.tickbook.ingest.internal;

import dev.tickbook.ingest.MarketStream;
import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/** Writes rejected rows into {@code market.ingest_rejects}; those that are there already are not written again. */
final class Rejects {

    private static final String INSERT = """
            INSERT INTO market.ingest_rejects (stream, source, line, reason, sqlstate, raw)
            SELECT ?, ?, * FROM unnest(?::bigint[], ?::text[], ?::text[], ?::text[]) ON CONFLICT DO NOTHING""";

    private Rejects() {}

    static void insert(Connection connection, MarketStream stream, String source, List<Reject> rejects)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            insert.setString(1, stream.name().toLowerCase(Locale.ROOT));
            insert.setString(2, storable(source));
            insert.setArray(
                    3,
                    connection.createArrayOf(
                            "bigint", rejects.stream().map(Reject::line).toArray()));
            insert.setArray(4, texts(connection, rejects, Reject::reason));
            insert.setArray(5, texts(connection, rejects, Reject::sqlState));
            insert.setArray(6, texts(connection, rejects, Reject::raw));
            insert.executeUpdate();
        }
    }

    private static Array texts(Connection connection, List<Reject> rejects, Function<Reject, String> part)
            throws SQLException {
        return connection.createArrayOf(
                "text", rejects.stream().map(part).map(Rejects::storable).toArray());
    }

    /** PostgreSQL's texts have no NUL, for which there is a picture, and no halves of characters. */
    private static String storable(String text) {
        return text == null
                ? null
                : new String(text.replace('\0', '\u2400').getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8);
    }
}
