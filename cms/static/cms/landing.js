// The page is the same for everybody. A guest's link brings the token behind the #, which no server, cache or referrer ever sees;
// the form for that guest is fetched apart and takes the place of the words for all others. Without script the letter's own link does it.
const place = document.querySelector("[data-answer]");
const token = /^#i=([A-Za-z0-9_-]{32})$/.exec(location.hash)?.[1];

async function show() {
  const answer = await fetch(`/invitation/${token}/form/`, { cache: "no-store", headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  place.replaceChildren(...page.body.childNodes);
}

if (place && token) show().catch(() => {});
