// The door's camera: reads a QR code, puts what it says into the form and sends it. Without a camera, or without this file, the code is
// typed into the same form. What a code says is never opened, only sent to the portal. data-scan="ticket" says which codes are ours.
const EVERY_MS = 120;
const LARGEST = 640;
const PARTS = [1, 0.6, 0.35]; // jsQR reads nothing while two codes are in view: the rounds look at the whole picture and at its middle

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

// What all codes in view say, as far as they can be read.
async function reader() {
  if ("BarcodeDetector" in window && (await window.BarcodeDetector.getSupportedFormats()).includes("qr_code")) {
    const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
    return async () => (await detector.detect(video)).map((code) => code.rawValue);
  }
  let round = 0;
  return async () => {
    const read = readPart(PARTS[round % PARTS.length]);
    round = read && ours.test(read) ? 0 : round + 1; // a foreign code may stand beside ours
    return read ? [read] : [];
  };
}

// What the code in the middle of the picture says: the whole of it, or a square of that share of its shorter side.
function readPart(part) {
  const [wide, high] = [video.videoWidth, video.videoHeight];
  const side = Math.min(wide, high) * part;
  const [width, height] = part === 1 ? [wide, high] : [side, side];
  const shrink = Math.min(1, LARGEST / Math.max(width, height));
  canvas.width = Math.round(width * shrink);
  canvas.height = Math.round(height * shrink);
  picture.drawImage(video, (wide - width) / 2, (high - height) / 2, width, height, 0, 0, canvas.width, canvas.height);
  const { data } = picture.getImageData(0, 0, canvas.width, canvas.height);
  return window.jsQR(data, canvas.width, canvas.height, { inversionAttempts: "dontInvert" })?.data;
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
  const texts = video.readyState >= video.HAVE_ENOUGH_DATA ? await read().catch(() => []) : [];
  const text = texts.find((one) => ours.test(one));
  if (text) return send(text);
  say.textContent = texts.length ? say.dataset.foreign : say.dataset.searching;
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
