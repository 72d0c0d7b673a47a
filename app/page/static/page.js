// The upload page: requests predictions for the pictures, two at a time, and shows a card for each.

import { Problem, predict } from "./api.js";
import { clone, showPicture, showPrediction, showProblem, showStep, waitingCard } from "./answer.js";
import { listenToCamera } from "./camera.js";
import { announce } from "./copying.js";
import { listen, listenToExamples, pathOf } from "./intake.js";
import { forget, forgetOld, keep, kept } from "./keep.js";
import { prepare } from "./shrink.js";
import { lineOf, listenToDownloads } from "./table.js";
import { accent, headline, perCent } from "./wording.js";

const AT_A_TIME = 2;
const CANCELLED = new Problem("Cancelled", "You cancelled it before it had a prediction.", true);
const limits = document.getElementById("upload").dataset;
const predictions = document.getElementById("predictions");
const overview = document.getElementById("overview");
const refusal = document.getElementById("refusal");
const waiting = [];
let entries = []; // from top to bottom
let working = 0;
let count = 0;
let batch = 0;

/** Show a card for each picture, the newest on top, and request their predictions. */
function take(files) {
  refusal.textContent = "";
  batch += 1;
  const taken = files.map((file) => entryOf({ file: pathOf(file), blob: file, batch }));
  show(taken);
  announce(taken.length === 1 ? "Predicting the theme of the picture." : `Predicting the themes of ${taken.length} pictures.`);
  bringIntoView(taken[0].card);
  taken.forEach(enqueue);
}

/** Return an entry for a record {file, blob, ...} with its card and its thumbnail. */
function entryOf(record) {
  const entry = { ...record, number: (count += 1) };
  renewCard(entry);
  entry.item = overviewItem(entry);
  return entry;
}

/** Give an entry a card that waits. */
function renewCard(entry) {
  const stop = new AbortController();
  const card = waitingCard(pictureOf(entry), () => { stop.abort(); finish(entry, { problem: CANCELLED }); });
  card.id = `prediction-${entry.number}`;
  card.querySelector(".verdict").id = `${card.id}-verdict`;
  card.setAttribute("aria-labelledby", `${card.id}-verdict`);
  entry.card?.replaceWith(card);
  Object.assign(entry, { card, signal: stop.signal, prediction: undefined, problem: undefined });
}

const pictureOf = ({ file, blob }) => ({ name: file, blob });

/** Add entries on top of the page. */
function show(added) {
  entries = [...added, ...entries];
  predictions.prepend(...added.map((entry) => entry.card));
  overview.prepend(...added.map((entry) => entry.item));
  document.getElementById("results").hidden = false;
  document.body.classList.replace("empty", "with-results");
  showCount();
}

function enqueue(entry) {
  if (!waiting.includes(entry)) waiting.push(entry); // cancelled and tried again, it may still wait
  remember(entry);
  if (working < AT_A_TIME) work();
}

/** Predict for one waiting picture after another. */
async function work() {
  working += 1;
  try {
    while (waiting.length) await answer(waiting.shift());
  } finally {
    working -= 1;
  }
}

/** Request the prediction for an entry and show it, or the problem, unless the visitor has cancelled it. */
async function answer(entry) {
  const { signal, card } = entry;
  if (signal.aborted) return;
  try {
    const tell = (step) => { if (!signal.aborted) showStep(card, step); };
    tell({});
    await shrink(entry);
    const prediction = await predict(pictureOf(entry), { signal, tell });
    finish(entry, { prediction });
  } catch (problem) {
    if (!signal.aborted) finish(entry, { problem: problem instanceof Problem ? problem : unexpected(problem) });
  }
}

/** Replace an entry's file by what is sent: once and for all, for the heat-map as well. */
async function shrink(entry) {
  if (entry.ready) return;
  entry.blob = await prepare(entry.blob, limits);
  entry.ready = true;
  for (const place of [entry.card, entry.item]) showPicture(place.querySelector("img"), entry.blob);
}

function unexpected(error) {
  console.error(error);
  return new Problem("Something went wrong", "The page made a mistake. Try again, or load the page again.", true);
}

/** Show and keep an entry's outcome {prediction} or {problem}. */
function finish(entry, outcome) {
  showOutcome(entry, outcome);
  announce(lineOf(entry));
  remember(entry);
}

