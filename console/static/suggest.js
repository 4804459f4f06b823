// Suggestions while typing: asks when the hand rests, and forgets answers to older text.
import { ask, fill } from "./fragments.js";

const REST_MS = 350;

export function serveSuggestions() {
  const form = document.querySelector("[data-suggest]");
  const place = document.getElementById("suggestion");
  if (!form || !place) {
    return;
  }
  const empty = place.innerHTML;
  let timer = 0;
  let running = new AbortController();
  const forget = () => {
    clearTimeout(timer);
    running.abort();
    running = new AbortController();
  };
  form.addEventListener("input", (event) => {
    if (event.target.name === "text" || event.target.name === "district") {
      forget();
      timer = setTimeout(suggest, REST_MS, form, place, running.signal);
    }
  });
  form.addEventListener("afresh", () => {
    forget();
    fill(place, empty);
  });
}

async function suggest(form, place, signal) {
  const body = new FormData();
  body.set("text", form.elements.text.value);
  body.set("district", form.elements.district.value);
  place.setAttribute("aria-busy", "true");
  const answer = await ask(form.dataset.suggest, { body, signal }).catch(() => null);
  if (!signal.aborted) {
    place.removeAttribute("aria-busy");
    if (answer) {
      fill(place, answer.html);
    }
  }
}
