// The side panel logs or edits without losing the page. It is open while it is the target of the address (#log, #panel), so that Back
// closes it and a link to it can be sent. A link with data-panel loads its own page's form into #panel; without script it is that page.
let opener = null;

const panel = () => document.querySelector(".fp-panel:target");

// What needs the reader first: a refused field, else the first one to fill in, else the way out.
const WANTED = ["[aria-invalid=true]", "form :is(select, textarea, input:not([type=hidden]))", "a, button"];

function firstField(box) {
  return WANTED.map((wanted) => box.querySelector(wanted)).find(Boolean);
}

// The way out leads to #main, but the page stays where it was.
function close() {
  const place = window.scrollY;
  location.hash = "main";
  window.scrollTo(0, place);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#'], a[data-panel]");
  if (!link) return;
  if (!link.closest(".fp-panel")) opener = link;
  else if (link.hash === "#main") {
    event.preventDefault();
    close();
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (!target.matches(".fp-panel")) return;
  if (location.hash !== `#${target.id}`) location.hash = target.id;
  firstField(target)?.focus({ preventScroll: true });
});

window.addEventListener("hashchange", () => {
  const shown = panel();
  if (shown) firstField(shown)?.focus({ preventScroll: true });
  else opener?.focus({ preventScroll: true });
});

document.addEventListener("keydown", (event) => {
  const shown = panel();
  if (!shown || event.defaultPrevented) return;
  if (event.key === "Escape") {
    event.preventDefault();
    close();
  }
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) shown.querySelector("form[method=post]")?.requestSubmit();
});

// An empty #panel (the page was loaded again) is no panel.
if (location.hash === "#panel") history.replaceState(null, "", location.pathname + location.search);
