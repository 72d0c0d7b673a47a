// Answers in words; macros.html says the same for pages that the server draws.

const known = document.getElementById("known").dataset;
const labels = JSON.parse(known.labels);
const wordings = JSON.parse(known.words);

/** Return the wording of a confidence, 0 to 1. */
export const words = (confidence) => wordings.find(([least]) => confidence >= least)[1];

/** Return the class of a theme's accent. */
export const accent = (theme) => (labels.includes(theme) ? `accent-${labels.indexOf(theme) % 8}` : "accent-none");

/** Return "93 %" for 0.93; never 0 or 100 for what only comes near. */
export function perCent(share) {
  if (share > 0.995 && share < 1) return "99 %";
  if (share > 0 && share < 0.005) return "< 1 %";
  return `${Math.round(100 * share)} %`;
}

const sentence = (text) => (text ? `${text[0].toUpperCase()}${text.slice(1)}.` : "");

/** Return an answer's headline, and what stands below it, in pieces; a piece in an array is important. */
export function verdict(answer) {
  const headline = answer.theme ?? "Not sure";
  if (answer.sure) return { headline, pieces: [`${words(answer.confidence)}, `, [perCent(answer.confidence)]] };
  const [best] = answer.top;
  return { headline, pieces: [`${sentence(answer.reason)} If it had to choose: `, [best.theme], `, ${perCent(best.probability)}.`] };
}

/** Return an answer as one line of text. */
export function line(answer) {
  const { headline, pieces } = verdict(answer);
  return `${answer.file}: ${headline}. ${pieces.flat().join("")}`;
}
