// All predictions as text to copy, and as a CSV file.

import { addCopying } from "./copying.js";
import { line } from "./wording.js";

const COLUMNS = {
  file: ({ file }) => file,
  theme: ({ prediction }) => prediction?.theme,
  confidence: ({ prediction }) => prediction?.confidence,
  best_guess: ({ prediction }) => prediction?.top[0].theme,
  reason: ({ prediction }) => prediction?.reason,
  most_similar_set: ({ prediction }) => prediction?.similar[0]?.set_id,
  problem: ({ problem }) => problem && `${problem.title}. ${problem.detail}`,
  none_of_these: ({ prediction }) => prediction?.none_of_these,
};

/** Connect the two buttons with the function that returns the finished entries {file, prediction, problem}. */
export function listenToDownloads(finished) {
  addCopying(document.getElementById("copy-all"), () => finished().map(lineOf).join("\n"));
  document.getElementById("download").addEventListener("click", () => save(csv(finished()), "predictions.csv"));
}

/** Return a finished entry as one line of text. */
export const lineOf = ({ file, prediction, problem }) => (prediction ? line(prediction) : `${file}: ${problem.title}. ${problem.detail}`);

function csv(entries) {
  const rows = [Object.keys(COLUMNS), ...entries.map((entry) => Object.values(COLUMNS).map((value) => harmless(value(entry))))];
  return rows.map((row) => `${row.map(quoted).join(",")}\r\n`).join("");
}

/** Return a value that no spreadsheet runs as a formula; see https://owasp.org/www-community/attacks/CSV_Injection */
const harmless = (value) => (typeof value === "string" && /^[=+\-@\t\r\n＝＋－＠][^]/.test(value) ? `'${value}` : value);

const quoted = (value) => (/[",\r\n]/.test(value ?? "") ? `"${String(value).replaceAll('"', '""')}"` : `${value ?? ""}`);

function save(text, name) {
  const address = URL.createObjectURL(new Blob(["\ufeff", text], { type: "text/csv" })); // with a mark, Excel reads UTF-8
  Object.assign(document.createElement("a"), { href: address, download: name }).click();
  // The browser may read it only after the click.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
