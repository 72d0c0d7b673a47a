// Requests to the server. They outlast passing faults; lasting ones, and problems (RFC 9457), become errors.

// This file is in static/{hash}/, wherever the site is mounted.
const API = new URL("../../api/", import.meta.url);
const NETWORK_PAUSES_SECONDS = [1, 2, 4, 8, 15, 30];
const BUSY_ATTEMPTS = 10;
const LONGEST_PAUSE_SECONDS = 60;
const LONGEST_REQUEST_SECONDS = 180;
const [NO_RESPONSE, BAD_GATEWAY, GATEWAY_TIMEOUT, TOO_MANY, UNAVAILABLE] = [0, 502, 504, 429, 503];

export class Problem extends Error {
  /** An error message for people: a short title, a sentence, and whether another attempt may help. */
  constructor(title, detail, again = false) {
    super(detail);
    Object.assign(this, { title, detail, again });
  }
}

/**
 * Return the API's entry for a picture {name, blob}.
 *
 * `tell({sent})` hears which share has been sent, `tell({pause})` why it waits. Throws a Problem, or an AbortError once
 * the signal aborts.
 */
export async function predict(picture, { heatmap = false, signal, tell } = {}) {
  tell?.({ sent: 0 });
  const text = await post(heatmap ? "predict?heatmap=1" : "predict", { image: picture }, signal, tell);
  const entry = entryIn(text);
  if (entry.problem) throw new Problem(entry.problem.title, entry.problem.detail);
  return { ...entry, file: picture.name };
}

function entryIn(text) {
  try {
    return JSON.parse(text)[0];
  } catch {
    throw new Problem("Something went wrong", "The response is not from this server. Do you have to sign in to the network first?", true);
  }
}

/** Contribute a picture {name, blob} and its theme to the next training. Throws a Problem. */
export async function contribute(picture, theme) {
  await post("contribute", { image: picture, theme });
}

/** Post the fields and return the response's text. Try again after passing faults. */
async function post(path, fields, signal, tell = () => {}) {
  for (let attempt = 0; ; attempt += 1) {
    const response = await send(path, fields, signal, tell);
    if (response.status >= 200 && response.status < 300) return response.responseText;
    const { reason, seconds } = pauseAfter(response, attempt);
    if (!reason) throw problemOf(response);
    tell({ pause: reason });
    await pause(seconds, signal);
  }
}

/** Return why and for how many seconds to wait before another attempt; nothing if it would not help. */
function pauseAfter(response, attempt) {
  if ([NO_RESPONSE, BAD_GATEWAY, GATEWAY_TIMEOUT].includes(response.status)) {
    if (!navigator.onLine) return { reason: "You are offline. This goes on as soon as you are online.", seconds: Infinity };
    const seconds = NETWORK_PAUSES_SECONDS[attempt];
    return seconds ? { reason: `The server does not respond. Trying again in ${seconds} s …`, seconds } : {};
  }
  const asked = Number(response.getResponseHeader("Retry-After"));
  if (![TOO_MANY, UNAVAILABLE].includes(response.status) || !asked || attempt + 1 >= BUSY_ATTEMPTS) return {};
  const seconds = Math.min(asked, LONGEST_PAUSE_SECONDS);
  return { reason: `The server is busy. Trying again in ${seconds} s …`, seconds };
}

/** Wait for some seconds, or until the browser is online again. Throws an AbortError once the signal aborts. */
function pause(seconds, signal) {
  return new Promise((resolve, reject) => {
    if (Number.isFinite(seconds)) setTimeout(resolve, 1000 * seconds);
    addEventListener("online", resolve, { once: true });
    signal?.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
}

/** Return the finished request, with status 0 if nothing came back. XMLHttpRequest, since fetch tells no progress. */
function send(path, fields, signal, tell) {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) {
    if (value.blob) body.append(name, value.blob, value.name);
    else body.append(name, value);
  }
  return new Promise((resolve, reject) => {
    signal?.throwIfAborted();
    const request = new XMLHttpRequest();
    request.open("POST", new URL(path, API));
    request.setRequestHeader("Accept", "application/json");
    request.timeout = 1000 * LONGEST_REQUEST_SECONDS;
    request.upload.addEventListener("progress", ({ loaded, total }) => tell({ sent: loaded / total }));
    request.addEventListener("loadend", () => resolve(request));
    // Rejected first, since an aborted request ends as well, which would resolve the promise.
    signal?.addEventListener("abort", () => { reject(signal.reason); request.abort(); }, { once: true });
    request.send(body);
  });
}

function problemOf({ status, responseText }) {
  if (status === NO_RESPONSE) return new Problem("No response", "The server can’t be reached. Try again later.", true);
  const again = status >= 500 || status === TOO_MANY;
  try {
    const { title, detail } = JSON.parse(responseText);
    return new Problem(title, detail ?? "", again);
  } catch {
    return new Problem("Something went wrong", `The server responded with status ${status}.`, again);
  }
}
