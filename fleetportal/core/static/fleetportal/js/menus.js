// Menus are <details class="fp-menu">: one open at a time, closed by Escape and by a click elsewhere.
const open = () => [...document.querySelectorAll("details.fp-menu[open]")];

document.addEventListener("click", (event) => {
  for (const menu of open()) {
    const inside = menu.contains(event.target);
    if (!inside || event.target.closest(".fp-menu__list a, .fp-menu__list [data-help]")) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
    event.preventDefault();
  }
});
