"""Lane notebooks: how long a person waits for the first table, and for all the notebooks."""

import statistics
import subprocess
import sys
import time

from jupyter_client.manager import start_new_kernel

RUNS = 5
ROUNDS = 7  # the first of which warms up
FIRST_QUERY = 'tb.sql("SELECT count(*) AS bars FROM market.market_data").table()'


def first_result():
    """Seconds from the start of a kernel to the table of its first query, the embedded server included."""
    started = time.monotonic()
    manager, client = start_new_kernel(kernel_name="tickbook-java")
    try:
        tables = []

        def collect(message):
            if message["msg_type"] == "execute_result":
                tables.append(time.monotonic() - started)

        reply = client.execute_interactive(FIRST_QUERY, output_hook=collect, timeout=120)
        if reply["content"]["status"] != "ok" or not tables:
            sys.exit(f"ci/bench: the first query failed: {reply['content']}")
        return tables[0]
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


RAW_COPY = """
double rawCopy() throws Exception {
    try (var connection = tb.connection()) {
        long start = System.nanoTime();
        connection.unwrap(org.postgresql.PGConnection.class).getCopyAPI()
            .copyOut("COPY (SELECT * FROM million) TO STDOUT (FORMAT binary)", java.io.OutputStream.nullOutputStream());
        return (System.nanoTime() - start) / 1e9;
    }
}
"""
MILLION = """
%%sql
CREATE TABLE million AS
  SELECT timestamptz '2024-01-01Z' + i * interval '1 minute' AS time, 'S' || i % 20 AS symbol, (100 + i % 1000 / 7.0)::numeric(15,4) AS open,
         (101 + i % 1000 / 7.0)::numeric(15,4) AS high, (99 + i % 1000 / 7.0)::numeric(15,4) AS low, (100 + i % 999 / 7.0)::numeric(15,4) AS close, i::bigint AS volume
    FROM generate_series(1, 1000000) i;
VACUUM ANALYZE million
"""


def sql_cell():
    """Seconds that a cell takes to show a million rows, and that raw COPY of them takes, in turn on one server."""
    manager, client = start_new_kernel(kernel_name="tickbook-java")
    try:

        def run(code):
            values = []
            hook = lambda m: values.append(m["content"]["data"]["text/plain"]) if m["msg_type"] == "execute_result" else None
            started = time.monotonic()
            reply = client.execute_interactive(code, output_hook=hook, timeout=120)
            if reply["content"]["status"] != "ok":
                sys.exit(f"ci/bench: a cell failed: {reply['content']}")
            return time.monotonic() - started, "".join(values)

        run(MILLION)
        run(RAW_COPY)
        cells, copies = [], []
        for _ in range(ROUNDS):
            copies.append(float(run("rawCopy()")[1]))
            seconds, shown = run("%%sql\nSELECT * FROM million")
            if "1,000,000 rows" not in shown:
                sys.exit(f"ci/bench: the cell shows something else: {shown}")
            cells.append(seconds)
        return statistics.median(cells[1:]), statistics.median(copies[1:])
    finally:
        client.stop_channels()
        manager.shutdown_kernel()


def all_notebooks(root):
    started = time.monotonic()
    subprocess.run(
        [sys.executable, f"{root}/ci/lib/run_notebooks.py", "--notebooks", f"{root}/notebooks", "--reports", f"{root}/notebooks/target/reports"],
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return time.monotonic() - started


def main():
    root = sys.argv[1]
    first_result()  # warms up: unpacks the server, fills the disk cache
    print(f"notebooks.first_result_seconds {statistics.median(first_result() for _ in range(RUNS)):.3f} s", flush=True)
    cell, copy = sql_cell()
    print(f"notebooks.sql_cell_seconds {cell:.3f} s", flush=True)
    print(f"notebooks.sql_cell_vs_raw_copy {cell / copy:.3f} ratio", flush=True)
    print(f"notebooks.total_seconds {all_notebooks(root):.3f} s", flush=True)


main()
