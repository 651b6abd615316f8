// A card worked off by keys alone: [data-card] holds the focus, a key in data-key says what came of it, a digit one of its choices. From
// then on the first letter, or Tab, begins the sentence (data-sentence), Enter saves, and Esc leaves the sentence: then the keys are live
// again. What is pressed while the card is on its way is kept until it stands; while it is being saved nothing is pressed at all.
const OFF = "fleetportal.keys";
const LETTER = /^\p{L}$/u;

let arriving = null; // what was pressed since the card's form was asked for
let saving = false;

const card = () => document.querySelector("[data-card]");
const form = () => card()?.querySelector("form[data-outcome]");
const sentence = () => form()?.querySelector("[data-sentence]");
const firstField = () => sentence() ?? form()?.querySelector("input:not([type=hidden]), select, textarea");
const off = () => localStorage.getItem(OFF) === "off";
const inField = (target) => target.matches("input:not([type=radio]), textarea, select") || target.closest("dialog[open], .fp-panel, .fp-agenda");

function isChosen() {
  return "chosen" in (card()?.dataset ?? {}) || Boolean(form()?.querySelector("input[type=radio]:checked"));
}

// The outcome is said, so letters are words; not after Esc, which makes them keys again.
function isWriting() {
  return Boolean(sentence()) && isChosen() && !("keys" in card().dataset);
}

function write(letters) {
  const field = sentence();
  field.focus();
  field.setRangeText(letters, field.value.length, field.value.length, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

// Enter, with nothing chosen and nothing written, does nothing.
function save() {
  if (isChosen()) form()?.requestSubmit();
}

function replay(keys) {
  let letters = "";
  for (const key of keys.slice(0, keys.includes("Enter") ? keys.indexOf("Enter") : keys.length)) {
    const choice = letters ? null : form()?.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (choice) choice.click();
    else letters += key;
  }
  if (letters && sentence()) write(letters);
  if (keys.includes("Enter")) save();
}

function onCard(event) {
  const { key } = event;
  if (key === "Enter") {
    if (event.repeat || event.target.closest("a, button, summary")) return event.repeat;
    save();
    return isChosen();
  }
  if (key === "Tab" && !event.shiftKey && isChosen() && firstField() && !card().querySelector(":focus-within")) {
    firstField().focus();
    return true;
  }
  if (LETTER.test(key) && isWriting() && !off()) {
    if (!event.repeat) write(key);
    return true;
  }
  if (LETTER.test(key) && event.repeat) return true; // a key held down is pressed once
  return false;
}

document.addEventListener("keydown", (event) => {
  if (!card() || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  const { key, target } = event;
  if (saving) {
    if (key === "Enter" || key.length === 1) event.preventDefault();
  } else if (arriving) {
    if (key !== "Enter" && key.length !== 1) return;
    if (!event.repeat) arriving.push(key);
    event.preventDefault();
  } else if (inField(target)) {
    if (key !== "Escape" || !target.closest("[data-card]")) return;
    card().dataset.keys = "live";
    card().focus();
    event.preventDefault();
  } else if (key === "Escape") {
    card().dataset.keys = "live";
  } else if (onCard(event)) event.preventDefault();
});

// The same in the field: a form without outcome and words is not sent.
document.addEventListener(
  "submit",
  (event) => {
    if (!event.target.matches("[data-card] form[data-outcome]") || isChosen() || sentence()?.value.trim()) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

document.addEventListener("htmx:beforeRequest", (event) => {
  const { elt, requestConfig } = event.detail;
  if (!elt.closest("[data-card]")) return;
  if (requestConfig.verb !== "get") saving = true;
  else if (elt.matches("a[data-key]")) arriving = [];
});

document.addEventListener("htmx:afterRequest", () => {
  saving = false;
});

document.addEventListener("htmx:afterSettle", () => {
  const keys = arriving;
  arriving = null;
  if (keys?.length) replay(keys);
});

for (const name of ["htmx:sendError", "htmx:responseError", "htmx:timeout"]) {
  document.addEventListener(name, () => {
    arriving = null;
  });
}
