package dev.tickbook.notebook.internal;

import dev.tickbook.Tickbook;
import dev.tickbook.TickbookException;
import dev.tickbook.db.internal.Borrowed;
import dev.tickbook.notebook.Notebook;
import dev.tickbook.notebook.internal.sql.Kept;
import dev.tickbook.notebook.internal.sql.SqlSession;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The commands that begin with a percent sign: {@code %%sql} and {@code %%time} for a whole cell, {@code %sql},
 * {@code %connect}, {@code %tables}, {@code %describe} and {@code %time} for a line, among lines of Java or alone.
 */
public final class Magics implements AutoCloseable {

    private static final Pattern CELL =
            Pattern.compile("\\A\\s*%%(sql|time)\\b[ \\t]*([^\\n]*\\n?)(.*)\\z", Pattern.DOTALL);
    private static final Pattern LINE =
            Pattern.compile("\\A[ \\t]*%(sql|connect|tables|describe|time)\\b[ \\t]*(.*)\\z");
    private static final Pattern ASSIGNED_LINE = Pattern.compile(
            "\\A[ \\t]*(?:(?:var|Table)[ \\t]+)?([\\p{Alpha}_$][\\p{Alnum}_$]*)[ \\t]*=[ \\t]*%sql\\b[ \\t]*(.*)\\z");

    private final Shell shell;
    private final SqlSession session = new SqlSession();
    private Tickbook connected; // by %connect, so that the next %connect closes it

    /**
     * @param shell the kernel
     */
    public Magics(Shell shell) {
        this.shell = shell;
    }

    /**
     * Runs a cell: its magics here, its Java in the session, in the order in which they stand.
     *
     * @param code the whole cell
     * @return the value to show as its result; null if there is none
     * @throws Exception what went wrong
     */
    public Object run(String code) throws Exception {
        Matcher cell = CELL.matcher(code);
        if (cell.matches()) {
            return cell.group(1).equals("sql")
                    ? sql(cell.group(2) + cell.group(3))
                    : time(cell.group(2) + cell.group(3));
        }
        Object result = null;
        List<String> parts = CellParts.of(code, Magics::isMagic);
        for (int i = 0; i < parts.size(); i++) {
            boolean magic = isMagic(parts.get(i));
            result = magic ? line(parts.get(i)) : shell.evaluate(parts.get(i));
            if (magic && result != null && i < parts.size() - 1) {
                shell.show(result);
            }
        }
        return result;
    }

    /** Stops what the cell that is running does in a database. */
    public void interrupt() {
        session.interrupt();
        Borrowed.cancelAll();
    }

    /** Gives the connection of the SQL cells back. */
    @Override
    public void close() {
        session.close();
    }

    private static boolean isMagic(String line) {
        return LINE.matcher(line).matches() || ASSIGNED_LINE.matcher(line).matches();
    }

    private Object line(String line) throws Exception {
        Matcher assigned = ASSIGNED_LINE.matcher(line);
        if (assigned.matches()) {
            return sql(assigned.group(1) + " << " + assigned.group(2));
        }
        Matcher magic = LINE.matcher(line);
        if (!magic.matches()) {
            throw new IllegalArgumentException(line);
        }
        String argument = magic.group(2).strip();
        return switch (magic.group(1)) {
            case "sql" -> sql(argument);
            case "connect" -> connect(argument);
            case "tables" -> Catalog.tables(tickbook(), argument);
            case "describe" -> Catalog.describe(tickbook(), argument, shell::show);
            default -> time(argument);
        };
    }

    private Object sql(String sql) throws Exception {
        Object result = session.run(tickbook(), sql, this::variable, shell::show);
        if (result instanceof Kept kept) {
            assign("tech.tablesaw.api.Table", kept.name(), kept.table());
            return new Remark(kept.name() + ": " + TableView.size(kept.table()));
        }
        return result;
    }

    private Object time(String code) throws Exception {
        if (code.isBlank()) {
            throw new TickbookException("%time needs something to measure: %time tb.read(\"AAPL\").table()");
        }
        long start = System.nanoTime();
        Object result = run(code);
        System.out.println(String.format(Locale.ROOT, "%.3f s", (System.nanoTime() - start) / 1e9));
        return result;
    }

    private Object connect(String address) throws Exception {
        Tickbook now =
                address.isEmpty() ? Notebook.tickbook() : Address.of(address).connect();
        assign(null, "tb", now);
        session.close();
        if (connected != null && connected != now) {
            connected.close();
        }
        connected = address.isEmpty() ? null : now;
        return new Remark(Catalog.server(now));
    }

    /** The database that the variable tb stands for, so that SQL and Java mean the same. */
    private Tickbook tickbook() {
        try {
            if (shell.evaluate("tb") instanceof Tickbook tb) {
                return tb;
            }
        } catch (Exception e) {
            // There is no such variable: the session's own database it is.
        }
        return Notebook.tickbook();
    }

    private Object variable(String name) {
        try {
            return shell.evaluate(name);
        } catch (Exception e) {
            throw new TickbookException(
                    "There is no Java variable \"" + name + "\" for the parameter :" + name
                            + ". Declare it in a cell before this one.",
                    e);
        }
    }

    private void assign(String type, String name, Object value) throws Exception {
        Handover.put(value);
        shell.evaluate((type == null ? "" : type + " ") + name + " = dev.tickbook.notebook.internal.Handover.take();");
    }

    /** The names of the magics, for completion. */
    public static List<String> names() {
        return List.of("%%sql", "%%time", "%sql", "%connect", "%tables", "%describe", "%time");
    }
}