function showOutcome(entry, { prediction, problem }) {
  Object.assign(entry, { prediction, problem });
  if (prediction) showPrediction(entry.card, pictureOf(entry), prediction);
  else showProblem(entry.card, problem, () => tryAgain(entry));
  summarize(entry);
  showCount();
}

function tryAgain(entry) {
  renewCard(entry);
  summarize(entry);
  entry.card.querySelector(".cancel").focus({ preventScroll: true });
  showCount();
  enqueue(entry);
}

/** Return a thumbnail that links to a card, for the overview above the cards. */
function overviewItem({ file, card }) {
  const item = document.createElement("li");
  const link = Object.assign(document.createElement("a"), { href: `#${card.id}`, title: file });
  const picture = Object.assign(card.querySelector("img").cloneNode(), { alt: "", className: "" });
  picture.onerror = () => picture.replaceWith(clone("no-picture-template"));
  link.append(picture, Object.assign(document.createElement("span"), { textContent: "…" }));
  item.append(link);
  return item;
}

function summarize({ item, prediction, problem }) {
  item.className = prediction?.theme ? accent(prediction.theme) : "accent-none";
  item.querySelector("span").textContent = prediction ? inShort(prediction) : (problem?.title ?? "…");
}

function inShort(prediction) {
  return prediction.sure ? `${prediction.theme} ${perCent(prediction.confidence)}` : headline(prediction);
}

const isFinished = ({ prediction, problem }) => Boolean(prediction || problem);

/** Show how many pictures are done, and what can be done with several. */
function showCount() {
  const done = entries.filter(isFinished).length;
  const all = entries.length;
  overview.hidden = all < 2;
  document.getElementById("several").hidden = all < 2;
  document.getElementById("count").textContent = done < all ? `${done} of ${all} done` : `All ${all} done`;
  document.getElementById("cancel-all").hidden = done === all;
  for (const id of ["copy-all", "download"]) document.getElementById(id).hidden = !done;
}

function cancelAll() {
  for (const entry of entries.filter((one) => !isFinished(one))) entry.card.querySelector(".cancel").click();
  document.getElementById("results").focus({ preventScroll: true });
}

function bringIntoView(card) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  requestAnimationFrame(() => card.scrollIntoView({ behavior: still ? "auto" : "smooth", block: "nearest" }));
}

/** Keep an entry as it is now. One write after another, so that the first one's key is known to the second. */
function remember(entry) {
  const { file, prediction } = entry;
  const problem = entry.problem && { ...entry.problem };
  const record = { file, blob: entry.blob, ready: entry.ready, batch: entry.batch, prediction, problem };
  entry.remembered = Promise.resolve(entry.remembered).then(async () => {
    entry.key = await keep({ ...record, key: entry.key });
  });
}

/** Show what this tab has kept, and go on with what was not finished. */
async function restore() {
  forgetOld();
  const records = (await kept()).sort((a, b) => b.batch - a.batch || a.key - b.key);
  if (!records.length) return;
  batch = Math.max(batch, records[0].batch);
  const restored = records.map(({ prediction, problem, ...record }) => ({ entry: entryOf(record), prediction, problem }));
  show(restored.map(({ entry }) => entry));
  for (const { entry, ...outcome } of restored) {
    if (isFinished(outcome)) showOutcome(entry, outcome);
    else enqueue(entry);
  }
  const pictures = [...predictions.querySelectorAll(".picture")];
  await Promise.allSettled(pictures.map((picture) => picture.decode())); // only now have the cards their heights
  scrollTo({ top: history.state?.scrolled ?? 0, behavior: "instant" });
}

async function startOver(event) {
  event.preventDefault();
  const { href } = event.currentTarget;
  cancelAll();
  await Promise.all(entries.map((entry) => entry.remembered));
  await forget();
  history.replaceState(null, "");
  location.assign(href);
}

/** Say why something is not taken, where it can be seen. */
function refuse(sentence) {
  refusal.textContent = sentence;
  requestAnimationFrame(() => refusal.scrollIntoView({ block: "nearest" }));
}

listen(take, refuse);
listenToExamples(take, refuse);
listenToCamera(take);
listenToDownloads(() => entries.filter(isFinished));
document.getElementById("cancel-all").addEventListener("click", cancelAll);
document.getElementById("start-over").addEventListener("click", startOver);
addEventListener("pagehide", () => history.replaceState({ scrolled: scrollY }, ""));
restore();
