"""Decisions of the authority: what is recorded of a household on a day.

Only a decision makes a household poor in law. This room reads no criteria: it says which decision
covers a day, and what no decision says stays unknown.
"""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from ..errors import DataProblems, HouseholdError, Problem, as_day, quoted
from ..methods import RECORDED
from ..model import Cite, Instrument, Text, bilingual
from ..results import Caveat
from ..tabular import like, to_polars
from ..values import Frozen, evolve, frozen
from .data import load

DATA = "movements.yaml"
LISTED = ("poor", "near_poor")
CATEGORIES = (*LISTED, "average", "not_poor", "neither")
KINDS = ("recognition", "removal", "correction")
FROM_DECISION, UNTIL_REPLACED = "from_decision", "until_replaced"
ASSUMPTIONS = (FROM_DECISION, UNTIL_REPLACED)
FIRST = 5  # rows shown with a problem
KEY = "household_id"


@frozen
class Record(Frozen):
    """One decision about one household.

    ``category`` is the class it gives (``poor``, ``near_poor``, ``average``, ``not_poor``, or
    ``neither``: the form's "Hộ không nghèo"); a removal may leave it None where the decision does not
    say what the household is afterwards. ``kind`` is ``recognition``, ``removal`` (``left`` names the
    list: ``poor`` or ``near_poor``) or ``correction`` (``corrects`` is the number of the decision it
    replaces). ``valid_from`` and ``valid_to`` (its last day) are None where the decision does not say.

    >>> Record("H1", "poor", "12/QĐ-UBND", date(2023, 12, 14), valid_from=date(2024, 1, 1)).kind
    'recognition'
    """

    household_id: str
    category: str | None
    decision: str
    decided: date
    kind: str = "recognition"
    left: str | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    body: str = ""
    corrects: str | None = None


@frozen
class Limit(Frozen):
    """How long a household counts as recently exited, by the policy that asks.

    ``months`` are counted from the day of the exit decision: the last day within is the day of the
    same number in the last month, or the end of that month where it has no such day. ``lists`` are
    the lists that it must have left: with ``("poor",)`` a household that became near-poor has exited,
    with both it has not yet. ``cite`` is the :class:`~chuanngheo.model.Cite` of the policy; without
    one, or with a number of months below 1, :class:`HouseholdError`.
    """

    months: int
    cite: Cite
    lists: tuple[str, ...] = ("poor",)

    def __attrs_post_init__(self) -> None:
        problems = []
        if not isinstance(self.cite, Cite):
            problems.append(Problem("CN129", "cite", "a limit needs the citation of its policy", None, "a Cite",
                                    "name the document, article and words that set the number of months"))  # fmt: skip
        if type(self.months) is not int or self.months < 1:
            problems.append(Problem("CN129", "months", f"{quoted(self.months)} is not a number of months", self.months,
                                    "a whole number from 1"))  # fmt: skip
        if not isinstance(self.lists, tuple) or not self.lists or not set(self.lists) <= set(LISTED):
            problems.append(Problem("CN129", "lists", f"{quoted(self.lists)} are not lists that a household can leave",
                                    self.lists, ", ".join(LISTED)))  # fmt: skip
        if problems:
            raise HouseholdError("the limit cannot be used", problems)

    def last_day(self, exited: date) -> date:
        """The last day on which a household that exited on this day counts as recently exited."""
        return add_months(exited, self.months)


@frozen
class Status(Frozen):
    """What is recorded of a household on a day.

    ``state`` is ``in_force`` (``category`` is recorded, by ``record``), ``not_recorded`` (no decision
    covers a day so early), ``ended`` (the last decision had ended), ``validity_unknown`` (``record``
    may cover the day; it does not say) or ``unsaid`` (a removal that does not say the class
    afterwards). In all but the first ``category`` is None: unknown, never "not poor".
    ``recently_exited`` is None where it is unknown or was not asked; ``exit`` is the exit decision.
    """

    day: date
    household_id: str
    state: str
    category: str | None = None
    record: Record | None = None
    recently_exited: bool | None = None
    exit: Record | None = None
    limit: Limit | None = None
    reasons: tuple[Text, ...] = ()
    caveats: tuple[Caveat, ...] = ()
    basis: str = RECORDED

    def __hash__(self) -> int:
        return hash((self.day, self.household_id, self.state, self.record))

    def explain(self, lang: str = "vi") -> str:
        """The reasons and caveats, a line each."""
        return "\n".join([*(r[lang] for r in self.reasons), *(f"- {c.text(lang)}" for c in self.caveats)])

    def facts(self) -> dict[str, Any]:
        """The facts of a recorded class, for ``std.assess(status.facts())``.

        Raises :class:`HouseholdError` (CN129) where nothing is recorded on that day, or where what is
        recorded covers two classes (``neither``).
        """
        if self.category is None or self.record is None:
            message, remedy = (
                f"no class is recorded on {self.day}: {self.state}",
                "see the reasons; assess its facts instead",
            )
        elif self.category == "neither":
            message = '"Hộ không nghèo" covers average and not_poor, so it is no single class'
            remedy = "assess the facts of the household for the class, or keep the record as it is"
        else:
            return {
                "recorded_category": self.category,
                "recorded_decision": self.record.decision,
                "recorded_date": self.record.decided,
            }
        raise HouseholdError("the recorded status is no class that can be assessed", [
            Problem("CN129", "category", message, self.category, "poor, near_poor, average, not_poor", remedy)
        ])  # fmt: skip


