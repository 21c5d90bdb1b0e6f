package dev.tickbook.sql;

import static org.assertj.core.api.Assertions.catchThrowable;

import org.assertj.core.api.AbstractStringAssert;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

/** A test class that runs on each of several servers, with a fresh database for every test. */
@ParameterizedClass(name = "{0}")
abstract class DatabaseTest {
    @Parameter
    Server server;

    Database db;

    @BeforeEach
    void createDatabase() {
        db = server.createDatabase();
    }

    @AfterEach
    void dropDatabase() {
        db.close();
    }

    boolean isNative() {
        return !server.timescaleDb();
    }

    /** The error that a statement raises, as "SQLSTATE message HINT: hint", to compare with what a user should see. */
    AbstractStringAssert<?> assertError(String sql) {
        return assertError(db, sql);
    }

    static AbstractStringAssert<?> assertError(Database session, String sql) {
        Throwable thrown = catchThrowable(() -> session.execute(sql));
        if (thrown == null || !(thrown.getCause() instanceof PSQLException error)) {
            return Assertions.assertThat(thrown == null ? "no error" : thrown.toString());
        }
        ServerErrorMessage message = error.getServerErrorMessage();
        return Assertions.assertThat(
                message.getSQLState() + " " + message.getMessage() + " HINT: " + message.getHint());
    }
}
