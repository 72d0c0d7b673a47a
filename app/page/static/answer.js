// A picture's card: first the picture and how far it is, then its prediction, or the reason why there is none.

import { contribute } from "./api.js";
import { addCopying } from "./copying.js";
import { addHeatMap } from "./heatmap.js";
import { accent, line, perCent, verdict } from "./wording.js";

/** Return a copy of a template's content. */
export const clone = (template) => document.getElementById(template).content.firstElementChild.cloneNode(true);

/** Return a card that shows the picture {name, blob} and waits for its prediction. */
export function waitingCard(picture, cancel) {
  const card = clone("prediction-template");
  card.setAttribute("aria-busy", "true");
  card.querySelector(".file").textContent = picture.name;
  card.querySelector(".cancel").addEventListener("click", cancel);
  const image = card.querySelector(".picture");
  image.alt = picture.name;
  showPicture(image, picture.blob);
  return card;
}

/** Show a blob in an image. If the browser can't, draw a brick instead. */
export function showPicture(image, blob) {
  // A brick may have taken its place.
  if (!image) return;
  const before = image.src;
  image.onerror = () => image.replaceWith(clone("no-picture-template"));
  image.src = URL.createObjectURL(blob);
  URL.revokeObjectURL(before);
}

/** Say on a card how far it is: {} at the beginning, then {sent: share}, or {pause: reason} while it waits. */
export function showStep(card, { sent, pause }) {
  const bar = card.querySelector("progress");
  bar.hidden = Boolean(pause);
  if (sent < 1) bar.value = sent;
  else bar.removeAttribute("value");
  const step = sent === undefined ? "Preparing the picture …" : "Waiting for the prediction …";
  card.querySelector(".confidence").textContent = pause ?? (sent < 1 ? `Sending, ${perCent(sent)}` : step);
}

/** Show the prediction for the picture {name, blob} on its card. */
export function showPrediction(card, picture, prediction) {
  finish(card, prediction.sure ? "sure" : "unsure");
  card.classList.replace("accent-none", accent(prediction.theme));
  const { headline, pieces } = verdict(prediction);
  card.querySelector(".verdict").textContent = headline;
  card.querySelector(".confidence").replaceChildren(...pieces.map(piece));
  card.querySelector(".supposing").hidden = !prediction.none_of_these;
  card.querySelector(".bars").replaceChildren(...prediction.top.map(bar));
  card.querySelector(".sets").replaceChildren(...prediction.similar.map(setCard));
  card.querySelector(".similar").hidden = !prediction.similar.length;
  if (card.querySelector(".picture")) addHeatMap(card, picture, prediction.top[0].theme);
  card.querySelector(".copy").hidden = false;
  addCopying(card.querySelector(".copy"), () => line(prediction));
  addCorrection(card, picture);
}

/** Show on a card why there is no prediction, and a button for another attempt if that may help. */
export function showProblem(card, problem, again) {
  finish(card, "failed");
  card.querySelector(".verdict").textContent = problem.title;
  card.querySelector(".confidence").textContent = problem.detail;
  card.querySelectorAll(".bars, .similar, .wrong, .look-controls, .copy").forEach((part) => part.remove());
  card.querySelector(".again").hidden = !problem.again;
  card.querySelector(".again").addEventListener("click", again);
}

/** Mark a card as finished. If its Cancel button had the focus, its headline gets it. */
function finish(card, state) {
  card.dataset.state = state;
  card.removeAttribute("aria-busy");
  const cancel = card.querySelector(".cancel");
  const focused = cancel === document.activeElement;
  card.querySelector("progress").remove();
  cancel.remove();
  if (focused) Object.assign(card.querySelector(".verdict"), { tabIndex: -1 }).focus({ preventScroll: true });
}

function piece(content) {
  if (!Array.isArray(content)) return content;
  const important = document.createElement("strong");
  important.textContent = content[0];
  return important;
}

function bar({ theme, probability }) {
  const item = clone("bar-template");
  item.classList.replace("accent-none", accent(theme));
  item.querySelector(".bar-theme").textContent = theme;
  item.querySelector(".bar-share").textContent = perCent(probability);
  const meter = item.querySelector("meter");
  meter.value = probability;
  meter.setAttribute("aria-label", theme);
  return item;
}

function setCard(found) {
  const item = clone("set-template");
  item.classList.replace("accent-none", accent(found.theme));
  const name = item.querySelector(".set-name a");
  name.textContent = found.name ?? found.set_id;
  if (found.page) Object.assign(name, { href: found.page, rel: "noopener noreferrer" });
  item.querySelector(".set-number").textContent = found.name ? found.set_id : "";
  item.querySelector(".set-year").textContent = found.year ?? "";
  item.querySelector(".theme-name").textContent = found.theme;
  item.querySelector(".set-similarity").textContent = `${perCent(Math.max(0, 1 - found.distance))} similar`;
  if (found.thumbnail) item.querySelector(".set-picture").replaceChildren(thumbnail(found.thumbnail));
  return item;
}

function thumbnail(address) {
  const drawn = Object.assign(new Image(), { src: address, alt: "", loading: "lazy" });
  drawn.addEventListener("error", () => drawn.replaceWith(clone("no-picture-template")), { once: true });
  return drawn;
}

function addCorrection(card, picture) {
  const wrong = card.querySelector(".wrong");
  if (!wrong) return;
  wrong.hidden = false;
  wrong.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const theme = new FormData(event.target).get("theme");
    const button = event.target.querySelector("button");
    const sorry = event.target.querySelector(".sorry");
    button.disabled = true;
    sorry.textContent = "";
    try {
      await contribute(picture, theme);
      thank(wrong, theme);
    } catch (problem) {
      sorry.textContent = `${problem.title}: ${problem.detail}`;
      button.disabled = false;
    }
  });
}

function thank(wrong, theme) {
  const thanks = Object.assign(document.createElement("p"), { className: "thanks", tabIndex: -1 });
  thanks.textContent = `Thank you. The picture is stored under ${theme} for the next training.`;
  wrong.replaceWith(thanks);
  thanks.focus();
}
