// The door's camera: reads a QR code, puts what it says into the form and sends it. Without a camera, or without this file, the code is
// typed into the same form. What a code says is never opened, only sent to the portal. data-scan="ticket" says which codes are ours.
const EVERY_MS = 120;
const LARGEST = 640;

const form = document.querySelector("form[data-scan]");
const ours = new RegExp(`/(${form?.dataset.scan})/[A-Za-z0-9_-]{32}(?:[/?#]|$)`);
const camera = document.querySelector("[data-camera]");
const noCamera = document.querySelector("[data-no-camera]");
const video = camera?.querySelector("video");
const say = camera?.querySelector("[data-say]");
const light = form?.querySelector("[data-light]");
const canvas = document.createElement("canvas");
const picture = canvas.getContext("2d", { willReadFrequently: true });
let track = null;
let sent = false;

async function reader() {
  if ("BarcodeDetector" in window && (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(video))[0]?.rawValue;
  }
  return async () => {
    const shrink = Math.min(1, LARGEST / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = Math.round(video.videoWidth * shrink);
    canvas.height = Math.round(video.videoHeight * shrink);
    picture.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = picture.getImageData(0, 0, canvas.width, canvas.height);
    return window.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
  };
}

function send(text) {
  sent = true;
  say.textContent = say.dataset.sending;
  if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(40); // browsers refuse, and complain, before the first touch
  form.elements.code.value = text;
  track.stop();
  form.requestSubmit();
}

async function look(read) {
  if (sent) return;
  const text = video.readyState >= video.HAVE_ENOUGH_DATA ? await read().catch(() => null) : null;
  if (text && ours.test(text)) return send(text);
  say.textContent = text ? say.dataset.foreign : say.dataset.searching;
  setTimeout(look, EVERY_MS, read);
}

async function start() {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } }, audio: false });
  [track] = stream.getVideoTracks();
  video.srcObject = stream;
  await video.play();
  camera.hidden = false;
  if (noCamera) noCamera.hidden = true;
  if (track.getCapabilities?.().torch) light.hidden = false;
  look(await reader());
}

light?.addEventListener("click", () => {
  const on = light.getAttribute("aria-pressed") !== "true";
  light.setAttribute("aria-pressed", String(on));
  track.applyConstraints({ advanced: [{ torch: on }] });
});

// The page comes back from the browser's memory with a stopped camera and a key that was used: load it anew.
addEventListener("pageshow", (event) => event.persisted && location.reload());

if (form && navigator.mediaDevices?.getUserMedia) {
  start().catch(() => {
    const words = noCamera?.querySelector("[data-blocked]");
    if (words) words.textContent = words.dataset.blocked;
  });
}
