// The calculator page. It draws what the library says (chuanngheo.interviewing) and files what is
// answered; it knows no law. Nothing is sent anywhere: the library runs in a worker of this browser.

const WORDS = {
  vi: {
    loading: "Đang tải công cụ tính", of: "trên", mb: "MB", starting: "Đang khởi động, xin đợi một chút…", ready: "Công cụ tính đã sẵn sàng.",
    failed: "Công cụ tính không tải được.", why: "Lý do", retry: "Hãy kiểm tra đường truyền rồi thử lại. Nếu vẫn không được, hãy thử một trình duyệt mới hơn.", tryAgain: "Thử lại",
    noFile: "không tải được tệp {file}", status: "máy chủ trả lời {status}", noAnswer: "máy chủ không trả lời, hoặc mất kết nối",
    old: "Trình duyệt này không chạy được công cụ tính: cần có WebAssembly và module JavaScript. Hãy dùng một trình duyệt mới hơn.",
    broken: "Có lỗi trong công cụ tính. Hãy tải lại trang; nếu lặp lại, hãy báo cho chúng tôi.",
    setup: "Ngày và nơi ở", day: "Xét vào ngày", place: "Chuẩn", question: "Câu hỏi", next: "Tiếp tục", atMost: "còn nhiều nhất {n} câu",
    answered: "Các câu đã trả lời", change: "Sửa", read: "Đọc là", law: "Văn bản viết", grade: "mức xác nhận",
    choose: "Chọn một câu trả lời.", write: "Viết một số, hoặc chọn “Không biết”.", result: "Kết quả", possible: "Còn có thể là", ground: "Căn cứ",
    applies: "Ngày xét", lines: "Mức chuẩn", values: "Số liệu đã dùng", deprived: "Thiếu hụt", indicators: "chỉ số", flips: "Điều gì làm thay đổi kết quả",
    settle: "Cần biết thêm để xác định", caveats: "Lưu ý", changes: "Thay đổi đã biết trong thời gian tới", versions: "Phiên bản",
    code: "phần mềm", data: "dữ liệu pháp luật", again: "Làm lại từ đầu", link: "Chép liên kết", print: "In", copied: "Đã chép liên kết.",
    copy: "Chép liên kết dưới đây. Liên kết chứa các câu trả lời: chỉ gửi cho người bạn muốn cho biết.", covered: "Những ngày có chuẩn ở đây",
    noDay: "Hãy chọn một ngày; kết quả bên dưới vẫn là của ngày trước đó.", above: "Chọn ở đây để tiếp tục", noWords: "chưa đọc được lời văn", inUnit: "Trả lời bằng {unit}",
    scores: "Đợt rà soát chính thức xét theo điểm B1 và B2, không theo câu hỏi này.", scoresLink: "Xem phiếu điểm",
    soFar: "Kết quả đến lúc này", other: "Cách trả lời khác", full: "Toàn văn lời giải thích", or: "Ý bạn là",
    stay: "Để nguyên",
  },
  en: {
    loading: "Loading the calculator", of: "of", mb: "MB", starting: "Starting, a moment please…", ready: "The calculator is ready.",
    failed: "The calculator could not be loaded.", why: "Reason", retry: "Check the connection and try again. If that does not help, try a newer browser.", tryAgain: "Try again",
    noFile: "the file {file} could not be loaded", status: "the server answered {status}", noAnswer: "the server did not answer, or the connection was lost",
    old: "This browser cannot run the calculator: it needs WebAssembly and JavaScript modules. Please use a newer browser.",
    broken: "Something went wrong in the calculator. Load the page again; if it happens again, please report it.",
    setup: "Day and place", day: "On the day", place: "Standard", question: "Question", next: "Continue", atMost: "{n} more at most",
    answered: "Your answers", change: "Change", read: "Read as", law: "The text says", grade: "grade",
    choose: "Choose an answer.", write: "Write a number, or choose “Don't know”.", result: "Result", possible: "Still possible", ground: "Ground",
    applies: "Day", lines: "Lines", values: "Values read", deprived: "Deprivations", indicators: "indicators", flips: "What would change it",
    settle: "Needed to decide", caveats: "Notes", changes: "Changes known so far", versions: "Versions",
    code: "software", data: "legal data", again: "Start again", link: "Copy a link", print: "Print", copied: "The link was copied.",
    copy: "Copy the link below. It holds your answers: send it only to people who may know them.", covered: "Days that are covered here",
    noDay: "Choose a day; the result below is still that of the day before.", above: "Choose here to go on", noWords: "its words were not read", inUnit: "Answer in {unit}",
    scores: "The review itself goes by the points B1 and B2, not by this question.", scoresLink: "See the score forms",
    soFar: "Result so far", other: "Other ways to answer", full: "The explanation in full", or: "Did you mean",
    stay: "Leave it",
  },
};

