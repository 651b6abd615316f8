// Keys for what staff do all day: "/" search, "j" "k" through the list, "?" help, and any element's own key in data-key.
// They can be switched off in the help dialog (WCAG 2.1.4); the choice stays in this browser.
const OFF = "fleetportal.keys";

function off() {
  return localStorage.getItem(OFF) === "off";
}

function typing(target) {
  return target.closest("input:not([type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable], dialog[open]");
}

function rows() {
  return [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const now = all.findIndex((row) => row.contains(document.activeElement));
  const next = all[Math.min(Math.max(now + by, 0), all.length - 1)];
  const link = next.matches("a, button") ? next : next.querySelector("a, button");
  link?.focus();
  next.scrollIntoView({ block: "nearest" });
}

// What the page itself offers under a key comes before the menu, which is on every page.
function pressed(key) {
  const there = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter((element) => element.offsetParent !== null);
  return there.find((element) => element.closest("main")) ?? there[0];
}

function help() {
  document.getElementById("keys")?.showModal();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || off() || typing(event.target)) return;
  if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "?") help();
  else {
    const element = pressed(event.key);
    if (!element) return;
    if (element.matches("input, select, textarea")) element.focus();
    else element.click();
  }
  event.preventDefault();
});

for (const button of document.querySelectorAll("[data-help]")) button.addEventListener("click", help);

const choice = document.getElementById("keys-on");
if (choice) {
  choice.checked = !off();
  choice.addEventListener("change", () => localStorage.setItem(OFF, choice.checked ? "on" : "off"));
}
