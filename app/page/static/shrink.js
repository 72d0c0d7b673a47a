// Pictures made as small as the model can use, before they are sent.

import { Problem } from "./api.js";

const SIDE_PIXELS = 1024; // as WORKING_PIXELS on the server: more hardly changes a prediction
const QUALITY = 0.9;
const SMALL_BYTES = 200_000; // sent as they are, if the server can read them
const READABLE_BYTES = 200_000_000;
const FORMATS = [/^\xff\xd8\xff/, /^\x89PNG\r\n\x1a\n/, /^GIF8[79]a/, /^BM/, /^RIFF[^]{4}WEBP/]; // which the server reads
const OTHERS = [/^[^]{4}ftyp(avi|hei|hev|mif1|msf1)/, /^(II\*\0|MM\0\*)/]; // AVIF, HEIC, TIFF: some browsers read them

let last = Promise.resolve();

/**
 * Return what to send for a file: a JPEG of at most 1024 pixels, or the file's own bytes if they are few, or if the
 * browser can't decode them. One file at a time, since a decoded photo takes 50 MB. Throws a Problem.
 */
export function prepare(file, limits) {
  const prepared = last.then(() => prepareNow(file, limits));
  // A file that fails must not stop those after it.
  last = prepared.catch(() => {});
  return prepared;
}

async function prepareNow(file, limits) {
  const { maximumMegabytes, fill } = limits;
  if (file.size > READABLE_BYTES) throw tooLarge(file, maximumMegabytes);
  const content = await read(file);
  const sendable = await isSendable(content) && await isWithin(content, limits);
  if (sendable && content.size <= SMALL_BYTES) return content;
  const small = await shrink(content, fill).catch(() => null); // the server says what is wrong with it
  if (small && (small.size < content.size || !sendable)) return small;
  if (content.size > maximumMegabytes * 1e6) throw tooLarge(file, maximumMegabytes);
  return content;
}

/** Return a file's bytes as a blob in memory, which stays readable whatever happens to the file. */
async function read(file) {
  try {
    return new Blob([await file.arrayBuffer()], { type: file.type });
  } catch {
    throw new Problem("File not readable", "The file was moved or changed, or may not be read. Choose it again.", true);
  }
}

const isSendable = (content) => startsLike(content, FORMATS);

/** Return whether a file is a picture, by its content. If it can't be read, the page says so later. */
export const isPicture = (file) => startsLike(file, [...FORMATS, ...OTHERS]).catch(() => true);

async function startsLike(content, formats) {
  const start = String.fromCharCode(...new Uint8Array(await content.slice(0, 12).arrayBuffer()));
  return formats.some((format) => format.test(start));
}

/** Return whether the server takes a picture of this width and height, as far as the browser can tell. Nothing is decoded. */
async function isWithin(content, { maximumPixels, maximumSide }) {
  const picture = new Image();
  const known = new Promise((resolve) => { picture.onload = picture.onerror = resolve; });
  picture.src = URL.createObjectURL(content);
  await known;
  URL.revokeObjectURL(picture.src);
  const { naturalWidth, naturalHeight } = picture;
  return naturalWidth * naturalHeight <= maximumPixels && Math.max(naturalWidth, naturalHeight) <= maximumSide;
}

/** Return a JPEG of the upright picture, as the server would see it: transparency on the model's fill colour. */
async function shrink(content, fill) {
  // The server ignores colour profiles, so they are ignored here too.
  const picture = await createImageBitmap(content, { imageOrientation: "from-image", colorSpaceConversion: "none" });
  const scale = Math.min(1, SIDE_PIXELS / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(scale * picture.width));
  canvas.height = Math.max(1, Math.round(scale * picture.height));
  const context = canvas.getContext("2d", { alpha: false });
  Object.assign(context, { fillStyle: fill, imageSmoothingQuality: "high" });
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  // Frees the memory of the decoded picture now.
  picture.close();
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no JPEG"))), "image/jpeg", QUALITY);
  });
}

function tooLarge(file, maximumMegabytes) {
  const size = Math.ceil(file.size / 1e6);
  return new Problem("Too large", `The picture has ${size} MB; the limit is ${maximumMegabytes} MB. Choose a smaller one.`);
}
