// Where answers of htmx go: a refusal stands in the form that asked, else on top of the page; trouble is said, never silent.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig, target } = event.detail;
  if (xhr.status !== 409 && xhr.status !== 429) return;
  const place = requestConfig.elt.closest("form")?.querySelector("[data-refusal]") ?? document.getElementById("messages") ?? target;
  event.detail.target = place;
  event.detail.swapOverride = "innerHTML";
  place.scrollIntoView({ block: "nearest" });
});

function trouble() {
  document.getElementById("messages")?.replaceChildren(document.getElementById("trouble").content.cloneNode(true));
}

document.addEventListener("htmx:responseError", trouble);
document.addEventListener("htmx:sendError", trouble);

// An address without empty answers can be read and sent.
document.addEventListener("htmx:configRequest", (event) => {
  if (!event.detail.elt.matches("form[data-filter]")) return;
  for (const [name, value] of [...event.detail.formData.entries()]) if (value === "") event.detail.formData.delete(name);
});
