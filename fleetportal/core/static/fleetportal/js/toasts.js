// A toast says what was done. It leaves after 8 seconds, stays while it has the focus or the pointer, and there is one at a time.
const STAYS_MS = 8000;

function watch(toast) {
  let timer = 0;
  const start = () => {
    clearTimeout(timer);
    timer = setTimeout(() => toast.remove(), STAYS_MS);
  };
  const stop = () => clearTimeout(timer);
  for (const name of ["focusin", "pointerenter"]) toast.addEventListener(name, stop);
  for (const name of ["focusout", "pointerleave"]) toast.addEventListener(name, start);
  toast.querySelector("[data-close]")?.addEventListener("click", () => toast.remove());
  start();
}

function tidy() {
  const toasts = [...document.querySelectorAll(".fp-toast")];
  for (const old of toasts.slice(0, -1)) old.remove();
  const last = toasts.at(-1);
  if (last && !last.dataset.watched) {
    last.dataset.watched = "yes";
    watch(last);
  }
}

tidy();
document.addEventListener("htmx:afterSettle", tidy);
