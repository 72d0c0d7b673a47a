// Requests to the server. Its problems (RFC 9457) become errors.

const ATTEMPTS = 4;
const LONGEST_PAUSE_SECONDS = 30;
// This file is in static/{hash}/, wherever the site is mounted.
const API = new URL("../../api/", import.meta.url);

export class Problem extends Error {
  /** An error message for people: a short title and a sentence. */
  constructor(title, detail) {
    super(detail);
    this.title = title;
    this.detail = detail;
  }
}

/** Return the API's entry for a picture. Calls `busy(seconds)` before each pause. Throws a Problem. */
export async function predict(file, { heatmap = false, busy = () => {} } = {}) {
  const response = await post(heatmap ? "predict?heatmap=1" : "predict", { image: file }, busy);
  const [entry] = await response.json();
  if (entry.problem) throw new Problem(entry.problem.title, entry.problem.detail);
  return entry;
}

/** Contribute a picture and its theme to the next training. Throws a Problem. */
export async function contribute(file, theme) {
  await post("contribute", { image: file, theme }, () => {});
}

/** Post the fields. While the server is busy, wait and try again. */
async function post(path, fields, busy) {
  for (let attempt = 1; ; attempt += 1) {
    const response = await send(path, fields);
    if (response.ok) return response;
    const pause = Number(response.headers.get("Retry-After"));
    if (![429, 503].includes(response.status) || !pause || attempt === ATTEMPTS) throw await problemOf(response);
    const seconds = Math.min(pause, LONGEST_PAUSE_SECONDS);
    busy(seconds);
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  }
}

async function send(path, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  try {
    return await fetch(new URL(path, API), { method: "POST", body, headers: { Accept: "application/json" } });
  } catch {
    throw new Problem("No response", "The server can’t be reached, or the file can no longer be read. Try again.");
  }
}

async function problemOf(response) {
  try {
    const { title, detail } = await response.json();
    return new Problem(title, detail ?? "");
  } catch {
    return new Problem("Something went wrong", `The server responded with status ${response.status}.`);
  }
}
