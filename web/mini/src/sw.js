/* Lets the app open and show what it showed before where there is no signal. Only its own files and the pictures it loaded. */
const FILES = 'files'
const PICTURES = 'pictures'
const MOST_PICTURES = 200
/** An answer is the same whoever asks: the server's Vary speaks of other origins and of compression. */
const ANY = { ignoreVary: true }

/** Every file of the app; written in by scripts/offline.mjs when it is built. */
const OWN = []

self.addEventListener('install', (event) => event.waitUntil(take().then(() => self.skipWaiting())))
self.addEventListener('activate', (event) => event.waitUntil(self.clients.claim()))

/** Takes what is new and lets go what no longer belongs; names carry their hash, so what is there stays. */
async function take() {
  const files = await caches.open(FILES)
  for (const old of await files.keys()) {
    const path = new URL(old.url).pathname
    if (path === '/m/' || !OWN.includes(path)) await files.delete(old)
  }
  const there = (await files.keys()).map((k) => new URL(k.url).pathname)
  await files.addAll(OWN.filter((path) => !there.includes(path)))
}

self.addEventListener('fetch', (event) => {
  const url = new URL(event.request.url)
  if (event.request.method !== 'GET' || url.origin !== self.location.origin) return
  if (event.request.mode === 'navigate') event.respondWith(page(event.request))
  else if (/^\/m\/(js|css|static)\//.test(url.pathname)) event.respondWith(file(event.request))
  else if (/^\/v1\/photos\/[^/]+\/[a-z]+$/.test(url.pathname)) event.respondWith(picture(event.request, url.pathname))
})

/** The page is asked for each time; the last one serves without signal. */
async function page(request) {
  try {
    return await fetch(request)
  } catch (gone) {
    const known = await (await caches.open(FILES)).match('/m/', ANY)
    if (known) return known
    throw gone
  }
}

/** Files carry their hash in their name: what is known never changes. */
async function file(request) {
  const files = await caches.open(FILES)
  return (await files.match(request, ANY)) ?? fetch(request)
}

/** The signature of a picture's address changes, the picture doesn't. */
async function picture(request, path) {
  const pictures = await caches.open(PICTURES)
  const known = await pictures.match(path, ANY)
  if (known) return known
  const answer = await fetch(request)
  if (answer.ok) {
    const keys = await pictures.keys()
    if (keys.length >= MOST_PICTURES) await pictures.delete(keys[0])
    await pictures.put(path, answer.clone())
  }
  return answer
}
