/**
 * The way to the engine: a worker that owns the canvas, or, where the browser has no
 * OffscreenCanvas or starts no worker, the engine on the page itself. Callers cannot tell.
 */
import { Engine } from './engine'
import type { Answer, FromEngine, Question, ToEngine } from './protocol'

export interface EnginePort {
  readonly kind: 'worker' | 'page'
  tell(message: Exclude<ToEngine, { kind: 'canvas' | 'ask' }>): void
  /** The canvas is the engine's from now on; null: it is gone. */
  lend(canvas: HTMLCanvasElement | null): void
  ask(question: Question): Promise<Answer>
  close(): void
}

/** Null: this browser has none. */
export type NewWorker = (() => Worker) | null

/** Questions that wait for an answer; more are refused. */
export const QUESTIONS_MAX = 64

export function openEngine(
  newWorker: NewWorker,
  hear: (message: Exclude<FromEngine, { kind: 'answer' }>) => void,
): EnginePort {
  const waiting = new Map<number, (answer: Answer) => void>()
  let lastToken = 0
  const receive = (message: FromEngine): void => {
    if (message.kind !== 'answer') return hear(message)
    waiting.get(message.token)?.(message.answer)
    waiting.delete(message.token)
  }
  const post = newWorker === null ? onPage(receive) : inWorker(newWorker(), receive)
  return {
    kind: newWorker === null ? 'page' : 'worker',
    tell: (message) => post.send(message, []),
    lend(canvas) {
      if (canvas === null || newWorker === null) return post.send({ kind: 'canvas', canvas }, [])
      const offscreen = canvas.transferControlToOffscreen()
      post.send({ kind: 'canvas', canvas: offscreen }, [offscreen])
    },
    ask(question) {
      if (waiting.size >= QUESTIONS_MAX) {
        return Promise.reject(new Error('the diagram is busy: too many questions wait'))
      }
      lastToken += 1
      const token = lastToken
      return new Promise((resolve) => {
        waiting.set(token, resolve)
        post.send({ kind: 'ask', token, question }, [])
      })
    },
    close: () => post.close(),
  }
}

interface Post {
  send(message: ToEngine, transfer: Transferable[]): void
  close(): void
}

function inWorker(worker: Worker, receive: (message: FromEngine) => void): Post {
  worker.addEventListener('message', (event: MessageEvent<FromEngine>) => receive(event.data))
  worker.addEventListener('error', (event) =>
    receive({ kind: 'failed', words: event.message || 'its worker did not start' }),
  )
  return {
    send: (message, transfer) => worker.postMessage(message, transfer),
    close: () => worker.terminate(),
  }
}

function onPage(receive: (message: FromEngine) => void): Post {
  const engine = new Engine({
    say: receive,
    newSurface(width, height) {
      const canvas = document.createElement('canvas')
      canvas.width = Math.max(1, width)
      canvas.height = Math.max(1, height)
      return canvas
    },
    onFrame: (paint) => requestAnimationFrame(paint),
    nowMs: () => performance.now(),
  })
  return {
    send: (message) => engine.take(message),
    close: () => engine.take({ kind: 'reset', recorded: false }),
  }
}

/** True where a worker can paint a canvas of the page. */
export function canPaintInWorker(): boolean {
  return (
    typeof Worker !== 'undefined' &&
    typeof OffscreenCanvas !== 'undefined' &&
    typeof HTMLCanvasElement.prototype.transferControlToOffscreen === 'function'
  )
}
