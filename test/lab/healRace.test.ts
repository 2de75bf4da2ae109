/** Healing all while a node dies: the others are healed, and a note names the one that was gone. */
import { rmSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import type { LabEvent } from '../../src/core/event'
import { newIdentity } from '../../src/main/lab/dataDir'
import { PlainLauncher } from '../../src/main/lab/launcher'
import type { LaunchSpec, NodeHandle, NodeLauncher } from '../../src/main/lab/launcher'
import { Run } from '../../src/main/lab/run'
import { Session } from '../../src/main/lab/session'
import { builtEntry } from '../support/built'
import { clusterOptions, temporaryDir } from '../support/cluster'
import { eventually } from '../support/eventually'

/** Tells of the end of a process only when the test lets it: the moment between is held open. */
class LateLauncher implements NodeLauncher {
  private readonly plain = new PlainLauncher()
  private release = (): void => {}
  private readonly released = new Promise<void>((resolve) => (this.release = resolve))

  launch(spec: LaunchSpec): NodeHandle {
    const handle = this.plain.launch(spec)
    const exited = this.released.then(() => handle.exited)
    const { pid, stdout, stderr } = handle
    return { pid, stdout, stderr, kill: (signal) => handle.kill(signal), exited }
  }

  tellEnds(): void {
    this.release()
  }
}

const dir = temporaryDir()
const launcher = new LateLauncher()
const events: LabEvent[] = []
let session: Session | null = null
afterEach(async () => {
  launcher.tellEnds()
  await session?.end(() => null)
  rmSync(dir, { recursive: true, force: true })
})

const notes = (): string[] =>
  events.flatMap((event) => (event.type === 'labNote' ? [event.words] : []))

it('a node that died and was not missed yet keeps no other from being healed', async () => {
  const options = clusterOptions({ nodes: 3 })
  const about = { title: 't', startedAt: new Date().toISOString(), scenario: null }
  const run = await Run.begin(dir, { ...about, options, appVersion: '0' }, (event) => {
    events.push(event)
  })
  const programs = {
    ...{ launcher, nodeEntry: builtEntry('node'), switchboardEntry: builtEntry('switchboard') },
  }
  const { cluster, nodes } = (session = new Session(run, {
    ...{ programs, options, identity: newIdentity(3, 'multi'), runDir: run.dir, dataDir: run.dir },
    onStatus: () => {},
  }))
  await cluster.start()
  for (const node of [1, 2, 3]) {
    await cluster.nodeFaults.start({ kind: 'clock', node, offsetMs: 5, drift: 0 })
  }
  await nodes.pause(3)
  const dying = cluster.member(2)
  process.kill(dying.pid ?? 0, 'SIGKILL')
  await eventually('its channel is closed', () => !dying.connected)
  // The lab still takes it for one that runs: this is the moment.
  expect(dying.state).toBe('running')
  await nodes.healAll(true)
  expect(cluster.faults.active()).toEqual([])
  expect([1, 3].map((node) => cluster.member(node).state)).toEqual(['running', 'running'])
  run.timeline.flush()
  expect(notes()).toContainEqual(expect.stringMatching(/^node 2 had just ended: .*nothing.* heal/))
  expect(notes()).not.toContainEqual(expect.stringMatching(/^node [13] had just ended/))
})
