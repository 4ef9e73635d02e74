// All pages work without this script. With it, a page of an article in work renews itself
// without a reload, and Escape closes what was opened by pointing or Tab.
"use strict";

const PAUSE = 500; // milliseconds

async function renew() {
  const reply = await fetch(location.href);
  if (reply.redirected) {
    location.replace(reply.url);
    return;
  }
  const page = new DOMParser().parseFromString(await reply.text(), "text/html");
  document.title = page.title;
  document.querySelector("main").replaceChildren(...page.querySelector("main").childNodes);
  if (document.querySelector("[data-working]")) setTimeout(renew, PAUSE);
}

if (document.querySelector("[data-working]")) setTimeout(renew, PAUSE);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") document.activeElement.blur();
});
