package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import java.sql.SQLException;
import java.util.function.IntUnaryOperator;
import org.postgresql.util.PSQLException;
import org.postgresql.util.PSQLState;
import org.postgresql.util.ServerErrorMessage;

/** Says what the server said, where in the statement, and its hint. */
public final class SqlErrors {

    private SqlErrors() {}

    /**
     * @param e what the driver threw
     * @param sql the statement as the server got it, to point at the place; null to leave that out
     * @return the same as one readable message
     */
    public static TickbookException explain(SQLException e, String sql) {
        // The server counts a character that takes two in Java as one.
        return explain(
                e,
                sql,
                position -> sql.offsetByCodePoints(0, Math.min(position - 1, sql.codePointCount(0, sql.length()))) + 1);
    }

    /**
     * As {@link #explain(SQLException, String)}, for a text that is not the one that the server got.
     *
     * @param e what the driver threw
     * @param sql the text that the person wrote; null to leave the place out
     * @param place from a position in the server's text to one in this text, both counted from 1; 0 where there is none
     * @return the same as one readable message
     */
    public static TickbookException explain(SQLException e, String sql, IntUnaryOperator place) {
        ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
        if (server == null) {
            return new TickbookException(e.getMessage(), e);
        }
        StringBuilder text = new StringBuilder(String.valueOf(server.getMessage()));
        if (server.getDetail() != null) {
            text.append('\n').append(server.getDetail());
        }
        int position = server.getPosition() > 0 && sql != null ? place.applyAsInt(server.getPosition()) : 0;
        if (position > 0) {
            text.append('\n').append(caret(sql, position));
        }
        if (server.getHint() != null) {
            text.append("\nHint: ").append(server.getHint());
        } else if (PSQLState.ACTIVE_SQL_TRANSACTION.getState().equals(server.getSQLState())) {
            text.append("\nHint: Run it with execute(), or on a connection of your own: Tickbook.connection().");
        }
        return new TickbookException(text.toString(), e);
    }

    /** The line of the statement that holds the position (1 is the first character), a caret below it. */
    private static String caret(String sql, int position) {
        int at = Math.min(position - 1, sql.length());
        int start = sql.lastIndexOf('\n', at - 1) + 1;
        int end = sql.indexOf('\n', at);
        String line = sql.substring(start, end < 0 ? sql.length() : end);
        return line + "\n" + " ".repeat(sql.codePointCount(start, at)) + "^";
    }
}
