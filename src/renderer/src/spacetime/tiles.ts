/**
 * Strip cache: arrows in tiles of TILE_PX, painted once and then moved. A live picture paints only
 * what is new into its newest tile.
 *
 * Key:    tiles are good for one `signature` (scale, height, theme, filter, look, level,
 *         shift of clocks) and lie at
 *         whole multiples of TILE_PX in the time of that scale.
 * Budget: `paint` stops after its deadline and says so; the next frame goes on.
 * Limits: TILES_MAX tiles, the least lately used goes first.
 */
import { drawnStart, drawnWithin, isDrawnWithin, NO_SHIFT } from './clockShift'
import type { ClockShift } from './clockShift'
import { addToDensity, binDensity, newDensity } from './density'
import type { Density } from './density'
import { laneIndex } from './geometry'
import type { Layout } from './geometry'
import type { MessageStore } from './messageStore'
import { paintArrow, paintLines } from './paintArrows'
import type { ArrowPen } from './paintArrows'
import { paintDensity } from './paintDensity'
import type { Ctx, Palette } from './palette'
import type { Level } from './protocol'

export const TILE_PX = 512
export const TILES_MAX = 16
/** Heads and signs reach this far beyond the ends of an arrow. */
const MARGIN_PX = 40
const CHUNK_ARROWS = 64
const CHUNK_LINES = 2000

export type Surface = OffscreenCanvas | HTMLCanvasElement

interface Tile {
  readonly index: number
  readonly surface: Surface
  readonly ctx: Ctx
  /** Everything before this serial is painted or waits in `queue`. */
  seenSerial: number
  isFresh: boolean
  queue: number[]
  /** How much of the queue is painted. */
  at: number
  density: Density | null
  skewWords: Map<number, number>
  usedAt: number
}

export interface TileStyle {
  readonly layout: Layout
  readonly palette: Palette
  readonly scale: number
  readonly msPerPx: number
  readonly level: Level
  readonly colour: 'family' | 'owner'
  /** Of lines at level 2. */
  readonly alpha: number
  readonly test: ((row: number) => boolean) | null
  readonly shift: ClockShift
  readonly signature: string
}

export class TileCache {
  /** Tiles painted anew, for figures. */
  painted = 0
  private tiles = new Map<number, Tile>()
  private signature = ''
  private reachMs = NO_SHIFT.reachMs
  private uses = 0
  /** Something was painted in this frame. */
  private isAhead = false

  constructor(
    private readonly store: MessageStore,
    private readonly newSurface: (width: number, height: number) => Surface,
  ) {}

  /** Messages of this time are other than they were painted. */
  invalidate(fromMs: number, toMs: number, msPerPx: number): void {
    const tileMs = TILE_PX * msPerPx
    const room = MARGIN_PX * msPerPx + this.reachMs
    for (const tile of this.tiles.values()) {
      const start = tile.index * tileMs
      if (start - room <= toMs && start + tileMs + room >= fromMs) tile.isFresh = true
    }
  }

  clear(): void {
    this.tiles.clear()
    this.signature = ''
  }

  /** Paints what the window needs; `blit` gets each tile and its x. False: it was late. */
  paint(
    style: TileStyle,
    fromMs: number,
    toMs: number,
    late: () => boolean,
    blit: (surface: Surface, x: number) => void,
  ): boolean {
    if (style.signature !== this.signature) {
      this.tiles.clear()
      this.signature = style.signature
      this.reachMs = style.shift.reachMs
    }
    const tileMs = TILE_PX * style.msPerPx
    this.isAhead = false
    const first = Math.floor(fromMs / tileMs)
    const last = Math.floor(toMs / tileMs)
    let done = true
    // The newest first: that is where a live picture is looked at.
    for (let index = last; index >= first; index -= 1) {
      const tile = this.tile(index, style)
      // To find what a tile shows takes time too: one of them is enough for a frame that is late.
      if (tile.isFresh && this.isAhead && late()) {
        done = false
        continue
      }
      this.collect(tile, style)
      if (!this.work(tile, style, late)) done = false
    }
    for (let index = first; index <= last; index += 1) {
      const tile = this.tiles.get(index)
      if (tile) blit(tile.surface, (index * tileMs - fromMs) / style.msPerPx)
    }
    return done
  }

  private tile(index: number, style: TileStyle): Tile {
    this.uses += 1
    const known = this.tiles.get(index)
    if (known) {
      known.usedAt = this.uses
      return known
    }
    if (this.tiles.size >= TILES_MAX) {
      const oldest = [...this.tiles.values()].reduce((a, b) => (a.usedAt < b.usedAt ? a : b))
      this.tiles.delete(oldest.index)
    }
    const { scale, layout } = style
    const surface = this.newSurface(TILE_PX * scale, Math.ceil(layout.height * scale))
    const ctx = contextOf(surface)
    ctx.scale(scale, scale)
    const tile: Tile = {
      ...{ index, surface, ctx, seenSerial: 0, isFresh: true },
      ...{ queue: [], at: 0, density: null, skewWords: new Map(), usedAt: this.uses },
    }
    this.tiles.set(index, tile)
    return tile
  }

