/** A desk on temporary folders, with a lab that only notes what it is asked to play. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ExperimentDesk } from '../../src/main/experiment/desk'
import type { DeskLab } from '../../src/main/experiment/desk'
import type { TrialsRequest } from '../../src/shared/deskApi'
import type { Scenario } from '../../src/shared/experiment'
import { LabCallError } from '../../src/shared/api'
import { expect } from 'vitest'
import { root } from './tree'

export const TINY = `version: 1
name: tiny
title: Tiny
summary: Three nodes choose one value.
seconds: 1
level: basic
cluster:
  nodes: 3
steps:
  - do: write 1 k v
expect:
  - chosenSlots > 0
`

/** An unknown key in line 8, column 3. */
export const WRONG = TINY.replace('  nodes: 3', '  nodez: 3')

export class DeskRig {
  readonly runsDir: string
  readonly own: string
  readonly played: { readonly scenario: Scenario; readonly seed: number | null }[] = []
  status: ReturnType<DeskLab['status']> = { state: 'idle', runDir: null }
  readonly desk: ExperimentDesk

  constructor(
    mainDir = join(root, 'out/main'),
    makeLab?: (runsDir: string) => DeskLab,
    /** That of another one: as a host that is started again. */
    readonly home = mkdtempSync(join(tmpdir(), 'paxos-lab-desk-')),
  ) {
    this.runsDir = join(home, 'runs')
    this.own = join(home, 'experiments')
    this.desk = new ExperimentDesk({
      ...{ mainDir, runsDir: this.runsDir, appVersion: '0.0.0' },
      lab: makeLab?.(this.runsDir) ?? {
        playScenario: async (scenario, seed) => void this.played.push({ scenario, seed }),
        status: () => this.status,
      },
    })
  }

  async close(): Promise<void> {
    await this.desk.close()
    rmSync(this.home, { recursive: true, force: true, maxRetries: 3 })
  }
}

export function trials(changes: Partial<TrialsRequest> = {}): TrialsRequest {
  return {
    ...{ text: TINY, file: 'tiny.paxlab.yaml', seeds: '', seed: null, repeat: null, sweep: [] },
    ...{ jobs: 1, source: 'simulator', stopOnFailure: false, timeLimitS: null },
    ...changes,
  }
}

export async function refusalOf(call: Promise<unknown>): Promise<LabCallError> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (error instanceof LabCallError) return error
  return expect.fail(error === null ? 'the call was carried out' : String(error))
}
