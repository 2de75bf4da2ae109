/**
 * Data directory: the nodes' logs, kept from one lab to the next with `--data`.
 *
 * `cluster.json` says whose data it is; `pids.json` says which lab uses it now. Two labs on one
 * directory, or nodes that a killed lab left running for a moment, would write one log twice, so
 * the directory is claimed first and left-over processes are gone before a node starts.
 */
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LabCallError } from '../../shared/api'
import { asCount, Fields } from '../../shared/fields'
import { FrameError } from '../../shared/frame'
import { isAlive, killStale, readOwnership } from './processIds'
import { writeJson } from './runDir'
import { PID_FILE } from './sweep'

const CLUSTER_FILE = 'cluster.json'
const LEFT_OVER_WAIT_MS = 3000
const POLL_MS = 10

export interface ClusterIdentity {
  readonly cluster: string
  readonly members: readonly number[]
  readonly mode: 'single' | 'multi'
}

export function newIdentity(nodes: number, mode: ClusterIdentity['mode']): ClusterIdentity {
  const members = Array.from({ length: nodes }, (_, index) => index + 1)
  return { cluster: randomBytes(4).toString('hex'), members, mode }
}

/** Whose data this directory holds, after making sure that it may be used; makes a new one. */
export async function claimDataDir(
  dir: string,
  nodes: number,
  mode: ClusterIdentity['mode'],
): Promise<ClusterIdentity> {
  await mkdir(dir, { recursive: true }).catch((error: unknown) => {
    throw refused(`data directory ${dir} cannot be made: ${String(error)}`)
  })
  await awaitFormerLab(dir)
  const found = await readIdentity(dir)
  if (found === null) return await startDir(dir, nodes, mode)
  if (found.members.length !== nodes) {
    const count = found.members.length
    throw refused(`${dir} holds a cluster of ${count} nodes; ${nodes} were asked for`)
  }
  if (found.mode !== mode) {
    throw refused(`${dir} holds a ${found.mode}-decree cluster; ${mode} was asked for`)
  }
  return found
}

async function startDir(
  dir: string,
  nodes: number,
  mode: ClusterIdentity['mode'],
): Promise<ClusterIdentity> {
  const names = await readdir(dir)
  const other = names.find((name) => name !== PID_FILE)
  if (other !== undefined) {
    throw refused(
      `${dir} is not empty and holds no cluster (it has ${other}): name a new directory`,
    )
  }
  const identity = newIdentity(nodes, mode)
  await writeJson(join(dir, CLUSTER_FILE), { version: 1, ...identity })
  return identity
}

async function readIdentity(dir: string): Promise<ClusterIdentity | null> {
  const path = join(dir, CLUSTER_FILE)
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null
    throw refused(`${path} cannot be read: ${error.message}`)
  })
  if (text === null) return null
  try {
    const fields = Fields.of(JSON.parse(text), CLUSTER_FILE)
    fields.count('version', 1, 1)
    const members = fields.list('members', 99, (value, where) => asCount(value, where, 1))
    return {
      cluster: fields.text('cluster', 64),
      members,
      mode: fields.oneOf('mode', ['single', 'multi']),
    }
  } catch (error) {
    if (!(error instanceof FrameError) && !(error instanceof SyntaxError)) throw error
    throw refused(`${path}: ${error.message}`)
  }
}

/** Refuses while another lab uses the directory; ends what a killed one left running. */
async function awaitFormerLab(dir: string): Promise<void> {
  const former = readOwnership(join(dir, PID_FILE))
  if (former === null) return
  if (isAlive(former.lab)) {
    throw refused(`${dir} is in use by another lab (process ${former.lab.pid})`)
  }
  const deadlineMs = performance.now() + LEFT_OVER_WAIT_MS
  for (const child of former.children) {
    while (killStale(child)) {
      if (performance.now() > deadlineMs) {
        throw refused(`process ${child.pid} of a former lab still uses ${dir}`)
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }
}

function refused(words: string): LabCallError {
  return new LabCallError('badArgument', words)
}
