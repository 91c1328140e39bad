// A small port: the classes of four standards in plain JavaScript, held against the conformance suite.
//
//     node docs/examples/port.mjs tests/conformance
//
// It does level 1 (everything that matters is known) and says "not supported" of the rest. Money and
// ratios are exact: BigInt and cross-multiplication, never a floating-point number. No amount stands
// here: the lines are read from the rule files of the suite. docs/en/ports.md explains it.

import { readFileSync } from "node:fs";
import { join } from "node:path";

// --- exact numbers: [numerator, denominator] of BigInt ----------------------------------------------

const NUMBER = /^-?[0-9]+(\.[0-9]+|\/[0-9]+)?$/;

function exact(value) {
  const text = String(value);
  if (!NUMBER.test(text)) throw new NotSupported(`${text} is no number`);
  if (text.includes("/")) return text.split("/").map(BigInt);
  const [whole, places = ""] = text.split(".");
  return [BigInt(whole + places), 10n ** BigInt(places.length)];
}

const below = ([a, b], [c, d]) => a * d < c * b;
const atMost = ([a, b], [c, d]) => a * d <= c * b;

// --- the classes, as the law orders them: the first that holds --------------------------------------

const three = (h) => deprivations(h) >= 3;

const CLASSES = {
  // "dưới": the line itself is not poor. The rural midland, which the text does not name, counts as plain.
  "vn-2001@1": (h, line) => [
    ["poor", () => below(income(h), line("poverty_line"))],
    ["not_poor", () => true],
  ],
  // "từ … trở xuống": the line itself is poor.
  "vn-2006@1": (h, line) => [
    ["poor", () => atMost(income(h), line("poverty_line"))],
    ["not_poor", () => true],
  ],
  "vn-2016@1": (h, line) => [
    ["poor", () => atMost(income(h), line("poverty_line")) || (atMost(income(h), line("near_poor_line")) && three(h))],
    ["near_poor", () => atMost(income(h), line("near_poor_line"))],
    ["average", () => atMost(income(h), line("average_line"))],
    ["not_poor", () => true],
  ],
  "vn-2022@1": (h, line) => [
    ["poor", () => atMost(income(h), line("poverty_line")) && three(h)],
    ["near_poor", () => atMost(income(h), line("poverty_line"))],
    ["average", () => atMost(income(h), line("average_line"))],
    ["not_poor", () => true],
  ],
};

// --- facts --------------------------------------------------------------------------------------------

const PLAIN = new Set(["area", "terrain", "income_per_person", "income", "household_size", "deprivations"]);
const ANSWERS = new Set(["category", "status", "deprivations"]);

class NotSupported extends Error {}

function known(h, name) {
  if (h[name] === undefined || h[name] === null) throw new NotSupported(`${name} is not known`);
  return h[name];
}

/** Đồng a person a month: as given, or the income of a year over persons and twelve months. */
function income(h) {
  if (h.income_per_person !== undefined) return exact(known(h, "income_per_person"));
  const [n, d] = exact(known(h, "income"));
  return [n, d * BigInt(known(h, "household_size")) * 12n];
}

/** The number of deprivations: as given, or of indicators that are all known. */
function deprivations(h) {
  if (h.deprivations !== undefined) return known(h, "deprivations");
  const flags = h.indicators.map((name) => known(h, `deprived_${name}`));
  return flags.filter(Boolean).length;
}

/** The amount of a line for this household: tables nest by fact and code. */
function amount(table, h) {
  while (table.by) {
    const [fact] = Object.keys(table.by);
    table = table.by[fact][known(h, fact)];
  }
  return exact((table.value ?? table).replaceAll("_", ""));
}

// --- a rule file ----------------------------------------------------------------------------------------

/** The mappings of a rule file. The suite writes it in one plain way: blocks, two blanks for each level. */
function mappings(text) {
  const root = {};
  const open = [root];
  for (const line of text.split("\n")) {
    const found = /^( *)("?)([^\s":][^":]*)\2:(?: (.*))?$/.exec(line);
    if (!found) continue; // an item of a list
    const [, blanks, , key, value] = found;
    const level = blanks.length / 2;
    open.length = level + 1;
    const at = open[level] ?? {};
    at[key] = value ?? (open[level + 1] = {});
  }
  return root;
}

// --- the suite ------------------------------------------------------------------------------------------

function check(test, rules) {
  if (test.kind !== "household" || test.level > 1 || test.readings || test.method || test.derive) {
    throw new NotSupported("a kind, level, method or reading of its own");
  }
  const h = { ...test.household, indicators: Object.keys(rules.indicators ?? {}) };
  const flags = new Set(h.indicators.map((name) => `deprived_${name}`));
  for (const name of Object.keys(test.household)) {
    if (!PLAIN.has(name) && !flags.has(name)) throw new NotSupported(`the fact ${name}`);
  }
  const expected = { ...test.also, ...test.expect };
  for (const name of Object.keys(expected)) {
    if (!ANSWERS.has(name)) throw new NotSupported(`the answer ${name}`);
  }
  if (h.area === "rural" && h.terrain === undefined && rules.lines.poverty_line.by.area.rural.by) {
    throw new NotSupported("terrain is not known");
  }
  const line = (name) => amount(rules.lines[name], h);
  const [category] = rules.classify(h, line).find(([, holds]) => holds());
  const found = { category, status: "decided", deprivations: "deprivations" in expected ? deprivations(h) : null };
  return Object.entries(expected).filter(([name, wanted]) => found[name] !== wanted);
}

function run(folder, standard) {
  const content = JSON.parse(readFileSync(join(folder, "cases", `${standard}.json`), "utf8"));
  const rules = mappings(readFileSync(join(folder, content.rules), "utf8"));
  rules.classify = CLASSES[standard];
  const count = { passed: 0, failed: 0, "not supported": 0 };
  for (const test of [...content.golden, ...content.generated]) {
    try {
      const wrong = check(test, rules);
      count[wrong.length ? "failed" : "passed"] += 1;
      for (const [name, wanted] of wrong) console.log(`${standard} ${test.id}: ${name} should be ${wanted}: ${JSON.stringify(test.household)}`);
    } catch (error) {
      if (!(error instanceof NotSupported)) throw error;
      count["not supported"] += 1;
    }
  }
  const said = Object.entries(count).map(([name, n]) => `${n} ${name}`);
  console.log(`${content.standard.exact_id}: ${said.join(", ")}`);
  return count.failed;
}

const folder = process.argv[2] ?? "tests/conformance";
const failed = Object.keys(CLASSES).map((standard) => run(folder, standard));
process.exitCode = failed.some(Boolean) ? 1 : 0;
