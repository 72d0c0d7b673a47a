// The switch that lays over a picture what the model looked at. Asked for when it is first switched on.

import { predict } from "./api.js";

/** Let the card's switch show the heat-map of a theme, and its slider say how strongly. */
export function addHeatMap(card, file, theme) {
  const controls = card.querySelector(".look-controls");
  const [toggle, slider, note] = ["heat-switch", "heat-strength", "heat-note"].map((name) => controls.querySelector(`.${name}`));
  let overlay = null;
  controls.hidden = false;
  toggle.addEventListener("change", async () => {
    if (toggle.checked && !overlay) {
      note.textContent = "Looking again …";
      overlay = await overlayOf(file, theme, note);
      if (overlay) card.querySelector(".frame").append(overlay);
    }
    if (!overlay) toggle.checked = false;
    else show(overlay, slider, note, toggle.checked, theme);
  });
  slider.addEventListener("input", () => { overlay.style.opacity = slider.value / 100; });
}

const meaning = (theme) => `Laid over the picture: the stronger the colour, the more it spoke for ${theme}.`;

async function overlayOf(file, theme, note) {
  try {
    const { heatmap } = await predict(file, { heatmap: true });
    if (!heatmap) throw new Error("a server without heat-maps");
    const overlay = Object.assign(new Image(), { src: heatmap, className: "heat" });
    overlay.alt = meaning(theme);
    return overlay;
  } catch (problem) {
    note.textContent = problem.detail ?? "The heat-map could not be drawn.";
    return null;
  }
}

function show(overlay, slider, note, on, theme) {
  overlay.style.opacity = on ? slider.value / 100 : 0;
  slider.closest(".strength").hidden = !on;
  note.textContent = on ? meaning(theme) : "";
}
