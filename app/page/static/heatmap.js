// The switch that lays a heat-map over a picture. The heat-map is requested when first switched on.

import { Problem, predict } from "./api.js";

/** Connect the card's switch and slider with the heat-map of a theme. */
export function addHeatMap(card, picture, theme) {
  const controls = card.querySelector(".look-controls");
  const [toggle, slider, note] = ["heat-switch", "heat-strength", "heat-note"].map((name) => controls.querySelector(`.${name}`));
  let overlay = null;
  let requested = null;
  controls.hidden = false;
  toggle.addEventListener("change", async () => {
    if (!overlay) {
      if (!toggle.checked) return; // one is on its way
      requested ??= overlayOf(picture, theme, note);
      overlay = await requested;
      if (overlay) card.querySelector(".frame").append(overlay);
    }
    if (overlay) return show(overlay, slider, note, toggle.checked, theme);
    requested = null;
    toggle.checked = false;
  });
  slider.addEventListener("input", () => { overlay.style.opacity = slider.value / 100; });
}

const meaning = (theme) => `The stronger the colour, the more that part of the picture counts towards ${theme}.`;

async function overlayOf(picture, theme, note) {
  const tell = ({ pause }) => { note.textContent = pause ?? "Computing …"; };
  try {
    tell({});
    const { heatmap } = await predict(picture, { heatmap: true, tell });
    if (!heatmap) throw new Problem("No heat-map", "The heat-map is not available.");
    const overlay = Object.assign(new Image(), { src: heatmap, className: "heat" });
    overlay.alt = meaning(theme);
    return overlay;
  } catch (problem) {
    if (!(problem instanceof Problem)) throw problem;
    note.textContent = problem.detail;
    return null;
  }
}

function show(overlay, slider, note, on, theme) {
  overlay.style.opacity = on ? slider.value / 100 : 0;
  slider.closest(".strength").hidden = !on;
  note.textContent = on ? meaning(theme) : "";
}
