"""The kernel as a front end sees it, through Jupyter's own client; and how notebooks get parameters and become reports."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
import unittest

import nbformat
from jupyter_client.manager import start_new_kernel

import parameters
import report
import run_notebooks


class Kernel(unittest.TestCase):
    """One kernel for all: each test uses names of its own."""

    @classmethod
    def setUpClass(cls):
        cls.manager, cls.client = start_new_kernel(kernel_name="tickbook-java")

    @classmethod
    def tearDownClass(cls):
        cls.client.stop_channels()
        cls.manager.shutdown_kernel()

    def run_cell(self, code, timeout=60):
        """Returns the messages that a cell caused: (type, content)."""
        messages = []
        self.client.execute_interactive(code, output_hook=lambda m: messages.append((m["msg_type"], m["content"])), timeout=timeout)
        return [m for m in messages if m[0] != "status" and m[0] != "execute_input"]

    def text(self, code):
        """The text of a cell's result; fails where the cell does."""
        found = ""
        for kind, content in self.run_cell(code):
            self.assertNotEqual(kind, "error", content.get("traceback"))
            if kind == "execute_result":
                found = content["data"]["text/plain"]
        return found

    def error(self, code):
        errors = [content for kind, content in self.run_cell(code) if kind == "error"]
        self.assertEqual(len(errors), 1)
        return re.sub(r"\x1b\[[0-9;]*m", "", "\n".join(errors[0]["traceback"]))

    def test_sql_and_java_share_variables(self):
        self.text('int most = 3; String unit = "it\'s";')
        self.text("%%sql\nkept << SELECT i, :unit AS unit FROM generate_series(1, 10) i WHERE i <= :most")
        self.assertEqual(self.text("kept.rowCount() + kept.getString(0, \"unit\")"), "3it's")

    def test_a_table_is_html_and_text(self):
        (_, content), = [m for m in self.run_cell("%sql SELECT '<b>' AS tag") if m[0] == "execute_result"]
        self.assertIn("&lt;b&gt;", content["data"]["text/html"])
        self.assertIn("<b>", content["data"]["text/plain"])

    def test_a_wrong_statement_shows_its_place_and_no_stack(self):
        said = self.error("%%sql\nSELECT 1,\n       nope")
        self.assertEqual(said, 'column "nope" does not exist\n       nope\n       ^')

    def test_what_the_library_throws_shows_no_stack(self):
        self.assertNotIn("\tat ", self.error('tb.sql("SELECT nope").table();'))

    def test_a_magic_that_is_not_there_is_named_without_a_stack(self):
        said = self.error("%nothing here")
        self.assertIn("'nothing'. Tickbook's are %%sql", said)
        self.assertNotIn("\tat ", said)

    def test_a_text_with_percent_signs_stays_as_it_is(self):
        self.text('String percent = """\n%sql SELECT 1\n  %%time \\""" \n%x\n""";')
        self.assertEqual(self.text("percent"), '%sql SELECT 1\n  %%time """\n%x\n')

    def test_progress_changes_in_place(self):
        messages = self.run_cell(
            'try (Progress p = Progress.of("Days", 3, "days")) { for (int i = 0; i < 3; i++) { Thread.sleep(120); p.add(1); } }'
        )
        kinds = [kind for kind, _ in messages]
        self.assertEqual(kinds[0], "display_data")
        self.assertEqual(set(kinds[1:]), {"update_display_data"})
        self.assertEqual({m["transient"]["display_id"] for _, m in messages}, {messages[0][1]["transient"]["display_id"]})
        self.assertEqual(messages[-1][1]["data"]["text/plain"], "Days: 3 of 3 days")

    def test_long_output_is_cut(self):
        printed = "".join(c["text"] for k, c in self.run_cell('for (int i = 0; i < 50000; i++) System.out.println("line " + i);') if k == "stream")
        self.assertLess(len(printed), 130_000)
        self.assertIn("characters are left out", printed)
        self.assertTrue(printed.endswith("line 49999\n"))

    def test_an_interrupt_stops_the_query_on_the_server(self):
        for cell in ("%sql SELECT pg_sleep(60)", 'tb.sql("SELECT pg_sleep(60)::text").table()'):
            with self.subTest(cell):
                threading.Timer(1, self.manager.interrupt_kernel).start()
                started = time.monotonic()
                self.error(cell)
                self.assertLess(time.monotonic() - started, 20)
                left = "%sql SELECT count(*) AS n FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND state = 'active' AND pid <> pg_backend_pid()"
                deadline = time.monotonic() + 10
                while " 0  |" not in self.text(left):
                    self.assertLess(time.monotonic(), deadline)

    def test_completion_knows_the_library(self):
        matches = self.complete("tb.re")
        self.assertIn("read(", matches)
        self.assertIn("read(", self.complete("int before = 1;\nTable t = tb.re"))
        self.assertIn("%describe", self.complete("%d"))

    def complete(self, code):
        message = self.client.complete(code, len(code))
        return self.reply(message)["matches"]

    def reply(self, message):
        while True:
            reply = self.client.get_shell_msg(timeout=30)
            if reply["parent_header"]["msg_id"] == message:
                return reply["content"]

    def test_documentation_is_what_the_sources_say(self):
        for code in ('tb.read("AAPL").from(', 'int n = 1;\ntb.read("AAPL").from('):
            content = self.reply(self.client.inspect(code, len(code)))
            self.assertTrue(content["found"], code)
            text = content["data"]["text/plain"]
            self.assertIn("Instant time", text)
            self.assertIn("the first one, from midnight UTC", text)

    def test_a_parameter_of_text_arrives_as_it_was_given(self):
        text = 'a"; System.exit(1); "\\ \\u0022 \n\t $x ü 📈 7'
        self.text(f"String parameter = {parameters.quoted(text)};")
        self.text("var codes = parameter.codePoints().mapToObj(Integer::toString).collect(Collectors.joining(\",\"));")
        self.assertEqual(self.text("codes"), ",".join(str(ord(c)) for c in text))

    def test_a_server_that_ended_is_said_and_others_can_be_used(self):
        self.text("Tickbook ended = tb; ended.close();")
        self.assertIn("This Tickbook is closed", self.error("%sql SELECT 1"))
        self.text("tb = Tickbook.open();")
        self.assertIn("1 row", self.text("%sql SELECT 1 AS one"))


