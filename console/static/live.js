// Live regions: the server sends HTML by region name; the browser resumes with the id of the last event.
import { fill, toast } from "./fragments.js";

const RECONNECT_MS = 3000;
const NEWS_KEPT = 12;
const LOST = "连接已断开，正在重新连接…";

let lastSeen = "";

export function followLiveRegions() {
  const main = document.querySelector("[data-live]");
  if (main) {
    lastSeen = main.dataset.after ?? "";
    connect(main.dataset.live);
  }
}

function connect(address) {
  const stream = new EventSource(lastSeen ? `${address}?after=${lastSeen}` : address);
  const trouble = document.querySelector("[data-region=trouble]");
  for (const region of document.querySelectorAll("[data-region]")) {
    stream.addEventListener(region.dataset.region, (event) => show(region, event.data));
  }
  stream.addEventListener("news", (event) => {
    lastSeen = event.lastEventId || lastSeen;
    tellNews(event.data);
  });
  stream.addEventListener("open", () => fill(trouble, ""));
  stream.addEventListener("error", () => {
    trouble.textContent = LOST;
    if (stream.readyState === EventSource.CLOSED) {
      setTimeout(connect, RECONNECT_MS, address);
    }
  });
}

function show(region, html) {
  const known = new Set([...region.querySelectorAll("[data-ticket]")].map((one) => one.dataset.ticket));
  const warned = new Set([...region.querySelectorAll("[data-alert]")].map((one) => one.dataset.alert));
  const openNow = document.querySelector("[data-open]")?.dataset.open;
  fill(region, html);
  for (const line of region.querySelectorAll(".line[data-ticket]")) {
    line.classList.toggle("arrived", known.size > 0 && !known.has(line.dataset.ticket));
    line.toggleAttribute("aria-current", line.dataset.ticket === openNow);
  }
  for (const alert of region.querySelectorAll("[data-alert]")) {
    alert.classList.toggle("arrived", !warned.has(alert.dataset.alert)); // also the first one: nobody was warned before
  }
}

function tellNews(html) {
  const list = document.getElementById("news");
  if (!list) {
    toast(html); // the list stands in the panel's place while no ticket is open
  } else {
    list.insertAdjacentHTML("afterbegin", html);
    [...list.children].slice(NEWS_KEPT).forEach((old) => old.remove());
  }
}
