// Predictions in words. macros.html has the same wording for pages rendered by the server.

const constants = document.getElementById("constants").dataset;
const labels = JSON.parse(constants.labels);
const wordings = JSON.parse(constants.words);

/** Return the wording of a confidence, 0 to 1. */
export const words = (confidence) => wordings.find(([least]) => confidence >= least)[1];

/** Return the CSS class of a theme's accent colour. */
export const accent = (theme) => (labels.includes(theme) ? `accent-${labels.indexOf(theme) % constants.accents}` : "accent-none");

/** Return "93 %" for 0.93, which stays on one line. Only exact values become 0 % or 100 %. */
export function perCent(share) {
  if (share > 0.995 && share < 1) return onOneLine("99 %");
  if (share > 0 && share < 0.005) return onOneLine("< 1 %");
  return onOneLine(`${Math.round(100 * share)} %`);
}

const onOneLine = (text) => text.replace(/(<) | (?=%)/g, "$1\u00a0");

const sentence = (text) => (text ? onOneLine(`${text[0].toUpperCase()}${text.slice(1)}.`) : "");

/** Return a theme, or in words why there is none. */
export const headline = ({ theme, none_of_these }) => theme ?? (none_of_these ? "None of these themes" : "Not sure");

/** Return a prediction's headline and the text below it in pieces. A piece in an array is emphasised. */
export const verdict = (prediction) => ({ headline: headline(prediction), pieces: pieces(prediction) });

function pieces(prediction) {
  if (prediction.sure) return [`${words(prediction.confidence)}, `, [perCent(prediction.confidence)]];
  if (prediction.none_of_these) return lookalike(prediction);
  const [best] = prediction.top;
  return [`${sentence(prediction.reason)} Best guess: `, [best.theme], `, ${perCent(best.probability)}.`];
}

/** Return what a picture of another theme looks like, in pieces. */
function lookalike({ other_theme, reason, similar }) {
  const near = similar.find((one) => one.theme === other_theme);
  if (!near) return [sentence(reason)];
  return ["It looks like ", [other_theme], `: ${near.set_id} ${near.name ?? ""}`.trimEnd(), "."];
}

/** Return a prediction as one line of text. */
export function line(prediction) {
  return `${prediction.file}: ${headline(prediction)}. ${pieces(prediction).flat().join("").replaceAll("\u00a0", " ")}`;
}