def add_months(day: date, months: int) -> date:
    """The same day some months later, or the end of that month where it has no such day.

    >>> add_months(date(2024, 2, 29), 12), add_months(date(2023, 11, 30), 3)
    (datetime.date(2025, 2, 28), datetime.date(2024, 2, 29))
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def limit(name: str) -> Limit:
    """A limit of ``standards/vn/review/movements.yaml`` by its name. Look at the grade of its citation.

    >>> limit("credit-2015").cite.grade
    'D'
    """
    known = load(DATA)["limits"]
    if name not in known:
        problem = Problem("CN129", "limit", f"there is no limit {quoted(name)}", name, ", ".join(known),
                          "name one of them, or make a Limit of your own")  # fmt: skip
        raise HouseholdError(f"no limit {quoted(name)}", [problem])
    given = known[name]
    return Limit(given["months"], citation(given["cite"]), tuple(given["lists"]))


def citation(given: Mapping[str, Any]) -> Cite:
    """A ``cite:`` of ``movements.yaml`` as a value."""
    source = load(DATA)["sources"][given["source"]]
    instrument = Instrument(given["source"], source["number"], source["title"], source.get("issued"), source.get("in_force"),
                            given["grade"], bilingual(source.get("note")))  # fmt: skip
    return Cite(instrument, given["at"], given["grade"], given.get("words", ""), bilingual(given.get("note")))


# --- one household ------------------------------------------------------------------------------------


@frozen
class _Placed(Frozen):
    """A decision in its place: ``rank`` is its day, or for a correction that of what it corrects."""

    record: Record
    rank: date
    start: date | None
    end: date | None
    left: str | None

    def order(self) -> tuple[Any, ...]:
        r = self.record
        return self.rank, r.decided, r.category is not None, r.decision, r.kind, r.category or "", self.left or ""

    def begins(self, assume: Collection[str]) -> date | None:
        return self.rank if self.start is None and FROM_DECISION in assume else self.start

    def listed(self, lists: Collection[str]) -> bool | None:
        """Whether it puts the household on one of the lists."""
        if self.record.category is not None:
            return self.record.category in lists
        return False if set(lists) == {self.left} else None


def status_on(
    day: date,
    records: Iterable[Record],
    *,
    recently_exited: Limit | None = None,
    assume: Collection[str] = (),
    known_at: date | None = None,
) -> Status:
    """What is recorded of one household on a day, and by which decision.

    The latest decision that has begun counts, whatever came before it; a decision begins when it says
    so, at the earliest on its own day where it does not. What it does not say is not assumed unless
    you say so: ``assume=("from_decision", "until_replaced")`` takes a decision as valid from its day,
    and until a later one. A removal needs no end. A correction takes the place of the decision it
    names. ``known_at`` leaves out what was decided later. ``recently_exited`` is the :class:`Limit` of
    a policy; the answer then rests on ``records`` being all there are.

    Raises :class:`HouseholdError` with every problem: unusable records (CN127), records of several
    households, two decisions of one day that contradict each other (CN128).

    >>> poor = Record("H1", "poor", "12/QĐ-UBND", date(2023, 12, 14), valid_from=date(2024, 1, 1), valid_to=date(2024, 12, 31))
    >>> status_on(date(2024, 6, 1), [poor]).category, status_on(date(2023, 12, 31), [poor]).category
    ('poor', None)
    """
    day = as_day(day, "day")
    known_at = None if known_at is None else as_day(known_at, "known_at")
    given = list(records)
    problems = _assumption_problems(assume)
    households = sorted({str(r.household_id) for r in given})
    if len(households) > 1:
        problems.append(Problem("CN127", "records", f"records of {len(households)} households", None, "one household",
                                "use statuses_on for a table of records"))  # fmt: skip
    for i, r in enumerate(given):
        problems += (_fault(f"records[{i}]", what, value) for what, value in _faults(r))
    if problems:
        raise HouseholdError("the records cannot be used", problems)
    placed, problems = _placed([r for r in given if known_at is None or r.decided <= known_at])
    problems += _contradictions(placed)
    if problems:
        raise HouseholdError("the records cannot be used", problems)
    placed.sort(key=_Placed.order)
    begun = [p for p in placed if (p.start or p.rank) <= day]
    state, found = _state(day, begun, assume)
    exited = exit = None
    if recently_exited is not None:
        exited, exit = _exit(day, begun, recently_exited, state)
    category = found.record.category if found is not None and state == "in_force" else None
    status = Status(day, households[0] if households else "", state, category, found.record if found else None, exited,
                    exit.record if exit else None, recently_exited)  # fmt: skip
    return _said(status, found, placed)


def _state(day: date, begun: list[_Placed], assume: Collection[str]) -> tuple[str, _Placed | None]:
    if not begun:
        return "not_recorded", None
    top = begun[-1]
    if top.end is not None and top.end < day:
        return "ended", top
    lasting = top.end is not None or top.record.kind == "removal" or UNTIL_REPLACED in assume
    if top.begins(assume) is None or not lasting:
        return "validity_unknown", top
    return ("unsaid" if top.record.category is None else "in_force"), top


def _exit(day: date, begun: list[_Placed], limit: Limit, state: str) -> tuple[bool | None, _Placed | None]:
    """Whether the household exited recently, and by which decision where that is known."""
    if not begun:
        return None, None
    marks = [p.listed(limit.lists) for p in begun]
    if marks[-1]:
        return (False if state == "in_force" else None), None
    gone = None  # twice the place of the last decision by which it was on a list; a removal shows it was just before
    for i, (p, mark) in enumerate(zip(begun, marks, strict=True)):
        if mark:
            gone = 2 * i
        elif p.left in limit.lists:
            gone = 2 * i - 1
    after = [p for i, p in enumerate(begun) if gone is None or 2 * i > gone]
    if any(p.listed(limit.lists) is None for p in after):
        return None, None
    first = after[0]
    within = day <= limit.last_day(first.rank)
    if gone is None:  # it was never seen on a list: an exit, if any, came before
        return (None if within else False), None
    if gone % 2 == 0:
        before = begun[gone // 2]
        if before.end is not None and (first.start or first.rank) > before.end + timedelta(days=1):
            return (None if within else False), None  # it left the list in between, by no decision that is recorded
    return within, first


def _placed(records: list[Record]) -> tuple[list[_Placed], list[Problem]]:
    """The decisions that stand, each in its place; what was corrected is gone."""
    problems: list[Problem] = []
    ranks: dict[str, date] = {}
    for r in records:
        ranks[r.decision] = min(r.decided, ranks.get(r.decision, r.decided))
    corrected: dict[str, Record] = {r.decision: r for r in records}
    voided = set()
    placed = []
    for r in records:
        rank, start, end, left, target = r.decided, r.valid_from, r.valid_to, r.left, r
        seen = {r.decision}
        while target.kind == "correction":
            number = target.corrects or ""
            if number not in corrected or number in seen or ranks[number] > r.decided:
                problems.append(_fault(f"decision {r.decision}", "corrects", number))
                break
            voided.add(number)
            seen.add(number)
            target = corrected[number]
            rank = ranks[number]
            start, end, left = start or target.valid_from, end or target.valid_to, left or target.left
        placed.append(_Placed(r, rank, start, end, left if left != r.category else None))
    return [p for p in placed if p.record.decision not in voided], problems


def _contradictions(placed: list[_Placed]) -> list[Problem]:
    problems = []
    for i, a in enumerate(placed):
        for b in placed[:i]:
            if a.rank == b.rank and _overlap(a, b) and _contradict(a, b):
                one, other = sorted((a.record.decision, b.record.decision))
                problems.append(Problem("CN128", f"decisions of {a.rank}",
                                        f"{one} and {other} are of one day and contradict each other",
                                        (a.record.category, b.record.category),
                                        remedy=CONTRADICTION_REMEDY))  # fmt: skip
    return problems


def _contradict(a: _Placed, b: _Placed) -> bool:
    x, y = a.record.category, b.record.category
    if x is not None and y is not None:
        return x != y
    return (x is not None and x == b.left) or (y is not None and y == a.left)


def _overlap(a: _Placed, b: _Placed) -> bool:
    def before(p: _Placed, q: _Placed) -> bool:
        return p.end is not None and q.start is not None and p.end < q.start

    return not before(a, b) and not before(b, a)


CONTRADICTION_REMEDY = "find out which one stands; enter the other as corrected, or their validity"
FAULTS: Mapping[str, tuple[str, str, str]] = {
    "household_id": ("a record needs its household", "a text", "give the key of the household"),
    "decision": ("a record needs the number of its decision", "a text", "give the number as printed"),
    "decided": ("a record needs the day of its decision", "a datetime.date", "give the day as printed"),
    "kind": ("is no kind of decision", ", ".join(KINDS), ""),
    "category": ("is no class that a decision gives", ", ".join(CATEGORIES), "only a removal may leave it None"),
    "left": ("a removal names the list that the household left", ", ".join(LISTED), "give left="),
    "span": ("valid_from and valid_to are days, or None", "a datetime.date", "give the days as printed"),
    "valid_to": ("its last day lies before its first", "valid_from <= valid_to", "correct one of them"),
    "corrects": ("a correction names an earlier decision that is among the records", "the number of that decision",
                 "add the decision that is corrected, or correct its number"),
}  # fmt: skip


def _fault(where: str, what: str, value: Any, count: int = 0, rows: tuple[tuple[Any, ...], ...] = ()) -> Problem:
    message, allowed, remedy = FAULTS[what]
    place = f"{where}.{what}" if not count else f"{where}[{what!r}]"
    return Problem("CN127", place, message, value, allowed, remedy, count=count, rows=rows)


def _faults(r: Record) -> list[tuple[str, Any]]:
    """What is wrong with one record, by itself: the names of :data:`FAULTS` with the values."""
    found: list[tuple[str, Any]] = []
    if not isinstance(r.household_id, str) or not r.household_id:
        found.append(("household_id", r.household_id))
    if not isinstance(r.decision, str) or not r.decision:
        found.append(("decision", r.decision))
    if type(r.decided) is not date:
        found.append(("decided", r.decided))
    span = [d for d in (r.valid_from, r.valid_to) if d is not None]
    if any(type(d) is not date for d in span):
        found.append(("span", span))
    elif len(span) == 2 and span[1] < span[0]:
        found.append(("valid_to", r.valid_to))
    if r.kind not in KINDS:
        found.append(("kind", r.kind))
    if r.category not in CATEGORIES and not (r.category is None and r.kind == "removal"):
        found.append(("category", r.category))
    if (r.kind == "removal" and r.left not in LISTED) or (
        r.left is not None and (r.left not in LISTED or r.left == r.category)
    ):
        found.append(("left", r.left))
    if (r.kind == "correction") != bool(r.corrects):
        found.append(("corrects", r.corrects))
    return found


def _assumption_problems(assume: Collection[str]) -> list[Problem]:
    return [
        Problem("CN127", "assume", f"{quoted(a)} is nothing that can be assumed", a, ", ".join(ASSUMPTIONS))
        for a in ([assume] if isinstance(assume, str) else assume)
        if isinstance(assume, str) or a not in ASSUMPTIONS
    ]


# --- in words -----------------------------------------------------------------------------------------


@cache
def class_names() -> Mapping[str, Text]:
    """The names of the recorded classes."""
    names: Mapping[str, Text] = load(DATA)["classes"]
    return names


def _span(p: _Placed, lang: str) -> str:
    words = {"vi": ("từ {:%d/%m/%Y}", "đến hết {:%d/%m/%Y}", "không ghi từ ngày nào", "không ghi đến ngày nào"),
             "en": ("from {}", "to {}", "it does not say from when", "it does not say until when")}[lang]  # fmt: skip
    start = words[0].format(p.start) if p.start is not None else words[2]
    if p.end is None and p.record.kind == "removal":
        return start
    return ", ".join((start, words[1].format(p.end) if p.end is not None else words[3]))


def _said(status: Status, found: _Placed | None, placed: list[_Placed]) -> Status:
    """The status with its reasons and caveats in both languages."""
    reasons: list[Text] = []
    caveats: list[Caveat] = []
    day = status.day
    if found is None:
        first = min((p.start or p.rank for p in placed), default=None)
        later = {
            "vi": f"; quyết định đầu tiên có từ {first:%d/%m/%Y}" if first else "",
            "en": f"; the first one begins on {first}" if first else "",
        }
        reasons.append({
            "vi": f"Không có quyết định nào cho ngày {day:%d/%m/%Y}{later['vi']}: chưa biết, không phải là không nghèo.",
            "en": f"No decision covers {day}{later['en']}: unknown, which is not the same as not poor.",
        })  # fmt: skip
    else:
        r = found.record
        named = class_names()[r.category] if r.category else {"vi": "không ghi loại hộ", "en": "no class is named"}
        left = class_names()[found.left] if found.left and r.kind != "recognition" else None
        off = {
            "vi": f", ra khỏi danh sách {left['vi']}" if left else "",
            "en": f", off the list: {left['en']}" if left else "",
        }
        reasons.append({
            "vi": f"Quyết định số {r.decision} ngày {r.decided:%d/%m/%Y}: {named['vi']}{off['vi']} ({_span(found, 'vi')}).",
            "en": f"Decision {r.decision} of {r.decided}: {named['en']}{off['en']} ({_span(found, 'en')}).",
        })  # fmt: skip
        if status.state != "in_force":
            reasons.append(STATES[status.state])
        if r.kind == "correction":
            caveats.append(Caveat("correction", r.decision, "A", {
                "vi": f"Quyết định này đính chính quyết định số {r.corrects}.",
                "en": f"It corrects decision {r.corrects}.",
            }))  # fmt: skip
        if status.state == "in_force":
            if found.start is None:
                caveats.append(Caveat("assumed", FROM_DECISION, "A", {
                    "vi": "Quyết định không ghi có hiệu lực từ ngày nào; theo yêu cầu, tính từ ngày quyết định.",
                    "en": "The decision does not say from when it holds; taken from its day, as you asked.",
                }))  # fmt: skip
            if found.end is None and r.kind != "removal":
                caveats.append(Caveat("assumed", UNTIL_REPLACED, "A", {
                    "vi": "Quyết định không ghi có hiệu lực đến ngày nào; theo yêu cầu, tính đến khi có quyết định sau.",
                    "en": "The decision does not say until when it holds; taken until a later one, as you asked.",
                }))  # fmt: skip
        if status.category == "neither":
            caveats.append(Caveat("recorded", "category", "A", {
                "vi": "\"Hộ không nghèo\" gồm cả hộ có mức sống trung bình; không phải là một loại duy nhất.",
                "en": "\"Hộ không nghèo\" covers average and not_poor; it is no single class.",
            }))  # fmt: skip
        if r.decided > day:
            caveats.append(Caveat("recorded", "decided", "A", {
                "vi": f"Quyết định ngày {r.decided:%d/%m/%Y} ban hành sau ngày xét {day:%d/%m/%Y}.",
                "en": f"The decision of {r.decided} was issued after the day asked about, {day}.",
            }))  # fmt: skip
    if status.limit is not None:
        reasons.append(_exit_said(status, status.limit))
        grade = status.limit.cite.grade
        caveats.append(Caveat("records", "recently_exited", grade, {
            "vi": f"Dựa trên các quyết định đã cho là đầy đủ; thời hạn theo {status.limit.cite.label('vi')} (mức {grade}).",
            "en": f"It rests on the records being complete; the limit is that of {status.limit.cite.label('en')} (grade {grade}).",
        }))  # fmt: skip
    return evolve(status, reasons=tuple(reasons), caveats=tuple(caveats))


STATES: Mapping[str, Text] = {
    "ended": {
        "vi": "Quyết định này đã hết hiệu lực, sau đó không có quyết định nào: chưa biết, không phải là không nghèo.",
        "en": "It had ended and none came after it: unknown, which is not the same as not poor.",
    },
    "validity_unknown": {
        "vi": "Quyết định không ghi đủ thời hạn hiệu lực nên chưa biết có áp dụng cho ngày này không; cho thời hạn hoặc dùng assume=.",
        "en": "It does not say how long it holds, so it is not known to cover this day; give its validity, or use assume=.",
    },
    "unsaid": {
        "vi": "Quyết định đưa hộ ra khỏi danh sách nhưng không ghi hộ thuộc loại nào sau đó: chưa biết.",
        "en": "It takes the household off a list and does not say what it is afterwards: unknown.",
    },
}


def _exit_said(status: Status, limit: Limit) -> Text:
    if status.exit is None:
        return {
            False: {"vi": "Không phải hộ mới thoát nghèo.", "en": "It has not recently exited."},
            None: {
                "vi": "Chưa biết có phải hộ mới thoát nghèo không.",
                "en": "Whether it has recently exited is unknown.",
            },
        }[status.recently_exited or (None if status.recently_exited is None else False)]
    first = status.exit.decided
    rest = {True: ("còn trong", "within"), False: ("đã quá", "beyond")}[bool(status.recently_exited)]
    return {
        "vi": f"Ra khỏi danh sách theo quyết định số {status.exit.decision} ngày {first:%d/%m/%Y}; {rest[0]} thời hạn {limit.months} tháng.",
        "en": f"It left the list by decision {status.exit.decision} of {first}; {rest[1]} the limit of {limit.months} months.",
    }


# --- many households ----------------------------------------------------------------------------------

COLUMNS = (KEY, "category", "decision", "decided", "kind", "left", "valid_from", "valid_to", "corrects")


def statuses_on(
    day: date,
    records: Any,
    *,
    recently_exited: Limit | None = None,
    assume: Collection[str] = (),
    known_at: date | None = None,
) -> Any:
    """:func:`status_on` for a table of records: one row for each household, in order of the key.

    ``records`` is a pandas, polars or pyarrow table with a row for each decision and the columns
    ``household_id``, ``category``, ``decision``, ``decided`` and, where they apply, ``kind``,
    ``left``, ``valid_from``, ``valid_to``, ``corrects``. Gives the same kind of table with
    ``household_id``, ``state``, ``category``, ``decision``, ``decided``, and with a limit
    ``recently_exited``, ``exit_decision``, ``exit_decided``.

    Raises :class:`DataProblems` with every kind of problem, its count and first rows.

    >>> import polars as pl
    >>> decisions = pl.DataFrame({"household_id": ["H1"], "category": ["poor"], "decision": ["12/QĐ-UBND"],
    ...                           "decided": [date(2023, 12, 14)], "valid_from": [date(2024, 1, 1)]})
    >>> statuses_on(date(2024, 6, 1), decisions)["state"].to_list()
    ['validity_unknown']
    >>> statuses_on(date(2024, 6, 1), decisions, assume=("until_replaced",))["category"].to_list()
    ['poor']
    """
    import polars as pl

    day = as_day(day, "day")
    known_at = None if known_at is None else as_day(known_at, "known_at")
    frame, problems = _read_records(to_polars(records, "records"))
    problems = _assumption_problems(assume) + problems
    if problems:
        raise DataProblems(f"{len(problems)} kinds of problem in the records", problems)
    keys = frame.select(KEY).unique().sort(KEY)
    if known_at is not None:
        frame = frame.filter(pl.col("decided") <= known_at)
    frame, problems = _place_all(frame)
    problems += _all_contradictions(frame)
    if problems:
        raise DataProblems(f"{len(problems)} kinds of problem in the records", problems)

    begun = (
        frame.filter(pl.coalesce("start", "rank") <= day)
        .with_columns(said=pl.col("category").is_not_null())
        .sort(
            KEY,
            "rank",
            "decided",
            "said",
            "decision",
            "kind",
            pl.col("category").fill_null(""),
            pl.col("left").fill_null(""),
        )
    )
    begins = pl.coalesce("start", "rank") if FROM_DECISION in assume else pl.col("start")
    lasting = pl.col("end").is_not_null() | (pl.col("kind") == "removal") | pl.lit(UNTIL_REPLACED in assume)
    state = (
        pl.when(pl.col("end") < day).then(pl.lit("ended"))
        .when(begins.is_null() | ~lasting).then(pl.lit("validity_unknown"))
        .when(pl.col("category").is_null()).then(pl.lit("unsaid"))
        .otherwise(pl.lit("in_force"))
    )  # fmt: skip
    top = begun.group_by(KEY, maintain_order=True).last().with_columns(state=state)
    found = keys.join(top, on=KEY, how="left", maintain_order="left").select(
        KEY,
        pl.col("state").fill_null("not_recorded"),
        pl.when(pl.col("state") == "in_force").then("category").alias("category"),
        "decision",
        "decided",
    )
    if recently_exited is not None:
        exits = _exits(day, begun, top, recently_exited)
        found = found.join(exits, on=KEY, how="left", maintain_order="left")
    return like(records, found)


def _exits(day: date, begun: Any, top: Any, limit: Limit) -> Any:
    """``recently_exited`` of each household, as :func:`_exit` says it of one."""
    import polars as pl

    lists = list(limit.lists)
    silent = pl.when(pl.col("left").is_in(lists) & pl.lit(len(lists) == 1)).then(False)
    index = pl.int_range(pl.len(), dtype=pl.Int64).over(KEY)
    frame = begun.with_columns(
        index=2 * index,
        listed=pl.when(pl.col("category").is_not_null()).then(pl.col("category").is_in(lists)).otherwise(silent),
    )
    shown = (
        pl.when("listed").then("index")
        .when(pl.col("left").is_in(lists)).then(pl.col("index") - 1)
    )  # fmt: skip
    frame = frame.with_columns(gone=shown.max().over(KEY))
    before = frame.filter(pl.col("index") == pl.col("gone")).select(KEY, before_end="end")
    after = frame.filter(pl.col("gone").is_null() | (pl.col("index") > pl.col("gone")))
    first = after.group_by(KEY, maintain_order=True).agg(
        pl.col("listed").is_null().any().alias("open"),
        pl.col("gone", "rank", "start", "decision", "decided").first(),
    )
    due = _months_later(first.get_column("rank"), limit)
    first = first.with_columns(due=due).join(before, on=KEY, how="left")
    gap = (pl.coalesce("start", "rank") > pl.col("before_end").dt.offset_by("1d")).fill_null(False)
    sure = ~pl.col("open") & pl.col("gone").is_not_null() & ~gap
    within = pl.lit(day) <= pl.col("due")
    first = first.select(
        KEY,
        recently_exited=pl.when("open").then(None).when(sure).then(within).when(~within).then(False),
        exit_decision=pl.when(sure).then("decision"),
        exit_decided=pl.when(sure).then("decided"),
    )
    on_list = top.filter(pl.col("category").is_in(lists).fill_null(False)).select(
        KEY,
        recently_exited=pl.when(pl.col("state") == "in_force").then(False),
        exit_decision=pl.lit(None, pl.String),
        exit_decided=pl.lit(None, pl.Date),
    )
    return pl.concat([first.join(on_list, on=KEY, how="anti"), on_list])


def _months_later(days: Any, limit: Limit) -> Any:
    """The last day within the limit for each of a column of days: there are far fewer days than rows."""
    import polars as pl

    distinct = days.unique().drop_nulls().to_list()
    ends = [limit.last_day(d) for d in distinct]
    if not distinct:
        return pl.Series([None] * len(days), dtype=pl.Date)
    return days.replace_strict(pl.Series(distinct), pl.Series(ends), default=None, return_dtype=pl.Date)


def _read_records(frame: Any) -> tuple[Any, list[Problem]]:
    import polars as pl

    needed = (KEY, "category", "decision", "decided")
    problems = missing_columns(frame, "records", needed)
    if problems:
        return frame, problems
    kinds = {"decided": pl.Date, "valid_from": pl.Date, "valid_to": pl.Date}
    columns = []
    for name in COLUMNS:
        wanted: Any = kinds.get(name, pl.String)
        if name not in frame.columns:
            blank = "recognition" if name == "kind" else None
            columns.append(pl.lit(blank, wanted).alias(name))
        elif (
            wanted == pl.Date and frame.schema[name] not in (pl.Date, pl.Null) and not frame.schema[name].is_temporal()
        ):
            problems.append(Problem("CN120", f"records[{name!r}]", f"holds {frame.schema[name]}, not days", None,
                                    "a column of dates", "convert it to dates first"))  # fmt: skip
        else:
            columns.append(pl.col(name).cast(wanted))
    if problems:
        return frame, problems
    frame = frame.select(columns).with_columns(pl.col("kind").fill_null("recognition"), row=pl.int_range(pl.len()))
    empty = {name: pl.col(name).is_null() | (pl.col(name) == "") for name in (KEY, "decision")}
    left = pl.col("left")
    odd_left = left.is_not_null() & (~left.is_in(LISTED) | (left == pl.col("category")).fill_null(False))
    category = pl.col("category")
    conditions = {
        KEY: empty[KEY],
        "decision": empty["decision"],
        "decided": pl.col("decided").is_null(),
        "kind": ~pl.col("kind").is_in(KINDS),
        "category": ~category.is_in(CATEGORIES).fill_null(False)
        & ~(category.is_null() & (pl.col("kind") == "removal")),
        "left": odd_left | ((pl.col("kind") == "removal") & ~left.is_in(LISTED).fill_null(False)),
        "valid_to": (pl.col("valid_to") < pl.col("valid_from")).fill_null(False),
        "corrects": (pl.col("kind") == "correction") != (pl.col("corrects").fill_null("") != ""),
    }
    for name, condition in conditions.items():
        bad = frame.filter(condition)
        if bad.height:
            problems.append(_fault("records", name, None, bad.height, first_rows(bad)))
    return frame, problems


def _place_all(frame: Any) -> tuple[Any, list[Problem]]:
    """The decisions that stand with ``rank``, ``start``, ``end`` and ``left``, as :func:`_placed` does for one household."""
    import polars as pl

    placed = frame.with_columns(rank=pl.col("decided"), start=pl.col("valid_from"), end=pl.col("valid_to"), target=pl.col("corrects"),
                                seen=pl.concat_list("decision"))  # fmt: skip
    if not placed.get_column("target").count():
        return placed, []
    numbers = frame.group_by(KEY, "decision", maintain_order=True).agg(
        pl.col("decided").min().alias("t_rank"),
        pl.col("decided", "valid_from", "valid_to", "left", "corrects").last().name.prefix("t_"),
    )
    voided = []
    bad: list[Any] = []
    settled = [placed.filter(pl.col("target").is_null())]
    walking = placed.filter(pl.col("target").is_not_null())
    while walking.height:
        walking = walking.join(numbers, left_on=(KEY, "target"), right_on=(KEY, "decision"), how="left")
        loop = pl.col("seen").list.contains(pl.col("target"))
        wrong = pl.col("t_rank").is_null() | loop | (pl.col("t_rank") > pl.col("decided"))
        bad.append(walking.filter(wrong))
        walking = walking.filter(~wrong)
        voided.append(walking.select(KEY, decision="target"))
        walking = walking.with_columns(
            rank="t_rank",
            start=pl.coalesce("start", "t_valid_from"),
            end=pl.coalesce("end", "t_valid_to"),
            left=pl.coalesce("left", "t_left"),
            seen=pl.concat_list("seen", "target"),
            target="t_corrects",
        ).select(placed.columns)
        settled.append(walking.filter(pl.col("target").is_null()))
        walking = walking.filter(pl.col("target").is_not_null())
    problems = []
    faulty = pl.concat(bad) if bad else None
    if faulty is not None and faulty.height:
        problems.append(_fault("records", "corrects", None, faulty.height, first_rows(faulty.sort("row"))))
    whole = pl.concat(settled).sort("row")
    if voided:
        whole = whole.join(pl.concat(voided).unique(), on=(KEY, "decision"), how="anti", maintain_order="left")
    return whole.with_columns(
        pl.when(pl.col("left") != pl.col("category").fill_null("")).then("left").alias("left")
    ), problems


def _all_contradictions(frame: Any) -> list[Problem]:
    import polars as pl

    several = frame.group_by(KEY, "rank").len().filter(pl.col("len") > 1)
    columns = (KEY, "rank", "decision", "category", "left", "start", "end", "row")
    crowded = frame.select(columns).join(several, on=(KEY, "rank"), how="semi")
    if not crowded.height:
        return []
    pairs = crowded.join(crowded, on=(KEY, "rank"), suffix="_2").filter(pl.col("row") < pl.col("row_2"))
    apart = ((pl.col("end") < pl.col("start_2")) | (pl.col("end_2") < pl.col("start"))).fill_null(False)
    both = pl.col("category").is_not_null() & pl.col("category_2").is_not_null()
    against = (
        pl.when(both).then(pl.col("category") != pl.col("category_2"))
        .otherwise((pl.col("category") == pl.col("left_2")).fill_null(False) | (pl.col("category_2") == pl.col("left")).fill_null(False))
    )  # fmt: skip
    bad = pairs.filter(~apart & against).sort("row", "row_2")
    if not bad.height:
        return []
    rows = tuple(
        (r["row"], r[KEY], f"{r['decision']} and {r['decision_2']} of {r['rank']}")
        for r in bad.head(FIRST).iter_rows(named=True)
    )
    return [Problem("CN128", "records['decided']", "two decisions of one day contradict each other", None,
                    remedy=CONTRADICTION_REMEDY, count=bad.height, rows=rows)]  # fmt: skip


# --- tables of the caller -----------------------------------------------------------------------------


def missing_columns(frame: Any, what: str, needed: Iterable[str]) -> list[Problem]:
    """A problem for each column that is not there."""
    return [
        Problem(
            "CN120",
            f"{what}[{name!r}]",
            "there is no such column",
            None,
            ", ".join(frame.columns),
            "add it or rename it",
        )
        for name in needed
        if name not in frame.columns
    ]


def first_rows(frame: Any, key: str = KEY) -> tuple[tuple[Any, ...], ...]:
    """The first rows of a frame with ``row``, for a problem: by number and key; what they hold is not shown."""
    return tuple((number, code, code) for number, code in frame.select("row", key).head(FIRST).iter_rows())


__all__ = [
    "ASSUMPTIONS", "CATEGORIES", "KINDS", "LISTED", "Limit", "Record", "Status", "add_months", "citation", "limit", "status_on",
    "statuses_on",
]  # fmt: skip
