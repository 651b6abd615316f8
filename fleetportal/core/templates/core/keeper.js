// The service worker beside vouchers and tickets: keeps a page that says until when it may be kept, with the files it needs, in one
// store; the newest answer decides, and one that no longer says so empties it. Only what the network does not give comes from here.
const STORE = "fleetportal-kept";
const UNTIL = "{{ until|escapejs }}";
const FILES = "{% get_static_prefix %}";
const PATIENCE_MS = 6000;

const page = (address) => new URL(address).origin + new URL(address).pathname;
const isPage = (address) => !new URL(address).pathname.startsWith(FILES);
const mayBeKept = (answer) => Number(answer.headers.get(UNTIL)) * 1000 > Date.now();

async function forget(address) {
  const store = await caches.open(STORE);
  await store.delete(address, { ignoreVary: true });
  const left = await store.keys();
  if (!left.some((request) => isPage(request.url))) await caches.delete(STORE);
}

async function forgetWhatRanOut() {
  if (!(await caches.has(STORE))) return;
  const store = await caches.open(STORE);
  for (const request of await store.keys()) {
    const kept = isPage(request.url) && (await store.match(request, { ignoreVary: true }));
    if (kept && !mayBeKept(kept)) await forget(request.url);
  }
}

async function keep(address, answer) {
  const words = await answer.text();
  const files = [...words.matchAll(/(?:href|src)="([^"#?]+)/g)].map((match) => match[1]).filter((file) => file.startsWith(FILES));
  const store = await caches.open(STORE);
  await store.put(address, new Response(words, { headers: answer.headers }));
  await Promise.allSettled([...new Set(files)].map(async (file) => (await store.match(file)) ?? store.add(file)));
}

// Trouble of the server's or too many questions say nothing about the voucher: the copy stays.
async function learn(address, answer) {
  if (answer.ok && mayBeKept(answer)) await keep(address, answer);
  else if (answer.status < 429) await forget(address);
}

async function kept(address) {
  const found = await caches.match(address, { cacheName: STORE, ignoreVary: true });
  if (!found) return undefined;
  const words = (await found.text()).replaceAll("data-kept-copy hidden", "data-kept-copy");
  return new Response(words, { headers: found.headers });
}

async function show(event) {
  const address = page(event.request.url);
  await forgetWhatRanOut();
  try {
    const answer = await fetch(event.request, (await kept(address)) ? { signal: AbortSignal.timeout(PATIENCE_MS) } : {});
    if (answer.type !== "opaqueredirect") event.waitUntil(learn(address, answer.clone()));
    if (answer.status < 500) return answer;
    return (await kept(address)) ?? answer;
  } catch (trouble) {
    const copy = await kept(address);
    if (copy) return copy;
    throw trouble;
  }
}

async function file(request) {
  try {
    return await fetch(request);
  } catch (trouble) {
    const copy = await caches.match(request, { cacheName: STORE, ignoreVary: true, ignoreSearch: true });
    if (copy) return copy;
    throw trouble;
  }
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(Promise.all([self.clients.claim(), forgetWhatRanOut()])));
self.addEventListener("fetch", (event) => {
  const { method, mode, url } = event.request;
  if (method !== "GET" || new URL(url).origin !== self.location.origin) return;
  if (mode === "navigate" && url.split(/[?#]/)[0].endsWith("/")) event.respondWith(show(event));
  else if (!isPage(url)) event.respondWith(file(event.request));
});
// A page that was there before the worker asks to be kept, and is told when it is.
self.addEventListener("message", (event) => {
  const address = page(event.source.url);
  const answered = async () => {
    if (!(await caches.match(address, { cacheName: STORE, ignoreVary: true }))) await learn(address, await fetch(address));
    event.source.postMessage({ kept: Boolean(await caches.match(address, { cacheName: STORE, ignoreVary: true })) });
  };
  event.waitUntil(answered().catch(() => {}));
});
