"""What axe holds against a page, and what it cannot decide."""

from axe_playwright_python.base import AXE_SCRIPT

WCAG = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]}}
EVERY_RULE: dict = {}
COLOURS = {"runOnly": ["color-contrast"]}
"""What the other scheme can break: it changes nothing but colours."""

# Style sheets would be fetched again for one rule alone, which is an experiment and not among those that run.
OPTIONS = {"resultTypes": ["violations"], "preload": {"assets": ["media"]}}
# Half of axe's time goes into working out what the same few colours are, word for word.
REMEMBER_COLOURS = """(() => {
  const colour = axe.commons.color.Color.prototype, parse = colour.parseString, known = new Map();
  colour.parseString = function (text) {
    if (!known.has(text)) {
      parse.call(this, text);
      known.set(text, [this.r, this.g, this.b, this.alpha]);
    }
    [this.r, this.g, this.b, this.alpha] = known.get(text);
    return this;
  };
})()"""
RUN = "options => axe.run(options).then(({ violations, incomplete }) => ({ violations, incomplete }))"


def violations(page, rules=WCAG) -> list[str]:
    return lines(check(page, rules)["violations"])


def doubts(page, rules=WCAG) -> list[str]:
    """Violations, and what somebody would have to look at."""
    results = check(page, rules)
    return lines(results["violations"] + results["incomplete"])


def check(page, rules) -> dict[str, list]:
    if page.evaluate("!window.axe"):
        page.evaluate(f"{AXE_SCRIPT};{REMEMBER_COLOURS}")
    return page.evaluate(RUN, rules | OPTIONS)


def lines(found: list[dict]) -> list[str]:
    return [f"{rule['id']}: {node['target']} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
