"""Writes an executed notebook as one HTML file that needs nothing else: no network, no scripts but those of its outputs."""

import html
import re
from pathlib import Path

from nbconvert.filters import ansi2html, markdown2html
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name

STYLE = (Path(__file__).parent / "report.css").read_text(encoding="utf-8")
HEADING = re.compile(r'<h([1-4])(?: id="[^"]*")?>(.*?)(?:<a class="anchor-link"[^>]*>.*?</a>)?</h\1>', re.DOTALL)
NOTEBOOK_LINK = re.compile(r'href="([\w.-]+)\.ipynb"')  # to a notebook beside this one: its report is beside this report
TAGS = re.compile(r"<[^>]+>")


def title(notebook, otherwise):
    """The first heading of a notebook, as text."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("# "):
                    return line[2:].strip()
    return otherwise


def summary(notebook):
    """The question that a notebook asks: its first paragraph after the title, as text."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            for paragraph in re.split(r"\n\s*\n", cell.source):
                if paragraph.strip() and not paragraph.startswith("#"):
                    return TAGS.sub("", markdown2html(paragraph)).strip()
    return ""


def page(notebook, name, facts):
    """The whole report. facts: pairs of what the run depended on and its value."""
    body, contents = [], []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            text = NOTEBOOK_LINK.sub(r'href="\1.html"', markdown2html(cell.source))
            body.append(f'<section class="text">{with_anchors(text, contents)}</section>')
        elif cell.cell_type == "code":
            body.append(code(cell))
    heading = title(notebook, name)
    toc = "".join(f'<li class="level{level}"><a href="#{anchor}">{text}</a></li>' for level, anchor, text in contents if level > 1)
    return document(
        heading,
        f'<nav><p><a href="index.html">All reports</a></p><details open><summary>Contents</summary><ul>{toc}</ul></details></nav>'
        f"<main>{''.join(body)}{about(facts)}</main>",
    )


def index(entries):
    """The page that leads to the reports. entries: (file name, title, summary, whether it ran to its end)."""
    items = "".join(
        f'<li><a href="{html.escape(file)}">{html.escape(heading)}</a>{"" if ok else " <strong>(failed)</strong>"}<p>{html.escape(text)}</p></li>'
        for file, heading, text, ok in entries
    )
    return document("Tickbook: reports", f'<main><h1>Reports</h1><ul class="index">{items}</ul></main>')


def document(heading, body):
    light = HtmlFormatter(style="default").get_style_defs(".highlight")
    dark = HtmlFormatter(style="monokai").get_style_defs(".highlight")
    style = f"{STYLE}\n@media screen {{ {light} }}\n@media print {{ {light} }}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}"
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(heading)}</title><style>{style}</style></head>\n<body>{body}</body></html>\n"
    )


def with_anchors(text, contents):
    """Gives every heading a name to link to, and notes it for the table of contents."""

    def anchored(match):
        level, inner = int(match.group(1)), match.group(2)
        anchor = f"h{len(contents) + 1}"
        contents.append((level, anchor, inner))
        return f'<h{level} id="{anchor}">{inner}</h{level}>'

    return HEADING.sub(anchored, text)


def code(cell):
    """A cell: its code folded, unless it is what the reader sets, and its outputs."""
    outputs = "".join(output(o) for o in cell.outputs)
    if not cell.source.strip():
        return outputs
    sql = cell.source.lstrip().startswith("%%sql") or cell.source.lstrip().startswith("%sql")
    lines = highlight(cell.source, get_lexer_by_name("sql" if sql else "java"), HtmlFormatter(nowrap=False))
    tags = cell.metadata.get("tags", [])
    opened = " open" if "parameters" in tags or "injected-parameters" in tags else ""
    label = "Parameters" if "parameters" in tags else "Set for this run" if "injected-parameters" in tags else "SQL" if sql else "Code"
    return f'<section class="code"><details{opened}><summary>{label}</summary>{lines}</details>{outputs}</section>'


def output(o):
    if o.output_type == "stream":
        return f'<pre class="output {o.name}">{ansi2html(o.text)}</pre>'
    if o.output_type == "error":
        return f'<pre class="output stderr">{ansi2html(chr(10).join(o.traceback))}</pre>'
    data = o.get("data", {})
    if "text/html" in data:
        return f'<div class="output">{data["text/html"]}</div>'
    if "image/svg+xml" in data:
        return f'<div class="output">{data["image/svg+xml"]}</div>'
    if "image/png" in data:
        alt = html.escape(data.get("text/plain", "picture"))
        return f'<div class="output"><img alt="{alt}" src="data:image/png;base64,{data["image/png"].strip()}"></div>'
    if "text/markdown" in data:
        return f'<div class="output">{markdown2html(data["text/markdown"])}</div>'
    return f'<pre class="output">{html.escape(data.get("text/plain", ""))}</pre>'


def about(facts):
    rows = "".join(f"<tr><th>{html.escape(k)}</th><td>{html.escape(v)}</td></tr>" for k, v in facts)
    return f'<footer><h2 id="about">How this report was made</h2><div class="scroll"><table>{rows}</table></div></footer>' if rows else ""
