/** A simulated run directory is run again from its plan, and every event compared. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { drawPlan } from '../../src/core/sim/swarm'
import { isSimulated, rerun } from '../../src/main/replay/rerun'
import { recordTrial } from '../../src/main/sim/recordFailure'

const home = mkdtempSync(join(tmpdir(), 'paxos-lab-rerun-'))
let runDir = ''

beforeAll(async () => {
  const plan = drawPlan({ seed: 11, nodes: 3, safetyTicks: 300 })
  runDir = (await recordTrial(home, plan, '0.0.0')).runDir
})

afterAll(() => rmSync(home, { recursive: true, force: true }))

/** Changes a file of the run for one look at it. */
async function rerunWith(name: string, change: (text: string) => string) {
  const path = join(runDir, name)
  const text = readFileSync(path, 'utf8')
  writeFileSync(path, change(text))
  try {
    return await rerun(runDir)
  } finally {
    writeFileSync(path, text)
  }
}

it('is equal in every event', async () => {
  expect(isSimulated(runDir)).toBe(true)
  const { verdict, events, words } = await rerun(runDir)
  expect({ verdict, words }).toEqual({ verdict: 'valid', words: '' })
  expect(events).toBeGreaterThan(100)
})

it('names the first event that is other', async () => {
  const { verdict, words } = await rerunWith('events.ndjson', (text) => {
    return text.replace(
      '"type":"promised","ballot":{"round":1',
      '"type":"promised","ballot":{"round":7',
    )
  })
  expect(verdict).toBe('violated')
  expect(words).toMatch(
    /^first difference: event \d+\n {2}recorded: .*"round":7.*\n {2}run again: /,
  )
})

it('finds a line that is missing, a hash that is other, and another plan', async () => {
  const cut = await rerunWith('events.ndjson', (text) =>
    text.slice(0, text.trimEnd().lastIndexOf('\n') + 1),
  )
  expect(cut.words).toMatch(/recorded: nothing/)
  const hash = await rerunWith('result.json', (text) =>
    text.replace(/"hash": "...../, '"hash": "00000'),
  )
  expect(hash.words).toMatch(/hash is [0-9a-f]{16}, and 00000/)
  const chain = await rerunWith('events.ndjson', (text) =>
    text.replace(/"prev":"(?!0{32})./, '"prev":"x'),
  )
  expect(chain).toMatchObject({ verdict: 'violated' })
  expect(chain.words).toMatch(/^Line \d+: its hash/)
  const seed = await rerunWith('plan.json', (text) => text.replace('"seed": 11', '"seed": 12'))
  expect(seed.words).toMatch(/^first difference/)
  await expect(rerunWith('plan.json', () => '{')).rejects.toThrow(/plan.json is not JSON/)
})
