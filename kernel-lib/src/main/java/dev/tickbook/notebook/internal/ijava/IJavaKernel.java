package dev.tickbook.notebook.internal.ijava;

import dev.tickbook.TickbookException;
import dev.tickbook.notebook.Notebook;
import dev.tickbook.notebook.internal.CellParts;
import dev.tickbook.notebook.internal.Javadoc;
import dev.tickbook.notebook.internal.LimitedOutput;
import dev.tickbook.notebook.internal.Magics;
import dev.tickbook.notebook.internal.Shell;
import dev.tickbook.notebook.internal.TableView;
import io.github.spencerpark.ijava.IJava;
import io.github.spencerpark.ijava.JavaKernel;
import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.kernel.ReplacementOptions;
import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import io.github.spencerpark.jupyter.kernel.magic.registry.UndefinedMagicException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import jdk.jshell.EvalException;

/**
 * IJava with Tickbook's magics, tables and charts. Errors that say what to do are shown without a stack trace, and an
 * interrupt stops queries on the server too.
 */
public final class IJavaKernel extends JavaKernel implements Shell {

    private static final String REHEARSAL = "--rehearse";
    private static final String RED = "\u001B[1;31m";
    private static final String PLAIN = "\u001B[0m";

    private final Magics magics = new Magics(this);

    private IJavaKernel() {
        IJavaDisplay.register(getRenderer());
    }

    /**
     * Started by Jupyter.
     *
     * @param arguments the path of the connection file; or --rehearse, to run a few cells and end
     * @throws Exception if Jupyter cannot be reached
     */
    public static void main(String[] arguments) throws Exception {
        IJavaKernel kernel = new IJavaKernel();
        Notebook.start(kernel); // first, so that the database starts while the rest is made ready
        makeKnown(kernel);
        if (arguments[0].equals(REHEARSAL)) {
            kernel.rehearse();
            System.exit(0);
        }
        endWith(System.getenv("JPY_PARENT_PID"));
        JupyterConnection connection = new JupyterConnection(
                KernelConnectionProperties.parse(Files.readString(Path.of(arguments[0]), StandardCharsets.UTF_8)));
        kernel.becomeHandlerForConnection(connection);
        connection.connect();
        kernel.warmUp();
        connection.waitUntilClose();
        System.exit(0);
    }

    /** Who was killed stops no kernel, and a cell may run for ever: so a kernel ends with the process that Jupyter names. */
    private static void endWith(String parent) {
        if (!parentIs(parent)) {
            return; // started by something in between, which has to see to it
        }
        Thread thread = new Thread(
                () -> {
                    while (parentIs(parent)) {
                        LockSupport.parkNanos(1_000_000_000);
                    }
                    System.exit(1);
                },
                "tickbook-parent");
        thread.setDaemon(true);
        thread.start();
    }

    private static boolean parentIs(String pid) {
        return ProcessHandle.current()
                .parent()
                .map(parent -> String.valueOf(parent.pid()).equals(pid))
                .orElse(false);
    }

    /** Does what every notebook begins with, so that a JVM that is told to can keep the classes for the next start. */
    private void rehearse() throws Exception {
        eval("tb.sql(\"SELECT count(*) AS bars FROM market.market_data\").table()");
        eval("%sql SELECT 1 AS one");
        eval("Charts.lines(tb.sql(\"SELECT now() AS time, 1.5 AS value\").table(), \"\", \"\", \"value\")");
        Notebook.tickbook().close();
    }

    /** IJava's own static functions, display() and the like, look for the kernel where its main method would put it. */
    private static void makeKnown(JavaKernel kernel) throws ReflectiveOperationException {
        var instance = IJava.class.getDeclaredField("kernel");
        instance.setAccessible(true);
        instance.set(null, kernel);
    }

