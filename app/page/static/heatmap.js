// The switch that lays a heat-map over a picture. The heat-map is requested when first switched on.

import { predict } from "./api.js";

/** Connect the card's switch and slider with the heat-map of a theme. */
export function addHeatMap(card, file, theme) {
  const controls = card.querySelector(".look-controls");
  const [toggle, slider, note] = ["heat-switch", "heat-strength", "heat-note"].map((name) => controls.querySelector(`.${name}`));
  let overlay = null;
  controls.hidden = false;
  toggle.addEventListener("change", async () => {
    if (toggle.checked && !overlay) {
      note.textContent = "Computing …";
      overlay = await overlayOf(file, theme, note);
      if (overlay) card.querySelector(".frame").append(overlay);
    }
    if (!overlay) toggle.checked = false;
    else show(overlay, slider, note, toggle.checked, theme);
  });
  slider.addEventListener("input", () => { overlay.style.opacity = slider.value / 100; });
}

const meaning = (theme) => `The stronger the colour, the more that part of the picture counts towards ${theme}.`;

async function overlayOf(file, theme, note) {
  try {
    const { heatmap } = await predict(file, { heatmap: true });
    if (!heatmap) throw new Error("no heat-map in the response");
    const overlay = Object.assign(new Image(), { src: heatmap, className: "heat" });
    overlay.alt = meaning(theme);
    return overlay;
  } catch (problem) {
    note.textContent = problem.detail ?? "The heat-map is not available.";
    return null;
  }
}

function show(overlay, slider, note, on, theme) {
  overlay.style.opacity = on ? slider.value / 100 : 0;
  slider.closest(".strength").hidden = !on;
  note.textContent = on ? meaning(theme) : "";
}
