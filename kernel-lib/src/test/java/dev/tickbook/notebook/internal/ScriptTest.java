package dev.tickbook.notebook.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** JShell scripts, each in a process of its own, as ci/script starts it. */
class ScriptTest {

    @TempDir
    Path folder;

    private record Ended(int status, String out) {}

    private Ended run(String script, String... arguments) throws IOException, InterruptedException {
        Path file = Files.writeString(folder.resolve("script.jsh"), script);
        Path startup =
                Files.writeString(folder.resolve("startup.jsh"), "import dev.tickbook.notebook.*;\nint three = 3;\n");
        Path out = folder.resolve("out");
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Script.class.getName(),
                startup.toString(),
                file.toString());
        builder.command().addAll(java.util.List.of(arguments));
        Process process =
                builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Ended(
                process.exitValue(),
                Files.readString(out, StandardCharsets.UTF_8).replace(file.toString(), "script.jsh"));
    }

    @Test
    void expressionsArePrintedAndArgumentsArriveAsTheyWereGiven() throws Exception {
        Ended ended = run("""
                // a comment
                three + 1

                for (String a : args) {
                    System.out.println(a);
                }
                three * 2 // without a semicolon
                /* the end */
                """, "a\"; System.exit(7); \"", "\\u0022 ü");
        assertThat(ended.out()).isEqualTo("4\na\"; System.exit(7); \"\n\\u0022 ü\n6\n");
        assertThat(ended.status()).isZero();
    }

    @Test
    void aScriptEndsAtTheFirstLineThatFailsAndNamesIt() throws Exception {
        Ended thrown = run("int a = 1;\n\na / (a - 1)\nSystem.out.println(\"not reached\");\n");
        assertThat(thrown.out()).isEqualTo("script.jsh, line 3: ArithmeticException: / by zero\n");
        assertThat(thrown.status()).isEqualTo(1);

        Ended rejected = run("int a = 1;\nint b = nothing;\n");
        assertThat(rejected.out())
                .startsWith("script.jsh, line 2: cannot find symbol")
                .contains("int b = nothing;");
        assertThat(rejected.status()).isEqualTo(1);

        Ended unresolved = run("int twice(int x) {\n    return 2 * missing(x);\n}\ntwice(1)\n");
        assertThat(unresolved.out())
                .startsWith("script.jsh, line 4: ")
                .contains("missing", "is not declared, and twice needs it.")
                .hasLineCount(1);

        assertThat(run("%sql SELECT 1\n").out()).contains("script.jsh, line 1: ", "tb.sql(");

        Ended open = run("for (;;) {\n");
        assertThat(open.out()).startsWith("script.jsh, line 1: ");
        assertThat(open.status()).isEqualTo(1);
    }
}
