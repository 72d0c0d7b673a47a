// Pictures that are dropped, chosen or pasted. The camera has its own module.

/** Call `take(files)` for files, and `refuse(sentence)` for anything else that is dropped. */
export function listen(take, refuse) {
  listenToDrops(take, refuse);
  listenToChoices(document.getElementById("pictures"), take);
  document.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
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

function listenToDrops(take, refuse) {
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
  document.addEventListener("drop", guard((event) => {
    hovering(-depth);
    const files = [...event.dataTransfer.files];
    if (files.length) take(files);
    else refuse("That is a link, not a picture. Save the picture and drop its file, or copy and paste it.");
  }));
}

/** Return whether plain text is being dragged, which the page ignores. */
const isText = (event) => !event.dataTransfer.types.some((type) => type === "Files" || type === "text/uri-list");
