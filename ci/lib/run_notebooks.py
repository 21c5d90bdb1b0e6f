"""Executes notebooks through Jupyter and writes their reports; see ci/notebooks."""

import argparse
import difflib
import os
import re
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbconvert import HTMLExporter

KERNEL = "tickbook-java"
CELL_TIMEOUT_SECONDS = 600
ANSI = re.compile(r"\x1b\[[0-9;]*m")
# A report must open without a network: scripts from elsewhere (formulas, widgets) are not needed in it.
REMOTE_SCRIPT = re.compile(r"<script[^>]*\bsrc=\"https?://[^>]*>\s*</script>|<script[^>]*type=\"module\"[^>]*>.*?</script>", re.DOTALL)


def main():
    parser = argparse.ArgumentParser(prog="ci/notebooks", description="Executes notebooks and writes their reports.")
    parser.add_argument("--check", action="store_true", help="fail where a text output differs from the committed one")
    parser.add_argument("--update", action="store_true", help="write the outputs into the committed notebooks")
    parser.add_argument("--notebooks", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    args = parser.parse_args()

    files = args.files or sorted(args.notebooks.glob("*.ipynb"))
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        sys.exit(f"ci/notebooks: there is no notebook {', '.join(missing)}.")
    reports = args.notebooks / "target" / "reports"
    reports.mkdir(parents=True, exist_ok=True)

    failures = sum(not run(file, reports, args.check, args.update) for file in files)
    print(f"Reports are in {reports}")
    print(f"{len(files) - failures} passed, {failures} failed")
    sys.exit(1 if failures else 0)


def run(file, reports, check, update):
    """Executes one notebook; prints a line, and what is wrong below it."""
    try:
        committed = nbformat.read(file, as_version=4)
    except Exception as error:
        print(f"{file.name}: failed. It is not a notebook: {error}")
        return False
    notebook = nbformat.from_dict(committed)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    started = time.monotonic()
    problem = execute(notebook, file.parent)
    seconds = time.monotonic() - started
    write(notebook, reports / file.name)
    if not problem and check:
        problem = differences(committed, notebook)
    if not problem and update:
        write(notebook, file)
    cells = len(code_cells(notebook))
    print(f"{file.stem:<32} {cells:>3} cells {seconds:>7.1f} s  {'failed' if problem else 'ok'}", flush=True)
    if problem:
        print(problem, file=sys.stderr, flush=True)
    return not problem


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def execute(notebook, folder):
    """Runs all cells. Returns what went wrong, as text, or None."""
    started = []
    client = NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=CELL_TIMEOUT_SECONDS,
        resources={"metadata": {"path": str(folder)}},
        record_timing=False,
        on_cell_start=lambda cell, cell_index: started.append(cell),
    )
    try:
        client.execute()
        return None
    except CellExecutionError as error:
        # What the compiler says is in the trace alone.
        reason = f"{error.ename}: {error.evalue}" if error.evalue else "\n".join(started[-1].outputs[-1].traceback)
    except CellTimeoutError:
        reason = f"It ran for more than {CELL_TIMEOUT_SECONDS} seconds."
    except DeadKernelError:
        reason = "The kernel died. Its output is above."
    except RuntimeError as error:
        return f"The kernel does not start; its output is above. ({error})\n"
    return explain(notebook, started[-1], reason)


def explain(notebook, cell, reason):
    """The cell that failed: its number, its source and the error, without the stack of the kernel."""
    number = next(n for n, c in enumerate(code_cells(notebook), 1) if c is cell)
    source = "\n".join(f"  | {line}" for line in cell.source.splitlines())
    said = "".join(
        output.text for output in cell.outputs if output.output_type == "stream" and output.name == "stderr"
    )
    return f"Cell {number} failed:\n{source}\n{ANSI.sub('', said)}{ANSI.sub('', reason).strip()}\n"


def differences(committed, executed):
    """What the committed outputs and these do not have in common, as text, or None."""
    before, after = code_cells(committed), code_cells(executed)
    found = []
    for number, (old, new) in enumerate(zip(before, after), 1):
        if "volatile" in new.metadata.get("tags", []):
            continue
        if text_outputs(old) != text_outputs(new):
            diff = difflib.unified_diff(
                text_outputs(old), text_outputs(new), "committed", "now", lineterm="", n=1
            )
            found.append(f"Cell {number} prints something else than the committed notebook:\n" + "\n".join(diff))
    if found:
        found.append("If the new outputs are right, commit what ci/notebooks --update writes.\n")
    return "\n".join(found) or None


def text_outputs(cell):
    """All text that a cell put out, as lines; pictures and what differs from run to run are left out."""
    texts = []
    for output in cell.outputs:
        if output.output_type == "stream":
            if texts and texts[-1][0] == output.name:  # how a stream is cut into pieces depends on the moment
                texts[-1] = (output.name, texts[-1][1] + output.text)
            else:
                texts.append((output.name, output.text))
        else:
            texts += [(mime, data) for mime, data in sorted(output.get("data", {}).items()) if mime.startswith("text/")]
    return [line for name, text in texts for line in (f"[{name}]", *text.splitlines())]


def write(notebook, file):
    """Writes the notebook, and beside it its report where it belongs to the reports."""
    for cell in notebook.cells:
        cell.pop("id", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 4  # newer formats want random cell numbers
    whole = file.with_suffix(".new")
    nbformat.write(notebook, whole)
    whole.replace(file)
    if file.parent.name == "reports":
        exporter = HTMLExporter(template_name="lab", exclude_input_prompt=True, exclude_output_prompt=True)
        html, _ = exporter.from_notebook_node(notebook, {"metadata": {"name": file.stem}})
        file.with_suffix(".html").write_text(REMOTE_SCRIPT.sub("", html), encoding="utf-8")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("ci/notebooks: interrupted.", file=sys.stderr, flush=True)
        os._exit(130)  # the client's own clean-up would print pages