    /** Runs the startup script before the first cell comes; that one waits for the lock which executing takes. */
    private void warmUp() {
        Thread thread = new Thread(
                () -> {
                    synchronized (this) {
                        try {
                            evalRaw("");
                        } catch (Exception e) {
                            e.printStackTrace();
                        }
                    }
                },
                "tickbook-warm-up");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public DisplayData eval(String code) throws Exception {
        PrintStream out = System.out;
        PrintStream err = System.err;
        try (PrintStream limitedOut = LimitedOutput.of(out);
                PrintStream limitedErr = LimitedOutput.of(err)) {
            System.setOut(limitedOut);
            System.setErr(limitedErr);
            Object result = magics.run(code);
            return result == null ? null : display(result);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private DisplayData display(Object value) {
        return value instanceof DisplayData data ? data : getRenderer().render(value);
    }

    @Override
    public Object evaluate(String java) throws Exception {
        return evalRaw(CellParts.withoutMagicsInTexts(java));
    }

    @Override
    public void show(Object value) {
        display(display(value));
    }

    @Override
    public void show(String id, Object value, boolean again) {
        DisplayData data = display(value);
        if (again) {
            getIO().display.updateDisplay(id, data);
        } else {
            data.setDisplayId(id);
            display(data);
        }
    }

    @Override
    public void interrupt() {
        magics.interrupt();
        super.interrupt();
    }

    @Override
    public List<String> formatError(Exception error) {
        if (error instanceof TickbookException) {
            return message(error.getMessage());
        }
        if (error instanceof EvalException thrown
                && thrown.getExceptionClassName().equals(TickbookException.class.getName())) {
            return message(thrown.getMessage());
        }
        if (error instanceof EvalException thrown
                && thrown.getExceptionClassName().equals(UndefinedMagicException.class.getName())) {
            return message(thrown.getMessage() + ". Tickbook's are " + String.join(", ", Magics.names())
                    + ", each at the start of a line.");
        }
        return withoutOurOwnFrames(super.formatError(error));
    }

    private static List<String> message(String text) {
        List<String> lines = new ArrayList<>(text.lines().toList());
        lines.set(0, RED + lines.get(0) + PLAIN);
        return lines;
    }

    /** What called the cell's code is the same every time, and says nothing about it. */
    private static List<String> withoutOurOwnFrames(List<String> lines) {
        List<String> kept = new ArrayList<>();
        boolean inShell = false;
        for (String line : lines) {
            inShell = line.contains("Caused by:") ? false : inShell;
            if (!inShell) {
                kept.add(line);
            }
            inShell |= line.contains(".do_it$(");
        }
        return kept;
    }

    @Override
    public ReplacementOptions complete(String code, int at) {
        int start = code.lastIndexOf('\n', at - 1) + 1;
        String typed = code.substring(start, at);
        if (typed.startsWith("%") && !typed.contains(" ")) {
            List<String> names = Magics.names().stream()
                    .filter(name -> name.startsWith(typed))
                    .toList();
            return new ReplacementOptions(names, start, at);
        }
        return super.complete(code, at);
    }

    @Override
    public DisplayData inspect(String code, int at, boolean more) {
        // IJava takes the place for that of a character; a front end means the gap after it.
        DisplayData signatures = super.inspect(code, Math.max(0, at - 1), more);
        if (signatures == null || Javadoc.ofThisProcess().isEmpty()) {
            return signatures;
        }
        Javadoc sources = Javadoc.ofThisProcess().get();
        StringBuilder text = new StringBuilder();
        for (String block :
                String.valueOf(signatures.getData(MIMEType.TEXT_PLAIN)).split("\n\n")) {
            text.append(text.isEmpty() ? "" : "\n\n").append(block);
            sources.of(block).ifPresent(comment -> text.append('\n').append(Javadoc.text(comment)));
        }
        DisplayData documented = new DisplayData(text.toString());
        documented.putHTML("<pre style=\"white-space:pre-wrap\">" + TableView.escaped(text.toString()) + "</pre>");
        return documented;
    }

    @Override
    public String isComplete(String code) {
        return code.stripLeading().startsWith("%") ? completeCodeSignifier() : super.isComplete(code);
    }
}
