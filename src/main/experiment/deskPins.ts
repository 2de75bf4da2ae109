/**
 * Pins of runs: read from and written to `pins.json` in the directory of a run, of one that still
 * goes on too. One change at a time, each written whole or not at all.
 *
 * Errors: LabCallError where a bound would be passed or a pin is not there.
 */
import { join } from 'node:path'
import { LabCallError } from '../../shared/api'
import { isSvg, parsePins, PIN_BYTES_MAX, PINS_BYTES_MAX, PINS_FILE } from '../../shared/pins'
import { PINS_MAX, printPins } from '../../shared/pins'
import type { Pin, PinDraft } from '../../shared/pins'
import { RUN_ID } from '../../shared/runIds'
import { readBounded, runDirOf, stampOf, Turns, writeSafely } from './deskFolder'

/** The file is longer than what it holds: names, and what JSON escapes. */
const FILE_BYTES_MAX = 4 * PINS_BYTES_MAX

export class DeskPins {
  private readonly turns = new Turns()

  constructor(private readonly runsDir: string) {}

  async list(run: string): Promise<readonly Pin[]> {
    const path = await this.pathOf(run)
    if ((await stampOf(path)) === null) return []
    const text = await readBounded(path, FILE_BYTES_MAX)
    if (text === null) {
      throw new LabCallError('badArgument', `${path} has more than ${FILE_BYTES_MAX} bytes`)
    }
    return parsePins(text, `${run}/${PINS_FILE}`)
  }

  add(run: string, draft: PinDraft): Promise<readonly Pin[]> {
    return this.change(run, (pins) => {
      refuseUnfit(pins, draft)
      const last = Math.max(0, ...pins.map(({ id }) => Number(id.slice(1))))
      return [...pins, { id: `p${last + 1}`, pinnedAt: new Date().toISOString(), ...draft }]
    })
  }

  remove(run: string, id: string): Promise<readonly Pin[]> {
    return this.change(run, (pins) => {
      const rest = pins.filter((pin) => pin.id !== id)
      if (rest.length < pins.length) return rest
      throw new LabCallError('badArgument', `${run} has no pin ${id}`)
    })
  }

  /** By one place; at its end of the list it stays where it is. */
  move(run: string, id: string, by: -1 | 1): Promise<readonly Pin[]> {
    return this.change(run, (pins) => {
      const from = pins.findIndex((pin) => pin.id === id)
      const [pin, other] = [pins[from], pins[from + by]]
      if (pin === undefined) throw new LabCallError('badArgument', `${run} has no pin ${id}`)
      return other === undefined ? pins : pins.with(from, other).with(from + by, pin)
    })
  }

  private change(
    run: string,
    act: (pins: readonly Pin[]) => readonly Pin[],
  ): Promise<readonly Pin[]> {
    return this.turns.take(async () => {
      const next = act(await this.list(run))
      await writeSafely(await this.pathOf(run), printPins(next))
      return next
    })
  }

  private async pathOf(run: string): Promise<string> {
    if (!RUN_ID.test(run)) throw new LabCallError('badArgument', `${run} is no run`)
    return join(await runDirOf(this.runsDir, run), PINS_FILE)
  }
}

function refuseUnfit(pins: readonly Pin[], { svg, title }: PinDraft): void {
  const refuse = (words: string): never => {
    throw new LabCallError('badArgument', words)
  }
  if (svg !== '' && !isSvg(svg)) refuse(`the picture of "${title}" is no SVG document`)
  const bytes = Buffer.byteLength(svg)
  if (bytes > PIN_BYTES_MAX) {
    refuse(`the picture has ${bytes} bytes; a pin has at most ${PIN_BYTES_MAX}: choose less time`)
  }
  if (pins.length >= PINS_MAX) {
    refuse(`the run has ${PINS_MAX} pins, and that is all it can have: remove one first`)
  }
  const all = pins.reduce((sum, pin) => sum + Buffer.byteLength(pin.svg), bytes)
  if (all > PINS_BYTES_MAX) {
    refuse(`its pins would have ${all} bytes of at most ${PINS_BYTES_MAX}: remove one first`)
  }
}
