/** Pins of a run and its report; single runs deleted, and one that grows. */
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseArgs } from '../../src/shared/apiSchemas'
import { PID_FILE, processId } from '../../src/main/lab/processIds'
import { PIN_BYTES_MAX, PINS_BYTES_MAX, PINS_MAX } from '../../src/shared/pins'
import type { PinDraft } from '../../src/shared/pins'
import { runIdOf } from '../../src/shared/runIds'
import { DeskRig, refusalOf } from '../support/deskRig'
import { makeRun, started } from '../support/reportRuns'

const RUN = '2026-11-21T10-00-00-abcd'
const OTHER = '2026-11-22T10-00-00-abcd'
const TRIAL = `experiment-${RUN}/runs/${RUN}`

const PIN: PinDraft = {
  title: 'Throughput, ops/s',
  caption: 'acknowledged 12, offered 14',
  ...{ fromMs: 1000, toMs: 9000, atMs: 4250 },
  svg: '<svg xmlns="http://www.w3.org/2000/svg"><text>A picture</text></svg>',
  rows: [],
}
const FIGURES: PinDraft = {
  ...PIN,
  ...{ title: 'Messages of a range', svg: '', rows: [['Lost', '<b>3</b>']], atMs: null },
}

let rig: DeskRig
const at = (...parts: string[]): string => join(rig.runsDir, ...parts)

function keepRun(...where: string[]): void {
  const made = makeRun([started()])
  cpSync(made, at(...where), { recursive: true })
  rmSync(made, { recursive: true })
}

beforeEach(() => {
  rig = new DeskRig()
  mkdirSync(rig.runsDir)
  keepRun(RUN)
})
afterEach(() => rig.close())

function report(): string {
  return readFileSync(at(RUN, 'report.html'), 'utf8')
}

