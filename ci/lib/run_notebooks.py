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

import parameters
import report

KERNEL = "tickbook-java"
CELL_TIMEOUT_SECONDS = 600
ANSI = re.compile(r"\x1b\[[0-9;]*m")
# Pictures are drawn with the machine's fonts; a table or figure around one is compared without it.
PICTURE = re.compile(r"data:image/png;base64,[A-Za-z0-9+/=]+")
# Asks the kernel what the results depend on, after the last cell.
PROVENANCE = "dev.tickbook.notebook.Provenance.of(tb)"


def main():
    parser = argparse.ArgumentParser(prog="ci/notebooks", description="Executes notebooks and writes their reports.")
    parser.add_argument("--check", action="store_true", help="fail where a text output differs from the committed one")
    parser.add_argument("--update", action="store_true", help="write the outputs into the committed notebooks")
    parser.add_argument("-p", action="append", default=[], metavar="NAME=VALUE", dest="values", help="set a parameter")
    parser.add_argument("--notebooks", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--reports", type=Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    args = parser.parse_args()

    files = args.files or sorted(args.notebooks.glob("*.ipynb"))
    missing = [str(file) for file in files if not file.is_file()]
    if missing:
        sys.exit(f"ci/notebooks: there is no notebook {', '.join(missing)}.")
    try:
        values = parameters.pairs(args.values)
        check_names(files, values)
    except parameters.ParameterError as error:
        sys.exit(f"ci/notebooks: {error}")
    args.reports.mkdir(parents=True, exist_ok=True)

    results = [run(file, args.reports, args.check, args.update, values) for file in files]
    failures = sum(not ok for ok in results)
    write_index(args.reports)
    print(f"Reports are in {args.reports}")
    print(f"{len(files) - failures} passed, {failures} failed")
    sys.exit(1 if failures else 0)


def check_names(files, values):
    """Each parameter must be one of some notebook's."""
    known = {name for file in files for name in parameters.declared(nbformat.read(file, as_version=4))} if values else set()
    for name in values:
        if name not in known:
            raise parameters.ParameterError(
                f"no notebook here has a parameter {name}. Parameters: {', '.join(sorted(known)) or 'none'}."
            )


def run(file, reports, check, update, values):
    """Executes one notebook; prints a line, and what is wrong below it."""
    try:
        committed = nbformat.read(file, as_version=4)
    except Exception as error:
        print(f"{file.name}: failed. It is not a notebook: {error}")
        return False
    notebook = nbformat.from_dict(committed)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    try:
        parameters.inject(notebook, values, os.getcwd())
    except parameters.ParameterError as error:
        print(f"{file.name}: failed. {error}")
        return False
    started = time.monotonic()
    problem, facts = execute(notebook, file.parent)
    seconds = time.monotonic() - started
    for cell in code_cells(notebook):  # what was shown for a while, such as a bar of progress, is gone
        cell.outputs = joined(o for o in cell.outputs if o.output_type != "display_data" or o.data.get("text/plain") != "")
    for cell in code_cells(notebook):  # a report is passed on; what a person set for this run may hold a password
        if "injected-parameters" in cell.metadata.get("tags", []):
            cell.source = parameters.masked(cell.source)
    facts = [(f"Parameter {name}", parameters.masked(values.get(name, default))) for name, (_, default) in parameters.declared(notebook).items()] + facts
    write(notebook, reports / file.name)
    (reports / file.name).with_suffix(".html").write_text(report.page(notebook, file.stem, facts), encoding="utf-8")
    if not problem and check:
        problem = differences(committed, notebook)
    if not problem and update:
        write(notebook, file)
    cells = len(code_cells(notebook))
    print(f"{file.stem:<32} {cells:>3} cells {seconds:>7.1f} s  {'failed' if problem else 'ok'}", flush=True)
    if problem:
        print(problem, file=sys.stderr, flush=True)
    return not problem


def joined(outputs):
    """The outputs, with what was printed piece by piece, as by printf, in one piece."""
    found = []
    for output in outputs:
        last = found[-1] if found else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            found[-1] = nbformat.from_dict({**last, "text": last.text + output.text})
        else:
            found.append(output)
    return found


def write_index(reports):
    """Of all reports that are there, also of earlier runs."""
    entries = []
    for file in sorted(reports.glob("*.ipynb")):
        notebook = nbformat.read(file, as_version=4)
        ok = not any(o.output_type == "error" for cell in code_cells(notebook) for o in cell.outputs)
        entries.append((f"{file.stem}.html", report.title(notebook, file.stem), report.summary(notebook), ok))
    (reports / "index.html").write_text(report.index(entries), encoding="utf-8")


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def execute(notebook, folder):
    """Runs all cells. Returns what went wrong, as text, or None; and what the results depend on, as pairs."""
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
        with client.setup_kernel():
            for index, cell in enumerate(notebook.cells):
                client.execute_cell(cell, index)
            return None, provenance(client)
    except CellExecutionError as error:
        # What the compiler says is in the trace alone.
        reason = f"{error.ename}: {error.evalue}" if error.evalue else "\n".join(started[-1].outputs[-1].traceback)
    except CellTimeoutError:
        reason = f"It ran for more than {CELL_TIMEOUT_SECONDS} seconds."
    except DeadKernelError:
        reason = "The kernel died. Its output is above."
    except RuntimeError as error:
        return f"The kernel does not start; its output is above. ({error})\n", []
    return explain(notebook, started[-1], reason), []


def provenance(client):
    """What the kernel says about versions and data, as pairs; nothing where the notebook has closed its database."""
    cell = nbformat.v4.new_code_cell(PROVENANCE, metadata={"tags": ["raises-exception"]})
    client.nb.cells.append(cell)
    try:
        client.execute_cell(cell, len(client.nb.cells) - 1)
    finally:
        client.nb.cells.pop()
    texts = [o.data["text/plain"] for o in cell.outputs if o.output_type == "execute_result"]
    return [tuple(line.split(": ", 1)) for line in "".join(texts).splitlines()]


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
    for output in joined(cell.outputs):
        if output.output_type == "stream":
            texts.append((output.name, output.text))
        else:
            texts += [(mime, data) for mime, data in sorted(output.get("data", {}).items()) if mime.startswith("text/")]
    return [line for name, text in texts for line in (f"[{name}]", *PICTURE.sub("[picture]", text).splitlines())]


def write(notebook, file):
    for cell in notebook.cells:
        cell.pop("id", None)
    notebook.nbformat, notebook.nbformat_minor = 4, 4  # newer formats want random cell numbers
    whole = file.with_suffix(".new")
    nbformat.write(notebook, whole)
    whole.replace(file)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        print("ci/notebooks: interrupted.", file=sys.stderr, flush=True)
        os._exit(130)  # the client's own clean-up would print pages
