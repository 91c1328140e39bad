"""What holds of every standard, whichever it is."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, note, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import chuanngheo as cn
from brute_force import Law, Question, blanked, is_name, places
from chuanngheo.household import household_names
from chuanngheo.model import Fact
from chuanngheo.possible import Evaluator
from chuanngheo.testing import assessment_day, households
from chuanngheo.tracing import used_names
from chuanngheo.tree import Arith, Const, Given, Ref, walk

settings.register_profile(
    "ci",
    max_examples=100,
    derandomize=True,
    print_blob=True,
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate, Phase.shrink),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
settings.register_profile("thorough", settings.get_profile("ci"), max_examples=2000, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))
EXAMPLES = settings.get_profile(settings.get_current_profile_name()).max_examples
SOME = settings(max_examples=EXAMPLES * 4 // 10)
FEW = settings(max_examples=EXAMPLES * 2 // 10)


def every_version() -> list[cn.Standard]:
    """Every shipped standard in every version, oldest first."""
    return [cn.standard(f"{s.id}@{v}") for s in cn.standards() for v in range(1, s.version + 1)]


SHIPPED = every_version()
FICTIONAL = cn.read_standard(Path(__file__).parent / "fictional.yaml")
STANDARDS = [*SHIPPED, FICTIONAL]
INTERNATIONAL = cn.standards("intl")  # their files are looked at here, what they answer in test_intl_answers
STANDARD = {s.exact_id: s for s in [*STANDARDS, *INTERNATIONAL]}  # tests are given the id: a standard prints long
WAYS = [(s.exact_id, m) for s in STANDARDS for m in s.methods]
SHIPPED_WAYS = [w for w in WAYS if STANDARD[w[0]] in SHIPPED]
COUNTED = [(i, m) for i, m in WAYS if "deprivations" in STANDARD[i].input_schema(m)["properties"]]
NO_FACT = Fact("", "", {})
INCOMES = ("VND", "kg_rice")

every_standard = pytest.mark.parametrize("id", STANDARD)
every_way = pytest.mark.parametrize(("id", "method"), WAYS)
shipped_way = pytest.mark.parametrize(("id", "method"), SHIPPED_WAYS)
shipped_counted = pytest.mark.parametrize(("id", "method"), [w for w in COUNTED if w in SHIPPED_WAYS])
counted = pytest.mark.parametrize(("id", "method"), COUNTED)


@cache
def drawn(standard: cn.Standard, method: str, missing: bool, members: bool) -> st.SearchStrategy[dict[str, Any]]:
    return households(standard, method=method, missing=missing, members=members)


def draw_one(data: Any, standard: cn.Standard, method: str, *, missing: bool, members: bool | None = None) -> Any:
    """A household; of persons or not, unless said."""
    if members is None:
        members = data.draw(st.booleans(), label="members")
    return data.draw(drawn(standard, method, missing, members), label="household")


def assess(standard: cn.Standard, household: Mapping[str, Any], method: str, **asked: Any) -> cn.Assessment:
    named = None if method == standard.default_method else method
    return standard.assess(household, on=assessment_day(standard), method=named, **asked)


def rank(standard: cn.Standard, category: str | None) -> int:
    """The place of a class, most deprived first."""
    assert category is not None
    return list(standard.classes).index(category)


# --- the file ------------------------------------------------------------------------------------------


@every_standard
def test_its_text_reads_back_as_itself(id: str, tmp_path: Path) -> None:
    standard = STANDARD[id]
    path = tmp_path / "again.yaml"
    path.write_text(standard.text, encoding="utf-8")
    again = cn.read_standard(path)
    assert again == standard
    assert again.digest == standard.digest
    assert again.text == standard.text
    assert dict(again.facts) == dict(standard.facts)
    assert again.classes == standard.classes
    assert again.tables == standard.tables


def test_digests_do_not_depend_on_the_process() -> None:
    here = {s.exact_id: s.digest for s in SHIPPED}
    program = (
        "import chuanngheo as cn, json\n"
        "print(json.dumps({x.exact_id: x.digest for s in cn.standards() for v in range(1, s.version + 1)"
        " for x in [cn.standard(f'{s.id}@{v}')]}))"
    )
    for seed in ("1", "2"):
        source = str(Path(cn.__file__).parent.parent)
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": source}
        found = subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True)
        assert json.loads(found.stdout) == here


@every_standard
def test_it_pickles_compares_and_hashes(id: str) -> None:
    standard = STANDARD[id]
    again = pickle.loads(pickle.dumps(standard))
    assert again == standard
    assert hash(again) == hash(standard)
    assert again.digest == standard.digest
    assert all((s == standard) is (s is standard) for s in STANDARDS)


@every_standard
def test_everything_has_its_citation(id: str) -> None:
    standard = STANDARD[id]
    lines = list(standard.lines.values())
    cites = [(x.name, x.cite) for x in (*lines, *standard.indicators.values(), *standard.classes.values())]
    cites += [(x.name, x.cite) for x in (*standard.statuses.values(), *standard.tables.values())]
    cites += [(f"applies {span.start}", span.cite) for span in standard.applies]
    cites += [(line.name, cite) for line in lines for _, cite in line.cites]
    cites += [(x.name, cite) for x in standard.indicators.values() for *_, cite in x.cites]
    cites += [(x.name, cite) for x in standard.classes.values() for _, cite in x.cites]
    for name, cite in cites:
        assert cite is not None, name
        assert cite.grade in {"A", "B", "C", "D"}, name
        assert cite.source.number or cite.note, name
        assert cite.label("vi"), name
        assert cite.label("en"), name
    for cls in standard.classes.values():
        assert cls.cite.words or cls.cite.note, cls.name


@every_way
def test_its_schema_is_one(id: str, method: str) -> None:
    standard = STANDARD[id]
    for lang in ("vi", "en"):
        Draft202012Validator.check_schema(standard.input_schema(method, lang))


# --- what a household comes to --------------------------------------------------------------------------


@every_way
@SOME
@given(data=st.data())
def test_the_default_readings_leave_no_hole(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    a = assess(standard, draw_one(data, standard, method, missing=True), method)
    assert "no_class" not in a.possible
    assert a.status in ("decided", "undetermined")


@every_way
@SOME
@given(data=st.data())
def test_nothing_is_missing_when_all_is_given(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=False)
    a = assess(standard, household, method)
    if standard is FICTIONAL and a.status == "undetermined":  # without members some of its values cannot be given
        assert "members" not in household
        return
    assert a.status == "decided"
    assert a.missing == ()
    assert a.next_question is None


@shipped_way
@SOME
@given(data=st.data())
def test_classes_do_not_overlap(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=False)
    question = Question.of(Law(standard, method, {}, assessment_day(standard)), household)
    assume(not question.unknowns(c.node for c in question.law.classes))
    world = question.world({})
    held = [c.name for c in question.law.classes if world.value(c.node) is True]
    a = assess(standard, household, method)
    assert a.category == held[0]
    assert set(held) <= set(a.categories), "a class that holds too must be one that the first stands within"


def left_out(data: Any, standard: Any, whole: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Facts to leave out: not those of which a rule asks whether they were given, which is the caller's choice."""
    chosen = {
        n.name for v in standard.values.values() if v.node is not None for n in walk(v.node) if isinstance(n, Given)
    }
    kept = [p for p in places(whole) if p[-1] not in chosen]
    return list(data.draw(st.lists(st.sampled_from(kept), max_size=5, unique=True))) if kept else []