const root = document.getElementById("chuanngheo-calculator");
const lang = root.lang in WORDS ? root.lang : "vi";
const words = WORDS[lang];
const base = new URL("./", import.meta.url);
const DONT_KNOW = "?"; // as a choice of a form and in links; null everywhere else

// --- what was answered -------------------------------------------------------------------------

let state = fresh();

function fresh() {
  const now = new Date();
  const two = (n) => String(n).padStart(2, "0");
  return { day: `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`, place: "vn", answers: {}, ways: {}, about: "" };
}

function restored(fragment) {
  const found = fresh();
  for (const [key, value] of new URLSearchParams(fragment.replace(/^#/, ""))) {
    if (key === "day") found.day = value;
    else if (key === "place") found.place = value;
    else if (key.startsWith("a.")) found.answers[key.slice(2)] = value === DONT_KNOW ? null : value;
    else if (key.startsWith("w.")) found.ways[key.slice(2)] = value;
  }
  return found;
}

// Kept in this tab alone, until it is closed: a page that is loaded again, or gone back to, goes on.
const KEPT = "chuanngheo-calculator";

function keep() {
  try { sessionStorage.setItem(KEPT, JSON.stringify(state)); } catch { /* a browser that keeps nothing */ }
  if (fromLink()) history.replaceState(null, "", location.href.split("#")[0]); // its answers are not the last ones any more
}

function kept() {
  try { return { ...fresh(), ...JSON.parse(sessionStorage.getItem(KEPT) || "{}") }; } catch { return fresh(); }
}

const fromLink = () => /[#&]day=/.test(location.hash);

function link() {
  const parts = new URLSearchParams({ day: state.day, place: state.place });
  for (const [name, value] of Object.entries(state.answers)) parts.set(`a.${name}`, value === null ? DONT_KNOW : value);
  for (const [name, way] of Object.entries(state.ways)) parts.set(`w.${name}`, way);
  return `${location.href.split("#")[0]}#${parts}`;
}

// --- the library, in its worker ----------------------------------------------------------------

let worker = null;
let asked = 0;
const waiting = new Map();

function call(name, given) {
  return new Promise((resolve, reject) => {
    waiting.set(++asked, { resolve, reject });
    worker.postMessage({ id: asked, call: name, with: given });
  });
}

function begin() {
  if (typeof WebAssembly !== "object" || typeof TransformStream !== "function") return stop(words.old);
  worker = new Worker(new URL("worker.js", base), { type: "module" });
  worker.onerror = (event) => { event.preventDefault(); stop(words.failed, unloaded({ file: event.message ? "" : "worker.js", message: event.message })); };
  worker.onmessage = ({ data }) => {
    if (data.progress !== undefined) progress(data.progress, data.total);
    else if (data.failed) stop(words.failed, unloaded(data.failed));
    else if (data.ready) opened();
    else if (waiting.has(data.id)) {
      const { resolve, reject } = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.error) reject(new Error(data.error));
      else resolve(data.answer);
    }
  };
}

// --- small parts -------------------------------------------------------------------------------

function element(tag, properties = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name in made && typeof value !== "string") made[name] = value;
    else made.setAttribute(name === "className" ? "class" : name, value === true ? "" : value);
  }
  made.append(...inside.flat().filter((part) => part !== null && part !== undefined && part !== ""));
  return made;
}

const text = (tag, className, ...inside) => element(tag, className ? { class: className } : {}, ...inside);
const upper = (said) => said.charAt(0).toUpperCase() + said.slice(1);
const part = (name) => root.querySelector(`[data-part="${name}"]`);

function button(said, press, className = "calc-button", more = {}) {
  return element("button", { type: "button", class: className, onclick: press, ...more }, said);
}

/** The part of the standard's own page on one subject: "lines", "classes", "days"… */
const about = (subject) => `standards/${current.standard.id}.html#${subject ? `${current.standard.anchor}-${subject}` : `standard-${current.standard.id}`}`;

