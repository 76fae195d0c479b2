#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looks at a page in Debian's Chromium, without a screen, at 400 and 1600 pixels, light and dark: screenshots.py PAGE
[-o FOLDER] leaves a picture each, and says which texts lie over each other, are cut off or stick out of the page; exit
status 1 if any do. tools/setup.sh screenshots installs the browser."""

import argparse
import html
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

WIDTHS = [400, 1600]
SCHEMES = {"light": 1, "dark": 0}  # Blink's numbers

# Runs in the page. A line of text is a rectangle of a text node; what scrolls sideways may stick out of it.
LOOK = """
addEventListener('load', () => {
  const lines = [], found = [];
  for (const d of document.querySelectorAll('details')) d.open = true;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const shown = s => JSON.stringify(s.trim().slice(0, 40));
  const scrolls = e => { for (; e; e = e.parentElement) if (e.classList.contains('wide')) return true; return false; };
  while (walker.nextNode()) {
    const node = walker.currentNode, parent = node.parentElement;
    if (!node.data.trim() || ['SCRIPT', 'STYLE', 'TITLE', 'title'].includes(parent.tagName)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const r of range.getClientRects())
      if (r.width > 1 && r.height > 1) lines.push({r, parent, text: node.data});
    const style = getComputedStyle(parent);
    const cut = style.overflowX === 'hidden' && style.textOverflow !== 'ellipsis';
    if (cut && parent.scrollWidth > parent.clientWidth + 1)
      found.push('cut off: ' + shown(node.data));
  }
  for (const l of lines)
    if (!scrolls(l.parent) && (l.r.right > innerWidth + 1 || l.r.left < -1)) found.push('sticks out: ' + shown(l.text));
  for (let i = 0; i < lines.length; i++)
    for (let k = i + 1; k < lines.length; k++) {
      const a = lines[i].r, b = lines[k].r;
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (x > 2 && y > Math.min(a.height, b.height) / 3 && lines[i].parent !== lines[k].parent)
        found.push('over each other: ' + shown(lines[i].text) + ' and ' + shown(lines[k].text));
    }
  const pre = document.createElement('pre');
  pre.id = 'looked';
  pre.textContent = 'height ' + document.documentElement.scrollHeight + '\\n' + found.join('\\n');
  document.body.append(pre);
});
"""


def browser(arguments):
    program = shutil.which("chromium")
    if not program:
        sys.exit("screenshots: chromium is missing; tools/setup.sh screenshots installs it")
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout


def look(page, width, scheme, folder):
    """The texts that are wrong; a picture in the folder."""
    with tempfile.TemporaryDirectory() as place:
        copy = Path(place) / "page.html"
        copy.write_text(page.read_text().replace("</body>", f"<script>//<![CDATA[\n{LOOK}\n//]]></script></body>"))
        same = [f"--blink-settings=preferredColorScheme={SCHEMES[scheme]}"]
        dom = browser([*same, f"--window-size={width},1000", "--dump-dom", copy.as_uri()])
    found = re.search(r'<pre id="looked">height (\d+)\n(.*?)</pre>', dom, re.S)
    if not found:
        sys.exit(f"screenshots: {page} has no end that a script can be put before")
    picture = folder / f"{page.stem}-{width}-{scheme}.png"
    browser([*same, f"--window-size={width},{min(int(found[1]), 16000)}", f"--screenshot={picture}", page.as_uri()])
    return [html.unescape(line) for line in found[2].splitlines() if line]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("page", type=Path)
    parser.add_argument("-o", type=Path, default=Path("."), help="where pictures go")
    options = parser.parse_args()
    options.o.mkdir(parents=True, exist_ok=True)
    wrong = 0
    for width in WIDTHS:
        for scheme in SCHEMES:
            for line in look(options.page.resolve(), width, scheme, options.o.resolve()):
                print(f"{options.page} at {width} pixels, {scheme}: {line}")
                wrong += 1
    print(f"{options.page}: {wrong or 'no'} texts are cut or lie over others")
    return wrong > 0


if __name__ == "__main__":
    sys.exit(main())
