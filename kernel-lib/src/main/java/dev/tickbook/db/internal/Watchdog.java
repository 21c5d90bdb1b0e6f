package dev.tickbook.db.internal;

import dev.tickbook.TickbookException;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Stops the server when this process dies without doing it itself, even by SIGKILL. A small shell waits at the end of a
 * pipe; the pipe closes when the process at its other end is gone. The shell is in a process group of its own, so what
 * kills or interrupts ours (Ctrl-C, Jupyter's restart) does not reach it.
 */
final class Watchdog {

    /** A server that is only being started when its starter dies shows its number a moment later. */
    private static final String WATCH = """
            if ! read -r dismissed; then
              for attempt in 1 2 3 4 5 6 7 8 9 10; do
                pid=$(head -n 1 "$1/postmaster.pid" 2>/dev/null)
                if [ -n "$pid" ]; then
                  kill -INT "$pid"
                  while [ -e "$1/postmaster.pid" ] && kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
                  break
                fi
                sleep 0.5
              done
              [ -z "$2" ] || rm -rf "$2"
            fi
            """;

    /** Linux has setsid; macOS has not, but its shell gives each background job a group of its own on request. */
    private static final String IN_OWN_GROUP = """
            trap '' HUP INT QUIT TERM
            if command -v setsid >/dev/null; then exec setsid sh -c "$@"; fi
            exec 3<&0
            set -m
            sh -c "$@" <&3 &
            wait
            """;

    private final Process shell;

    private Watchdog(Process shell) {
        this.shell = shell;
    }

    /**
     * @param dataFolder of the server, which runs or is about to
     * @param deleteAfterwards a folder to delete when the server had to be stopped; null for none
     */
    static Watchdog over(Path dataFolder, Path deleteAfterwards) {
        String toDelete = deleteAfterwards == null ? "" : deleteAfterwards.toString();
        try {
            return new Watchdog(new ProcessBuilder(
                            "sh", "-c", IN_OWN_GROUP, "sh", WATCH, "tickbook-watchdog", dataFolder.toString(), toDelete)
                    .redirectOutput(Redirect.DISCARD)
                    .redirectError(Redirect.DISCARD)
                    .start());
        } catch (IOException e) {
            throw new TickbookException(
                    "The embedded server needs the shell sh to watch over it. Install one, or use a server that runs"
                            + " already: Tickbook.connect(URL). (" + e.getMessage() + ")",
                    e);
        }
    }

    /** The server is stopped: nothing is left to watch. */
    void dismiss() {
        try (OutputStream pipe = shell.getOutputStream()) {
            pipe.write("dismissed\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            // it is gone already
        }
    }
}
