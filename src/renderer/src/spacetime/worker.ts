/** Entry of the worker: the engine, with messages in place of calls. */
import { Engine } from './engine'
import type { FontUrl, FromEngine, ToEngine } from './protocol'

/** What this file uses of a dedicated worker; the page's types know none. */
interface WorkerScope {
  readonly fonts?: { add(face: FontFace): void }
  postMessage(message: FromEngine): void
  addEventListener(kind: 'message', listener: (event: { readonly data: ToEngine }) => void): void
}

const scope: WorkerScope = self

/** A picture is not later than this, whatever the browser does with frames. */
const FRAME_MS_MAX = 100

const engine = new Engine({
  say: (message) => scope.postMessage(message),
  newSurface: (width, height) => new OffscreenCanvas(Math.max(1, width), Math.max(1, height)),
  onFrame: (paint) => {
    let isDone = false
    const once = (): void => {
      if (isDone) return
      isDone = true
      guarded(paint)
    }
    requestAnimationFrame(once)
    // A browser may hold frames of a worker back for as long as it likes.
    setTimeout(once, FRAME_MS_MAX)
  },
  nowMs: () => performance.now(),
})

scope.addEventListener('message', ({ data }) => {
  guarded(() => engine.take(data))
  if (data.kind === 'fonts') void loadFonts(data.urls)
})

/** Fonts of the page's style sheet are not those of a worker. */
async function loadFonts(urls: readonly FontUrl[]): Promise<void> {
  for (const { family, url } of urls) {
    try {
      const face = new FontFace(family, `url(${url})`, { weight: '100 900' })
      scope.fonts?.add(await face.load())
    } catch {
      // The system's font stands in, as it does on the page.
    }
  }
  engine.take({ kind: 'fonts', urls: [] })
}

function guarded(act: () => void): void {
  try {
    act()
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error)
    scope.postMessage({ kind: 'failed', words })
  }
}
