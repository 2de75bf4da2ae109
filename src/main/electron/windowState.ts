/**
 * Where the window was (EL7): read at the start, written a moment after it changed. A position is
 * used only if enough of the window would be on a display that exists now.
 */
import { readFileSync } from 'node:fs'
import { rename, writeFile } from 'node:fs/promises'
import { z } from '../../shared/zod'

export const WIDTH_MIN = 1024
export const HEIGHT_MIN = 640
const WIDTH_DEFAULT = 1440
const HEIGHT_DEFAULT = 900
/** So much of the window must be visible, or it could not be dragged back. */
export const VISIBLE_PX_MIN = 64
export const SAVE_DELAY_MS = 500

export interface Rectangle {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

const side = z.number().int().min(1).max(32_767)
const place = z.number().int().min(-32_768).max(32_767)
const schema = z.object({
  bounds: z.object({ x: place, y: place, width: side, height: side }).nullable(),
  isMaximized: z.boolean(),
  theme: z.enum(['system', 'light', 'dark']),
})

export type WindowState = z.infer<typeof schema>

export const DEFAULT_STATE: WindowState = { bounds: null, isMaximized: false, theme: 'system' }

/** A missing or damaged file means the defaults: a window must open in any case. */
export function readWindowState(path: string): WindowState {
  try {
    return schema.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch {
    return DEFAULT_STATE
  }
}

export async function writeWindowState(path: string, state: WindowState): Promise<void> {
  const next = `${path}.${process.pid}.tmp`
  await writeFile(next, JSON.stringify(state))
  await rename(next, path)
}

/** Size and place to open with; without `x` and `y` the system centres it. */
export function openingBounds(
  state: WindowState,
  workAreas: readonly Rectangle[],
): { width: number; height: number; x?: number; y?: number } {
  const { bounds } = state
  if (bounds === null) return { width: WIDTH_DEFAULT, height: HEIGHT_DEFAULT }
  const width = Math.max(WIDTH_MIN, bounds.width)
  const height = Math.max(HEIGHT_MIN, bounds.height)
  const isVisible = workAreas.some((area) => {
    const across = Math.min(bounds.x + width, area.x + area.width) - Math.max(bounds.x, area.x)
    const down = Math.min(bounds.y + height, area.y + area.height) - Math.max(bounds.y, area.y)
    return across >= VISIBLE_PX_MIN && down >= VISIBLE_PX_MIN
  })
  return isVisible ? { width, height, x: bounds.x, y: bounds.y } : { width, height }
}

/** Saves the last state a moment after the last change; `flush` at once. */
export class WindowStateFile {
  private state: WindowState
  private timer: ReturnType<typeof setTimeout> | null = null
  private writing: Promise<void> = Promise.resolve()

  constructor(
    private readonly path: string,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.state = readWindowState(path)
  }

  get value(): WindowState {
    return this.state
  }

  change(part: Partial<WindowState>): void {
    this.state = { ...this.state, ...part }
    if (this.timer) clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.flush(), SAVE_DELAY_MS)
  }

  flush(): Promise<void> {
    if (this.timer === null) return this.writing
    clearTimeout(this.timer)
    this.timer = null
    const { state } = this
    this.writing = this.writing.then(() => writeWindowState(this.path, state)).catch(this.onFailure)
    return this.writing
  }
}
