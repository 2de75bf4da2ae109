/**
 * What the stand-in for the `electron` module recorded, and what a test sets before the shell runs.
 * It is a stand-in: no Electron takes part in these tests.
 */
import { EventEmitter } from 'node:events'

export interface Recorded {
  readonly name: string
  readonly args: readonly unknown[]
}

interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

export const standIn = {
  /** The `app` of the module, which windows tell of themselves. */
  app: new EventEmitter(),
  calls: [] as Recorded[],
  ipcHandlers: new Map<string, (event: unknown, ...args: unknown[]) => unknown>(),
  schemeHandlers: new Map<string, (request: Request) => Promise<Response>>(),
  hasLock: true,
  isPackaged: false,
  userData: '',
  dark: false,
  workAreas: [{ x: 0, y: 0, width: 1920, height: 1080 }] as readonly Rectangle[],
  /** Button that a person presses in the next dialogs. */
  pressed: 0,
  /** File that a person chooses in the next dialogs; empty: they are cancelled. */
  chosen: '',
  /** What the system says when a file does not open; empty: it opens. */
  openFailure: '',
  /** True in a process of its own, which `app.exit` then ends. */
  exits: false,
}

export function note(name: string, ...args: unknown[]): void {
  standIn.calls.push({ name, args })
}

export function callsOf(name: string): readonly (readonly unknown[])[] {
  return standIn.calls.filter((call) => call.name === name).map((call) => call.args)
}

/** The place of the first such call in the order of all calls; -1 when there was none. */
export function orderOf(name: string): number {
  return standIn.calls.findIndex((call) => call.name === name)
}

/** An event that can be prevented, as Electron hands over. */
export class PreventableEvent {
  defaultPrevented = false

  constructor(readonly url = '') {}

  preventDefault(): void {
    this.defaultPrevented = true
  }
}

/** Emits and answers whether a listener prevented it. */
export function emitPreventable(from: EventEmitter, name: string, url = ''): boolean {
  const event = new PreventableEvent(url)
  from.emit(name, event)
  return event.defaultPrevented
}