  /** Queues what the tile does not show yet. */
  private collect(tile: Tile, style: TileStyle): void {
    const { store } = this
    const { shift } = style
    const room = MARGIN_PX * style.msPerPx
    const fromMs = tile.index * TILE_PX * style.msPerPx - room
    const toMs = fromMs + TILE_PX * style.msPerPx + 2 * room
    const put = (row: number): void => {
      if (style.test === null || style.test(row)) tile.queue.push(store.serialOf(row))
    }
    if (tile.isFresh) {
      tile.ctx.clearRect(0, 0, TILE_PX, style.layout.height)
      tile.queue = []
      tile.at = 0
      tile.density = null
      tile.skewWords = new Map()
      tile.isFresh = false
      this.painted += 1
      if (style.level === 3) this.binAll(tile, style)
      else drawnWithin(store, shift, fromMs, toMs, put)
    } else {
      for (let serial = tile.seenSerial; serial < store.nextSerial; serial += 1) {
        const row = store.rowOf(serial)
        if (row >= 0 && isDrawnWithin(store, shift, row, fromMs, toMs)) put(row)
      }
    }
    tile.seenSerial = store.nextSerial
  }

  /** Straight from the order of time: a queue of so many would only be filled and emptied. */
  private binAll(tile: Tile, style: TileStyle): void {
    const { layout, palette, msPerPx, test, shift } = style
    const density = newDensity(TILE_PX, layout.lanes.length)
    const fromMs = tile.index * TILE_PX * msPerPx
    const window = { fromMs, toMs: fromMs + TILE_PX * msPerPx }
    binDensity(this.store, window, density, laneIndex(layout.lanes), test, shift)
    tile.density = density
    paintDensity(tile.ctx, layout, palette, density, 0, TILE_PX)
    this.isAhead = true
  }

  private work(tile: Tile, style: TileStyle, late: () => boolean): boolean {
    if (tile.queue.length === 0) return true
    if (style.level === 3) {
      this.workDensity(tile, style)
      return true
    }
    const pen = this.penOf(tile, style)
    const chunk = style.level === 1 ? CHUNK_ARROWS : CHUNK_LINES
    // However late it is, a frame paints something: else nothing would ever be done.
    while (tile.at < tile.queue.length && (!this.isAhead || !late())) {
      this.isAhead = true
      const serials = tile.queue.slice(tile.at, tile.at + chunk)
      const rows = serials.map((serial) => this.store.rowOf(serial)).filter((row) => row >= 0)
      if (style.level === 2) paintLines(pen, rows)
      else for (const row of rows) paintArrow(pen, row)
      tile.at += serials.length
    }
    if (tile.at < tile.queue.length) return false
    tile.queue = []
    tile.at = 0
    return true
  }

  private workDensity(tile: Tile, style: TileStyle): void {
    const { layout, shift } = style
    tile.density ??= newDensity(TILE_PX, layout.lanes.length)
    const laneOf = laneIndex(layout.lanes)
    const startMs = tile.index * TILE_PX * style.msPerPx
    let low = TILE_PX
    let high = -1
    for (const serial of tile.queue) {
      const row = this.store.rowOf(serial)
      if (row < 0) continue
      const column = Math.floor((drawnStart(this.store, shift, row) - startMs) / style.msPerPx)
      if (!addToDensity(tile.density, this.store, row, laneOf, column)) continue
      low = Math.min(low, column)
      high = Math.max(high, column)
    }
    tile.queue = []
    if (high >= low) paintDensity(tile.ctx, layout, style.palette, tile.density, low, high + 1)
  }

  private penOf(tile: Tile, style: TileStyle): ArrowPen {
    const { layout, palette, colour, msPerPx, alpha, shift } = style
    const fromMs = tile.index * TILE_PX * msPerPx
    return {
      ctx: tile.ctx,
      layout: { ...layout, width: TILE_PX },
      window: { fromMs, toMs: fromMs + TILE_PX * msPerPx },
      skewWords: tile.skewWords,
      ...{ palette, colour, alpha, shift, store: this.store, laneOf: laneIndex(layout.lanes) },
    }
  }
}

export function contextOf(surface: Surface): Ctx {
  const ctx = surface.getContext('2d')
  if (ctx === null || !('fillRect' in ctx)) throw new Error('the canvas has no 2D context')
  return ctx
}