class Orphan(unittest.TestCase):
    CLIENT = """
import time
from jupyter_client.manager import start_new_kernel
manager, client = start_new_kernel(kernel_name="tickbook-java")
pid = []
client.execute_interactive("ProcessHandle.current().pid()", output_hook=lambda m: pid.append(m["content"].get("data", {}).get("text/plain")), timeout=60)
client.execute("while (true) {}")
print(*filter(None, pid), flush=True)
time.sleep(60)
"""

    def test_a_kernel_whose_client_was_killed_ends_whatever_it_is_doing(self):
        client = subprocess.Popen([sys.executable, "-c", self.CLIENT], stdout=subprocess.PIPE, text=True)
        kernel = int(client.stdout.readline())
        self.assertFalse(has_ended(kernel))
        client.kill()
        client.wait()
        client.stdout.close()
        for _ in range(100):
            if has_ended(kernel):
                return
            time.sleep(0.2)
        os.kill(kernel, signal.SIGKILL)
        self.fail("The kernel still runs after 20 seconds.")


def has_ended(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    try:  # nobody may be there to bury it, in a container
        with open(f"/proc/{pid}/stat") as stat:
            return stat.read().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return False


class Parameters(unittest.TestCase):
    @staticmethod
    def notebook():
        cell = nbformat.v4.new_code_cell(
            'String csv = "";  // a file\nint days = 5; double rate = 0.5;\nLocalDate from = LocalDate.of(2024, 1, 1);\nvar on = true;',
            metadata={"tags": ["parameters"]},
        )
        return nbformat.v4.new_notebook(cells=[cell, nbformat.v4.new_code_cell("days")])

    def injected(self, **values):
        notebook = self.notebook()
        parameters.inject(notebook, values, "/nowhere")
        self.assertEqual(notebook.cells[1].metadata.tags, ["injected-parameters"])
        return notebook.cells[1].source

    def test_a_cell_after_the_parameters_sets_them(self):
        self.assertEqual(self.injected(days="7", rate="1e-3", on="false"), "days = 7;\nrate = 1e-3;\non = false;")
        # "from" is no name for a Python argument
        self.assertEqual(self.injected(**{"from": "2024-05-06"}), 'from = LocalDate.parse("2024-05-06");')

    def test_text_is_quoted_and_never_run(self):
        self.assertEqual(self.injected(csv='a"; System.exit(1); "'), 'csv = "a\\042\\073 System.exit(1)\\073 \\042";')

    def test_what_is_no_value_of_the_type_is_refused(self):
        for values in ({"days": "7; System.exit(1)"}, {"rate": "x"}, {"on": "maybe"}):
            with self.assertRaises(parameters.ParameterError):
                parameters.inject(self.notebook(), values, "/nowhere")

    def test_a_password_is_not_passed_on(self):
        for url in ("postgresql://me:se@cret/%s@host:1/db", "jdbc:postgresql://host/db?password=se@cret/%s&user=me"):
            for text in (url, self.injected(csv=url)):
                shown = parameters.masked(text)
                self.assertNotIn("cret", shown)
                self.assertIn("host", shown)
                self.assertIn("me", shown)
        self.assertEqual(parameters.masked("jdbc:postgresql://host:5432/db?a=b"), "jdbc:postgresql://host:5432/db?a=b")

    def test_nothing_is_injected_where_no_parameter_is_the_notebooks(self):
        notebook = self.notebook()
        self.assertEqual(parameters.inject(notebook, {"other": "1"}, "/nowhere"), set())
        self.assertEqual(len(notebook.cells), 2)


class Report(unittest.TestCase):
    def test_what_is_printed_in_pieces_is_shown_in_one(self):
        stream = lambda text, name="stdout": nbformat.v4.new_output("stream", name=name, text=text)
        outputs = [stream("a: "), stream("1"), stream("no", "stderr"), stream("b")]
        for _ in range(2):  # it leaves its argument as it was
            self.assertEqual([o.text for o in run_notebooks.joined(outputs)], ["a: 1", "no", "b"])

    def page(self):
        cell = nbformat.v4.new_code_cell("1 < 2", outputs=[nbformat.v4.new_output("stream", name="stdout", text="<script>x</script>")])
        text = nbformat.v4.new_markdown_cell("# Title\n\nWhat?\n\n## Part & parcel")
        return report.page(nbformat.v4.new_notebook(cells=[text, cell]), "name", [("Java", "17 <b>")])

    def test_it_opens_without_a_network(self):
        self.assertNotRegex(self.page(), r"(src|href)=\"(https?:)?//|@import|url\(")

    def test_it_has_contents_folded_code_and_what_it_depends_on(self):
        page = self.page()
        self.assertIn('<a href="#h2">Part &amp; parcel</a>', page)
        self.assertIn("<details><summary>Code</summary>", page)
        self.assertIn("17 &lt;b&gt;", page)
        self.assertNotIn("<script>x", page)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1], verbosity=1)
