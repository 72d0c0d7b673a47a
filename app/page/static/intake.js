// Pictures that are dropped, chosen or pasted, and folders of them. The camera has its own module.

import { isPicture } from "./shrink.js";

const LINK = "That is a link, not a picture. Save the picture and choose its file, or copy the picture itself and paste it.";
const NO_PICTURE = "There is no picture to paste. Copy a picture, not its text or link, or choose its file.";

/** Call `take(files)` for files, and `refuse(sentence)` for anything else that is dropped or pasted. */
export function listen(take, refuse) {
  const takeFolders = (files) => takePictures(files, take, refuse);
  const input = document.getElementById("pictures");
  input.accept = "image/*"; // whatever this browser can decode; without a script, what the server can
  document.getElementById("modifier").textContent = /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl";
  listenToDrops(take, takeFolders, refuse);
  listenToChoices(input, take);
  listenToFolders(takeFolders);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length && event.target.closest?.("input, select, textarea")) return;
    event.preventDefault();
    if (files.length) take(files);
    else refuse(/^\s*https?:/.test(event.clipboardData?.getData("text")) ? LINK : NO_PICTURE);
  });
}

/** Call `take(files)` whenever files are chosen in an `<input type="file">`. */
export function listenToChoices(input, take) {
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = ""; // so that the same file can be chosen again
    if (files.length) take(files);
  });
}

function listenToFolders(takeFolders) {
  const input = document.getElementById("folder");
  listenToChoices(input, takeFolders);
  document.getElementById("choose-folder").addEventListener("click", () => input.click());
}

/** Call `take([file])` for an example that is clicked. */
export function listenToExamples(take, refuse) {
  for (const button of document.querySelectorAll(".example")) {
    button.addEventListener("click", async () => {
      const { src } = button.querySelector("img");
      const blob = await fetch(src).then((response) => response.blob()).catch(() => null);
      if (blob) take([new File([blob], src.split("/").pop(), { type: blob.type })]);
      else refuse("The server does not respond. Try again.");
    });
  }
}

/** Take the pictures from folders, whatever their names. What is not a picture is left out, and said. */
async function takePictures(files, take, refuse) {
  files = files.filter((file) => !file.name.startsWith(".")); // leftovers of operating systems
  const pictures = [];
  for (const file of files) if (await isPicture(file)) pictures.push(file);
  pictures.sort((a, b) => (pathOf(a) < pathOf(b) ? -1 : 1));
  const others = files.length - pictures.length;
  if (pictures.length) take(pictures);
  if (!pictures.length) refuse("There are no pictures in the folder.");
  else if (others) refuse(others === 1 ? "One file that is not a picture is left out." : `${others} files that are not pictures are left out.`);
}

const paths = new WeakMap();

/** Return a file's path from its folder on, or its name. */
export const pathOf = (file) => paths.get(file) || file.webkitRelativePath || file.name;

function listenToDrops(take, takeFolders, refuse) {
  let depth = 0; // entered elements minus left elements
  const hovering = (change) => {
    depth = Math.max(0, depth + change);
    document.body.classList.toggle("dragging", depth > 0);
  };
  const guard = (handle) => (event) => {
    if (!event.dataTransfer?.types.length || isText(event)) return;
    event.preventDefault();
    handle(event);
  };
  document.addEventListener("dragenter", guard(() => hovering(1)));
  document.addEventListener("dragleave", guard(() => hovering(-1)));
  document.addEventListener("dragover", guard((event) => { event.dataTransfer.dropEffect = "copy"; }));
  document.addEventListener("drop", guard(async ({ dataTransfer }) => {
    hovering(-depth);
    const files = [...dataTransfer.files]; // gone after the first await, as are the entries
    const entries = [...dataTransfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
    if (!files.length) refuse(LINK);
    else if (entries.some((entry) => entry.isDirectory)) await takeEntries(entries, takeFolders, refuse);
    else take(files);
  }));
}

async function takeEntries(entries, takeFolders, refuse) {
  try {
    takeFolders((await Promise.all(entries.map(filesIn))).flat());
  } catch {
    refuse("The folder can’t be read. Choose its pictures instead.");
  }
}

/** Return the files in a dropped file or folder, and in the folders below it. */
async function filesIn(entry) {
  if (entry.isDirectory) {
    const found = [];
    for (const below of await entriesIn(entry)) found.push(...await filesIn(below));
    return found;
  }
  const file = await new Promise((resolve, reject) => entry.file(resolve, reject));
  paths.set(file, entry.fullPath.slice(1));
  return [file];
}

/** Return what a folder holds. The browser hands it out in portions; an empty one is the last. */
async function entriesIn(folder) {
  const reader = folder.createReader();
  const found = [];
  for (;;) {
    const portion = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (!portion.length) return found;
    found.push(...portion);
  }
}

/** Return whether plain text is being dragged, which the page ignores. */
const isText = (event) => !event.dataTransfer.types.some((type) => type === "Files" || type === "text/uri-list");
