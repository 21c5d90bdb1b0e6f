package dev.tickbook.notebook.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import jdk.jshell.Diag;
import jdk.jshell.EvalException;
import jdk.jshell.JShell;
import jdk.jshell.Snippet;
import jdk.jshell.SnippetEvent;
import jdk.jshell.SourceCodeAnalysis.Completeness;
import jdk.jshell.SourceCodeAnalysis.CompletionInfo;
import jdk.jshell.UnresolvedReferenceException;

/**
 * Runs a JShell script in this process, and ends with an error where a snippet fails: the tool {@code jshell} would say so
 * and go on. Values of expressions are printed as in JShell, tables as text.
 */
public final class Script {

    private Script() {}

    /**
     * @param arguments the startup script, the script, and what the script finds in {@code args}
     * @throws IOException if a file cannot be read
     */
    public static void main(String[] arguments) throws IOException {
        int status;
        try (JShell shell = JShell.builder()
                .executionEngine("local") // in this process, so that what is printed comes in order
                .out(System.out)
                .err(System.err)
                .build()) {
            shell.addToClasspath(System.getProperty("java.class.path"));
            String args = Arrays.stream(arguments)
                    .skip(2)
                    .map(Script::quoted)
                    .collect(Collectors.joining(", ", "String[] args = {", "};"));
            boolean ok = run(shell, Path.of(arguments[0]), false)
                    && run(shell, args, "arguments", false)
                    && run(shell, Path.of(arguments[1]), true);
            status = ok ? 0 : 1;
        }
        dev.tickbook.notebook.Notebook.tickbook().close();
        System.exit(status);
    }

    private static boolean run(JShell shell, Path file, boolean printed) throws IOException {
        return run(shell, Files.readString(file, StandardCharsets.UTF_8), file.toString(), printed);
    }

    /** Line by line, as the tool does: a line that is a whole expression needs no semicolon. */
    private static boolean run(JShell shell, String text, String name, boolean printed) {
        StringBuilder open = new StringBuilder();
        int number = 0;
        int start = 1;
        for (String line : text.split("\n", -1)) {
            number++;
            if (open.toString().isBlank()) {
                open.setLength(0);
                start = number;
            }
            open.append(line).append('\n');
            CompletionInfo next = shell.sourceCodeAnalysis().analyzeCompletion(open.toString());
            while (next.completeness().isComplete() && !next.source().isBlank()) {
                if (!evaluate(shell, next.source(), name + ", line " + start, printed)) {
                    return false;
                }
                open.replace(0, open.length(), next.remaining());
                next = shell.sourceCodeAnalysis().analyzeCompletion(open.toString());
            }
            if (next.completeness() == Completeness.UNKNOWN) {
                return evaluate(shell, open.toString(), name + ", line " + start, printed);
            }
        }
        // What is left is not whole; the compiler says what is missing.
        return isEmpty(shell, open.toString()) || evaluate(shell, open.toString(), name + ", line " + start, printed);
    }

    /** Whether nothing but blanks and comments is left. */
    private static boolean isEmpty(JShell shell, String rest) {
        return shell.sourceCodeAnalysis().analyzeCompletion(rest).completeness() == Completeness.EMPTY;
    }

    private static boolean evaluate(JShell shell, String source, String place, boolean printed) {
        for (SnippetEvent event : shell.eval(source)) {
            if (!succeeded(shell, event, place)) {
                return false;
            }
            if (printed && event.causeSnippet() == null && isExpression(event.snippet()) && event.value() != null) {
                System.out.println(event.value());
            }
        }
        return true;
    }

    private static boolean isExpression(Snippet snippet) {
        return snippet.subKind() == Snippet.SubKind.TEMP_VAR_EXPRESSION_SUBKIND
                || snippet.subKind() == Snippet.SubKind.VAR_VALUE_SUBKIND;
    }

    private static boolean succeeded(JShell shell, SnippetEvent event, String place) {
        if (event.exception() instanceof UnresolvedReferenceException e) {
            System.err.println(place + ": "
                    + shell.unresolvedDependencies(e.getSnippet()).collect(Collectors.joining(", "))
                    + " is not declared, and "
                    + e.getSnippet().name() + " needs it.");
            return false;
        }
        if (event.exception() != null) {
            String type = event.exception() instanceof EvalException e
                    ? e.getExceptionClassName().replaceFirst(".*\\.", "") + ": "
                    : "";
            System.err.println(place + ": " + type + event.exception().getMessage());
            return false;
        }
        if (event.status() == Snippet.Status.REJECTED) {
            System.err.println(place + ": "
                    + shell.diagnostics(event.snippet())
                            .filter(Diag::isError)
                            .map(diag -> diag.getMessage(Locale.ENGLISH))
                            .collect(Collectors.joining("\n")));
            String source = event.snippet().source().strip();
            System.err.println("  " + source.replace("\n", "\n  "));
            if (source.startsWith("%")) {
                System.err.println(
                        "Commands with % are for notebooks; in a script, tb.sql(\"…\").table() asks the database.");
            }
            return false;
        }
        return true;
    }

    /** ASCII as octal, because Java reads the other escape of a quote as the quote that ends a literal. */
    private static String quoted(String text) {
        return text.chars()
                .mapToObj(c -> c < 128 ? String.format("\\%03o", c) : String.format("\\u%04x", c))
                .collect(Collectors.joining("", "\"", "\""));
    }
}
