// Keeps the page up to date. Without it the page works as well: by hand, with a reload.
"use strict";

const SECOND = 1000;
const message = document.getElementById("message");
const list = document.getElementById("requests");
const pause = document.getElementById("pause");
let seen = "";
let broken = false;

function say(text, wrong = false) {
  message.textContent = text;
  message.classList.toggle("wrong", wrong);
}

// Rows that did not change stay as they are, opened or focused as they may be.
function updateRequests(fresh, first) {
  let place = list.firstElementChild;
  for (const row of [...fresh.children]) {
    const old = row.id && document.getElementById(row.id);
    if (!old) {
      if (!first) row.classList.add("fresh");
      list.insertBefore(row, place);
      continue;
    }
    place = old.nextElementSibling;
    if (old.dataset.version === row.dataset.version) continue;
    const focused = old.contains(document.activeElement);
    const details = old.querySelector("details");
    row.querySelector("details").open = details !== null && details.open;
    old.replaceWith(row);
    if (focused) row.querySelector("summary").focus();
  }
  while (place) {
    const next = place.nextElementSibling;
    place.remove();
    place = next;
  }
}

function update(text) {
  const fresh = new DOMParser().parseFromString(text, "text/html");
  for (const id of ["facts", "count", "armed", "ledger", "limits"]) {
    const old = document.getElementById(id);
    const html = fresh.getElementById(id).innerHTML;
    if (old.innerHTML !== html) {
      const focused = old.contains(document.activeElement);
      old.innerHTML = html;
      if (focused) (old.querySelector("button") || document.getElementById("armed-title")).focus();
    }
  }
  updateRequests(fresh.getElementById("requests"), seen === "");
}

async function refresh() {
  try {
    const answer = await fetch("/sandbox/window/live", { headers: { "if-none-match": seen } });
    if (answer.status === 200) {
      update(await answer.text());
      seen = answer.headers.get("etag") || "";
    }
    if (broken) say("");
    broken = false;
  } catch {
    if (!broken) say("The sandbox does not answer any more.", true);
    broken = true;
  }
}

async function send(event) {
  event.preventDefault();
  const form = event.target;
  const answer = await fetch(form.action, {
    method: "POST",
    headers: { accept: "application/json" },
    body: new URLSearchParams(new FormData(form)),
  });
  const told = await answer.json();
  say(told.message, !answer.ok);
  if (answer.ok) {
    for (const field of form.querySelectorAll("textarea, input:not([type=number])")) field.value = "";
  }
  await refresh();
}

document.addEventListener("submit", (event) => {
  send(event).catch(() => say("The sandbox does not answer any more.", true));
});
const fault = document.getElementById("fault");
const explain = () => {
  document.getElementById("fault-hint").textContent = fault.selectedOptions[0].title;
};
fault.addEventListener("change", explain);
explain();

let paused = false;
pause.hidden = false;
pause.addEventListener("click", () => {
  paused = !paused;
  pause.setAttribute("aria-pressed", String(paused));
  if (!paused) refresh();
});
(async function loop() {
  if (!paused && !document.hidden) await refresh();
  setTimeout(loop, SECOND);
})();
