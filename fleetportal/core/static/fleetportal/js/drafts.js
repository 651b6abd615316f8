// What is typed into a form with data-draft is kept in this tab until it is sent, so that a closed panel or a reload loses nothing.
// It never leaves the tab's own storage and is dropped at sign-out.
const PREFIX = "fleetportal.draft.";

const fields = (form) => [...form.elements].filter((field) => field.name && !["hidden", "file", "password", "submit"].includes(field.type));

function keep(form) {
  const values = fields(form).map((field) => [field.name, field.value, field.type === "radio" || field.type === "checkbox" ? field.checked : null]);
  sessionStorage.setItem(PREFIX + form.dataset.draft, JSON.stringify(values));
  const note = form.querySelector("[data-draft-note]");
  if (note) note.hidden = false;
}

// A choice in a form with data-outcome is not brought back: Enter would send what nobody has chosen now.
const comesBack = (form, field) => field.type !== "radio" || !("outcome" in form.dataset);

function restore(form) {
  if (form.dataset.restored || form.querySelector("[aria-invalid=true]")) return;
  form.dataset.restored = "yes";
  const kept = sessionStorage.getItem(PREFIX + form.dataset.draft);
  if (!kept) return;
  for (const [name, value, checked] of JSON.parse(kept)) {
    for (const field of fields(form).filter((one) => one.name === name)) {
      if (checked === null) field.value = value;
      else if (field.value === value && comesBack(form, field)) field.checked = checked;
    }
  }
  const note = form.querySelector("[data-draft-note]");
  if (note) note.hidden = false;
}

const restoreAll = () => document.querySelectorAll("form[data-draft]").forEach(restore);

document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (form) keep(form);
});

document.addEventListener("submit", (event) => {
  if (event.target.matches("form[data-draft]")) sessionStorage.removeItem(PREFIX + event.target.dataset.draft);
  if (event.target.matches("form[data-sign-out]")) {
    sessionStorage.clear();
    localStorage.removeItem("fleetportal.calls"); // taps of the call screen that have not left
  }
});

for (const name of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(name, (event) => {
    const form = event.target.closest?.("form[data-draft]");
    if (form) keep(form);
  });
}

document.addEventListener("htmx:afterSettle", restoreAll);
restoreAll();
