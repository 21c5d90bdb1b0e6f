"""Lane notebooks: how long a person waits for the first table, and for all the notebooks."""

import statistics
import subprocess
import sys
import time

from jupyter_client.manager import start_new_kernel

RUNS = 5
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
    print(f"notebooks.total_seconds {all_notebooks(root):.3f} s", flush=True)


main()
