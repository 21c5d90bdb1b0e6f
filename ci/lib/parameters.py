"""Sets a notebook's parameters as papermill does: a cell after the one tagged "parameters" gives them other values."""

import os
import re

import nbformat

DECLARATION = re.compile(r"(?:^|(?<=;))\s*(?:final\s+)?(var|[\w.]+(?:<[^=]*>)?(?:\[\])?)\s+(\w+)\s*=\s*(.+?)\s*;", re.MULTILINE)
NUMBER = re.compile(r"-?\d+(\.\d+)?([eE]-?\d+)?")
WHOLE = {"int": "", "long": "L", "short": "", "Integer": "", "Long": "L"}
PARSED = {"LocalDate", "LocalDateTime", "LocalTime", "Instant", "Duration", "Period", "ZonedDateTime"}


class ParameterError(Exception):
    """What is wrong with a parameter, in a sentence."""


def pairs(arguments):
    """From name=value texts to a dictionary."""
    found = {}
    for argument in arguments:
        name, equals, value = argument.partition("=")
        if not equals or not name.isidentifier():
            raise ParameterError(f'"-p {argument}" is not of the form -p name=value.')
        found[name] = value
    return found


# The password of a URL: before its host, up to the last @, or as a parameter of it. \046 is & as quoted() writes it.
PASSWORD = re.compile(r"(?<=://)([^:/@\s\"']*):[^\s\"']*@|(password)=(?:(?!\\046)[^&\s\"'])*")


def masked(text):
    """The text without the passwords of databases in it."""
    return PASSWORD.sub(lambda m: f"{m[2]}=…" if m[2] else f"{m[1]}:…@", text)


def declared(notebook):
    """The parameters that a notebook has: name -> (type, default as Java)."""
    found = {}
    for cell in notebook.cells:
        if "parameters" in cell.metadata.get("tags", []):
            for kind, name, default in DECLARATION.findall(cell.source):
                if kind == "var":
                    kind = "String" if default.startswith('"') else "boolean" if default in ("true", "false") else "double"
                found[name] = (kind, default)
    return found


def inject(notebook, values, folder):
    """Puts a cell after the parameters. folder: where relative paths of the command line begin. Returns the names that were set."""
    known = declared(notebook)
    given = {name: value for name, value in values.items() if name in known}
    if not given:
        return set()
    lines = [f"{name} = {literal(name, known[name][0], value, folder)};" for name, value in given.items()]
    cell = nbformat.v4.new_code_cell("\n".join(lines), metadata={"tags": ["injected-parameters"]})
    at = next(i for i, c in enumerate(notebook.cells) if "parameters" in c.metadata.get("tags", []))
    notebook.cells.insert(at + 1, cell)
    return set(given)


def literal(name, kind, value, folder):
    """The value as Java of this type; text is quoted, never run."""
    if kind in WHOLE and re.fullmatch(r"-?\d+", value):
        return value + WHOLE[kind]
    if kind in ("double", "float", "Double", "Float") and NUMBER.fullmatch(value):
        return value + ("f" if kind.lower() == "float" else "")
    if kind in ("boolean", "Boolean") and value in ("true", "false"):
        return value
    if kind in ("String", "CharSequence", "Path"):
        # Notebooks run in their own folder; the reader names files from another.
        path = os.path.join(folder, value)
        text = quoted(os.path.abspath(path) if value and os.path.isfile(path) else value)
        return f"Path.of({text})" if kind == "Path" else text
    if kind in PARSED:
        return f"{kind}.parse({quoted(value)})"
    raise ParameterError(f'"{value}" is no value for the parameter {name}, which is of type {kind}.')


def quoted(text):
    """A Java literal. Quotes and the like as octal: Java reads \\u0022 as the quote that ends a literal."""
    return '"' + "".join(escaped(c) for c in text) + '"'


def escaped(character):
    if ord(character) >= 128:
        return "".join(f"\\u{unit:04x}" for unit in units(character))
    return character if character.isalnum() or character in " ./:_-+@,=()" else f"\\{ord(character):03o}"


def units(character):
    """UTF-16, as Java's escapes have it."""
    data = character.encode("utf-16-be")
    return [int.from_bytes(data[i : i + 2], "big") for i in range(0, len(data), 2)]
