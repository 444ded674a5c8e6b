"""Opens pages in a headless Chromium at several widths, light and dark, and as
print; says what is wrong with each and keeps pictures.

    browser.py CHROMIUM OUT PAGE…

Speaks DevTools over a pipe, so there is no port. Prints one JSON object: a page
and a view to what was found there.
"""

import base64
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

WIDTHS = [320, 380, 1280]
# What a reader sees: whether anything is wider than the screen, too small to
# touch, or not drawn.
LOOK = """(() => {
  const wide = document.documentElement.clientWidth;
  const over = [...document.querySelectorAll('body *')].filter(e => {
    const box = e.getBoundingClientRect();
    return box.right > wide + 1 && getComputedStyle(e).clipPath === 'none'
      && !e.closest('svg, .wide thead');
  });
  const small = [...document.querySelectorAll('a, summary')].filter(
    e => e.getClientRects().length && e.getBoundingClientRect().height < 44);
  return {
    client: wide,
    scroll: document.documentElement.scrollWidth,
    over: over.map(e => e.tagName + '.' + e.className + '#' + e.id),
    small: small.map(e => e.textContent),
    charts: document.querySelectorAll('svg.chart').length,
    empty: [...document.querySelectorAll('svg')].filter(
      e => e.getClientRects().length && !e.getBoundingClientRect().height).length,
    ink: getComputedStyle(document.documentElement).backgroundColor,
    text: parseFloat(getComputedStyle(document.documentElement).fontSize),
    open: [...document.querySelectorAll('details > table')].filter(
      e => e.checkVisibility()).length,
  };
})()"""

# For those who read text of twice the size.
TWICE = "--blink-settings=defaultFontSize=32"
OPEN = "document.querySelectorAll('details').forEach(e => e.open = true)"


class Browser:
    """One Chromium, and one page in it."""

    def __init__(self, program, profile, *more):
        our_end, its_input = os.pipe()
        its_output, from_it = os.pipe()
        # DevTools reads 3 and writes 4; the shell puts the ends there.
        moved = f'exec "$@" 3<&{our_end} 4>&{from_it}'
        self.process = subprocess.Popen(
            ["bash", "-c", moved, "bash", program, *flags(profile), *more, "about:blank"],
            pass_fds=(our_end, from_it),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
        os.close(our_end)
        os.close(from_it)
        self.to = os.fdopen(its_input, "wb", buffering=0)
        self.of = os.fdopen(its_output, "rb")
        self.rest = b""
        self.number = 0
        self.session = None
        self.events = []

    def message(self):
        """The next message; none when Chromium has gone."""
        while b"\0" not in self.rest and (more := self.of.read1(1 << 20)):
            self.rest += more
        text, _, self.rest = self.rest.partition(b"\0")
        if not text:
            said = self.process.stderr.read().decode(errors="replace")
            raise SystemExit(f"chromium ended: {said[-2000:]}")
        return json.loads(text)

    def ask(self, method, **params):
        self.number += 1
        asked = {"id": self.number, "method": method, "params": params}
        if self.session:
            asked["sessionId"] = self.session
        self.to.write(json.dumps(asked).encode() + b"\0")
        while (answer := self.message()).get("id") != self.number:
            self.events.append(answer)
        if "error" in answer:
            raise SystemExit(f"{method}: {answer['error']}")
        return answer["result"]

    def until(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.message())

    def attach(self):
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self.ask("Target.attachToTarget", targetId=target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{domain}.enable")

    def close(self):
        self.session = None
        self.ask("Browser.close")
        self.process.stderr.close()
        self.process.wait(30)


def flags(profile):
    return [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-quic",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--disable-extensions",
        "--hide-scrollbars",
        "--remote-debugging-pipe",
        f"--user-data-dir={profile}",
    ]


def complaints(events):
    """Errors of the console, violations of the page's policy, requests."""
    found = []
    for event in events:
        method, params = event.get("method"), event.get("params", {})
        if method == "Log.entryAdded":
            found.append(params["entry"]["text"])
        elif method in ("Runtime.exceptionThrown", "Runtime.consoleAPICalled"):
            found.append(json.dumps(params))
        elif method == "Network.requestWillBeSent":
            url = params["request"]["url"]
            if not url.startswith("file:"):
                found.append(f"asks for {url}")
    return found


def look(browser):
    looked = browser.ask("Runtime.evaluate", expression=LOOK, returnByValue=True)
    return looked["result"]["value"]


def visit(browser, url, media, width, before="0"):
    browser.ask(
        "Emulation.setDeviceMetricsOverride",
        width=width,
        height=800,
        deviceScaleFactor=1,
        mobile=width < 500,
    )
    browser.ask(
        "Emulation.setEmulatedMedia",
        media="",
        features=[{"name": "prefers-color-scheme", "value": media}],
    )
    browser.events.clear()
    browser.ask("Page.navigate", url=url)
    browser.until("Page.loadEventFired")
    browser.ask("Runtime.evaluate", expression=before)
    found = look(browser)
    found["complaints"] = complaints(browser.events)
    return found


def picture(browser, path, width):
    size = "document.documentElement.scrollHeight"
    height = browser.ask("Runtime.evaluate", expression=size)["result"]["value"]
    # Chromium draws no picture that is much higher.
    clip = {"x": 0, "y": 0, "width": width, "height": min(height, 12000), "scale": 1}
    shot = browser.ask(
        "Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip
    )
    path.write_bytes(base64.b64decode(shot["data"]))


@contextlib.contextmanager
def browsing(program, *more):
    with tempfile.TemporaryDirectory() as profile:
        browser = Browser(program, profile, *more)
        try:
            browser.attach()
            yield browser
            browser.close()
        finally:
            browser.process.kill()
            browser.process.wait()


def screens(browser, page, out):
    views, url = {}, page.resolve().as_uri()
    for media in ("light", "dark"):
        for width in WIDTHS:
            views[f"{media}-{width}"] = visit(browser, url, media, width)
            picture(browser, out / f"{page.stem}-{media}-{width}.png", width)
    views["open-320"] = visit(browser, url, "light", 320, before=OPEN)
    return views


def prints(browser, page, out):
    """The page as it was left, on paper, and what is seen there of a dark screen."""
    views = {}
    for paper, (wide, high) in {"a4": (8.27, 11.69), "letter": (8.5, 11)}.items():
        printed = browser.ask(
            "Page.printToPDF", paperWidth=wide, paperHeight=high, printBackground=True
        )
        pdf = base64.b64decode(printed["data"])
        (out / f"{page.stem}-{paper}.pdf").write_bytes(pdf)
        views[paper] = {"bytes": len(pdf), "pdf": pdf.startswith(b"%PDF-")}
    browser.ask(
        "Emulation.setEmulatedMedia",
        media="print",
        features=[{"name": "prefers-color-scheme", "value": "dark"}],
    )
    views["print"] = look(browser)
    return views


def main():
    program, out, *pages = sys.argv[1:]
    out, pages = pathlib.Path(out), [pathlib.Path(page) for page in pages]
    seen = {}
    with browsing(program) as browser:
        for page in pages:
            seen[page.stem] = screens(browser, page, out) | prints(browser, page, out)
    with browsing(program, TWICE) as browser:
        for page in pages:
            url = page.resolve().as_uri()
            seen[page.stem]["large-380"] = visit(browser, url, "light", 380)
            picture(browser, out / f"{page.stem}-large-380.png", 380)
    print(json.dumps(seen))


if __name__ == "__main__":
    main()
