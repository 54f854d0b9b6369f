"""The reference part of docs/cli.md, made of what `qd … --help` says, so that the two can't differ."""

import re
import subprocess
import sys

from tests.support.server import BINARY, ROOT

FILE = ROOT / "docs/cli.md"
MARK = "<!-- From here on made of the commands' help: python3 -m tests.examples.manual -->\n"
HOW = "docs/cli.md is out of date; write it again: python3 -m tests.examples.manual"
# Those that run or maintain a server.
OF_THE_SERVER = {"serve", "migrate", "backup", "restore", "config", "doctor", "openapi"}


def help_of(words):
    return subprocess.run([BINARY, *words, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout


def section(text, title):
    """The indented lines below `title:`."""
    found = re.search(rf"^{title}:\n((?:  .*\n)+)", text, re.M)
    return [line[2:] for line in found.group(1).splitlines()] if found else []


def entries(lines):
    """Name and meaning of options and subcommands; long names push the meaning to the next line."""
    found = []
    for line in lines:
        if line.startswith(" "):
            found[-1][1] = line.strip()
            continue
        name, _, meaning = line.partition("  ")
        found.append([name.strip(), meaning.strip()])
    return [tuple(entry) for entry in found]


def commands(words=()):
    """Every command that does something, as words with its help."""
    text = help_of(words)
    names = [name for name, _ in entries(section(text, "Subcommands"))]
    if not names:
        return [(words, text)]
    return [leaf for name in names if name not in OF_THE_SERVER for leaf in commands((*words, name))]


def notes(text):
    """What stands between the options and the examples."""
    rest = text.split("\nCommon:\n", 1)[-1].split("\nExamples:\n")[0]
    return "\n".join(line for line in rest.splitlines() if line and not line.startswith("  "))


def describe(words, text):
    lines = [f"### `qd {' '.join(words)}`", "", text.splitlines()[0], ""]
    if more := notes(text):
        lines += [more, ""]
    lines += ["```sh", *section(text, "Examples"), "```", ""]
    options = entries(section(text, "Positionals")) + entries(section(text, "Options"))
    options = [(name, meaning) for name, meaning in options if not name.startswith("-h")]
    for name, meaning in options:
        name = name.replace(" TEXT", "").replace(" REQUIRED", "").replace(" ...", " …").replace(":{", " {")
        lines.append(f"* `{name}`: {meaning}")
    return "\n".join(lines).rstrip() + "\n"


def render(old):
    head = old.split(MARK)[0]
    return head + MARK + "\n" + "\n".join(describe(words, text) for words, text in commands())


if __name__ == "__main__":
    FILE.write_text(render(FILE.read_text()))
    print(f"{FILE.relative_to(ROOT)} is written", file=sys.stderr)
