"""Where Mainstay's time goes, for the page: of its requests, by name of those that miss a goal, and of its start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.goals import NAMES, Verdict
from benchmarks.imports import Imports
from benchmarks.peers import BOTH, CONTENDERS
from benchmarks.profiled import Profile
from benchmarks.run import Ratio, Report

MOST_AREAS, MOST_FILES = 3, 4


def spent(report: Report, profiles: Sequence[Profile], verdicts: Sequence[Verdict]) -> str:
    """Where the time of requests goes."""
    titles = list(dict.fromkeys(title for one in profiles for title in one.areas))
    lines = [
        "## Where Mainstay's time goes",
        "",
        "Shares of the processor time of a request within Mainstay: the innermost line of Mainstay that runs, looked",
        "at a thousand times a second; what it calls of others, the database's driver for one, counts as its own. The",
        "HTTP server is not in it, which takes about what H takes of the handler written by hand:",
        ", ".join(f"{figure:.0f} µs on {NAMES[kind]}" for kind, figure in served(report)) + ".",
    ]
    for kind in BOTH:
        seen = [one for one in profiles if one.database == kind]
        lines += [
            "",
            f"| {NAMES[kind]} | " + " | ".join(one.work for one in seen) + " |",
            "|---|" + "--:|" * len(seen),
            "| microseconds | " + " | ".join(f"{1e6 / one.calls_per_second:.0f}" for one in seen) + " |",
        ]
        for title in titles:
            shares = [one.areas.get(title, 0) for one in seen]
            lines.append(f"| {title} | " + " | ".join(f"{share:.0%}" for share in shares) + " |")
    lines += ["", *missed(report.ratios, profiles, verdicts)]
    return "\n".join(lines)


def served(report: Report) -> Iterator[tuple[str, float]]:
    """What the HTTP server takes, by database."""
    for result in report.results:
        if (result.contender, result.work) == ("by-hand", "H"):
            yield result.database, result.figure


def missed(ratios: Sequence[Ratio], profiles: Sequence[Profile], verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Each work that misses a goal, beside whom, and where its time goes; then what else misses one."""
    seen = {(one.database, one.work): one for one in profiles}
    beside: dict[tuple[str, str], list[str]] = {}
    for ratio in ratios:
        if not ratio.reached:
            said = f"{CONTENDERS[ratio.against].title} ({ratio.ratio:.2f}, not {ratio.goal:g})"
            beside.setdefault((ratio.database, ratio.work), []).append(said)
    others_missed = [one for one in verdicts if not one.reached]
    if not beside and not others_missed:
        return
    yield "Where the time of what misses a goal goes:"
    yield ""
    for (kind, work), others in sorted(beside.items(), key=lambda item: (BOTH.index(item[0][0]), item[0][1])):
        yield f"- **{work} on {NAMES[kind]}**, beside {', '.join(others)}: {told(seen.get((kind, work)))}"
    for one in others_missed:
        yield f"- **{one.what}** ({one.found}): {one.where}."
    yield ""


def told(profile: Profile | None) -> str:
    """The largest shares of one work."""
    if profile is None:
        return "not looked at."
    areas = ", ".join(f"{title} {share:.0%}" for title, share in largest(profile.areas, MOST_AREAS))
    modules = {file: share for file, share in profile.files.items() if file.endswith(".py")}
    files = ", ".join(f"`{file}` {share:.0%}" for file, share in largest(modules, MOST_FILES))
    return f"{areas}; {files}."


def largest(shares: dict[str, float], number: int) -> list[tuple[str, float]]:
    """The largest shares, the first of all first."""
    return sorted(shares.items(), key=lambda item: -item[1])[:number]


def imported(found: Sequence[Imports]) -> Iterator[str]:
    """What a start imports."""
    yield "What importing takes of it, by package (with Python's own bookkeeping, which makes it slower):"
    yield ""
    for one in found:
        most = ", ".join(f"{name} {seconds:.2f}" for name, seconds in one.packages.items() if seconds >= 0.01)
        yield f"- {CONTENDERS[one.contender].title}: {one.modules} modules in {one.seconds:.2f} s; {most}."