describe('pins', () => {
  it('are kept with the run, in order, and stand in its report', async () => {
    expect(await rig.desk.pins(RUN)).toEqual([])
    await rig.desk.reportPage(RUN)
    expect(report()).not.toContain('id="pins-h"')
    await rig.desk.addPin(RUN, PIN)
    const pins = await rig.desk.addPin(RUN, FIGURES)
    expect(pins).toMatchObject([
      { id: 'p1', ...PIN },
      { id: 'p2', ...FIGURES },
    ])
    // Another desk finds them, as after a new start of the host.
    expect(await new DeskRig(undefined, undefined, rig.home).desk.pins(RUN)).toEqual(pins)
    await rig.desk.reportPage(RUN)
    const page = report()
    expect(page.indexOf('Throughput, ops/s')).toBeLessThan(page.indexOf('Messages of a range'))
    expect(page).toMatch(/1 to 9 s, seen <a href="#timeline-h">at 4.25 s</)
    const encoded = /data:image\/svg\+xml;base64,([^"]+)/.exec(page)?.[1] ?? ''
    expect(Buffer.from(encoded, 'base64').toString()).toBe(PIN.svg)
    expect(page).not.toContain('<text>A picture')
    expect(page).toContain('&lt;b&gt;3&lt;/b&gt;')
  })

  it('are removed, and their numbers are not given again', async () => {
    await rig.desk.addPin(RUN, PIN)
    await rig.desk.addPin(RUN, PIN)
    expect(await rig.desk.removePin(RUN, 'p1')).toMatchObject([{ id: 'p2' }])
    expect(await rig.desk.addPin(RUN, PIN)).toMatchObject([{ id: 'p2' }, { id: 'p3' }])
    const refused = await refusalOf(rig.desk.removePin(RUN, 'p1'))
    expect(refused).toMatchObject({ code: 'badArgument', message: `${RUN} has no pin p1` })
  })

  it('change places, by one at a time, and the report follows', async () => {
    for (const title of ['a', 'b', 'c']) await rig.desk.addPin(RUN, { ...FIGURES, title })
    const order = async (id: string, by: -1 | 1): Promise<string> =>
      (await rig.desk.movePin(RUN, id, by)).map(({ title }) => title).join('')
    expect(await order('p3', -1)).toBe('acb')
    expect(await order('p3', -1)).toBe('cab')
    expect(await order('p3', -1)).toBe('cab')
    expect(await order('p2', 1)).toBe('cab')
    expect(await order('p3', 1)).toBe('acb')
    expect(await refusalOf(rig.desk.movePin(RUN, 'p9', 1))).toMatchObject({ code: 'badArgument' })
    expect(() => parseArgs('movePin', [RUN, 'p1', 2])).toThrow()
    await rig.desk.reportPage(RUN)
    expect([...report().matchAll(/<b>([abc])<\/b/g)].map(([, title]) => title).join('')).toBe('acb')
  })

  it('of a run that goes on are written at once, many at a time', async () => {
    rig.status = { state: 'running', runDir: at(RUN) }
    await Promise.all(Array.from({ length: 8 }, () => rig.desk.addPin(RUN, FIGURES)))
    const ids = (await rig.desk.pins(RUN)).map(({ id }) => id)
    expect(ids).toEqual(['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8'])
  })

  it('have bounds, and a refusal says which', async () => {
    const svg = (bytes: number): string => `<svg>${'x'.repeat(bytes - 5)}`
    const words = async (draft: PinDraft): Promise<string> =>
      (await refusalOf(rig.desk.addPin(RUN, draft))).message
    expect(await words({ ...PIN, svg: svg(PIN_BYTES_MAX + 1) })).toContain(`${PIN_BYTES_MAX}`)
    expect(await words({ ...PIN, svg: '<script>1</script>' })).toContain('no SVG document')
    const fitting = Math.floor(PINS_BYTES_MAX / PIN_BYTES_MAX)
    for (let pin = 0; pin < fitting; pin += 1) {
      await rig.desk.addPin(RUN, { ...PIN, svg: svg(PIN_BYTES_MAX) })
    }
    expect(await words({ ...PIN, svg: svg(PIN_BYTES_MAX) })).toContain(`${PINS_BYTES_MAX}`)
    for (let pin = fitting; pin < PINS_MAX; pin += 1) await rig.desk.addPin(RUN, FIGURES)
    expect(await words(FIGURES)).toContain(`${PINS_MAX} pins`)
    expect(await rig.desk.pins(RUN)).toHaveLength(PINS_MAX)
  })

  it('that cannot be read are said, by the desk and in the report', async () => {
    writeFileSync(at(RUN, 'pins.json'), '{"version":1,"pins":[{"id":1}]}')
    const refused = await refusalOf(rig.desk.pins(RUN))
    expect(refused.message).toContain(`${RUN}/pins.json.pins[0]`)
    await rig.desk.reportPage(RUN)
    expect(report()).toContain('The pins cannot be shown: pins.json.pins[0]')
  })

  it('are refused outside of the folder and beyond what a call may carry', async () => {
    expect(await refusalOf(rig.desk.pins(OTHER))).toMatchObject({ code: 'badArgument' })
    expect(() => parseArgs('addPin', ['../x', PIN])).toThrow()
    expect(() => parseArgs('addPin', [RUN, { ...PIN, title: '' }])).toThrow()
    expect(() => parseArgs('removePin', [RUN, 'p0'])).toThrow()
    expect(parseArgs('addPin', [RUN, PIN])).toEqual([RUN, PIN])
  })

  it('a run is known by the path of its directory', () => {
    expect(runIdOf(`/home/x/runs/${RUN}`)).toBe(RUN)
    expect(runIdOf(`C:\\runs\\${RUN}\\`)).toBe(RUN)
    expect(runIdOf(`/runs/${TRIAL}`)).toBe(TRIAL)
    expect(runIdOf(`/runs/${RUN}-x`)).toBeNull()
    expect(runIdOf('/home/x')).toBeNull()
  })
})

describe('a single run', () => {
  it('is deleted with all that lies in it, once, and no other', async () => {
    keepRun(OTHER)
    await rig.desk.addPin(RUN, PIN)
    await rig.desk.deleteRun(RUN)
    expect(existsSync(at(RUN))).toBe(false)
    expect((await rig.desk.runs()).map(({ id }) => id)).toEqual([OTHER])
    expect(await refusalOf(rig.desk.deleteRun(RUN))).toMatchObject({ code: 'badArgument' })
  })

  it('is not deleted while it is recorded, and is listed as that', async () => {
    keepRun(OTHER)
    rig.status = { state: 'running', runDir: at(RUN) }
    const refused = await refusalOf(rig.desk.deleteRun(RUN))
    expect(refused).toMatchObject({ code: 'wrongState' })
    expect(refused.message).toContain('is being recorded')
    expect(existsSync(at(RUN, 'run.json'))).toBe(true)
    const cards = await rig.desk.runs()
    expect(cards.map(({ id, recording = false }) => [id, recording])).toEqual([
      [OTHER, false],
      [RUN, true],
    ])
    await rig.desk.deleteRun(OTHER)
    rig.status = { state: 'idle', runDir: at(RUN) }
    await rig.desk.deleteRun(RUN)
    expect(await rig.desk.runs()).toEqual([])
  })

  it('that another process records is listed as that, and left alone until it ends', async () => {
    keepRun(OTHER)
    rmSync(at(OTHER, 'result.json'))
    const card = async () => (await rig.desk.runs()).find(({ id }) => id === OTHER)
    expect(await card()).toMatchObject({ verdict: 'unknown', events: 0 })
    expect(await card()).not.toHaveProperty('recording')
    const lab = processId(process.pid)
    writeFileSync(at(OTHER, PID_FILE), JSON.stringify({ lab, children: [] }))
    expect(await card()).toMatchObject({ recording: true })
    expect(await refusalOf(rig.desk.deleteRun(OTHER))).toMatchObject({ code: 'wrongState' })
    expect(await refusalOf(rig.desk.reportPage(OTHER))).toMatchObject({ code: 'wrongState' })
    // The id belongs to another process by now: that lab is gone, and nobody records.
    writeFileSync(
      at(OTHER, PID_FILE),
      JSON.stringify({ lab: { ...lab, start: '1' }, children: [] }),
    )
    expect(await card()).not.toHaveProperty('recording')
    await rig.desk.deleteRun(OTHER)
    expect(existsSync(at(OTHER))).toBe(false)
  })

  it('is not deleted out of a result', async () => {
    keepRun(...TRIAL.split('/'))
    expect(await refusalOf(rig.desk.deleteRun(TRIAL))).toMatchObject({ code: 'wrongState' })
    expect(existsSync(at(TRIAL))).toBe(true)
    expect(() => parseArgs('deleteRun', ['..'])).toThrow()
  })
})
