// Knowledge: search while typing, arrows from question to articles, and one click from an article to the answer.
import { AWAY, ask, fill } from "./fragments.js";

const REST_MS = 120;

export function serveKnowledge() {
  document.addEventListener("click", clicked);
  const form = document.querySelector("[data-ask]");
  if (!form) {
    return;
  }
  let timer = 0;
  let running = new AbortController();
  form.addEventListener("input", () => {
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
    timer = setTimeout(search, REST_MS, form, running.signal);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    lines()[0]?.click();
  });
  document.addEventListener("keydown", pressed);
  document.querySelector("[data-find]")?.addEventListener("submit", (event) => {
    event.preventDefault();
    const number = event.target.elements.no.value.trim().toUpperCase();
    if (number) {
      location.assign(`/tickets/${encodeURIComponent(number)}`); // this page shows no tickets; the desk does
    }
  });
}

async function search(form, signal) {
  const body = new FormData(form);
  const answer = await ask(form.dataset.ask, { body, signal }).catch(() => ({ html: AWAY }));
  if (!signal.aborted) {
    fill(document.getElementById("found"), answer.html);
  }
}

function clicked(event) {
  const opener = event.target.closest("[data-article], [data-load]");
  const place = document.getElementById("article");
  if (opener && place && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    load(opener.dataset.load ?? `/knowledge/${opener.dataset.article}`, place);
  }
  if (event.target.closest("[data-shut]")) {
    place.classList.remove("open");
  }
  const answer = event.target.closest("[data-answer]");
  if (answer) {
    fillAnswer(answer);
  }
  const copied = event.target.closest("[data-copy]");
  if (copied) {
    navigator.clipboard?.writeText(copied.dataset.copy).then(() => tellCopied(copied));
  }
}

async function load(address, place) {
  const answer = await ask(address).catch(() => ({ html: AWAY }));
  fill(place, answer.html);
  place.classList.add("open");
  place.scrollTop = 0;
  const now = place.querySelector("[data-article-open]")?.dataset.articleOpen;
  for (const line of lines()) {
    line.toggleAttribute("aria-current", line.dataset.article === now);
  }
}

// The answer stays to be read, changed and sent by a person.
function fillAnswer(button) {
  const command = document.querySelector("#panel form input[name=command][value=answer]");
  if (!command) {
    return;
  }
  const { text, article } = command.form.elements;
  text.value = button.dataset.answer;
  article.value = button.dataset.cite;
  command.form.closest("details").open = true;
  text.focus();
  text.scrollIntoView({ block: "center" });
}

function tellCopied(button) {
  const words = button.textContent;
  button.textContent = "已复制";
  setTimeout(() => (button.textContent = words), 1200);
}

function lines() {
  return [...document.querySelectorAll("#found .line")].filter((line) => line.offsetParent);
}

function pressed(event) {
  const box = document.getElementById("ask");
  if (event.isComposing || (event.target.closest("input, textarea, select") && event.target !== box)) {
    return;
  }
  const all = lines();
  const here = all.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = here + (event.key === "ArrowDown" ? 1 : -1);
    (next < 0 ? box : all[Math.min(next, all.length - 1)])?.focus();
  } else if (event.key === "Escape" || (event.key === "/" && event.target !== box)) {
    event.preventDefault();
    box.focus();
    box.select();
  }
}
