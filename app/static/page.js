// The page: whatever pictures arrive are asked about, two at a time, each with a card of its own.

import { Problem } from "./api.js";
import { announce, ask, clone, showProblem, waitingCard } from "./answer.js";
import { listenToCamera } from "./camera.js";
import { listen } from "./intake.js";
import { accent, perCent } from "./wording.js";

const AT_A_TIME = 2;
const limits = document.getElementById("upload").dataset;
const answers = document.getElementById("answers");
const overview = document.getElementById("overview");
const refusal = document.getElementById("refusal");
const waiting = [];
let working = 0;
let numbered = 0;

/** Show a card for each picture, the newest on top, and ask about them. */
function take(files) {
  refusal.textContent = "";
  const most = Number(limits.maximumFiles);
  const entries = files.slice(0, most).map(entryOf);
  answers.prepend(...entries.map((entry) => entry.card));
  overview.prepend(...entries.map((entry) => entry.item));
  document.getElementById("results").hidden = false;
  overview.hidden = overview.childElementCount < 2;
  document.body.classList.replace("empty", "answering");
  const received = entries.length === 1 ? "Looking at the picture." : `Looking at ${entries.length} pictures.`;
  announce(received);
  if (files.length > most) refusal.textContent = `At most ${most} pictures at a time: only the first ${most} are looked at.`;
  bringIntoView(entries[0].card);
  waiting.push(...entries);
  while (working < AT_A_TIME && waiting.length) work();
}

function entryOf(file) {
  const card = waitingCard(file);
  card.id = `answer-${(numbered += 1)}`;
  card.querySelector(".verdict").id = `${card.id}-verdict`;
  card.setAttribute("aria-labelledby", `${card.id}-verdict`);
  return { file, card, item: overviewItem(file, card) };
}

/** Ask about one waiting picture after another. */
async function work() {
  working += 1;
  while (waiting.length) {
    const entry = waiting.shift();
    const found = isTooLarge(entry.file) ? refuse(entry) : await ask(entry.card, entry.file);
    summarize(entry.item, found);
    announce(found.line);
  }
  working -= 1;
}

const isTooLarge = (file) => file.size > Number(limits.maximumMegabytes) * 1e6;

function refuse({ card, file }) {
  const size = Math.ceil(file.size / 1e6);
  const problem = new Problem("Too large", `It has ${size} MB; at most ${limits.maximumMegabytes} MB are looked at.`);
  showProblem(card, problem);
  return { problem, line: `${file.name}: ${problem.title}. ${problem.detail}` };
}

/** Return the small link to a card, for the row above all cards. */
function overviewItem(file, card) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: `#${card.id}` });
  const picture = card.querySelector("img").cloneNode();
  Object.assign(picture, { alt: "", className: "" });
  const text = Object.assign(document.createElement("span"), { textContent: "…" });
  picture.addEventListener("error", () => picture.replaceWith(clone("no-picture-template")), { once: true });
  link.append(picture, text);
  link.title = file.name;
  item.append(link);
  return item;
}

function summarize(item, { answer, problem }) {
  const theme = answer?.theme;
  item.className = theme ? accent(theme) : "accent-none";
  const answered = theme ? `${theme} ${answer.sure ? perCent(answer.confidence) : ""}` : "Not sure";
  item.querySelector("span").textContent = problem ? problem.title : answered;
}

function bringIntoView(card) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() => card.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "nearest" }));
}

listen(take, (sentence) => { refusal.textContent = sentence; });
listenToCamera(take);
