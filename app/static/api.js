// The requests to the server, and its problems (RFC 9457) as errors.

const TRIES = 4;
const LONGEST_PAUSE_SECONDS = 30;

export class Problem extends Error {
  /** What went wrong, for people: a title of a few words and a sentence. */
  constructor(title, detail) {
    super(detail);
    this.title = title;
    this.detail = detail;
  }
}

/** Return the answer for a picture, as the API gives it; `busy(seconds)` is told of pauses. Throws a Problem. */
export async function predict(file, { heatmap = false, busy = () => {} } = {}) {
  const response = await post(heatmap ? "/api/predict?heatmap=1" : "/api/predict", { image: file }, busy);
  const [answer] = await response.json();
  if (answer.error) throw new Problem(answer.error.title, answer.error.detail);
  return answer;
}

/** Give a picture and its theme away for the next training. Throws a Problem. */
export async function contribute(file, theme) {
  await post("/api/contribute", { image: file, theme }, () => {});
}

/** Post the fields; wait and try again while the server is busy. */
async function post(path, fields, busy) {
  for (let tried = 1; ; tried += 1) {
    const response = await send(path, fields);
    if (response.ok) return response;
    const pause = Number(response.headers.get("Retry-After"));
    if (![429, 503].includes(response.status) || !pause || tried === TRIES) throw await problemOf(response);
    const seconds = Math.min(pause, LONGEST_PAUSE_SECONDS);
    busy(seconds);
    await new Promise((resolve) => setTimeout(resolve, 1000 * seconds));
  }
}

async function send(path, fields) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  try {
    return await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
  } catch {
    throw new Problem("No answer", "The server could not be reached, or the file could no longer be read. Try again.");
  }
}

async function problemOf(response) {
  try {
    const { title, detail } = await response.json();
    return new Problem(title, detail ?? "");
  } catch {
    return new Problem("That did not work", `The server answered with status ${response.status}.`);
  }
}
