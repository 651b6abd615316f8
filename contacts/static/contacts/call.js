// The call screen on a bad line: a tap is kept on this device, the next call stands at once, and the tap is sent until it has arrived.
// What is kept is one store, of this user, for 12 hours at most; signing out empties it (js/drafts.js). The key in each form lets the
// portal take a tap once, however often it is sent.
const STORE = "fleetportal.calls";
const KEPT_MS = 12 * 3600 * 1000;
const PATIENCE_MS = 15_000;
const AGAIN_MS = [500, 1000, 2000, 4000, 8000];

const strip = document.querySelector("[data-calls]");
const user = strip?.dataset.calls;
let ahead; // the page of the next call, asked for before it is needed
let sending = false;
let failures = 0;

function read() {
  let kept = [];
  try {
    const store = JSON.parse(localStorage.getItem(STORE) ?? "{}");
    if (store.user === user) kept = store.taps ?? [];
  } catch {
    kept = [];
  }
  return kept.filter((tap) => tap.at > Date.now() - KEPT_MS);
}

function write(taps) {
  if (taps.length) localStorage.setItem(STORE, JSON.stringify({ user, taps }));
  else localStorage.removeItem(STORE);
  tell(taps);
}

function change(key, facts) {
  write(read().flatMap((tap) => (tap.key !== key ? [tap] : facts ? [{ ...tap, ...facts }] : [])));
}

// How many wait, and what was not taken: each with the way back to its form.
function tell(taps) {
  const place = document.querySelector("[data-calls]");
  if (!place) return;
  const refused = taps.filter((tap) => tap.refused);
  const waiting = taps.length - refused.length;
  place.querySelector("[data-waiting]").hidden = !waiting;
  place.querySelector("[data-waiting-count]").textContent = waiting;
  const list = place.querySelector("[data-refused]");
  list.hidden = !refused.length;
  list.querySelector("[data-refused-list]").replaceChildren(
    ...refused.map((tap) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = tap.back;
      link.textContent = tap.who;
      item.append(link, `: ${tap.refused}`);
      return item;
    }),
  );
}

function words(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const said = page.querySelector(".fp-fielderr, .fp-problem p, h1");
  return { page, said: said?.textContent.replace(/\s+/g, " ").trim() ?? "" };
}

async function send(tap) {
  const answer = await fetch(tap.to, {
    method: "POST",
    body: new URLSearchParams(tap.fields),
    headers: { "X-CSRFToken": document.querySelector("[name=csrfmiddlewaretoken]")?.value ?? "" },
    signal: AbortSignal.timeout(PATIENCE_MS),
  });
  if (answer.redirected && new URL(answer.url).pathname.startsWith("/login")) throw new Error("signed out");
  if (answer.ok) return change(tap.key);
  if (answer.status >= 500 || answer.status === 429 || answer.status === 403) throw new Error(String(answer.status));
  return change(tap.key, { refused: words(await answer.text()).said });
}

// One after the other, in the order of the taps, so that nothing overtakes.
async function flush() {
  if (sending) return;
  sending = true;
  try {
    for (let tap; (tap = read().find((one) => !one.refused)); ) {
      await send(tap);
      failures = 0;
    }
  } catch {
    setTimeout(flush, AGAIN_MS[Math.min(failures++, AGAIN_MS.length - 1)]);
  } finally {
    sending = false;
  }
}

async function look(address) {
  const answer = await fetch(address, { signal: AbortSignal.timeout(PATIENCE_MS) });
  if (!answer.ok || new URL(answer.url).pathname.startsWith("/login")) throw new Error(String(answer.status));
  return answer.text();
}

// The next call, without this one and those whose taps are still on their way.
function nextOf(form) {
  const address = new URL(form.dataset.next, location.href);
  for (const stop of [form.dataset.stop, ...read().map((tap) => tap.stop)]) address.searchParams.append("without", stop);
  return address;
}

// The next call is asked for while this one is made; on a bad line until it is there.
async function fetchAhead() {
  const form = document.querySelector("form[data-call]");
  if (!form?.dataset.next) return;
  for (let turn = 0; form.isConnected; turn++) {
    try {
      ahead = { of: form.action, html: await look(nextOf(form)) };
      return;
    } catch {
      await new Promise((done) => setTimeout(done, AGAIN_MS[Math.min(turn, AGAIN_MS.length - 1)]));
    }
  }
}

function show(html) {
  const { page } = words(html);
  for (const part of ["header", "main"]) document.querySelector(`body > ${part}`)?.replaceWith(page.querySelector(`body > ${part}`));
  document.title = page.title;
  scrollTo(0, 0);
  document.getElementById("main").focus({ preventScroll: true });
  begin();
}

async function next(form) {
  const taken = form.action;
  if (ahead?.of === taken) return show(ahead.html);
  form.setAttribute("aria-busy", "true");
  for (const button of form.querySelectorAll("button")) button.disabled = true;
  await fetchAhead();
  if (ahead?.of === taken) show(ahead.html);
  return undefined;
}

// What was typed into a form whose tap was not taken stands there again.
function refill(form) {
  const tap = read().find((one) => one.refused && one.to === form.action);
  if (!tap) return;
  for (const [name, value] of tap.fields) {
    const field = form.elements.namedItem(name);
    if (field && !name.startsWith("_") && name !== "csrfmiddlewaretoken" && name !== "chip") field.value = value;
  }
  change(tap.key);
}

function begin() {
  ahead = undefined;
  tell(read());
  const form = document.querySelector("form[data-call]");
  if (!form) return;
  refill(form);
  if (read().some((tap) => !tap.refused && tap.to === form.action)) next(form); // tapped before this page was loaded again
  else fetchAhead();
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.matches("form[data-sign-out]") && read().some((tap) => !tap.refused) && !form.dataset.asked) {
    event.preventDefault(); // what waits would be lost: the second time it is
    event.stopImmediatePropagation();
    form.dataset.asked = "yes";
    document.querySelector("[data-unsent]").hidden = false;
    flush();
    return;
  }
  if (!form.matches("form[data-call]") || !event.submitter?.value) return;
  const fields = [...new FormData(form, event.submitter).entries()];
  const missing = event.submitter.dataset.asksFor;
  if (missing && !form.elements.namedItem(missing).value.trim()) return; // the portal says what is missing
  event.preventDefault();
  const { who, back, stop } = form.dataset;
  write([...read(), { key: form.elements.namedItem("_key").value, who, back, stop, to: form.action, fields, at: Date.now() }]);
  flush();
  next(form);
}, true);

addEventListener("online", flush);
if (strip) {
  write(read()); // what is another user's, or older, is dropped
  begin();
  flush();
}
