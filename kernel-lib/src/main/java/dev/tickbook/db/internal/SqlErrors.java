package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import java.sql.SQLException;
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
        ServerErrorMessage server = e instanceof PSQLException p ? p.getServerErrorMessage() : null;
        if (server == null) {
            return new TickbookException(e.getMessage(), e);
        }
        StringBuilder text = new StringBuilder(String.valueOf(server.getMessage()));
        if (server.getDetail() != null) {
            text.append('\n').append(server.getDetail());
        }
        if (server.getPosition() > 0 && sql != null) {
            text.append('\n').append(caret(sql, server.getPosition()));
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
        return line + "\n" + " ".repeat(at - start) + "^";
    }
}
