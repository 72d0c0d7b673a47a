// The pictures and predictions of this tab, kept in the browser, so that another page and Back lose none of them.

const DAY_MILLISECONDS = 86_400_000;
const TAB = "tab";

/** Keep an entry {key, file, blob, prediction, problem}, or its new state. Return its key, or null if it can't be kept. */
export const keep = (entry) => attempt(async () => {
  const record = { ...entry, tab: tab(), at: Date.now() };
  if (!record.key) delete record.key; // the database numbers it
  return result((await store()).put(record));
}, null);

/** Return what this tab keeps, in the order in which it came. */
export const kept = () => attempt(async () => result((await store()).index("tab").getAll(tab())), []);

/** Forget what this tab keeps. */
export const forget = () => attempt(async () => remove("tab", IDBKeyRange.only(tab())), null);

/** Forget what closed tabs have left behind since a day or longer. */
export const forgetOld = () => attempt(async () => remove("at", IDBKeyRange.upperBound(Date.now() - DAY_MILLISECONDS)), null);

/** Do something with the storage. Where the browser has none, or it is full, the page does without. */
async function attempt(action, otherwise) {
  try {
    return await action();
  } catch {
    return otherwise;
  }
}

/** Return the name of this tab, which lasts until it is closed. */
function tab() {
  const name = sessionStorage.getItem(TAB) ?? `${Date.now()}-${Math.random()}`;
  sessionStorage.setItem(TAB, name);
  return name;
}

let opened = null;

async function store() {
  opened ??= open();
  return (await opened).transaction("entries", "readwrite").objectStore("entries");
}

function open() {
  const request = indexedDB.open("lego-themer", 1);
  request.addEventListener("upgradeneeded", () => {
    const entries = request.result.createObjectStore("entries", { keyPath: "key", autoIncrement: true });
    for (const name of ["tab", "at"]) entries.createIndex(name, name);
  });
  return result(request);
}

async function remove(index, range) {
  const entries = await store();
  for (const key of await result(entries.index(index).getAllKeys(range))) entries.delete(key);
  await committed(entries.transaction);
}

/** Wait for a transaction: leaving the page would undo one that is not committed. */
function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.addEventListener("complete", resolve);
    transaction.addEventListener("abort", () => reject(transaction.error));
  });
}

function result(request) {
  return new Promise((resolve, reject) => {
    request.addEventListener("success", () => resolve(request.result));
    request.addEventListener("error", () => reject(request.error));
  });
}
