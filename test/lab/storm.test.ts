/** Storms on real processes: what they play, what they leave, and that they see a broken rule. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { drawStorm } from '../../src/core/storm/drawStorm'
import { STORM_FAMILIES } from '../../src/core/storm/storm'
import type { StormFamily, StormOptions } from '../../src/core/storm/storm'
import { DEFAULT_LOAD } from '../../src/shared/api'
import { FAILPOINTS } from '../../src/shared/failpoints'
import { performVerb } from '../../src/shared/performVerb'
import { parseVerb } from '../../src/shared/verbs'
import { CliProcess, endAll, temporaryFolder } from '../support/cliProcess'
import { LabRig } from '../support/cluster'
import { eventually } from '../support/eventually'

const LOAD = { ...DEFAULT_LOAD, mixRatio: 0.6 }
let rig: LabRig | null = null
afterEach(async () => {
  await rig?.close()
  rig = null
  await endAll()
})

async function open(nodes: 3 | 5, direct = false): Promise<LabRig> {
  rig = new LabRig()
  await rig.start({ nodes, direct, requestDeadlineMs: 1000 })
  return rig
}

const storm = (families: readonly StormFamily[] = STORM_FAMILIES): StormOptions => {
  return { seed: 5, families, intensity: 1, forMs: null }
}

it('plays the acts of its seed, heals everything, and the cluster gets going', async () => {
  const { lab, dir } = await open(3)
  await lab.setLoad(LOAD)
  await lab.startStorm(storm())
  await expect(lab.startStorm(storm())).rejects.toMatchObject({ code: 'wrongState' })
  const blows = () => lab.status().storm
  await eventually('a dozen faults', () => (blows()?.started ?? 0) >= 12, 40_000)
  expect(blows()).toMatchObject({ phase: 'safety', seed: 5, end: null })
  const end = await lab.stopStorm()
  expect(end).toMatchObject({ converged: true })
  expect(blows()).toMatchObject({ phase: 'over', end })
  const { faults, nodes, runDir } = lab.status()
  expect(faults).toEqual([])
  expect(nodes.map(({ state }) => state)).toEqual(['running', 'running', 'running'])
  await lab.setLoad(null)
  await rig?.logsEqual()
  await lab.stopCluster()
  expect(lab.lastResult()).toMatchObject({ verdict: 'valid' })

  const kept = JSON.parse(readFileSync(join(runDir ?? dir, 'storm.json'), 'utf8'))
  const drawn = drawStorm(storm(), {
    members: [1, 2, 3],
    driftBound: null,
    failpoints: FAILPOINTS.map(({ name }) => name),
  })
  const acts = kept.acts.map(() => drawn.next().value)
  expect(kept.acts).toMatchObject(acts)
  const struck: string[] = kept.acts.flatMap((act: { faults?: string[] }) => act.faults ?? [])
  const told = rig?.events.flatMap((event) =>
    event.type === 'faultStarted' ? [event.fault.id] : [],
  )
  expect(told).toEqual(expect.arrayContaining(struck))
}, 90_000)

it('is a verb: on, off, and what it answers', async () => {
  const { lab } = await open(3)
  const perform = (line: string) =>
    performVerb(lab, parseVerb(line), { status: () => lab.status() })
  await expect(perform('storm off')).rejects.toMatchObject({ code: 'wrongState' })
  const on = await perform('storm on intensity 0.9 families pause,clock for 10min')
  expect(on).toMatchObject({ ok: true, storm: { seed: 1, families: ['pause', 'clock'] } })
  expect(lab.status().storm).toMatchObject({ forMs: 600_000, intensity: 0.9 })
  expect(await perform('storm off')).toMatchObject({ ok: true, end: { converged: true } })
})

it('refuses faults of links in direct mode, and ends with its cluster', async () => {
  const { lab } = await open(3, true)
  await expect(lab.startStorm(storm())).rejects.toMatchObject({ code: 'directMode' })
  await lab.startStorm(storm(['pause', 'kill']))
  await lab.stopCluster()
  expect(lab.status()).toMatchObject({ state: 'idle', storm: null })
})

describe('paxos-lab storm', () => {
  it.each([
    ['an honest cluster', [], 0, 'valid'],
    ['one that counts stale promises (M4)', ['--mutant', 'M4', '--policy', 'eager'], 1, 'violated'],
  ])(
    'judges %s',
    async (_what, flags, code, verdict) => {
      const home = temporaryFolder()
      try {
        const seconds = code === 0 ? '6' : '45'
        const families = code === 0 ? [] : ['--families', 'packets,clog']
        const storm = ['storm', '--seed', '1', '--intensity', '1', '--seconds', seconds]
        const cli = new CliProcess([...storm, ...families, ...flags, '--json'], home.path)
        expect(await cli.ended(85_000)).toBe(code)
        const result = cli.lines.at(-1)
        expect(result).toMatchObject({ verdict, storm: { seed: 1 } })
        expect(result?.['command']).toContain('--seed 1')
        if (code === 0) {
          expect(result?.['findings']).toEqual([])
          expect(result?.['measures']).toMatchObject({ writesLost: 0 })
        } else expect(cli.stderr).toContain('again: paxos-lab storm')
      } finally {
        home.remove()
      }
    },
    90_000,
  )
})
