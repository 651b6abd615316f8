// The summary of a refused form leads to its fields, also in the side panel, which an address with # would close. A page that comes
// back refused begins at the first of them.
const FIELD = "[aria-invalid=true], input:not([type=hidden]), select, textarea";

function goTo(field) {
  field?.focus({ preventScroll: true });
  field?.scrollIntoView({ block: "center" });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-field]");
  if (!link) return;
  const id = link.hash.slice(1);
  const field = link.closest("form")?.querySelector(`[aria-describedby~="${id}"]`);
  if (!field) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  goTo(field.matches("fieldset") ? field.querySelector(FIELD) : field);
});

document.addEventListener("htmx:afterSwap", ({ detail: { target } }) => {
  if (target.matches(".fp-panel")) goTo(target.querySelector("[aria-invalid=true]"));
});

goTo(document.querySelector("main form [aria-invalid=true]"));