function cited(cite, subject) {
  const shown = text("div", "calc-cite", text("span", "calc-source", cite.label),
    element("a", { class: `calc-grade calc-grade-${cite.grade}`, title: cite.grade_text, href: about(subject) }, `${words.grade} ${cite.grade}`));
  if (cite.words) shown.append(element("blockquote", { lang: "vi" }, cite.words));
  return shown;
}

function section(title, ...inside) {
  const parts = inside.flat(2).filter(Boolean);
  return parts.length ? [text("h3", "", title), ...parts] : [];
}

function list(items, each = (i) => i) {
  return items.length ? text("ul", "", items.map((i) => text("li", "", each(i)))) : [];
}

// --- loading -----------------------------------------------------------------------------------

const mega = (bytes) => (bytes / 1048576).toLocaleString(lang, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

function progress(done, total) {
  const bar = part("bar");
  bar.max = total;
  bar.value = done;
  part("progress").textContent = done < total ? `${words.loading}: ${mega(done)} ${words.of} ${mega(total)} ${words.mb}` : words.starting;
}

function stop(said, reason = "") {
  root.dataset.state = "failed";
  const shown = part("failed");
  shown.replaceChildren(text("p", "calc-strong", said), said === words.failed ? text("p", "", words.retry) : "",
    reason ? text("p", "calc-small", `${words.why}: ${reason}`) : "", said === words.old ? "" : button(words.tryAgain, retry));
  shown.hidden = false;
  part("loading").hidden = true;
  part("body").hidden = true;
}

/** Why a file did not come, in the words of the page. */
function unloaded({ file, status, message }) {
  if (!file) return message;
  return `${words.noFile.replace("{file}", file)}${
    status === undefined ? "" : ` (${status ? words.status.replace("{status}", status) : words.noAnswer})`}`;
}

function retry() {
  worker?.terminate();
  waiting.clear();
  part("failed").hidden = true;
  part("loading").hidden = false;
  root.dataset.state = "loading";
  begin();
}

async function opened() {
  part("loading").hidden = true;
  part("body").hidden = false;
  await show();
  part("said").textContent = words.ready;
}

// --- one round: ask the library, draw what it says -----------------------------------------------

let changing = ""; // the answered question that is open again
let current = null;
let drawn = ""; // the question that stands there

let rounds = 0;

async function show({ focus = false } = {}) {
  const mine = ++rounds;
  root.dataset.state = "busy";
  const given = { day: state.day, answers: state.answers, lang, jurisdiction: state.place, ways: state.ways, about: state.about };
  try {
    const found = await call("interview", given);
    if (mine !== rounds) return; // something else was answered meanwhile
    current = found;
  } catch (error) {
    console.error(error);
    return stop(words.broken, error.message);
  }
  drawSetup();
  drawOutside();
  drawQuestion();
  drawAnswered();
  drawResult();
  if (focus) moveFocus();
  root.dataset.state = "ready";
}

function moveFocus() {
  const open = part("question");
  const start = part("start").classList.contains("calc-wanted") ? part("start") : null;
  const asking = start || (open.hidden ? null : open);
  const target = asking ? asking.querySelector("input:checked") || asking.querySelector("input") : part("result").querySelector("h2");
  if (target) target.focus();
}

function drawSetup() {
  const day = part("day");
  if (document.activeElement !== day) {
    day.value = state.day;
    part("day-error").textContent = "";
  }
  if (current.places) {
    part("place").replaceChildren(...current.places.map((p) => element("option", { value: p.jurisdiction, selected: p.jurisdiction === state.place }, p.text)));
  }
  part("title").replaceChildren(...(current.standard ? [`${current.day_text}: `,
    element("a", { href: about() }, `${current.standard.title} (${current.standard.exact_id})`)] : []));
  const here = document.activeElement && document.activeElement.closest("[data-start]") ? document.activeElement.id : "";
  part("start").replaceChildren(...(current.start || []).map((q) => radios(q, `start-${q.name}`, state.answers, (value) => {
    answer(q.name, value, { focus: false });
  }, q.label)));
  if (here) document.getElementById(here)?.focus();
}

function drawOutside() {
  const outside = part("outside");
  outside.hidden = !current.error;
  outside.replaceChildren(...(current.error
    ? [text("p", "calc-strong", current.error), ...(current.spans.length ? [text("p", "", `${words.covered}:`), list(current.spans)] : [])] : []));
}

/** Choices as radio buttons in a fieldset; "don't know" is the last of them. */
function radios(q, group, answers, chosen, legend) {
  const now = q.name in answers ? (answers[q.name] === null ? DONT_KNOW : answers[q.name]) : "";
  const all = [...q.choices, { code: DONT_KNOW, text: q.unknown }];
  return element("fieldset", { "data-start": group.startsWith("start-") }, text("legend", "", upper(legend)), text("div", "calc-choices", all.map((c, i) => {
    const id = `calc-${group}-${i}`;
    return element("label", { class: "calc-choice", for: id },
      element("input", { type: "radio", id, name: group, value: c.code, checked: now === c.code, onchange: () => chosen(c.code === DONT_KNOW ? null : c.code) }),
      text("span", "", upper(c.text)));
  })));
}

function drawQuestion() {
  const place = part("question");
  const again = changing && current.answered?.find((a) => a.name === changing && a.question);
  const next = again ? again.question : current.question;
  const beside = Boolean(next) && (current.start || []).some((s) => s.name === next.name);
  part("start").classList.toggle("calc-wanted", beside);
  part("start").dataset.ask = beside ? words.above : "";
  const q = beside ? null : next;
  place.hidden = !q;
  const entry = q && current.answered.find((a) => a.name === q.name);
  const step = !q ? "" : words.question + (current.left > 1 && !again ? ` (${words.atMost.replace("{n}", current.left)})` : "");
  // What somebody is writing stays, as long as the question does.
  const now = JSON.stringify([q, entry, Boolean(again)]);
  if (now === drawn && q) return void (place.querySelector(".calc-step").textContent = step);
  drawn = now;
  if (!q) return place.replaceChildren();
  const problem = entry ? entry.problem : null;
  const form = element("form", { novalidate: true, onsubmit: (event) => submitted(event, q) });
  const hints = [];
  if (q.note) hints.push(element("p", { class: "calc-small", id: "calc-note" }, q.note));
  if (q.cite) hints.push(text("div", "calc-law", text("span", "calc-small", q.cite.words ? `${words.law}:` : `${words.ground} (${words.noWords}):`),
    cited({ ...q.cite, grade_text: "" }, "indicators")));
  form.append(text("p", "calc-step", step));
  if (q.choices.length) {
    const field = radios(q, "answer", state.answers, () => {}, q.text);
    field.querySelector("legend").classList.add("calc-ask");
    field.querySelector("legend").after(...hints);
    form.append(field);
  } else {
    form.append(...typed(q, hints, entry));
    if (current.standard.scores && q.kind === "number" && q.unit.startsWith("VND")) {
      form.append(text("p", "calc-small", `${words.scores} `, element("a", { href: "score-forms.html" }, words.scoresLink)));
    }
  }
  form.append(element("p", { class: "calc-error", id: "calc-error", role: "alert" }, problem ? problem.text : ""));
  if (problem && problem.choices.length) {
    form.append(text("p", "calc-meant", `${words.or}: `, problem.choices.map((c) => button(c.text, () => answer(q.name, c.value)))));
  }
  form.append(text("div", "calc-actions", element("button", { type: "submit", class: "calc-button calc-main" }, words.next),
    again ? button(words.stay, () => { changing = ""; show({ focus: true }); }) : ""));
  if (q.instead.length && !q.choices.length) {
    form.append(text("div", "calc-instead", q.instead.map((i) => button(i.text, () => otherway(i), "calc-link"))));
  } else if (q.instead.length) {
    form.append(element("details", {}, text("summary", "", words.other),
      text("div", "calc-instead", q.instead.map((i) => button(i.text, () => otherway(i), "calc-link")))));
  }
  place.replaceChildren(form);
}

/** A text field for a number, with the unit beside it and how it is read below. */
function typed(q, hints, entry) {
  const unknown = element("input", { type: "checkbox", id: "calc-unknown", checked: Boolean(entry) && entry.given === null });
  const given = entry && entry.given !== null ? String(entry.given) : "";
  const field = element("input", {
    type: "text", id: "calc-number", inputmode: q.kind === "number" ? "decimal" : "text", autocomplete: "off", value: given,
    "aria-describedby": "calc-read calc-error", "aria-invalid": entry && entry.problem ? "true" : null,
  });
  const read = element("output", { id: "calc-read", for: "calc-number", class: "calc-read" }, entry && entry.read && entry.known ? `${words.read}: ${entry.read}` : "");
  let latest = 0;
  field.addEventListener("input", async () => {
    if (field.value) unknown.checked = false;
    const mine = ++latest;
    const said = field.value.trim() ? await call("reading", { day: state.day, name: q.name, text: field.value, lang, jurisdiction: state.place }) : {};
    if (mine === latest) read.textContent = said.read ? `${words.read}: ${said.read}` : "";
  });
  unknown.addEventListener("change", () => { if (unknown.checked) { field.value = ""; read.textContent = ""; } });
  return [
    element("fieldset", {}, element("legend", { class: "calc-ask" }, q.text), ...hints,
      text("div", "calc-number", element("label", { for: "calc-number", class: "calc-hidden" }, q.unit_text ? words.inUnit.replace("{unit}", q.unit_text) : upper(q.label)), field, text("span", "calc-unit", q.unit_text)),
      read,
      element("label", { class: "calc-choice calc-unknown", for: "calc-unknown" }, unknown, text("span", "", q.unknown))),
  ];
}

function submitted(event, q) {
  event.preventDefault();
  const form = event.currentTarget;
  const complain = (said) => { form.querySelector("#calc-error").textContent = said; form.querySelector("input").focus(); };
  if (q.choices.length) {
    const chosen = form.querySelector("input:checked");
    return chosen ? answer(q.name, chosen.value === DONT_KNOW ? null : chosen.value) : complain(words.choose);
  }
  const field = form.querySelector("#calc-number");
  if (form.querySelector("#calc-unknown").checked) return answer(q.name, null);
  return field.value.trim() ? answer(q.name, field.value.trim()) : complain(words.write);
}

function answer(name, value, { focus = true } = {}) {
  state.answers = { ...state.answers, [name]: value };
  state.about = "";
  changing = "";
  keep();
  return show({ focus });
}

function otherway({ name, way }) {
  state.ways = { ...state.ways, [name]: way };
  state.about = name;
  changing = way === "whole" && name in state.answers ? name : "";
  keep();
  return show({ focus: true });
}

function drawAnswered() {
  const place = part("answered");
  const shown = current.answered || [];
  place.hidden = !shown.length;
  place.replaceChildren(text("h2", "", words.answered), text("dl", "calc-answers", shown.map((a) => text("div", a.used ? "" : "calc-unused",
    text("dt", "", upper(a.label)),
    text("dd", "", a.problem ? text("span", "calc-error", String(a.given)) : String(a.read ?? a.given ?? ""), a.why ? text("span", "calc-small", ` (${a.why})`) : ""),
    text("dd", "calc-change", a.open
      ? button(words.change, () => { changing = a.name; show({ focus: true }); }, "calc-link", { "aria-label": `${words.change}: ${a.label}` }) : "")))));
}

// --- the result --------------------------------------------------------------------------------

function drawResult() {
  const place = part("result");
  const r = current.result;
  place.hidden = !r;
  if (!r) { part("said").textContent = ""; return place.replaceChildren(); }
  const open = Boolean(current.question);
  const head = r.category ? upper(r.label) + (r.within.length ? ` (${r.within.join("; ")})` : "") : r.status_text;
  part("said").textContent = `${words.result}: ${head}.`;
  const known = new Set(current.answered.map((a) => a.label));
  const shown = [
    element("h2", { tabindex: "-1" }, open && r.status === "undetermined" ? words.soFar : words.result),
    element("p", { class: `calc-class calc-${r.status}`, "data-category": r.category || "" }, head),
    r.category ? text("p", "calc-status", r.status_text) : "",
    ...[r.weak, ...r.not_seen].filter(Boolean).map((said) => text("p", "calc-warning", said)),
    ...[r.fallback, ...r.reasons].filter(Boolean).map((said) => text("p", "calc-reason", said)),
    r.status === "undetermined" ? [text("p", "", `${words.possible}:`), list(r.possible)] : "",
    element("p", { class: "calc-disclaimer" }, r.disclaimer),
  ].flat();
  if (!open || r.category) {
    shown.push(...section(words.settle, r.status === "undetermined" ? list(r.settle) : []));
    shown.push(...section(words.ground, r.ground ? cited(r.ground, "classes") : []));
    shown.push(...section(words.lines, list(r.lines, (l) => [text("strong", "", `${upper(l.label)}: ${l.text}`), cited(l.cite, "lines")])));
    shown.push(...section(words.flips, list(r.flips, upper)));
    shown.push(...deprivations(r.deprivations));
    shown.push(...section(words.values, list(r.values.filter((v) => !known.has(v.label)), (v) => `${upper(v.label)}: ${v.text}`)));
    shown.push(...section(words.changes, list(r.changes)));
    shown.push(...section(words.caveats, list(r.caveats.map((c) => c.text))));
    shown.push(...section(words.applies, r.day ? [text("p", "", `${r.day.text}. `, element("a", { href: about() }, current.standard.title), "."), r.day.cite ? cited(r.day.cite, "days") : ""] : []));
    shown.push(element("details", { class: "calc-full" }, text("summary", "", words.full), text("pre", "", r.text)));
    const v = r.versions;
    shown.push(text("p", "calc-small calc-versions", `${words.versions}: ${v.standard}; ${words.code} ${v.code}; ${words.data} ${v.data}; SHA-256 ${v.digest.slice(0, 12)}`));
  }
  shown.push(text("div", "calc-actions calc-noprint", button(words.again, again), button(words.link, copyLink), button(words.print, () => window.print())));
  shown.push(element("div", { class: "calc-noprint", "data-part": "link", hidden: true }));
  place.replaceChildren(...shown);
}

function deprivations(found) {
  if (!found) return [];
  const count = found.count === null ? "" : text("p", "", `${found.count} ${words.of} ${found.of} ${words.indicators}`);
  const yes = found.items.filter((i) => i.deprived === true);
  const others = new Map(); // the rest on one line for each answer
  for (const i of found.items) if (i.deprived !== true) others.set(i.text, [...(others.get(i.text) || []), i.label]);
  return section(words.deprived, count, list(yes, (i) => [`${upper(i.label)}: `, text("strong", "", i.text), i.cite ? cited(i.cite, "indicators") : ""]),
    [...others].map(([said, labels]) => text("p", "", text("strong", "", `${upper(said)}: `), labels.join("; "))));
}

function chosenDay(day) {
  part("day-error").textContent = day ? "" : words.noDay;
  if (!day) return;
  state.day = day;
  state.about = "";
  keep();
  show();
}

function again() {
  const { day, place } = state;
  state = { ...fresh(), day, place };
  changing = "";
  keep();
  return show({ focus: true });
}

async function copyLink() {
  const place = part("link");
  const field = element("input", { type: "text", readonly: true, value: link(), "aria-label": words.link, class: "calc-linktext" });
  const said = element("p", { role: "status" }, words.copy);
  place.replaceChildren(said, field);
  place.hidden = false;
  field.select();
  try {
    await navigator.clipboard.writeText(field.value);
    said.textContent = `${words.copied} ${words.copy}`;
  } catch { /* the field is selected: the person copies it */ }
}

// --- begin -------------------------------------------------------------------------------------

function draw() {
  part("before")?.remove();
  root.append(
    element("div", { class: "calc-loading", "data-part": "loading" }, element("p", { "data-part": "progress" }, `${words.loading}…`),
      element("progress", { "data-part": "bar", "aria-label": words.loading, max: 1, value: 0 })),
    element("div", { class: "calc-failed", "data-part": "failed", role: "alert", hidden: true }),
    element("p", { class: "calc-hidden", "data-part": "said", role: "status", "aria-live": "polite" }),
    element("div", { "data-part": "body", hidden: true },
      element("form", { class: "calc-setup calc-noprint", "aria-label": words.setup, onsubmit: (e) => e.preventDefault() },
        text("div", "calc-row",
          text("div", "", element("label", { for: "calc-day" }, words.day),
            element("input", { type: "date", id: "calc-day", "data-part": "day", value: state.day, "aria-describedby": "calc-day-error", onchange: (e) => chosenDay(e.target.value) })),
          text("div", "calc-grow", element("label", { for: "calc-place" }, words.place),
            element("select", { id: "calc-place", "data-part": "place", onchange: (e) => { state.place = e.target.value; state.about = ""; keep(); show(); } }))),
        element("p", { class: "calc-error", id: "calc-day-error", "data-part": "day-error", role: "alert" }),
        element("p", { class: "calc-small", "data-part": "title" }),
        element("div", { "data-part": "start" })),
      element("div", { class: "calc-failed", "data-part": "outside", role: "alert", hidden: true }),
      element("section", { class: "calc-card calc-noprint", "data-part": "question", "aria-label": words.question, hidden: true }),
      element("section", { class: "calc-card calc-result", "data-part": "result", "aria-label": words.result, hidden: true }),
      element("section", { class: "calc-card", "data-part": "answered", "aria-label": words.answered, hidden: true })));
}

state = fromLink() ? restored(location.hash) : kept();
window.addEventListener("hashchange", () => {
  if (!fromLink()) return;
  state = restored(location.hash);
  changing = "";
  if (current) show();
});
draw();
root.dataset.state = "loading";
begin();
