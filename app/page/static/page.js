// The upload page: requests predictions for the pictures, two at a time, and shows a card for each.

import { Problem } from "./api.js";
import { announce, clone, predictOn, showProblem, waitingCard } from "./answer.js";
import { listenToCamera } from "./camera.js";
import { listen } from "./intake.js";
import { accent, headline, perCent } from "./wording.js";

const AT_A_TIME = 2;
const limits = document.getElementById("upload").dataset;
const predictions = document.getElementById("predictions");
const overview = document.getElementById("overview");
const refusal = document.getElementById("refusal");
const waiting = [];
let working = 0;
let count = 0;

/** Show a card for each picture, the newest on top, and request their predictions. */
function take(files) {
  refusal.textContent = "";
  const most = Number(limits.maximumFiles);
  const entries = files.slice(0, most).map(entryOf);
  predictions.prepend(...entries.map((entry) => entry.card));
  overview.prepend(...entries.map((entry) => entry.item));
  document.getElementById("results").hidden = false;
  overview.hidden = overview.childElementCount < 2;
  document.body.classList.replace("empty", "with-results");
  const received = entries.length === 1 ? "Predicting the theme of the picture." : `Predicting the themes of ${entries.length} pictures.`;
  announce(received);
  if (files.length > most) refusal.textContent = `At most ${most} pictures at a time. Only the first ${most} are used.`;
  bringIntoView(entries[0].card);
  waiting.push(...entries);
  while (working < AT_A_TIME && waiting.length) work();
}

function entryOf(file) {
  const card = waitingCard(file);
  card.id = `prediction-${(count += 1)}`;
  card.querySelector(".verdict").id = `${card.id}-verdict`;
  card.setAttribute("aria-labelledby", `${card.id}-verdict`);
  return { file, card, item: overviewItem(file, card) };
}

/** Predict for one waiting picture after another. */
async function work() {
  working += 1;
  while (waiting.length) {
    const entry = waiting.shift();
    const found = isTooLarge(entry.file) ? refuse(entry) : await predictOn(entry.card, entry.file);
    summarize(entry.item, found);
    announce(found.line);
  }
  working -= 1;
}

const isTooLarge = (file) => file.size > Number(limits.maximumMegabytes) * 1e6;

function refuse({ card, file }) {
  const size = Math.ceil(file.size / 1e6);
  const problem = new Problem("Too large", `The picture has ${size} MB; the limit is ${limits.maximumMegabytes} MB. Choose a smaller one.`);
  showProblem(card, problem);
  return { problem, line: `${file.name}: ${problem.title}. ${problem.detail}` };
}

/** Return a thumbnail that links to a card, for the overview above the cards. */
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

function summarize(item, { prediction, problem }) {
  item.className = prediction?.theme ? accent(prediction.theme) : "accent-none";
  item.querySelector("span").textContent = problem ? problem.title : inShort(prediction);
}

function inShort(prediction) {
  return prediction.sure ? `${prediction.theme} ${perCent(prediction.confidence)}` : headline(prediction);
}

function bringIntoView(card) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() => card.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "nearest" }));
}

listen(take, (sentence) => { refusal.textContent = sentence; });
listenToCamera(take);
