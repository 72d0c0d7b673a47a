// Pictures from a camera: the camera app on phones, elsewhere a dialog with a preview.

import { listenToChoices } from "./intake.js";

const JPEG_QUALITY = 0.92;

/** Show the button if there may be a camera. Call `take([file])` for each picture. */
export function listenToCamera(take) {
  const button = document.getElementById("camera");
  const snapshot = document.getElementById("snapshot");
  const phone = matchMedia("(pointer: coarse)").matches;
  const inPage = Boolean(navigator.mediaDevices?.getUserMedia); // only over HTTPS and on localhost
  button.hidden = !phone && !inPage;
  listenToChoices(snapshot, take);
  button.addEventListener("click", () => (phone ? snapshot.click() : openDialog(take)));
}

async function openDialog(take) {
  const dialog = document.getElementById("camera-dialog");
  const viewfinder = document.getElementById("viewfinder");
  const problem = document.getElementById("camera-problem");
  const shoot = document.getElementById("shoot");
  problem.textContent = "";
  shoot.disabled = true;
  dialog.showModal();
  try {
    await show(viewfinder, dialog);
    shoot.disabled = false;
    shoot.focus();
  } catch (error) {
    problem.textContent = reason(error);
    return;
  }
  // In place of the listener from the last time that the dialog was open.
  shoot.onclick = async () => {
    const file = await pictureOf(viewfinder);
    dialog.close();
    take([file]);
  };
}

/** Show the camera in the video until the dialog closes. Prefer the rear camera. */
async function show(viewfinder, dialog) {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" }, audio: false });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  if (!dialog.open) return stop(); // closed before the camera started
  dialog.addEventListener("close", () => { stop(); viewfinder.srcObject = null; }, { once: true });
  viewfinder.srcObject = stream;
  return viewfinder.play();
}

async function pictureOf(viewfinder) {
  const canvas = document.createElement("canvas");
  canvas.width = viewfinder.videoWidth;
  canvas.height = viewfinder.videoHeight;
  canvas.getContext("2d").drawImage(viewfinder, 0, 0);
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", JPEG_QUALITY));
  return new File([blob], "camera.jpg", { type: "image/jpeg" });
}

function reason(error) {
  if (error.name === "NotAllowedError") return "The browser does not allow the camera. Allow it in the address bar, or choose a picture.";
  if (error.name === "NotFoundError") return "There is no camera. Choose a picture instead.";
  return "The camera does not respond. Choose a picture instead.";
}
