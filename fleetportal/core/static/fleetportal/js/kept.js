// A voucher's or ticket's page: its code stays on this telephone (core/keeper.js), and says so once it does.
const AGAIN_MS = 10_000;
const copy = document.querySelector("[data-kept-copy]");
const promise = document.querySelector("[data-kept-here]");

async function keep() {
  navigator.serviceWorker.addEventListener("message", (event) => {
    promise.hidden = !event.data.kept;
  });
  await navigator.serviceWorker.register("../keeper.js", { scope: "../" });
  const registration = await navigator.serviceWorker.ready;
  registration.active.postMessage("keep");
}

// The kept copy: what became of the voucher meanwhile is known as soon as the portal answers again.
async function look() {
  const answer = await fetch(location.pathname, { method: "HEAD", cache: "no-store" }).catch(() => undefined);
  if (answer && answer.status < 500) location.reload();
}

if (copy && !copy.hidden) {
  addEventListener("online", look);
  setInterval(look, AGAIN_MS);
} else if (promise && "serviceWorker" in navigator) {
  keep().catch(() => {}); // a browser that keeps nothing shows the page all the same
}
