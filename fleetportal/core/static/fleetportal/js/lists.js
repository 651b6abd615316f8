// A filter's word is applied as soon as it is chosen; typed words wait for Enter or a pause; several choices wait for their button.
// Without script every form has its button.
const PAUSE_MS = 500;
let pause = 0;

function send(form) {
  clearTimeout(pause);
  form.requestSubmit();
}

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-filter]");
  if (form && event.target.matches("input[type=radio], input[type=date], select")) send(form);
});

// A file is read as soon as it is chosen or dropped; nothing is saved by that.
document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-drop]");
  if (form && event.target.matches("input[type=file]") && event.target.files.length) send(form);
});

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-filter]");
  if (!form || !event.target.matches("input[type=search], input[type=text]")) return;
  clearTimeout(pause);
  pause = setTimeout(() => send(form), PAUSE_MS);
});

// An address without empty answers is one that can be read and sent.
document.addEventListener("formdata", (event) => {
  if (!event.target.matches("form[data-filter]")) return;
  for (const [name, value] of [...event.formData.entries()]) if (value === "") event.formData.delete(name);
});

// The word that was just chosen keeps the focus when the list comes back.
let word = "";

document.addEventListener("htmx:beforeRequest", (event) => {
  word = event.detail.elt.matches("form[data-filter]") ? (document.activeElement?.closest("details")?.querySelector("[data-word]")?.dataset.word ?? "") : "";
});

document.addEventListener("htmx:afterSettle", (event) => {
  if (word && event.detail.target.id === "list") document.querySelector(`[data-word="${word}"]`)?.focus();
  word = "";
});

// What was selected stays selected while the pages of a list are turned or sorted, until its filter changes. Rows of other pages are
// sent with the form of the bar as one hidden field.
let kept = { of: "", keys: new Set(), all: false };

function about(list) {
  const filter = [...list.querySelectorAll("#bulk input[type=hidden]:not([name=sort], [name=rows], [name=row])")];
  return JSON.stringify([location.pathname, ...filter.map((field) => [field.name, field.value])]);
}

const picksOf = (list) => [...list.querySelectorAll(".fp-pick")];

function remember(list) {
  for (const pick of picksOf(list)) {
    if (pick.checked) kept.keys.add(pick.value);
    else kept.keys.delete(pick.value);
  }
  kept.all = list.querySelector("[data-matching]")?.checked ?? false;
}

function recall(list) {
  if (!list.querySelector("#bulk")) return;
  const of = about(list);
  if (of !== kept.of) {
    kept = { of, keys: new Set(), all: false };
    remember(list); // a browser may have brought ticks back
  }
  const shown = new Set(picksOf(list).map((pick) => pick.value));
  if (list.dataset.picks === "page") kept.keys = new Set([...kept.keys].filter((key) => shown.has(key)));
  for (const pick of picksOf(list)) pick.checked = kept.keys.has(pick.value);
  const matching = list.querySelector("[data-matching]");
  if (matching) matching.checked = kept.all;
  recount(list);
}

// The box in the head selects the page; the bar says how many are selected, on all pages.
function recount(list) {
  const picks = picksOf(list);
  const all = list.querySelector("[data-choose-all]");
  const matching = list.querySelector("[data-matching]");
  const form = list.querySelector("#bulk");
  const chosen = picks.filter((pick) => pick.checked).length;
  all.checked = chosen > 0 && chosen === picks.length;
  all.indeterminate = chosen > 0 && chosen < picks.length;
  const shown = new Set(picks.map((pick) => pick.value));
  const elsewhere = [...kept.keys].filter((key) => !shown.has(key));
  form.querySelector("[data-elsewhere]")?.remove();
  if (elsewhere.length) {
    const others = Object.assign(document.createElement("input"), { type: "hidden", name: "row", value: elsewhere.join(" ") });
    others.dataset.elsewhere = "";
    form.prepend(others);
  }
  const count = list.querySelector("[data-chosen]");
  count.dataset.words ??= count.textContent;
  count.textContent = `${count.dataset.words}: ${matching?.checked ? matching.dataset.matching : chosen + elsewhere.length}`;
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-choose-all], .fp-pick, [data-matching]")) return;
  const list = event.target.closest("[data-picks]");
  if (event.target.matches("[data-choose-all]")) for (const pick of picksOf(list)) pick.checked = event.target.checked;
  if (kept.of !== about(list)) kept = { of: about(list), keys: new Set(), all: false };
  remember(list);
  recount(list);
});

document.addEventListener("reset", (event) => {
  if (event.target.id !== "bulk") return;
  const list = event.target.closest("[data-picks]");
  kept.keys.clear();
  kept.all = false;
  setTimeout(() => recount(list)); // the boxes are emptied after this event
  list.querySelector("[data-choose-all]").focus(); // the bar with the button disappears
});

for (const name of ["htmx:afterSettle", "htmx:historyRestore"]) {
  document.addEventListener(name, () => document.querySelectorAll("[data-picks]").forEach(recall));
}