@every_way
@SOME
@given(data=st.data())
def test_knowing_less_never_excludes_the_truth(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    whole = draw_one(data, standard, method, missing=False)
    gone = left_out(data, standard, whole)
    less = blanked(whole, gone)
    known, partly = assess(standard, whole, method), assess(standard, less, method)
    assert set(known.possible) <= set(partly.possible)
    assert (partly.status == "undetermined") is bool(partly.missing)
    assert (partly.status == "undetermined") is (len(partly.possible) > 1)
    assert (partly.next_question in partly.missing) if partly.missing else partly.next_question is None


@every_way
@SOME
@given(data=st.data())
def test_asking_and_answering_ends(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    whole = draw_one(data, standard, method, missing=False)
    gone = left_out(data, standard, whole)
    known, partly = assess(standard, whole, method), blanked(whole, gone)
    for _ in range(len(gone) + 1):
        a = assess(standard, partly, method)
        if a.next_question is None:
            assert a.possible == known.possible
            return
        place = next((p for p in gone if spelled(p) == a.next_question), None)
        assume(place is not None)  # asked at the level of a derived value
        gone = [p for p in gone if p != place]
        partly = blanked(whole, gone)
    raise AssertionError("more questions than facts that were left out")


def spelled(place: tuple[Any, ...]) -> str:
    return place[0] if len(place) == 1 else f"members[{place[1]}].{place[2]}"


# --- more income, fewer deprivations ---------------------------------------------------------------------


@shipped_way
@SOME
@given(data=st.data())
def test_more_income_is_never_poorer(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=False)
    facts = standard.facts
    names = [n for n in household if n in facts and (facts[n].unit.startswith(INCOMES) or n == "b1")]
    assume(names)
    name = data.draw(st.sampled_from(names))
    more = data.draw(st.sampled_from((1, 12, 1_000, 1_000_000, 30_000_000)))
    a = assess(standard, household, method)
    try:
        b = assess(standard, {**household, name: household[name] + more}, method)
    except cn.HouseholdError:
        assume(False)  # another value says the same
    assert rank(standard, b.category) >= rank(standard, a.category)


@shipped_counted
@SOME
@given(data=st.data())
def test_more_deprivations_are_never_less_poor(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=False)
    steps: dict[str, Any] = {n: True for n, v in household.items() if n.startswith("deprived_") and v is False}
    for name, step in (("deprivations", 1), ("b2", 10)):
        if name in household and household[name] + step <= (len(standard.indicators) if step == 1 else 120):
            steps[name] = household[name] + step
    assume(steps)
    name = data.draw(st.sampled_from(sorted(steps)))
    a = assess(standard, household, method)
    try:
        b = assess(standard, {**household, name: steps[name]}, method)
    except cn.HouseholdError:
        assume(False)
    assert rank(standard, b.category) <= rank(standard, a.category)


# --- one rule text, two ways to it -----------------------------------------------------------------------


WRITTEN: tuple[Any, ...] = (Fraction, Decimal, str, float)


@every_way
@given(data=st.data())
def test_the_plan_agrees_with_the_general_path(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=True)
    a = assess(standard, household, method)
    general = standard.assess(household, on=a.on, method=a.method)  # a method that is named is never planned
    assert (a.category, a.possible, a.missing, a.next_question) == (
        general.category, general.possible, general.missing, general.next_question,
    )  # fmt: skip
    assert a == general
    assert a.statuses == general.statuses
    assert a.caveats == general.caveats
    assert a.trace == general.trace
    assert a.flips() == general.flips()
    for lang in ("vi", "en"):
        assert a.explain(lang) == general.explain(lang)
    assert a.to_dict() == general.to_dict()


@every_way
@SOME
@given(data=st.data())
def test_numbers_may_be_written_in_any_exact_form(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=True, members=False)
    a = assess(standard, household, method)
    write = data.draw(st.sampled_from(WRITTEN))
    other = {
        n: write(v) if isinstance(v, int) and not isinstance(v, bool) and abs(v) < 10**15 else v
        for n, v in household.items()
    }
    b = assess(standard, other, method)
    assert (a.method, a.possible, a.missing, a.next_question) == (b.method, b.possible, b.missing, b.next_question)
    assert a.statuses == b.statuses
    assert [(f.fact, f.value, f.to, f.category) for f in a.flips()] == [
        (f.fact, f.value, f.to, f.category) for f in b.flips()
    ]


@every_way
@FEW
@given(data=st.data())
def test_many_at_once_are_many_one_by_one(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    several = [draw_one(data, standard, method, missing=True, members=False) for _ in range(3)]
    on = assessment_day(standard)
    assert standard.assess_many(several, on=on, method=method) == [
        standard.assess(h, on=on, method=method) for h in several
    ]


# --- flips ----------------------------------------------------------------------------------------------


def with_value(standard: cn.Standard, household: Mapping[str, Any], name: str, value: Any, method: str) -> Any:
    """The class when one value is another; what it is computed from no longer speaks."""
    changed = {**household, name: value}
    if name == "deprivations" and name not in household:
        flags = [n for n in household if n.startswith("deprived_")]
        if len(flags) < len(standard.indicators):
            return None  # some are derived
        changed = {n: v for n, v in household.items() if n not in flags}
        changed[name] = value
    a = assess(standard, household, method)
    below = (
        {n for n in household if n in a.prepared.closure([a.prepared.trees[name]])} if name in a.prepared.trees else ()
    )
    if name == "deprivations":
        below = {n for n in changed if n.startswith("deprived_")}
    try:
        return assess(standard, changed, method)
    except cn.HouseholdError:
        gone = below - a.prepared.shared  # what other values rest on still speaks
        return assess(standard, {n: v for n, v in changed.items() if n not in gone or n in standard.lines}, method)


@every_way
@given(data=st.data())
def test_flips_are_exact(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=False, members=False)
    a = assess(standard, household, method)
    if a.status != "decided":
        assert a.flips() == ()
        return
    for flip in a.flips():
        note(str(flip))
        assert flip.category != a.category
        b = with_value(standard, household, flip.fact, flip.to, method)
        if b is None:
            continue
        assert (b.category or "no_class") == flip.category
        if flip.change is None:
            continue
        assert flip.change == flip.to - flip.value
        step = standard.facts[flip.fact].multiple if flip.fact in standard.facts else 1
        nearer = flip.to - (step or 1) if flip.change > 0 else flip.to + (step or 1)
        if min(flip.value, flip.to) < nearer < max(flip.value, flip.to):
            c = with_value(standard, household, flip.fact, nearer, method)
            assert c.category == a.category


@every_way
@given(data=st.data())
def test_no_flip_is_left_out(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=False, members=False)
    a = assess(standard, household, method)
    assume(a.status == "decided")
    facts = standard.facts
    read = used_names(a, tried=False, into_count=False)  # what stands inside an indicator is told as the indicator
    numbers = [
        n for n in read if n in household and n in facts and facts[n].kind == "number" and facts[n].unit != "person"
    ]
    assume(numbers)
    name = data.draw(st.sampled_from(numbers))
    other = data.draw(drawn(standard, method, False, False), label="other")
    assume(name in other and other[name] is not None)
    value = Fraction(other[name])
    assume(value.denominator == 1 and value != Fraction(household[name]))
    before = household[name]  # as finely written as before: how far a number may be off hangs on its last place
    changed = Decimal(int(value)).quantize(before) if isinstance(before, Decimal) else int(value)
    try:
        b = assess(standard, {**household, name: changed}, method)
    except cn.HouseholdError:
        assume(False)
    evaluator = Evaluator(b.case)
    for part, fact in household_names(standard).items():  # as exact numbers: a flip does not lean on rounding
        ends = evaluator.certain(part), evaluator.certain(fact.at_most) if fact.at_most else None
        assume(None in ends or ends[0] <= ends[1])  # type: ignore[operator]
    if b.status == "decided" and b.category != a.category:
        up = value > Fraction(household[name])
        assert any(
            f.fact == name and f.change is not None and (f.change > 0) is up and abs(f.change) <= abs(value - f.value)
            for f in a.flips()
        )


# --- given and checked -----------------------------------------------------------------------------------


def amounts(standard: cn.Standard, method: str) -> list[tuple[str, str, str]]:
    """Amounts computed as one fact divided by another: (amount, total, persons)."""
    found = []
    for name, fact in standard.facts.items():
        tree = fact.of
        while isinstance(tree, Arith) and isinstance(tree.right, Const):
            tree = tree.left
        if isinstance(tree, Arith) and tree.op == "/" and isinstance(tree.left, Ref) and isinstance(tree.right, Ref):
            asked = standard.input_schema(method)["properties"]
            if not fact.at_most and {name, tree.left.name, tree.right.name} <= set(asked):
                found.append((name, tree.left.name, tree.right.name))
    return found


CHECKED = [(i, m, *amount) for i, m in WAYS for amount in amounts(STANDARD[i], m)]


@pytest.mark.parametrize(("id", "method", "name", "total", "persons"), CHECKED)
@given(data=st.data())
def test_a_given_amount_is_checked(id: str, method: str, name: str, total: str, persons: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=False, members=False)
    assume(total in household and persons in household)
    household = {n: v for n, v in household.items() if n != name and standard.facts.get(n, NO_FACT).at_most != total}
    household = {n: v for n, v in household.items() if standard.facts.get(n, NO_FACT).at_most != name}
    derived = assess(standard, household, method)
    law = Law(standard, method, {}, assessment_day(standard))
    exact = Question.of(law, household).world({}).of_household(name)
    for written in (exact // 1, exact // 1 + 1, exact // 1 + 2, exact // 1 - 1, exact // 1 - 2, exact):
        if written < 0:
            continue
        number = int(written) if written.denominator == 1 else written
        if abs(number - exact) > 1:
            with pytest.raises(cn.HouseholdError) as caught:
                assess(standard, {**household, name: number}, method)
            assert {p.code for p in caught.value.problems} == {"CN045"}
            assert name in {p.where for p in caught.value.problems}
        else:
            a = assess(standard, {**household, name: number}, method)
            said = [c.about for c in a.caveats if c.kind == "rounding"]
            assert (name in said) is (a.possible != derived.possible)


@shipped_counted
@SOME
@given(data=st.data())
def test_a_given_count_is_checked(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    waiting = [d.node for d in standard.indicators.values() if d.node is not None]
    read: set[str] = set()
    while waiting:
        read |= (names := {n.name for n in walk(waiting.pop()) if is_name(n)})
        waiting += [standard.facts[n].of for n in names if n in standard.facts and standard.facts[n].of is not None]
    household = draw_one(data, standard, method, missing=False, members=False)
    household = {n: v for n, v in household.items() if n not in read and n != "deprivations"}
    flags = {f"deprived_{n}": data.draw(st.booleans()) for n in standard.indicators}
    number = sum(flags.values())
    counted = assess(standard, {**household, **flags}, method)
    assert assess(standard, {**household, **flags, "deprivations": number}, method).possible == counted.possible
    wrong = data.draw(st.integers(0, len(flags)).filter(lambda n: n != number))
    with pytest.raises(cn.HouseholdError) as caught:
        assess(standard, {**household, **flags, "deprivations": wrong}, method)
    assert "deprivations" in {p.where for p in caught.value.problems}


JUDGED = [(i, m) for i, m in WAYS if any(d.kind == "boolean" for d in STANDARD[i].methods[m].values.values())]


@pytest.mark.parametrize(("id", "method"), JUDGED)
@SOME
@given(data=st.data())
def test_a_given_value_of_the_standard_is_checked(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=False, members=False)
    a = assess(standard, household, method)
    values = {s.name: s.value for s in a.trace if s.kind == "value" and isinstance(s.value, bool) and not s.given}
    values = {n: v for n, v in values.items() if n not in household}
    assume(a.status == "decided" and values)
    name = data.draw(st.sampled_from(sorted(values)))
    assert assess(standard, {**household, name: values[name]}, method).possible == a.possible
    with pytest.raises(cn.HouseholdError) as caught:
        assess(standard, {**household, name: not values[name]}, method)
    assert name in {p.where for p in caught.value.problems}


# --- results as values -----------------------------------------------------------------------------------


@every_way
@SOME
@given(data=st.data())
def test_results_are_values(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=True)
    a, b = assess(standard, household, method), assess(standard, dict(household), method)
    again = pickle.loads(pickle.dumps(a))
    assert a == b == again
    assert hash(a) == hash(b) == hash(again)
    assert again.to_dict() == a.to_dict()
    with pytest.raises(AttributeError):
        a.on = None
    if household:
        name = next(iter(household))
        assert a != assess(standard, {n: v for n, v in household.items() if n != name}, method)


@every_way
@SOME
@given(data=st.data())
def test_results_go_out_as_json(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    a = assess(standard, draw_one(data, standard, method, missing=True), method)
    out = a.to_dict()
    assert out["schema"] == "chuanngheo/assessment/1"
    assert json.loads(json.dumps(out, ensure_ascii=False, allow_nan=False)) == out
    assert out["possible"] == list(a.possible)
    assert out["standard"]["digest"] == standard.digest
    for lang in ("vi", "en"):
        assert a.explain(lang).endswith(out["disclaimer"][lang])


def as_form(value: Any) -> Any:
    """What a form would send: days as text, numbers as JSON numbers."""
    if isinstance(value, Mapping):
        return {n: as_form(v) for n, v in value.items()}
    if isinstance(value, list):
        return [as_form(v) for v in value]
    if isinstance(value, date):
        return value.isoformat()
    return float(value) if isinstance(value, Decimal | Fraction) else value


@cache
def validator(standard: cn.Standard, method: str) -> Draft202012Validator:
    return Draft202012Validator(standard.input_schema(method), format_checker=Draft202012Validator.FORMAT_CHECKER)


@every_way
@SOME
@given(data=st.data())
def test_the_schema_admits_what_can_be_assessed(id: str, method: str, data: Any) -> None:
    standard = STANDARD[id]
    household = draw_one(data, standard, method, missing=True)
    sent = json.loads(json.dumps(as_form(household)))
    assert [e.message for e in validator(standard, method).iter_errors(sent)] == []
    if not any(isinstance(v, Fraction) for v in household.values()):  # a JSON number would round it
        known = standard.assess(household, on=assessment_day(standard), method=method)
        assert standard.assess(sent, on=assessment_day(standard), method=method).possible == known.possible


# --- what a result keeps ---------------------------------------------------------------------------------


def test_a_result_does_not_change_with_the_callers_list() -> None:
    members = [{"work_days": 1}]
    a = FICTIONAL.assess({"region": "south", "members": members})
    before = hash(a)
    members.append({})
    assert hash(a) == before
    assert len(a.household["members"]) == 1


def test_members_may_come_from_an_iterator() -> None:
    a = FICTIONAL.assess({"region": "south", "members": iter([{"work_days": 1}])})
    assert pickle.loads(pickle.dumps(a)) == a
