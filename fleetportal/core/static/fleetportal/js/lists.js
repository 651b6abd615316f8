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

// The box in the head selects the page; the bar says how many are selected.
function recount(list) {
  const picks = [...list.querySelectorAll(".fp-pick")];
  const all = list.querySelector("[data-choose-all]");
  const matching = list.querySelector("[data-matching]");
  const chosen = picks.filter((pick) => pick.checked).length;
  all.checked = chosen === picks.length;
  all.indeterminate = chosen > 0 && chosen < picks.length;
  const count = list.querySelector("[data-chosen]");
  count.dataset.words ??= count.textContent;
  count.textContent = `${count.dataset.words}: ${matching.checked ? matching.dataset.matching : chosen}`;
}

document.addEventListener("change", (event) => {
  if (!event.target.matches("[data-choose-all], .fp-pick, [data-matching]")) return;
  const list = event.target.closest("#list");
  if (event.target.matches("[data-choose-all]")) for (const pick of list.querySelectorAll(".fp-pick")) pick.checked = event.target.checked;
  recount(list);
});

document.addEventListener("reset", (event) => {
  if (event.target.id !== "bulk") return;
  const list = event.target.closest("#list");
  setTimeout(() => recount(list)); // the boxes are emptied after this event
  list.querySelector("[data-choose-all]").focus(); // the bar with the button disappears
});
