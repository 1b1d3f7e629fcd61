"""Compute an audit's figures once from its tables, for all reports and plots."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..results import HIDDEN_BY, SEVERITIES, Summary
from .database import Query

_WORST = """
    select document, min(case severity when 'error' then 0 when 'warning' then 1 else 2 end) as worst
    from open_findings group by document"""  # the most serious open finding of each document

# All reports are made from the results of these queries.
QUERIES = {
    "account": "select state, count(*) from ledger group by state order by state",
    "severities": "select severity, count(*) from open_findings group by severity order by severity",
    "rules": """
        select r.rule, r.name, r.severity, r.status, r.applied, r.failed, r.unknown, coalesce(f.n, 0) as findings,
               coalesce(h.n, 0) as hidden, r.summary, r.because, r.help, r.cite, r.url
        from rules r left join (select rule, count(*) as n from open_findings group by rule) f using (rule)
        left join (select rule, count(*) as n from suppressed group by rule) h using (rule)
        order by findings desc, r.rule""",
    "by_severity": """
        select rule, severity, count(*) as n from open_findings group by rule, severity
        order by n desc, rule, severity""",  # a rule with `severity_before` has findings of several severities
    "extent": f"""
        select min(date), max(date), count(distinct post), count(*) filter (worst = 0), count(*) filter (worst = 1)
        from cables left join ({_WORST}) using (document)""",
    "by_year": f"""
        select year, count(*), count(*) filter (worst = 0), count(*) filter (worst = 1)
        from cables left join ({_WORST}) using (document) where year is not null group by year order by year""",
    "undetermined": """
        select count(*), (select count(distinct document) from undetermined where kind = 'scheme')
        from (select distinct document, rule from undetermined)""",
    "hidden": "select hidden_by, count(*) from suppressed group by all order by all",
    "idle": "select rule, name from rules where applied = 0 order by rule",
    "heat": """
        select f.rule, c.year, count(distinct f.document) from open_findings f join cables c using (document)
        where c.year is not null group by all order by all""",
    "years": "select year, count(*) from cables where year is not null group by year order by year",
    "posts": """
        with telegrams_of as (select post, count(*) as telegrams from cables where post is not null group by post),
        broken as (select c.post, count(distinct c.document) as hit, count(*) as findings
                   from open_findings f join cables c using (document)
                   where f.severity <> 'info' and c.post is not null group by c.post)
        select post, telegrams, coalesce(hit, 0) as hit, coalesce(findings, 0) as findings
        from telegrams_of left join broken using (post) order by hit / telegrams desc, telegrams desc, post""",
    "eras": f"""
        with telegrams_of as (select coalesce(era, 'unknown') as era, count(*) as telegrams from cables group by 1),
        broken as (select coalesce(c.era, 'unknown') as era, f.severity, count(*) as findings
                   from open_findings f join cables c using (document) group by all),
        hit as (select coalesce(era, 'unknown') as era, count(*) filter (worst = 0) as errors,
                       count(*) filter (worst = 1) as warnings
                from cables left join ({_WORST}) using (document) group by 1)
        select era, telegrams,
          coalesce((select findings from broken b where b.era = k.era and severity = 'error'), 0) as error,
          coalesce((select findings from broken b where b.era = k.era and severity = 'warning'), 0) as warning,
          coalesce((select findings from broken b where b.era = k.era and severity = 'info'), 0) as info,
          coalesce((select errors from hit h where h.era = k.era), 0) as with_errors,
          coalesce((select warnings from hit h where h.era = k.era), 0) as with_warnings
        from telegrams_of k order by era""",
    "levels": """
        select coalesce(level, 'unread') as level, max(coalesce(rank, -1)) as rank, count(*) from cables
        group by 1 order by rank desc, level""",
    "flow": """
        select coalesce(portion_level, 'unmarked') as highest, max(coalesce(portion_rank, -1)) as highest_rank,
               coalesce(level, 'unread') as banner, max(coalesce(rank, -1)) as banner_rank, count(*) as n
        from cables where portions > 0 group by 1, 3 order by 2 desc, 4 desc, 1, 3""",
    "schedule": """
        select year(expected_on) as due, coalesce(declass_basis, 'none') as basis, count(*) as n
        from cables where classified and expected_on is not null group by all order by all""",
    "automatic": """
        select year(automatic_on) as due, count(*) as n from cables
        where classified and automatic_on is not null group by all order by all""",
    "readers": "select reader, layout, profile, count(*) from cables group by all order by 4 desc, 1, 2, 3",
    "lost": "select lost_text, count(*) as n from cables where lost_text is not null group by lost_text order by all",
    "coverage": """
        select year, layout, field, documents, read, missed, lost, absent, characters, recognized
        from coverage order by year nulls last, layout, field""",
    "references": """
        select kind, count(*) as n, count(*) filter (where resolved) as resolved,
          count(*) filter (where to_mrn in (select mrn from cables where mrn is not null)) as held
        from edges group by kind order by kind""",
    "whys": "select why, count(*) as n from ledger where state <> 'checked' group by why order by n desc, why limit 20",
}

Figures = dict[str, list[tuple[object, ...]]]


def number(value: object) -> int:
    """Return a count from a query result as an integer (0 for `None`)."""
    return value if isinstance(value, int) else int(str(value or 0))


def figures(query: Query) -> Figures:
    """Run all statistics queries, and return their rows by query name."""
    return {name: list(query.run(sql).rows) for name, sql in QUERIES.items()}


def quotes(query: Query, each: int) -> list[tuple[object, ...]]:
    """Return up to `each` findings of each rule and severity, chosen by fingerprint so that every run returns the same
    ones.
    """
    return list(
        query.run(
            f"""
            select rule, severity, path, cable, line, "column", message, quote from open_findings
            qualify row_number() over (partition by rule, severity order by fingerprint, document) <= {int(each)}
            order by rule, document, line, "column", message"""
        ).rows
    )


def account(found: Figures) -> dict[str, int]:
    """Return the numbers of documents that were checked, excluded, and failed."""
    counts = {str(state): int(str(count)) for state, count in found["account"]}
    return {state: counts.get(state, 0) for state in ("checked", "excluded", "failed")}


def severities(found: Figures) -> dict[str, int]:
    """Return the number of findings at each severity."""
    counts = {str(level): int(str(count)) for level, count in found["severities"]}
    return {level: counts.get(level, 0) for level in ("error", "warning", "info")}


def one_line(quote: object) -> str:
    """Return quoted document text as one line of at most 160 characters, with each run of whitespace replaced by one
    space.
    """
    return " ".join(str(quote).split())[:160]


def share(part: object, whole: object) -> str:
    """Return `part` as a percentage of `whole`, or "-" if `whole` is zero."""
    return f"{100 * number(part) / number(whole):.1f}%" if number(whole) else "-"


def rule_severities(found: Figures) -> dict[str, dict[str, int]]:
    """Return the number of findings of each rule at each severity. A finding's severity may depend on the date, so a
    rule may have several.
    """
    counts: dict[str, dict[str, int]] = {}
    for rule, severity, n in found["by_severity"]:
        counts.setdefault(str(rule), dict.fromkeys(SEVERITIES, 0))[str(severity)] = number(n)
    return counts


def hidden(found: Figures) -> dict[str, int]:
    """Return the number of findings hidden by each cause in `HIDDEN_BY`."""
    counts = {str(name): int(str(count)) for name, count in found["hidden"]}
    return {name: counts.get(name, 0) for name in HIDDEN_BY}


def totals(counts: Mapping[str, Any], verdict: str = "") -> Summary:
    """Return the document and finding totals from the contents of `summary.json`, for the phrases that all reports
    share.
    """
    documents, levels, hidden_by = counts["account"], counts["severities"], counts["hidden"]
    return Summary(
        handed_in=sum(documents.values()),
        **documents,
        findings=sum(levels.values()),
        **levels,
        unknown=counts.get("undetermined", 0),
        parser_gaps=0,
        suppressed=hidden_by["suppression"],
        baseline=hidden_by["baseline"],
        false_alarms=hidden_by["false_alarm"],
        accepted=hidden_by["accepted"],
        rules=len(counts["rules"]),
        verdict=verdict,
    )


def summary(found: Figures, as_of: str) -> dict[str, object]:
    """Return the contents of `summary.json`."""
    own = rule_severities(found)
    return {
        "schema_version": 1,
        "as_of": as_of or None,
        "account": account(found),
        "severities": severities(found),
        "hidden": hidden(found),
        "undetermined": number(found["undetermined"][0][0]),
        "unrecognized": number(found["undetermined"][0][1]),
        "rules": {
            str(row[0]): {
                "name": row[1],
                "severity": row[2],
                "applied": row[4],
                "failed": row[5],
                "unknown": row[6],
                "findings": row[7],
                "severities": {name: n for name, n in own.get(str(row[0]), {}).items() if n},
            }
            for row in sorted(found["rules"], key=lambda row: str(row[0]))
        },
        "lost_texts": {str(row[0]): row[1] for row in found["lost"]},
        "coverage": [
            {
                "year": row[0],
                "layout": row[1],
                "field": row[2],
                "documents": row[3],
                "read": row[4],
                "missed": row[5],
                "lost": row[6],
                "absent": row[7],
            }
            for row in found["coverage"]
            if row[2] != "text"
        ],
        "references": {
            str(row[0]): {"references": row[1], "resolved": row[2], "in_corpus": row[3]} for row in found["references"]
        },
        "never_applied": [row[0] for row in found["idle"]],
        "years": {str(year): count for year, count in found["years"]},
        "levels": {str(row[0]): row[2] for row in found["levels"]},
        "eras": {
            str(row[0]): {"telegrams": row[1], "error": row[2], "warning": row[3], "info": row[4]}
            for row in found["eras"]
        },
        "flow": [{"portions": row[0], "banner": row[2], "telegrams": row[4]} for row in found["flow"]],
        "schedule": [{"year": row[0], "basis": row[1], "telegrams": row[2]} for row in found["schedule"]],
        "automatic": {str(row[0]): row[1] for row in found["automatic"]},
        "posts": [
            {"post": row[0], "telegrams": row[1], "with_findings": row[2], "findings": row[3]}
            for row in found["posts"][:200]
        ],
        "heat": [{"rule": row[0], "year": row[1], "telegrams": row[2]} for row in found["heat"]],
    }
