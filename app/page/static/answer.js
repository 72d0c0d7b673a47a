// A picture's card: first the picture, then its prediction, or the reason why there is none.

import { Problem, contribute, predict } from "./api.js";
import { addHeatMap } from "./heatmap.js";
import { accent, line, perCent, verdict } from "./wording.js";

/** Return a copy of a template's content. */
export const clone = (template) => document.getElementById(template).content.firstElementChild.cloneNode(true);

/** Return a card that shows the picture and waits for its prediction. */
export function waitingCard(file) {
  const card = clone("prediction-template");
  card.setAttribute("aria-busy", "true");
  const picture = card.querySelector(".picture");
  picture.src = URL.createObjectURL(file);
  picture.alt = file.name;
  picture.addEventListener("error", () => picture.replaceWith(clone("no-picture-template")), { once: true });
  card.querySelector(".file").textContent = file.name;
  return card;
}

/** Say on a card that the server is busy, and when the page tries again. */
export function showPause(card, seconds) {
  card.querySelector(".confidence").textContent = `The server is busy. Trying again in ${seconds} s …`;
}

/** Show the prediction on its card. */
export function showPrediction(card, file, prediction) {
  finish(card, prediction.sure ? "sure" : "unsure");
  card.classList.replace("accent-none", accent(prediction.theme));
  const { headline, pieces } = verdict(prediction);
  card.querySelector(".verdict").textContent = headline;
  card.querySelector(".confidence").replaceChildren(...pieces.map(piece));
  card.querySelector(".bars").replaceChildren(...prediction.top.map(bar));
  card.querySelector(".sets").replaceChildren(...prediction.similar.map(setCard));
  card.querySelector(".similar").hidden = !prediction.similar.length;
  if (card.querySelector(".picture")) addHeatMap(card, file, prediction.top[0].theme);
  addCopying(card, prediction);
  addCorrection(card, file);
}

/** Show on a card why there is no prediction. */
export function showProblem(card, problem) {
  finish(card, "failed");
  card.querySelector(".verdict").textContent = problem.title;
  card.querySelector(".confidence").textContent = problem.detail;
  card.querySelectorAll(".bars, .similar, .wrong, .look-controls, .acts").forEach((part) => part.remove());
}

/** Request a prediction and show it on its card; return it, or the problem, and a line for screen readers. */
export async function predictOn(card, file) {
  try {
    const prediction = await predict(file, { busy: (seconds) => showPause(card, seconds) });
    showPrediction(card, file, prediction);
    return { prediction, line: line(prediction) };
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    showProblem(card, problem);
    return { problem, line: `${file.name}: ${problem.title}. ${problem.detail}` };
  }
}

function finish(card, state) {
  card.dataset.state = state;
  card.removeAttribute("aria-busy");
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

function addCopying(card, prediction) {
  const button = card.querySelector(".copy");
  const label = button.textContent;
  card.querySelector(".acts").hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(line(prediction));
      button.textContent = "Copied";
    } catch {
      button.textContent = "The browser does not allow it";
    }
    announce(button.textContent);
    setTimeout(() => { button.textContent = label; }, 2500);
  });
}

function addCorrection(card, file) {
  const wrong = card.querySelector(".wrong");
  if (!wrong) return;
  wrong.hidden = false;
  wrong.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const theme = new FormData(event.target).get("theme");
    const button = event.target.querySelector("button");
    button.disabled = true;
    try {
      await contribute(file, theme);
      thank(wrong, theme);
    } catch (problem) {
      event.target.querySelector(".notice").textContent = `${problem.title}: ${problem.detail}`;
      announce(`${problem.title}: ${problem.detail}`);
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

/** Have a screen reader read out a text. */
export function announce(text) {
  document.getElementById("status").textContent = text;
}
